"""Where the records of a question lie: the box that a map opens on. Used by `cards.where`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bluelamp.questions.engines.indexes import scope_of
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question
from bluelamp.questions.tiles import counted_points

_MARGIN = 0.002  # degrees, so that one point alone has a box as well

Numbers = npt.NDArray[np.float64]


def box_of(version: DataVersion, question: Question, stray: float | None = None) -> list[float] | None:
    """West, south, east and north of the records on the map, in degrees, without the share `stray` of them that lies
    furthest out at each edge, by default what the dataset says; None where there is none."""
    stray = question.dataset.points.stray if stray is None else stray
    asked = replace(question, by=(), order=(), limit=None)
    return version.often(("box", asked.canonical(), stray), lambda: _found(version, asked, stray))


def _found(version: DataVersion, question: Question, stray: float) -> list[float] | None:
    longitude, latitude, counts = _points(version, question)
    if not len(counts):
        return None
    west, east = _middle(longitude, counts, stray)
    south, north = _middle(latitude, counts, stray)
    return [west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN]


def _points(version: DataVersion, question: Question) -> tuple[Numbers, Numbers, Numbers]:
    """(longitudes, latitudes, records) of the map points; from the map index where it has the fields of the filters."""
    indexes, name = version.indexes, question.dataset.name
    if indexes is not None and name in indexes.maps:
        index = indexes.maps[name]
        scope = scope_of(version, question, indexes.facts[name], index.dims)
        if scope is not None:
            points, counts = index.points(0, 0, 0, scope.first, scope.last, scope.keep)
            return *index.lonlat(points), counts.astype(float)
    counted, parameters = counted_points(version, question)
    rows = version.rows(
        f"SELECT longitude, latitude, n FROM ({counted}) AS p WHERE longitude IS NOT NULL",  # noqa: S608 - ours
        parameters,
        light=False,
    )
    found = np.array(rows, float).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _middle(values: Numbers, counts: Numbers, stray: float) -> tuple[float, float]:
    """The least and the greatest value that are left when a share of the records is cut off at both ends."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order])
    whole = reached[-1]
    least = int(np.searchsorted(reached, whole * stray, side="right"))
    most = int(np.searchsorted(reached, whole * (1 - stray), side="left"))
    return float(values[order][min(least, most)]), float(values[order][max(least, most)])
