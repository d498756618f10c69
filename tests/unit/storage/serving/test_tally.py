"""Counting bits beside plain counts: more records than a block holds, stretches near and far, every shape of filter."""

from __future__ import annotations

import numpy as np
import pytest

from bluelamp.storage.warehouse.indexes.planes import AxisPlanes, planes_of
from bluelamp.storage.warehouse.indexes.tally import Stretches, tally

RECORDS = 2_500_003  # three blocks, and a last word that is not full


@pytest.fixture(scope="module")
def codes() -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    return {name: random.integers(0, size, RECORDS).astype(np.uint16) for name, size in SIZES.items()}


SIZES = {"one": 1, "two": 2, "seven": 7, "many": 300}
KEPT = {
    "one": [[True], [False]],
    "two": [[True, False], [False, True]],
    "seven": [[True] * 6 + [False], [False, True] * 3 + [True], [False] * 7],
    "many": [list(np.arange(300) % 5 == 2), list(np.arange(300) < 260), list(np.arange(300) != 255)],
}


@pytest.fixture(scope="module")
def axes(codes: dict[str, np.ndarray]) -> dict[str, AxisPlanes]:
    return {name: AxisPlanes(SIZES[name], planes_of(codes[name], SIZES[name])) for name in SIZES}


def _stretches(kind: str) -> Stretches:
    random = np.random.default_rng(4)
    if kind == "whole":
        edges = np.array([0, RECORDS])
    elif kind == "touching":
        edges = np.unique(np.concatenate([[0, RECORDS], random.integers(0, RECORDS, 5000)]))
    elif kind == "near":
        edges = np.unique(random.integers(0, RECORDS, 40_000))
    elif kind == "far":  # so far apart that their words are gathered; some share a word
        begins = np.concatenate([random.integers(0, RECORDS - 9, 300), np.arange(100, 900, 7)])
        edges = np.unique(np.concatenate([begins, begins + 3]))
    else:
        edges = np.array([RECORDS - 1, RECORDS])
    begins, ends = (edges[:-1], edges[1:]) if kind in ("whole", "touching", "last") else (edges[:-1:2], edges[1::2])
    return Stretches(begins, ends, random.integers(0, 6, len(begins)), 6)


@pytest.mark.parametrize("kind", ["whole", "touching", "near", "far", "last"])
def test_bits_count_what_plain_codes_count(
    kind: str, codes: dict[str, np.ndarray], axes: dict[str, AxisPlanes]
) -> None:
    stretches = _stretches(kind)
    group = np.full(RECORDS, -1)
    for begin, end, number in zip(stretches.begins, stretches.ends, stretches.group, strict=True):
        group[begin:end] = number
    for name in SIZES:
        for kept in KEPT[name]:
            wanted = np.array(kept)
            inside = (group >= 0) & wanted[codes[name]]
            expected = np.bincount(group[inside], minlength=6)
            assert (tally(stretches, [(axes[name], wanted)], []) == expected).all()
    wanted = np.array(KEPT["many"][0])
    inside = (group >= 0) & wanted[codes["many"]]
    expected = np.zeros((7, 2, 6), np.int64)
    np.add.at(expected, (codes["seven"][inside], codes["two"][inside], group[inside]), 1)
    by = [(axes["seven"], np.ones(7, bool)), (axes["two"], np.ones(2, bool))]
    assert (tally(stretches, [(axes["many"], wanted)], by) == expected).all()


def test_neighbours_of_one_group_become_one_stretch() -> None:
    joined = Stretches(np.array([0, 5, 9, 20]), np.array([5, 9, 12, 22]), np.array([1, 1, 2, 2]), 3).joined()
    assert joined.begins.tolist() == [0, 9, 20]
    assert joined.ends.tolist() == [9, 12, 22]
    assert joined.group.tolist() == [1, 2, 2]


def test_no_stretch_counts_nothing(axes: dict[str, AxisPlanes]) -> None:
    none = np.zeros(0, np.int64)
    assert tally(Stretches(none, none, none, 2), [], [(axes["two"], np.ones(2, bool))]).tolist() == [[0, 0], [0, 0]]
