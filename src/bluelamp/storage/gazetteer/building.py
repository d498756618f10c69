"""Makes the offline index of a city from its material: one SQLite file, the same bytes from the same material.

Called by `store`. Memory is that of the material, about half a GB for a city of a million people with all its reports.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from bluelamp.domain.location import Street
from bluelamp.storage.gazetteer.crossings import find_crossings, places_of
from bluelamp.storage.gazetteer.fitting import fit
from bluelamp.storage.gazetteer.gathering import Bounds, Gathered, Gathering, by_number
from bluelamp.storage.gazetteer.plane import Floats, Plane
from bluelamp.storage.gazetteer.schema import LAYOUT, TABLES

if TYPE_CHECKING:
    import pyarrow as pa

# Where in a hundred block a street is drawn through, and how far two blocks may lie apart to be joined.
_DRAWN_AT = (0, 90)
_JOINED_NUMBERS, _JOINED_METRES = 300, 450.0
_MOST_VOTES = 400


def build_index(
    path: Path,
    material: Sequence[tuple[str, pa.Table]],
    *,
    bounds: tuple[float, float, float, float],
    aliases: Mapping[str, str],
    defaults: Sequence[tuple[float, float]] = (),
    version: str = "",
) -> dict[str, int]:
    """Write the index to `path` (which must not exist); what it holds, and what could not be used, counted.

    `material` are tables with their kind (address, segment, area, spot), `bounds` west, south, east, north in degrees,
    `defaults` latitudes and longitudes that stand for no place.
    """
    west, south, east, north = bounds
    gathering = Gathering(Plane((south + north) / 2, (west + east) / 2), Bounds(bounds), aliases, iter(defaults))
    for kind, table in sorted(material, key=lambda one: one[0]):
        gathering.add(kind, table)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES}")
        counts = _write(database, gathering)
        meta = {
            "layout": LAYOUT,
            "version": version,
            "plane": [gathering.plane.lat, gathering.plane.lon],
            "bounds": list(bounds),
            "defaults": sorted(gathering.defaults),
            "counts": counts,
            "typical": _typical(gathering),
        }
        rows = [(key, json.dumps(value, sort_keys=True)) for key, value in sorted(meta.items())]
        database.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        database.commit()
        database.execute("VACUUM")
    return counts


def _typical(gathering: Gathering) -> float:
    """Where in its hundred block an address usually is: numbers run from 0, and few blocks are full."""
    total = count = 0
    for gathered in gathering.streets.values():
        total += sum(number % 100 for number in gathered.numbers)
        count += len(gathered.numbers)
    return round(min(max(total / count, 30.0), 50.0), 3) if count else 50.0


def _write(database: sqlite3.Connection, gathering: Gathering) -> dict[str, int]:
    streets = sorted(gathering.streets, key=lambda street: (street.full, street.name, street.type))
    ids = {street: at for at, street in enumerate(streets)}
    lines = np.empty(len(streets), dtype=object)
    addresses = pieces = 0
    for at, street in enumerate(streets):
        gathered = gathering.streets[street]
        numbers, points = by_number(gathered.numbers, gathered.points)
        lines[at] = _course(gathered, numbers, points)
        database.execute(
            "INSERT INTO street VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", _street_row(at, street, lines[at], points)
        )
        if len(numbers):
            database.execute("INSERT INTO numbers VALUES (?,?,?)", (at, numbers.tobytes(), points.tobytes()))
        if gathered.ends:
            database.execute("INSERT INTO ranges VALUES (?,?,?)", (at, *_range_blobs(gathered)))
        addresses, pieces = addresses + len(numbers), pieces + len(gathered.pieces)
    crossings = _write_crossings(database, gathering, streets, ids, lines)
    database.executemany("INSERT INTO place VALUES (?,?,?,?)", _place_rows(gathering))
    database.executemany("INSERT INTO area VALUES (?,?,?)", _area_rows(gathering))
    database.executemany("INSERT INTO vote VALUES (?,?,?)", _vote_rows(gathering))
    counts = {"streets": len(streets), "addresses": addresses, "centreline pieces": pieces, "crossings": crossings}
    counts |= {"places": len(gathering.places), "areas": len(gathering.areas)}
    return counts | {f"unused: {why}": number for why, number in sorted(gathering.unused.items())}


def _street_row(at: int, street: Street, line: Any, points: Floats) -> tuple[Any, ...]:
    known = np.vstack([points, shapely.get_coordinates(line)]) if line is not None else points
    middle = np.median(known, axis=0)
    reach = float(np.hypot(*(known - middle).T).max())
    flags = int(street.service_road), int(street.ramp)
    words = street.name, street.type, street.prefix, street.suffix, street.bound
    return (at, *words, *flags, street.freeway, float(middle[0]), float(middle[1]), reach)


def _range_blobs(gathered: Gathered) -> tuple[bytes, bytes]:
    order = sorted(range(len(gathered.ends)), key=lambda at: (gathered.ends[at], gathered.along[at]))
    ends = np.asarray([gathered.ends[at] for at in order], dtype=np.int32)
    return ends.tobytes(), np.asarray([gathered.along[at] for at in order], dtype=np.float64).tobytes()


def _course(gathered: Gathered, numbers: Any, points: Floats) -> Any:
    """The course of a street: its centreline, else a line through its addresses; loose points as the shortest of lines.
    None where nothing is known of it but one point of one address."""
    parts = list(gathered.pieces) or [shapely.linestrings(run) for run in _runs(numbers, points)]
    parts += [shapely.linestrings([(x - 0.5, y), (x + 0.5, y)]) for x, y in dict.fromkeys(sorted(gathered.loose))]
    return shapely.multilinestrings(parts)


def _runs(numbers: Any, points: Floats) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    before = None
    for hundred in np.unique(numbers // 100).tolist():
        drawn = [fitted for at in _DRAWN_AT if (fitted := fit(numbers, points, hundred * 100 + at, hundred * 100 + at))]
        new = [(one.x, one.y) for one in drawn]
        far = before is not None and (hundred - before) * 100 > _JOINED_NUMBERS
        if run and (far or np.hypot(new[0][0] - run[-1][0], new[0][1] - run[-1][1]) > _JOINED_METRES):
            yield _drawable(run)
            run = []
        run += new
        before = hundred
    if run:
        yield _drawable(run)


def _drawable(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A run as a line: a line of no length is none."""
    distinct = list(dict.fromkeys(run))
    return distinct if len(distinct) > 1 else [distinct[0], (distinct[0][0] + 1.0, distinct[0][1])]


def _write_crossings(
    database: sqlite3.Connection, gathering: Gathering, streets: list[Street], ids: dict[Street, int], lines: Any
) -> int:
    surveyed = {at for at, street in enumerate(streets) if gathering.streets[street].pieces}
    known = {(ids[one], ids[other]) for one, other in gathering.crossings}
    count = 0
    insert = "INSERT OR IGNORE INTO crossing VALUES (?,?,?,?,?,?,?)"
    for (one, other), points in sorted(gathering.crossings.items(), key=lambda pair: ids[pair[0][0]]):
        for (x, y), spread in places_of(np.asarray(points, dtype=np.float64)):
            pair = sorted((ids[one], ids[other]))
            count += database.execute(insert, (*pair, x, y, 0.0, spread, "known")).rowcount
    known |= {(other, one) for one, other in known}
    for found in find_crossings(lines):
        if (found.one, found.other) not in known:
            both = found.one in surveyed and found.other in surveyed
            method = "node" if both and not found.gap else "lines" if not found.gap else "near"
            count += database.execute(insert, (*found, method)).rowcount
    return count


def _place_rows(gathering: Gathering) -> Iterator[tuple[Any, ...]]:
    for name, points in sorted(gathering.places.items()):
        where = np.asarray(points, dtype=np.float64)
        middle = np.median(where, axis=0)
        yield name, float(middle[0]), float(middle[1]), float(np.hypot(*(where - middle).T).max())


def _area_rows(gathering: Gathering) -> Iterator[tuple[str, str, bytes]]:
    for (kind, name), shapes in sorted(gathering.areas.items()):
        yield kind, name, shapely.to_wkb(shapely.normalize(shapely.union_all(shapely.make_valid(shapes))))


def _vote_rows(gathering: Gathering) -> Iterator[tuple[str, str, bytes]]:
    drawn = {kind for kind, _ in gathering.areas}
    for (kind, name), points in sorted(gathering.votes.items()):
        if kind not in drawn:
            where = np.unique(np.asarray(points, dtype=np.float64), axis=0)
            yield kind, name, where[:: 1 + len(where) // _MOST_VOTES].tobytes()
