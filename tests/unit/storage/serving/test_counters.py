"""Cubes and bit indexes say of every question exactly what the rows say."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pytest
from by_rows import count_by_rows
from random_version import FIRST, MONTHS

from bluelamp.storage.warehouse.serving import Counter, Facts, Serving

DATASETS = ("crimes", "outcomes", "stops")


class _Questions:
    """Random questions about some axes."""

    def __init__(self, facts: Facts, seed: int) -> None:
        self.facts, self.random = facts, np.random.default_rng(seed)

    def span(self) -> tuple[int, int]:
        if self.random.random() < 0.3:
            return 0, 1 << 16
        first, last = sorted(self.random.integers(FIRST - 2, FIRST + MONTHS + 2, 2).tolist())
        return first, last

    def codes(self, name: str) -> np.ndarray:
        """One code, a stretch of codes, all but some (what a negation becomes), any set, or none at all."""
        size = MONTHS if name == "month" else self.facts.sizes[name]
        begin = FIRST if name == "month" else 0
        kind = self.random.integers(0, 6)
        if kind == 0:
            found = self.random.integers(0, size, 1)
        elif kind == 1:
            first, last = sorted(self.random.integers(0, size, 2).tolist())
            found = np.arange(first, last + 1)
        elif kind == 2:
            found = np.setdiff1d(np.arange(size), self.random.integers(0, size, 2))
        elif kind == 3:
            found = np.array([0, size - 1])
        elif kind == 4 and self.random.random() < 0.2:
            found = np.array([], np.int64)
        else:
            found = np.flatnonzero(self.random.random(size) < 0.5)
        return found + begin

    def keep(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        chosen = [name for name in names if self.random.random() < 0.4]
        return {name: self.codes(name) for name in chosen}

    def by(self, names: Sequence[str], most: int) -> list[str]:
        return self.random.permutation(list(names))[: self.random.integers(0, most + 1)].tolist()


def _hold(
    connection: duckdb.DuckDBPyConnection, counter: Counter, dataset: str, questions: _Questions, names: Sequence[str]
) -> None:
    first, last = questions.span()
    keep = questions.keep(["month", *names])
    by = questions.by(["month", *names], 3)
    given = counter.count(first, last, keep, by)
    expected = count_by_rows(
        connection, dataset, questions.facts, first, last, {name: codes.tolist() for name, codes in keep.items()}, by
    )
    assert given.dtype == np.int64
    assert given.shape == expected.shape
    assert (given == expected).all(), (dataset, first, last, keep, by)


@pytest.mark.parametrize("dataset", DATASETS)
def test_cubes_count_what_the_rows_count(connection: duckdb.DuckDBPyConnection, serving: Serving, dataset: str) -> None:
    questions = _Questions(serving.facts[dataset], 1)
    for cube in serving.cubes[dataset].all:
        for _ in range(2 if dataset == "stops" else 12):
            _hold(connection, cube, dataset, questions, cube.dims)


@pytest.mark.parametrize("dataset", DATASETS)
def test_bit_indexes_count_what_the_rows_count(
    connection: duckdb.DuckDBPyConnection, serving: Serving, dataset: str
) -> None:
    index, facts = serving.bits[dataset], serving.facts[dataset]
    questions = _Questions(facts, 2)
    for _ in range(120):
        names = questions.random.permutation(list(facts.sizes))[:4].tolist()
        _hold(connection, index, dataset, questions, names)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_axis_means_what_questions_mean_by_it(
    connection: duckdb.DuckDBPyConnection, serving: Serving, dataset: str
) -> None:
    facts = serving.facts[dataset]
    for name in facts.sizes:
        expected = count_by_rows(connection, dataset, facts, 0, 1 << 16, {}, [name])
        assert (serving.bits[dataset].count(0, 1 << 16, {}, [name]) == expected).all(), name
        counter = serving.counter(dataset, frozenset([name]), (name,))
        assert counter is not None
        assert (counter.count(0, 1 << 16, {}, [name]) == expected).all(), name


def test_rows_of_no_force_are_in_no_index(connection: duckdb.DuckDBPyConnection, serving: Serving) -> None:
    for dataset in DATASETS:
        assert serving.bits[dataset].count(0, 1 << 16, {"force": np.array([0])}, []) == 0
        assert serving.facts[dataset].records == serving.bits[dataset].count(0, 1 << 16, {}, [])


def test_a_cube_answers_where_one_has_the_axes_else_the_bits(serving: Serving) -> None:
    by_cube = serving.counter("crimes", frozenset({"town", "crime_type"}), ("crime_type",))
    by_bits = serving.counter("crimes", frozenset({"town", "force", "crime_type"}), ("crime_type",))
    assert by_cube is serving.cubes["crimes"].pick(frozenset({"town", "crime_type"}))
    assert by_bits is serving.bits["crimes"]
    assert serving.counter("crimes", frozenset({"lsoa"}), ()) is None
    assert serving.counter("calls", frozenset(), ()) is None


def test_answers_of_very_many_cells_are_left_to_the_rows(serving: Serving) -> None:
    names = ("month", "force", "town", "local_authority", "object", "legislation", "self_ethnicity", "hour")
    assert serving.counter("stops", frozenset(names) - {"month"}, names) is None


def test_codes_that_there_are_not_are_those_of_no_record(serving: Serving) -> None:
    for counter in (serving.cubes["crimes"].all[0], serving.bits["crimes"]):
        assert counter.count(0, 1 << 16, {"crime_type": np.array([99, -1])}, []) == 0
        assert counter.count(FIRST + 3, FIRST + 1, {}, []) == 0
        assert counter.count(5, 9, {}, ["month", "crime_type"]).shape == (0, 16)
