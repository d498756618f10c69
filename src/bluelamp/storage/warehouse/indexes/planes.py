"""Filters and counts over bit planes: the codes of an axis kept as one bit a record and plane, 64 records to a word.

Used by the bit indexes (`bits`, `points`), a block of words at a time so that all of it stays in the cache. A set of
codes becomes a few logical operations on whole words; counting is counting bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
# Records none of which, or all of which, are kept: no words are needed to say so.
NONE, ALL = "none", "all"
Kept = Words | str
# Codes that are packed at a time, so that what is worked with stays in the cache.
_PACKED = 1 << 16


@dataclass(frozen=True, slots=True)
class AxisPlanes:
    """The planes of one axis: `planes` has the shape (bits, words); bit b of a record's code stands in plane b."""

    size: int  # how many codes there may be
    planes: Words


def planes_of(codes: npt.NDArray[Any], size: int) -> Words:
    """The planes of a column of codes below `size`."""
    planes = np.zeros((bits_of(size), -(-len(codes) // 64)), np.uint64)
    packed = planes.view(np.uint8)
    for begin in range(0, len(codes), _PACKED):
        part = codes[begin : begin + _PACKED]
        for bit in range(len(planes)):
            ones = np.packbits((part >> bit & 1).astype(bool), bitorder="little")
            packed[bit, begin // 8 : begin // 8 + len(ones)] = ones
    return planes


def bits_of(size: int) -> int:
    """How many planes hold codes below `size`."""
    return max(size - 1, 0).bit_length()


def keep(size: int, kept: npt.NDArray[np.bool_], planes: Words) -> Kept:
    """The records whose code is kept; `planes` has the shape (bits, words) and may be a part of an axis."""
    before = np.concatenate([[0], np.cumsum(kept)]).tolist()

    def below(bit: int, begin: int) -> Kept:
        # The codes from `begin` that agree in all bits above `bit`; those beyond the axis stand in no record.
        end = min(begin + (1 << bit + 1), size)
        among = before[end] - before[begin]
        if not among:
            return NONE
        if among == end - begin:
            return ALL
        middle = begin + (1 << bit)
        low = below(bit - 1, begin)
        if middle >= size:
            return low
        return _either(planes[bit], below(bit - 1, middle), low)

    return below(len(planes) - 1, 0)


def _either(plane: Words, high: Kept, low: Kept) -> Kept:
    """`high` where the plane has a one, `low` where it has none; not both are the same word."""
    if isinstance(high, str):
        if isinstance(low, str):
            return plane if high == ALL else ~plane
        return plane | low if high == ALL else low & ~plane
    if isinstance(low, str):
        return high | ~plane if low == ALL else high & plane
    return low ^ (plane & (high ^ low))


def both(one: Kept, other: Kept) -> Kept:
    """The records that both keep."""
    if isinstance(one, str):
        return other if one == ALL else NONE
    if isinstance(other, str):
        return one if other == ALL else NONE
    return one & other


def leaves(size: int, kept: npt.NDArray[np.bool_], planes: Words, within: Kept) -> Iterator[tuple[int, Kept]]:
    """(code, the records of it) for every kept code, of the records `within`."""
    before = np.concatenate([[0], np.cumsum(kept)]).tolist()

    def below(bit: int, begin: int, mask: Kept) -> Iterator[tuple[int, Kept]]:
        if begin >= size or before[min(begin + (1 << bit + 1), size)] == before[begin]:
            return
        if bit < 0:
            yield begin, mask
            return
        plane = planes[bit]
        if isinstance(mask, str):
            high, low = plane, ~plane
        else:
            high = mask & plane
            low = mask ^ high
        yield from below(bit - 1, begin, low)
        yield from below(bit - 1, begin + (1 << bit), high)

    if not isinstance(within, str) or within == ALL:
        yield from below(len(planes) - 1, 0, within)
