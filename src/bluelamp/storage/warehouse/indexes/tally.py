"""Counts records by stretches of a bit index: how many records of each stretch pass the filters, and of which code.

Used by `bits` and `points`. Only the words in which a stretch lies are read; where stretches lie far apart their words
are first gathered, so that a filter by one force costs what that force has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.storage.warehouse.indexes.planes import ALL, NONE, AxisPlanes, Kept, Words, both, keep, leaves
from bluelamp.storage.warehouse.indexes.selection import Ints

# Words that are treated at a time: a dozen such arrays fit into a core's cache.
_BLOCK = 1 << 14
# Up to so many stretches in a block are summed one by one, more by running totals.
_FEW = 12
# Gathering words costs about this many times what reading them in a row does.
_GATHERING = 4

Bools = npt.NDArray[np.bool_]
Condition = tuple[AxisPlanes, Bools]


@dataclass(slots=True)
class Stretches:
    """Runs of records in ascending order that do not overlap, each with the number of the group it counts for."""

    begins: Ints
    ends: Ints
    group: Ints
    groups: int

    def joined(self) -> Stretches:
        """Neighbours of one group made into one stretch."""
        if len(self.begins) < 2:
            return self
        fresh = (self.group[1:] != self.group[:-1]) | (self.begins[1:] != self.ends[:-1])
        begins = np.flatnonzero(np.concatenate([[True], fresh]))
        ends = np.flatnonzero(np.concatenate([fresh, [True]]))
        return Stretches(self.begins[begins], self.ends[ends], self.group[begins], self.groups)


def tally(stretches: Stretches, filters: Sequence[Condition], by: Sequence[Condition]) -> Ints:
    """Records that pass all filters, by the codes of `by` and by group: shape (codes of the first axis, …, groups).

    Codes of `by` that are not kept count nothing.
    """
    counts = np.zeros((*(axis.size for axis, _ in by), stretches.groups), np.int64)
    if not len(stretches.begins):
        return counts
    if not filters and not by:
        np.add.at(counts, stretches.group, stretches.ends - stretches.begins)
        return counts
    for block in _blocks(stretches):
        mask: Kept = ALL
        for axis, kept in filters:
            mask = both(mask, keep(axis.size, kept, block.read(axis.planes)))
        if not isinstance(mask, str) or mask != NONE:
            _count_leaves(block, by, mask, counts)
    return counts


def _count_leaves(block: _Block, by: Sequence[Condition], mask: Kept, counts: Ints) -> None:
    if not by:
        block.count(mask, counts)
        return
    axis, kept = by[0]
    for code, words in leaves(axis.size, kept, block.read(axis.planes), mask):
        _count_leaves(block, by[1:], words, counts[code])


@dataclass(slots=True)
class _Block:
    """Some words, and the stretches in them as places in bits from the block's first."""

    words: slice | Ints
    begins: Ints
    ends: Ints
    group: Ints
    _edges: tuple[Ints, Ints, Words] | None = None

    def read(self, planes: Words) -> Words:
        found: Words = planes[:, self.words]
        return found

    def count(self, mask: Kept, into: Ints) -> None:
        """Add the kept records of each stretch to its group."""
        if isinstance(mask, str):
            if mask == ALL:
                np.add.at(into, self.group, self.ends - self.begins)
        elif len(self.begins) <= _FEW:
            ones = np.bitwise_count(mask)
            for begin, end, group in zip(self.begins.tolist(), self.ends.tolist(), self.group.tolist(), strict=True):
                into[group] += _between(mask, ones, begin, end)
        else:
            np.add.at(into, self.group, self._by_running_total(mask))

    def _by_running_total(self, mask: Words) -> Ints:
        word, inner, below = self._cut_edges(len(mask))
        before = np.zeros(len(mask) + 1, np.int64)
        np.cumsum(np.bitwise_count(mask).astype(np.int64), out=before[1:])
        upto = before[word] + np.bitwise_count(mask[inner] & below)
        if len(upto) == len(self.begins) + 1:
            counts: Ints = np.diff(upto)
        else:
            counts = upto[len(self.begins) :] - upto[: len(self.begins)]
        return counts

    def _cut_edges(self, words: int) -> tuple[Ints, Ints, Words]:
        """(word, the same kept within the block, its bits that lie before the edge) for every edge; made once."""
        if self._edges is None:
            touching = bool((self.begins[1:] == self.ends[:-1]).all())
            edges = np.concatenate([self.begins, self.ends[-1:] if touching else self.ends])
            word = edges >> 6
            below = (np.uint64(1) << (edges & 63).astype(np.uint64)) - np.uint64(1)
            self._edges = word, np.minimum(word, words - 1), below
        return self._edges


def _between(mask: Words, ones: npt.NDArray[np.uint8], begin: int, end: int) -> int:
    first, last = begin >> 6, end >> 6
    found = int(ones[first:last].sum(dtype=np.int64))
    if begin & 63:
        found -= (int(mask[first]) & ((1 << (begin & 63)) - 1)).bit_count()
    if end & 63:
        found += (int(mask[last]) & ((1 << (end & 63)) - 1)).bit_count()
    return found


def _blocks(stretches: Stretches) -> Iterator[_Block]:
    """The words of all stretches, a block at a time, each with the parts of the stretches that lie in it."""
    words, moved = _needed(stretches)
    begins, ends = stretches.begins - moved, stretches.ends - moved
    total = words.stop - words.start if isinstance(words, slice) else len(words)
    for first in range(0, total, _BLOCK):
        last = min(first + _BLOCK, total)
        own = slice(np.searchsorted(ends, first * 64, "right"), np.searchsorted(begins, last * 64, "left"))
        if own.start == own.stop:
            continue
        part: Any = slice(words.start + first, words.start + last) if isinstance(words, slice) else words[first:last]
        yield _Block(
            part,
            np.maximum(begins[own], first * 64) - first * 64,
            np.minimum(ends[own], last * 64) - first * 64,
            stretches.group[own],
        )


def _needed(stretches: Stretches) -> tuple[slice | Ints, Ints | int]:
    """(the words in which stretches lie, how far each stretch moves when only those are laid side by side)."""
    first, last = stretches.begins >> 6, (stretches.ends + 63) >> 6
    fresh = np.concatenate([[True], first[1:] > last[:-1]])
    begins: Ints = first[fresh]
    ends: Ints = last[np.concatenate([fresh[1:], [True]])]
    needed = int((ends - begins).sum())
    if needed * _GATHERING >= int(ends[-1] - begins[0]):
        return slice(int(begins[0]), int(ends[-1])), int(begins[0]) * 64
    offsets = np.concatenate([[0], np.cumsum(ends - begins)])[:-1]
    shift = begins - offsets
    words = np.arange(needed) + np.repeat(shift, ends - begins)
    run = np.cumsum(fresh) - 1
    return words, shift[run] * 64
