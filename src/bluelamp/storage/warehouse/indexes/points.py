"""The records of a dataset by where they lie: what draws the map, at every zoom, without leaving one out.

Opened by `folder`, asked by questions about tiles. Map points stand in the order in which tiles divide the world, so
the records of a tile, and of every square in it, lie side by side. Only records with a location are here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.tile import GRID_BITS, morton_range, unmorton
from bluelamp.storage.warehouse.indexes.facts import PLACE, Facts
from bluelamp.storage.warehouse.indexes.planes import AxisPlanes
from bluelamp.storage.warehouse.indexes.selection import Ints, Keep, kept_codes, kept_months
from bluelamp.storage.warehouse.indexes.tally import Condition, Stretches, tally

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Points:
    """All map points, ordered by their number on the grid of `domain.tile`. `texts` are the bytes of all names in a
    row, name p those from `ends[p]` to `ends[p + 1]`."""

    number: npt.NDArray[np.int64]
    longitude: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]
    ends: npt.NDArray[np.uint32]
    texts: npt.NDArray[np.uint8]

    def names(self, points: Ints) -> list[str]:
        """What the publisher calls the places; empty where it says nothing."""
        begins, ends = self.ends[points].tolist(), self.ends[points + 1].tolist()
        raw = self.texts.data
        return [str(raw[begin:end], "utf-8") for begin, end in zip(begins, ends, strict=True)]


class MapIndex:
    """One dataset. Segment s holds the records `starts[s]` to `starts[s + 1]`, all of one map point, force, town and
    authority (`attributes`); month and the other axes are planes. Months are those of Month.index, ends included.
    `bounds` are the west, south, east and north of all, None of nothing."""

    def __init__(
        self,
        points: Points,
        facts: Facts,
        starts: npt.NDArray[np.uint32],
        attributes: dict[str, npt.NDArray[Any]],
        axes: dict[str, AxisPlanes],
        bounds: tuple[float, float, float, float] | None,
    ) -> None:
        self._points, self._facts, self._starts, self._axes = points, facts, starts, axes
        self._attributes = attributes
        self.bounds = bounds

    @property
    def dims(self) -> frozenset[str]:
        """What it can filter by, the month aside."""
        return frozenset((*PLACE, "located", *self._axes)) - {"month"}

    def total(self, first: int, last: int, keep: Keep) -> int:
        """All records on the map that pass the filters."""
        counts = self._counts(np.array([0, len(self._starts) - 1]), first, last, keep)
        return int(counts[0])

    def points(self, zoom: int, x: int, y: int, first: int, last: int, keep: Keep) -> tuple[Ints, Ints]:
        """(numbers of the map points in a tile that have records which pass, how many)."""
        begin, end = np.searchsorted(self._points.number, morton_range(zoom, x, y)).tolist()
        counts = self._counts(self._segments(np.arange(begin, end + 1)), first, last, keep)
        there = np.flatnonzero(counts)
        return there + begin, counts[there]

    def grid(self, zoom: int, x: int, y: int, first: int, last: int, keep: Keep, cells: int) -> tuple[Ints, Ints, Ints]:
        """(across, down, records) of the squares that have any; a tile has `cells`, a power of two, along each side."""
        begin, _ = morton_range(zoom, x, y)
        inner = (cells - 1).bit_length()
        assert cells == 1 << inner
        edges = begin + (np.arange(cells * cells + 1, dtype=np.int64) << 2 * (GRID_BITS - zoom - inner))
        edges = self._segments(np.searchsorted(self._points.number, edges))
        counts = self._counts(edges, first, last, keep)
        there = np.flatnonzero(counts)
        across, down = unmorton(there)
        return across, down, counts[there]

    def lonlat(self, points: Ints) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """(longitudes, latitudes) of map points by their numbers, as published."""
        return self._points.longitude[points], self._points.latitude[points]

    def names(self, points: Ints) -> list[str]:
        """The names of map points by their numbers, as published."""
        return self._points.names(points)

    def _segments(self, points: Ints) -> Ints:
        """The first segment of each of these points, or of the next one that has records."""
        found: Ints = np.searchsorted(self._attributes["point"], points.astype(np.uint32))
        return found

    def _counts(self, edges: Ints, first: int, last: int, keep: Keep) -> Ints:
        """The records that pass, of the segments from each edge to the next."""
        filters = self._filters(first, last, keep)
        if filters is None:
            return np.zeros(len(edges) - 1, np.int64)
        return tally(self._stretches(edges, keep), filters, [])

    def _filters(self, first: int, last: int, keep: Keep) -> list[Condition] | None:
        """The filters by planes; None where no record at all can pass."""
        on_map = kept_codes(keep, "located", 2)
        if on_map is not None and not on_map[1]:
            return None
        found = []
        for name, axis in self._axes.items():
            kept = self._months(first, last, keep) if name == "month" else kept_codes(keep, name, axis.size)
            if kept is not None:
                if not kept.any():
                    return None
                found.append((axis, kept))
        return found

    def _months(self, first: int, last: int, keep: Keep) -> Bools | None:
        begin, months = self._facts.first_month, self._facts.months
        kept = kept_months(keep, begin, months)
        kept = np.ones(months, bool) if kept is None else kept
        kept[: max(0, first - begin)] = False
        kept[max(0, last + 1 - begin) :] = False
        return None if bool(kept.all()) else kept

    def _stretches(self, edges: Ints, keep: Keep) -> Stretches:
        groups = len(edges) - 1
        kept = self._kept(int(edges[0]), int(edges[-1]), keep)
        if kept is None:
            group = np.flatnonzero(edges[1:] > edges[:-1])
            begins, ends = edges[group], edges[group + 1]
        else:
            passing = np.flatnonzero(kept)
            group = np.repeat(np.arange(groups), np.diff(edges))[passing]
            begins = edges[0] + passing
            ends = begins + 1
        found = Stretches(self._starts[begins].astype(np.int64), self._starts[ends].astype(np.int64), group, groups)
        return found if kept is None else found.joined()

    def _kept(self, first: int, last: int, keep: Keep) -> Bools | None:
        """Which of the segments `first` to `last` lie where the filters say; None for all."""
        found: Bools | None = None
        for name in PLACE:
            codes = kept_codes(keep, name, self._facts.sizes[name])
            if codes is not None:
                passing: Bools = codes[self._attributes[name][first:last]]
                found = passing if found is None else found & passing
        return found
