"""The records of one map tile: counts by square far out, by map point closer in. Called by `web`.

The map index answers where it has the fields of the filters; else the rows do. Both give every record, and the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.tile import EXTENT, tile_bounds, tile_position
from bluelamp.questions.engines.indexes import scope_of
from bluelamp.questions.engines.sql import Compiler
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question

POINTS_FROM_ZOOM = 12
# Squares along a tile's side.
CELLS = 32

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tile:
    """`x` and `y` are squares (0 to cells - 1), or places in the tile's own units where `cells` is 0. Points bear
    `names` and `places` (“longitude,latitude”)."""

    x: Whole
    y: Whole
    counts: Whole
    cells: int
    names: list[str]
    places: list[str]


def tile_of(version: DataVersion, question: Question, z: int, x: int, y: int) -> Tile:
    """The located records of a question in one tile."""
    found = _from_index(version, question, z, x, y)
    return found if found is not None else _from_rows(version, question, z, x, y)


def _from_index(version: DataVersion, question: Question, z: int, x: int, y: int) -> Tile | None:
    indexes, name = version.indexes, question.dataset.name
    if indexes is None or name not in indexes.maps:
        return None
    index = indexes.maps[name]
    scope = scope_of(version, question, indexes.facts[name], index.dims)
    if scope is None:
        return None
    if z < POINTS_FROM_ZOOM:
        across, down, counts = index.grid(z, x, y, scope.first, scope.last, scope.keep, CELLS)
        return Tile(across, down, counts, CELLS, [], [])
    points, counts = index.points(z, x, y, scope.first, scope.last, scope.keep)
    longitude, latitude = index.lonlat(points)
    places = [f"{lon:.6f},{lat:.6f}" for lon, lat in zip(longitude.tolist(), latitude.tolist(), strict=True)]
    return Tile(*tile_position(longitude, latitude, z, x, y), counts, 0, index.names(points), places)


def counted_points(version: DataVersion, question: Question) -> tuple[str, dict[str, Any]]:
    """(a subquery, its parameters) with every point that the question leaves records at: longitude, latitude, name, n;
    as the dataset says that they are read."""
    compiler = Compiler(version, question, mart=False)
    conditions = compiler.conditions()
    table, given = version.table_of(question)
    return question.dataset.points.counted.format(table=table, conditions=conditions), {**compiler.parameters, **given}


def _from_rows(version: DataVersion, question: Question, z: int, x: int, y: int) -> Tile:
    counted, parameters = counted_points(version, question)
    west, south, east, north = tile_bounds(z, x, y)
    # A margin of a millionth of a degree: the exact edge is decided below, by the same sums as in the index.
    edges = {"west": west - 1e-6, "south": south - 1e-6, "east": east + 1e-6, "north": north + 1e-6}
    rows = version.rows(
        f"SELECT longitude, latitude, name, n FROM ({counted}) AS p "
        "WHERE longitude BETWEEN $west AND $east AND latitude BETWEEN $south AND $north ORDER BY ALL",
        {**parameters, **edges},
        light=False,
    )
    longitude, latitude, counts = (np.array([row[at] for row in rows], float) for at in (0, 1, 3))
    across, down = tile_position(longitude, latitude, z, x, y)
    inside = (across >= 0) & (across < EXTENT) & (down >= 0) & (down < EXTENT)
    across, down, counts = across[inside], down[inside], counts[inside].astype(np.int64)
    if z >= POINTS_FROM_ZOOM:
        kept: list[Any] = [row for row, its in zip(rows, inside.tolist(), strict=True) if its]
        return Tile(
            across, down, counts, 0, [row[2] or "" for row in kept], [f"{row[0]:.6f},{row[1]:.6f}" for row in kept]
        )
    squares = (down * CELLS // EXTENT) * CELLS + across * CELLS // EXTENT
    summed = np.bincount(squares.astype(np.int64), counts, CELLS * CELLS).astype(np.int64)
    there = np.flatnonzero(summed)
    return Tile(there % CELLS, there // CELLS, summed[there], CELLS, [], [])
