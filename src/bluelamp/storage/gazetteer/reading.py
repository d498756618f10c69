"""Asks a city's offline index where a location is. One answer takes a fraction of a millisecond; what is held in memory
is the list of streets and the last some hundred streets asked for.

Used by the live flow, the commands and the benchmarks. Safe to use from several threads.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bluelamp.domain.location import NO_ALIASES, Location, Street
from bluelamp.domain.location_street import read_street
from bluelamp.domain.place import Candidate, LocationQuery
from bluelamp.errors import Damaged, StorageError
from bluelamp.storage.gazetteer import answers
from bluelamp.storage.gazetteer.answers import GazetteerMatch
from bluelamp.storage.gazetteer.areas import Areas
from bluelamp.storage.gazetteer.fitting import fit
from bluelamp.storage.gazetteer.plane import Floats, Plane
from bluelamp.storage.gazetteer.schema import LAYOUT
from bluelamp.storage.gazetteer.streets import KnownStreet, StreetMatch, Streets, squashed

_REMEMBERED = 512  # streets
_NEAR = 200  # house numbers: a block farther from any known address is not guessed
_ODD = 300.0  # metres: a known address so far from all its neighbours is not believed
_MOST = 6  # answers; more say nothing


class _Numbered(NamedTuple):
    numbers: npt.NDArray[np.int32]  # sorted, shape (n,)
    points: Floats  # metres, shape (n, 2)
    ends: npt.NDArray[np.int32]  # of centreline pieces, shape (m, 2)
    along: Floats  # their start, middle and end, shape (m, 6)


class Gazetteer:
    """One city's index. `aliases` as `domain.location.canonical_aliases` makes them; needed by `candidates` only."""

    def __init__(self, path: Path, aliases: Mapping[str, str] = NO_ALIASES) -> None:
        self.path = path
        self._aliases = aliases
        self._lock = threading.Lock()
        self._database = _opened(path)
        meta = self._meta()
        self.version: str = meta["version"]
        self.counts: dict[str, int] = meta["counts"]
        self.default_points = frozenset(meta["defaults"])  # coordinates that stand for many streets, `lat,lon`
        self._typical: float = meta["typical"]
        self.plane = Plane(*meta["plane"])
        self.bounds: tuple[float, float, float, float] = tuple(meta["bounds"])
        self._streets = Streets(self._known())
        self._numbered = lru_cache(maxsize=_REMEMBERED)(self._read_numbered)
        self._areas: Areas | None = None

    def close(self) -> None:
        with self._lock:
            self._database.close()

    @property
    def areas(self) -> Areas:
        """What is known of beats, reporting areas and divisions."""
        if self._areas is None:
            self._areas = Areas(self.plane, self._rows("SELECT * FROM area"), self._rows("SELECT * FROM vote"))
        return self._areas

    def find(self, location: Location) -> tuple[GazetteerMatch, ...]:
        """Where a location is: the best answer first, several where the text may mean several places, none where
        nothing is known of it."""
        if location.kind == "intersection":
            return tuple(self._crossing(location.streets[0], location.streets[1]))[:_MOST]
        if location.kind in ("block", "range"):
            return tuple(self._along(location.streets[0], location.blocks))[:_MOST]
        if location.kind == "named" and (found := self._place(location.streets[0].name)):
            return (found,)
        if location.kind in ("street", "named"):
            return tuple(self._whole(location.streets[0]))[:_MOST]
        return ()

    def candidates(self, query: LocationQuery) -> list[Candidate]:
        """The same for the decision about a call's place."""
        streets = tuple(read_street(" ".join(name.upper().split()), self._aliases) for name in query.streets)
        if query.kind == "unknown" or not streets:
            return []
        blocks: tuple[int, ...] = ()
        if query.first is not None and query.last is not None:
            hundred = query.first % 100 == 0 and query.last == query.first + 99
            blocks = (query.first,) if hundred or query.last == query.first else (query.first, query.last)
        kind: Any = "range" if len(blocks) == 2 else query.kind
        found = self.find(Location(kind, query.text, blocks, streets))
        return [
            Candidate(
                "gazetteer", "gazetteer", one.lat, one.lon, one.precision, one.uncertainty_m,
                streets=one.matched, number=one.number, label=one.how,
            )
            for one in found
        ]  # fmt: skip

    # -- along a street -----------------------------------------------------------------------------------------

    def _along(self, street: Street, blocks: tuple[int, ...]) -> Iterator[GazetteerMatch]:
        """The best group of streets that has the number; of a group, all that have it."""
        for group in self._streets.find(street):
            some = False
            for found in group:
                answer = self._on(found, blocks)
                if answer is not None:
                    some = True
                    yield answer
            if some:
                return

    def _on(self, found: StreetMatch, blocks: tuple[int, ...]) -> GazetteerMatch | None:
        numbered = self._numbered(found.known.id)
        first, last = blocks[0], blocks[-1]
        if first == last and first % 100:
            return self._address(found, numbered, first)
        # A round number stands for its hundred block.
        last = last + 99 if last % 100 == 0 else last
        return self._stretch(found, numbered, first, last)

    def _address(self, found: StreetMatch, numbered: _Numbered, number: int) -> GazetteerMatch | None:
        """One house: where it is known to be, unless that is far from all its neighbours."""
        fitted = fit(numbered.numbers, numbered.points, number, number)
        at = int(np.searchsorted(numbered.numbers, number))
        if at < len(numbered.numbers) and numbered.numbers[at] == number and fitted is not None:
            x, y = numbered.points[at].tolist()
            alone = fitted.known < 3
            if alone or np.hypot(x - fitted.x, y - fitted.y) < _ODD:
                sure = answers.of_number(fitted._replace(off=0.0, nearest=0.0))
                return self._answer(x, y, sure, "point", "address", found, "the address itself", number)
        if fitted is not None and fitted.nearest <= _NEAR / 2:
            sure = answers.of_number(fitted)
            return self._answer(
                fitted.x, fitted.y, sure, "block", "neighbours", found, _neighbours(fitted.known), number
            )
        return self._stretch(found, numbered, number // 100 * 100, number // 100 * 100 + 99)

    def _stretch(self, found: StreetMatch, numbered: _Numbered, first: int, last: int) -> GazetteerMatch | None:
        """A block or a longer stretch: by its known addresses, else its centreline, else its neighbours."""
        span = last - first + 1
        at = first + self._typical if span == 100 else (first + last) / 2
        fitted = fit(numbered.numbers, numbered.points, at, at)
        held = np.searchsorted(numbered.numbers, last, "right") - np.searchsorted(numbered.numbers, first, "left")
        if fitted is not None and held:
            words = f"{held} known {'address' if held == 1 else 'addresses'} of the block"
            sure = answers.of_block(fitted, span)
            return self._answer(fitted.x, fitted.y, sure, "block", "block", found, words, first)
        if (piece := self._on_centreline(found, numbered, first, last)) is not None:
            return piece
        if fitted is not None and fitted.nearest <= _NEAR:
            sure = answers.of_block(fitted, span)
            words = _neighbours(fitted.known)
            return self._answer(fitted.x, fitted.y, sure, "block", "neighbours", found, words, first)
        return None

    def _on_centreline(self, found: StreetMatch, numbered: _Numbered, first: int, last: int) -> GazetteerMatch | None:
        """The middle of the asked part of the pieces whose numbers overlap it."""
        ends = numbered.ends
        chosen = np.flatnonzero((ends[:, 0] <= last) & (ends[:, 1] >= first))
        if not len(chosen):
            return None
        points, sure = [], 0.0
        for at in chosen:
            low, high = int(ends[at, 0]), int(ends[at, 1])
            middle = (max(low, first) + min(high, last)) / 2
            share = (middle - low) / (high - low) if high > low else 0.5
            start, half, end = numbered.along[at].reshape(3, 2)
            points.append(start + (half - start) * share * 2 if share <= 0.5 else half + (end - half) * (share * 2 - 1))
            length = float(np.hypot(*(half - start)) + np.hypot(*(end - half)))
            part = (min(high, last) - max(low, first) + 1) / (high - low + 1)
            sure = max(sure, answers.of_range(length, min(part, 1.0)))
        x, y = np.median(np.asarray(points), axis=0).tolist()
        spread = float(np.hypot(*(np.asarray(points) - (x, y)).T).max())
        words = "the centreline's numbers"
        return self._answer(x, y, sure + spread, "block", "centreline", found, words, first)

    def _whole(self, street: Street) -> Iterator[GazetteerMatch]:
        """A street without a number: its middle, as far as it goes."""
        for group in self._streets.find(street)[:1]:
            for found in group:
                (x, y), reach = found.known.middle, found.known.reach
                yield self._answer(x, y, reach + 50.0, "street", "street", found, "the middle of the street")

    # -- where streets meet -------------------------------------------------------------------------------------

    def _crossing(self, one: Street, other: Street) -> Iterator[GazetteerMatch]:
        """Where two streets meet: of the pairs that may be meant, the best that do."""
        ones, others = self._streets.find(one), self._streets.find(other)
        if squashed(one) == squashed(other):  # `PELHAM PL / PELHAM AVE`: half a name would do for both
            ones, others = ([group for group in groups if not group[0].differs] for groups in (ones, others))
        pairs = [(at + below, at, below) for at in range(len(ones)) for below in range(len(others))]
        for _, at, below in sorted(pairs):
            some = False
            for first in ones[at]:
                for second in others[below]:
                    for answer in self._meetings(first, second):
                        some = True
                        yield answer
            if some:
                return

    def _meetings(self, first: StreetMatch, second: StreetMatch) -> Iterator[GazetteerMatch]:
        low, high = sorted((first.known.id, second.known.id))
        query = "SELECT x, y, gap, spread, method FROM crossing WHERE one = ? AND other = ? ORDER BY gap, x, y"
        rows = self._rows(query, (low, high)) if low != high else []
        for x, y, gap, spread, method in rows:
            words = {
                "known": "a crossing that is known",
                "node": "the centrelines share it",
                "lines": "where the known addresses of both lead",
                "near": f"known addresses of both end {gap:.0f} m apart",
            }[method]
            differs = ", ".join(part for part in (first.differs, second.differs) if part)
            lat, lon = self.plane.to_degrees(x, y)
            yield GazetteerMatch(
                lat, lon, answers.of_crossing(method, gap, spread), "intersection", f"crossing: {method}",
                (first.known.street.plain, second.known.street.plain), f"{words}; {differs}" if differs else words,
            )  # fmt: skip

    def _place(self, name: str) -> GazetteerMatch | None:
        for x, y, spread in self._rows("SELECT x, y, spread FROM place WHERE key = ?", (name,)):
            lat, lon = self.plane.to_degrees(x, y)
            return GazetteerMatch(lat, lon, 50.0 + spread, "point", "place", (name,), "a place of this name")
        return None

    # -- the file -----------------------------------------------------------------------------------------------

    def _answer(
        self, x: float, y: float, sure: float, precision: Any, method: str, found: StreetMatch, words: str,
        number: int | None = None,
    ) -> GazetteerMatch:  # fmt: skip
        lat, lon = self.plane.to_degrees(x, y)
        how = f"{words}; {found.differs}" if found.differs else words
        return GazetteerMatch(lat, lon, sure, precision, method, (found.known.street.plain,), how, number)

    def _read_numbered(self, street: int) -> _Numbered:
        numbers = self._rows("SELECT numbers, points FROM numbers WHERE street = ?", (street,)) or [(b"", b"")]
        ranges = self._rows("SELECT ends, points FROM ranges WHERE street = ?", (street,)) or [(b"", b"")]
        return _Numbered(
            np.frombuffer(numbers[0][0], dtype=np.int32),
            np.frombuffer(numbers[0][1], dtype=np.float64).reshape(-1, 2),
            np.frombuffer(ranges[0][0], dtype=np.int32).reshape(-1, 2),
            np.frombuffer(ranges[0][1], dtype=np.float64).reshape(-1, 6),
        )

    def _known(self) -> Iterator[KnownStreet]:
        for at, name, kind, prefix, suffix, bound, service, ramp, freeway, x, y, reach in self._rows(
            "SELECT * FROM street ORDER BY id"
        ):
            yield KnownStreet(
                at, Street(name, kind, prefix, suffix, bound, bool(service), bool(ramp), freeway), (x, y), reach
            )

    def _meta(self) -> dict[str, Any]:
        try:
            found = {key: json.loads(value) for key, value in self._rows("SELECT key, value FROM meta")}
        except ValueError as problem:
            raise _damaged(self.path) from problem
        if found.get("layout") != LAYOUT:
            raise StorageError(f"The gazetteer {self.path} is of another version.", "Run: bluelamp gazetteer build")
        return found

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            try:
                return self._database.execute(query, values).fetchall()
            except sqlite3.DatabaseError as problem:
                raise _damaged(self.path) from problem


def _neighbours(known: int) -> str:
    return f"between {known} known addresses of the next blocks" if known > 1 else "beside one known address"


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise StorageError(f"There is no gazetteer {path}.", "Run: bluelamp gazetteer build")
    # Never written once it is in place: no lock file, and no look at who else reads.
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)


def _damaged(path: Path) -> Damaged:
    return Damaged(f"The gazetteer {path} cannot be read.", "Run: bluelamp gazetteer build")
