"""Records counted beforehand, in dense cubes of running totals. Opened by `folder`, asked through `Serving.counter`.

A cube holds, for every combination of the codes of a few axes, how many records there are in all months before a given
one. So the count of any span of months is the difference of two planes, and a question reads a few kilobytes of a file
that is only mapped, never loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from bluelamp.storage.warehouse.indexes.selection import Ints, Keep, kept_codes, kept_months, runs, span

Totals = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Cube:
    """`totals` has the shape (months + 1, codes of the first axis, …); plane m holds the months before m."""

    dims: tuple[str, ...]  # the axes after the month
    first_month: int
    totals: Totals

    @property
    def last_month(self) -> int:
        return self.first_month + int(self.totals.shape[0]) - 2

    @property
    def cells(self) -> int:
        """The size of a plane."""
        return prod(self.totals.shape[1:])

    def count(self, first: int, last: int, keep: Keep, by: Sequence[str]) -> Ints:
        """See Counter.count."""
        begin, months = span(self, first, last)
        kept = kept_months(keep, self.first_month + begin, months)
        plane = _Plane(self, keep, by)
        if "month" in by:
            counts = plane.months(begin, months)
            if kept is not None:
                counts[~kept] = 0
            return plane.spread(counts, by, months)
        begins, ends = runs(np.ones(months, bool) if kept is None else kept)
        whole = np.zeros(plane.shape, np.int64)
        for one, end in zip(begins.tolist(), ends.tolist(), strict=True):
            whole += plane.before(begin + end) - plane.before(begin + one)
        return plane.spread(whole, by, months)


class _Plane:
    """How one question reads a plane: which stretch of each axis, which codes of it, and which axes it adds up."""

    def __init__(self, cube: Cube, keep: Keep, by: Sequence[str]) -> None:
        self._cube = cube
        self._stretch: list[slice] = []
        self._picked: list[Ints | None] = []  # within the stretch; None for all of it
        self._whole: list[Ints | slice] = []  # the kept codes of the axis
        sizes = cube.totals.shape[1:]
        for name, size in zip(cube.dims, sizes, strict=True):
            self._add(kept_codes(keep, name, size), size)
        self._sizes = dict(zip(cube.dims, sizes, strict=True))
        self._summed = tuple(at for at, name in enumerate(cube.dims) if name not in by)
        self._left = [at for at, name in enumerate(cube.dims) if name in by]
        self.shape = tuple(self._length(at) for at in self._left)

    def _add(self, kept: npt.NDArray[np.bool_] | None, size: int) -> None:
        if kept is None:
            self._stretch.append(slice(0, size))
            self._picked.append(None)
            self._whole.append(slice(0, size))
            return
        codes = np.flatnonzero(kept).astype(np.int64)
        begin, end = (int(codes[0]), int(codes[-1]) + 1) if len(codes) else (0, 0)
        self._stretch.append(slice(begin, end))
        self._picked.append(None if end - begin == len(codes) else codes - begin)
        self._whole.append(codes)

    def _length(self, at: int) -> int:
        picked, stretch = self._picked[at], self._stretch[at]
        return stretch.stop - stretch.start if picked is None else len(picked)

    def before(self, month: int) -> Ints:
        """The records before a month, of the kept codes, axes that are not asked for added up."""
        if month == 0:
            return np.zeros(self.shape, np.int64)
        return self._reduced(self._cube.totals[month][tuple(self._stretch)], 0)

    def months(self, begin: int, months: int) -> Ints:
        """The records of each month; the month is the first axis."""
        planes = self._cube.totals[(slice(begin, begin + months + 1), *self._stretch)]
        return np.diff(self._reduced(planes, 1), axis=0) if months else np.zeros((0, *self.shape), np.int64)

    def _reduced(self, cells: Totals, ahead: int) -> Ints:
        for at, picked in enumerate(self._picked):
            if picked is not None:
                cells = np.take(cells, picked, axis=at + ahead)
        found: Ints = np.add.reduce(cells, axis=tuple(at + ahead for at in self._summed), dtype=np.int64)
        return found

    def spread(self, counts: Ints, by: Sequence[str], months: int) -> Ints:
        """Counts of the kept codes put in their places on whole axes, in the order of `by`."""
        own = [self._cube.dims[at] for at in self._left]
        if "month" in by:
            own = ["month", *own]
        whole = np.zeros([months if name == "month" else self._sizes[name] for name in own], np.int64)
        places = [self._whole[at] for at in self._left]
        if "month" in by:
            places = [slice(0, months), *places]
        if all(isinstance(place, slice) for place in places):
            whole = counts
        else:
            whole[np.ix_(*(np.arange(p.stop) if isinstance(p, slice) else p for p in places))] = counts
        return np.asarray(whole.transpose([own.index(name) for name in by]))


class Cubes:
    """The cubes of one dataset."""

    def __init__(self, cubes: Iterable[Cube]) -> None:
        self.all = sorted(cubes, key=lambda cube: cube.cells)

    def pick(self, needed: frozenset[str]) -> Cube | None:
        """The smallest cube that has all of these axes (the month aside); None where there is none."""
        return next((cube for cube in self.all if needed <= set(cube.dims)), None)
