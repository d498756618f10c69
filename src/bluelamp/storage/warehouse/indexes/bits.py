"""An exact count of any combination of filters, over all records of a dataset. Opened by `folder`, asked through
`Serving.counter` where no cube has the axes.

Records lie in the order of month, force, town and authority; all else is bit planes. A question of some months reads
only their words; grouping by month or place costs nothing, grouping by another axis one pass for each of its codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from bluelamp.storage.warehouse.indexes.planes import AxisPlanes
from bluelamp.storage.warehouse.indexes.selection import Ints, Keep, kept_codes, kept_months, span
from bluelamp.storage.warehouse.indexes.tally import Condition, Stretches, tally

# Answers with more cells than this are better made from the rows, which give only those that occur.
_MOST_CELLS = 4_000_000
# So many combinations of codes of axes that are planes are counted one by one; more would take seconds.
_MOST_LEAVES = 600


class BitIndex:
    """One dataset. `starts` are the first records of the segments, with the end of the last one behind them;
    `attributes` the segments' month (from the first), force, town and authority."""

    def __init__(
        self,
        first_month: int,
        months: int,
        starts: npt.NDArray[np.uint32],
        attributes: dict[str, npt.NDArray[np.uint16]],
        sizes: dict[str, int],
        axes: dict[str, AxisPlanes],
    ) -> None:
        self.first_month, self._months = first_month, months
        self._starts, self._attributes, self._sizes, self._axes = starts, attributes, sizes, axes
        # Segments are in the order of months: those of month m are the ones from `_begins[m]` on.
        self._begins = np.searchsorted(attributes["month"], np.arange(months + 1))

    @property
    def last_month(self) -> int:
        return self.first_month + self._months - 1

    @property
    def dims(self) -> frozenset[str]:
        """What it can filter and group by, the month aside."""
        return frozenset(self._sizes)

    def can_count(self, needed: frozenset[str], by: Sequence[str]) -> bool:
        """Whether it has these axes, and counts by `by` in reasonable time."""
        if not needed <= self.dims:
            return False
        cells = prod(self._months if name == "month" else self._sizes[name] for name in by)
        return cells <= _MOST_CELLS and prod(self._sizes[name] for name in by if name in self._axes) <= _MOST_LEAVES

    def count(self, first: int, last: int, keep: Keep, by: Sequence[str]) -> Ints:
        """See Counter.count."""
        begin, months = span(self, first, last)
        own = [name for name in by if name not in self._axes]
        stretches = self._stretches(begin, months, keep, own)
        filters, leaves = self._conditions(keep, by)
        counts = tally(stretches, filters, leaves)
        planes = [name for name in by if name in self._axes]
        counts = counts.reshape((*counts.shape[:-1], *(self._length(name, months) for name in own)))
        return np.asarray(counts.transpose([(planes + own).index(name) for name in by]))

    def _length(self, name: str, months: int) -> int:
        return months if name == "month" else self._sizes[name]

    def _conditions(self, keep: Keep, by: Sequence[str]) -> tuple[list[Condition], list[Condition]]:
        """(filters by axes that are not grouped by, what is grouped by)."""
        filters = []
        for name, axis in self._axes.items():
            kept = kept_codes(keep, name, axis.size)
            if kept is not None and name not in by:
                filters.append((axis, kept))
        grouped = [(name, self._axes[name]) for name in by if name in self._axes]
        leaves = []
        for name, axis in grouped:
            kept = kept_codes(keep, name, axis.size)
            leaves.append((axis, np.ones(axis.size, bool) if kept is None else kept))
        return filters, leaves

    def _stretches(self, begin: int, months: int, keep: Keep, by: Sequence[str]) -> Stretches:
        """The records of the kept segments, by the attributes that are grouped by."""
        first, last = (int(self._begins[begin]), int(self._begins[begin + months])) if months else (0, 0)
        kept = self._kept(first, last, begin, months, keep)
        if kept is None and not by and last > first:
            ends = self._starts[[first, last]].astype(np.int64)
            return Stretches(ends[:1], ends[1:], np.zeros(1, np.int64), 1)
        at = slice(first, last) if kept is None else first + np.flatnonzero(kept)
        after = slice(first + 1, last + 1) if isinstance(at, slice) else at + 1
        group = np.zeros(last - first if isinstance(at, slice) else len(at), np.int64)
        for name in by:
            codes = self._attributes[name][at].astype(np.int64) - (begin if name == "month" else 0)
            group = group * self._length(name, months) + codes
        groups = prod(self._length(name, months) for name in by)
        starts = self._starts[at].astype(np.int64), self._starts[after].astype(np.int64)
        return Stretches(*starts, group, groups).joined()

    def _kept(self, first: int, last: int, begin: int, months: int, keep: Keep) -> npt.NDArray[np.bool_] | None:
        """Which of the segments `first` to `last` are kept; None for all."""
        kept: npt.NDArray[np.bool_] | None = None
        for name in ("month", "force", "town", "local_authority"):
            if name == "month":
                codes, codes_from = kept_months(keep, self.first_month + begin, months), begin
            else:
                codes, codes_from = kept_codes(keep, name, self._sizes[name]), 0
            if codes is not None:
                passing = codes[self._attributes[name][first:last].astype(np.int64) - codes_from]
                kept = passing if kept is None else kept & passing
        return kept
