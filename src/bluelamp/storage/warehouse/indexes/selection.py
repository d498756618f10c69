"""Which months and codes a count keeps, put into the form that cubes and bit indexes read. Used by both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Keep = Mapping[str, npt.NDArray[np.integer]]


class Counter(Protocol):
    """What can count the records of a dataset. Months are those of Month.index, both ends included."""

    @property
    def first_month(self) -> int: ...

    @property
    def last_month(self) -> int: ...

    def count(self, first: int, last: int, keep: Keep, by: Sequence[str]) -> Ints:
        """The records of these months whose code stands in `keep` for every axis named there, counted by `by`.

        One axis for each name of `by`, in that order and of the axis' whole length; for `month` one entry for each
        month of the span, cut to the months there are. Without `by` an array without axes: one number.
        """
        ...


def span(counter: Counter, first: int, last: int) -> tuple[int, int]:
    """(first month of the span as months since the index's first, how many months): cut to what there is."""
    begin = max(first, counter.first_month)
    return begin - counter.first_month, max(0, min(last, counter.last_month) - begin + 1)


def kept_months(keep: Keep, first: int, months: int) -> npt.NDArray[np.bool_] | None:
    """Which of `months` months from `first` (a Month.index) are kept; None for all."""
    if "month" not in keep:
        return None
    kept = np.zeros(months, bool)
    wanted = np.asarray(keep["month"], np.int64) - first
    kept[wanted[(wanted >= 0) & (wanted < months)]] = True
    return None if bool(kept.all()) else kept


def kept_codes(keep: Keep, name: str, size: int) -> npt.NDArray[np.bool_] | None:
    """Which codes of an axis are kept; None for all. Codes beyond the axis are those of no record."""
    if name not in keep:
        return None
    kept = np.zeros(size, bool)
    wanted = np.asarray(keep[name], np.int64)
    kept[wanted[(wanted >= 0) & (wanted < size)]] = True
    return None if bool(kept.all()) else kept


def runs(kept: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """(begins, ends) of the unbroken stretches that are kept; ends are not part of them."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    return edges[0::2].astype(np.int64), edges[1::2].astype(np.int64)
