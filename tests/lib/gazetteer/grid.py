"""An invented city for tests of the gazetteer: a grid in which a house number is its metres from the corner.

Streets run east at 0, 200, 400 … metres north; avenues run north at 0, 100, 200 … metres east. House 1234 of a street
lies 1,234 m east; of an avenue, 1,234 m north.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from bluelamp.domain.location import canonical_aliases
from bluelamp.storage.gazetteer.plane import Plane

BOUNDS = (-100.05, 39.97, -99.95, 40.03)
PLANE = Plane(40.0, -100.0)
ALIASES = canonical_aliases({"Q T M": "I-735", "Midland": "US-95", "R S M": "Rev Silas Marrow Jr Blvd"})
STREETS = ("Alder St", "Birch St", "Cedar St", "Damson St", "Elder St", "Fir St")
AVENUES = tuple(f"{n}th Ave" for n in range(11, 20))


def degrees(x: float, y: float) -> tuple[float, float]:
    """(lat, lon) of metres east and north of the corner."""
    return PLANE.to_degrees(x, y)


def addresses(rows: Iterable[tuple[int, str, float, float]]) -> pa.Table:
    """(number, street, metres east, metres north)."""
    made = [(number, street, *degrees(x, y)) for number, street, x, y in rows]
    return pa.table(dict(zip(("number", "street", "lat", "lon"), map(list, zip(*made, strict=True)), strict=True)))


def grid(step: int = 20) -> pa.Table:
    """Addresses of the whole grid, one every `step` numbers, on alternating sides of the street."""
    rows = []
    for at, street in enumerate(STREETS):
        rows += [(n, street, float(n), 200.0 * at + _side(n, step)) for n in range(100, 900, step)]
    for at, avenue in enumerate(AVENUES):
        rows += [(n, avenue, 100.0 * at + _side(n, step), float(n)) for n in range(0, 1000, step)]
    return addresses(rows)


def _side(number: int, step: int) -> float:
    """Metres from the middle of the street: every other house is across it."""
    return 12.0 if number // step % 2 else -12.0


def segments(rows: Iterable[tuple[str, int | None, int | None, list[tuple[float, float]]]]) -> pa.Table:
    """(street, from, to, metres of its course); the left side has even numbers, the right one odd."""
    columns: dict[str, list[Any]] = {name: [] for name in ("street", "left_from", "left_to", "right_from", "right_to")}
    shapes = []
    for street, first, last, course in rows:
        columns["street"].append(street)
        columns["left_from"].append(first)
        columns["left_to"].append(last)
        columns["right_from"].append(None if first is None else first + 1)
        columns["right_to"].append(None if last is None else last + 1)
        shapes.append(shapely.to_wkb(shapely.linestrings([degrees(x, y)[::-1] for x, y in course])))
    numbers = {name: pa.array(columns[name], pa.int32()) for name in list(columns)[1:]}
    return pa.table({"street": columns["street"], **numbers, "wkb": shapes})


def spots(rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    """(text, metres east, metres north, beat or None)."""
    made = [(text, *degrees(x, y), beat) for text, x, y, beat in rows]
    nothing = pa.array([None] * len(made), pa.string())
    columns = [[row[at] for row in made] for at in range(3)]
    beats = pa.array([row[3] for row in made], pa.string())
    names = ("text", "lat", "lon", "beat", "reporting_area", "division")
    return pa.table(dict(zip(names, (*columns, beats, nothing, nothing), strict=True)))


def areas(rows: Iterable[tuple[str, str, Any]]) -> pa.Table:
    """(kind, name, a shapely shape in metres)."""
    made = list(rows)
    shapes = [shapely.transform(shape, _lonlat) for _, _, shape in made]
    names = {"kind": [row[0] for row in made], "name": [row[1] for row in made]}
    return pa.table({**names, "wkb": [shapely.to_wkb(shape) for shape in shapes]})


def _lonlat(xy: Any) -> Any:
    return np.asarray([degrees(x, y)[::-1] for x, y in xy])
