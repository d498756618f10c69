"""Counts ordered records into cubes, a month at a time. Called by `build`.

The planes of all cubes grow together and each is written as soon as its month is counted, so that no cube is ever held
in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.dataset import BY_NAME
from bluelamp.storage.warehouse.indexes.facts import PLACE, Facts, counted_words
from bluelamp.storage.warehouse.indexes.files import Output, Slots
from bluelamp.storage.warehouse.indexes.ordering import Ordered

# A cube of more bytes than this is left out: the bit index answers in its place. Of few records that is as quick, so a
# cube must not be much larger than what it counts.
LARGEST = 400_000_000
_EACH_RECORD = 32
_SMALL = 1_000_000

Ints = npt.NDArray[np.int64]

# What stops are counted by in pairs, without a place, beside the published words.
_PAIRED = ("hour", "weekday", "time_known")


def lattice(dataset: str, facts: Facts) -> list[tuple[str, ...]]:
    """The axes of each cube of a dataset, after the month; those that would be too large left out."""
    tails: list[tuple[str, ...]]
    declared = BY_NAME[dataset]
    together = counted_words(declared, "together")
    if dataset == "crimes":
        tails = [("located", *together), ("located", "crime_type", "outcome_status")]
    elif dataset == "outcomes":
        tails = [("located", *together, "crime_type"), ("outcome_type", "time_to_outcome")]
    else:
        tails = [("located", name) for name in facts.sizes if name not in (*PLACE, "located")]
    found = [(*place, *tail) for tail in tails for place in ((), *((name,) for name in PLACE))]
    if dataset == "stops":
        found += list(combinations((*counted_words(declared, "pairs"), *_PAIRED), 2))
    most = min(LARGEST, max(_SMALL, _EACH_RECORD * facts.records))
    return [dims for dims in found if 4 * (facts.months + 1) * _cells(facts, dims) <= most]


def _cells(facts: Facts, dims: Sequence[str]) -> int:
    return prod(facts.sizes[name] for name in dims)


def write_cubes(
    ordered: Ordered, dataset: str, facts: Facts, output: Output, advance: Callable[[int], None]
) -> list[dict[str, Any]]:
    """Write every cube of the dataset from its records in the order of months; what the manifest says of each."""
    cubes = [_Growing(dims, facts, output) for dims in lattice(dataset, facts)]
    begins = np.searchsorted(ordered.attributes["month"], np.arange(facts.months + 1))
    for month in range(facts.months):
        advance(0)
        codes = _codes(ordered, int(begins[month]), int(begins[month + 1]))
        for cube in cubes:
            cube.add(month, codes)
    return [{"dims": list(cube.dims), "totals": cube.slots.place} for cube in cubes]


def _codes(ordered: Ordered, first: int, last: int) -> dict[str, Ints]:
    """The codes of the records of these segments, those of their place among them."""
    starts = ordered.starts[first : last + 1]
    rows = slice(int(starts[0]), int(starts[-1]))
    found = {name: column[rows].astype(np.int64) for name, column in ordered.columns.items()}
    for name in PLACE:
        found[name] = np.repeat(ordered.attributes[name][first:last].astype(np.int64), np.diff(starts))
    return found


class _Growing:
    """One cube while its months are counted."""

    def __init__(self, dims: tuple[str, ...], facts: Facts, output: Output) -> None:
        self.dims = dims
        self._sizes = [facts.sizes[name] for name in dims]
        self._total = np.zeros(prod(self._sizes), np.uint32)
        self.slots: Slots = output.slots((facts.months + 1, *self._sizes), np.dtype(np.uint32))

    def add(self, month: int, codes: dict[str, Ints]) -> None:
        cell = codes[self.dims[0]]
        for name, size in zip(self.dims[1:], self._sizes[1:], strict=True):
            cell = cell * size + codes[name]
        self._total += np.bincount(cell, minlength=len(self._total)).astype(np.uint32)
        self.slots.put(month + 1, self._total)
