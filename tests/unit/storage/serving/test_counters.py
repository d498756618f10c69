"""Cubes and bit indexes say of every question exactly what the rows say."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pytest

from bluelamp.storage.warehouse.indexes import Counter, IndexFolder
from tests.lib.serving.by_rows import count_by_rows
from tests.lib.serving.random_questions import RandomQuestions
from tests.lib.serving.random_version import FIRST

DATASETS = ("crimes", "outcomes", "stops")


def _hold(
    connection: duckdb.DuckDBPyConnection,
    counter: Counter,
    dataset: str,
    questions: RandomQuestions,
    names: Sequence[str],
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
def test_cubes_count_what_the_rows_count(
    connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str
) -> None:
    questions = RandomQuestions(serving.facts[dataset], 1)
    for cube in serving.cubes[dataset].all:
        for _ in range(2 if dataset == "stops" else 12):
            _hold(connection, cube, dataset, questions, cube.dims)


@pytest.mark.parametrize("dataset", DATASETS)
def test_bit_indexes_count_what_the_rows_count(
    connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str
) -> None:
    index, facts = serving.bits[dataset], serving.facts[dataset]
    questions = RandomQuestions(facts, 2)
    for _ in range(120):
        names = questions.random.permutation(list(facts.sizes))[:4].tolist()
        _hold(connection, index, dataset, questions, names)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_axis_means_what_questions_mean_by_it(
    connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str
) -> None:
    facts = serving.facts[dataset]
    for name in facts.sizes:
        expected = count_by_rows(connection, dataset, facts, 0, 1 << 16, {}, [name])
        assert (serving.bits[dataset].count(0, 1 << 16, {}, [name]) == expected).all(), name
        counter = serving.counter(dataset, frozenset([name]), (name,))
        assert counter is not None
        assert (counter.count(0, 1 << 16, {}, [name]) == expected).all(), name


def test_rows_of_no_force_are_in_no_index(connection: duckdb.DuckDBPyConnection, serving: IndexFolder) -> None:
    for dataset in DATASETS:
        assert serving.bits[dataset].count(0, 1 << 16, {"force": np.array([0])}, []) == 0
        assert serving.facts[dataset].records == serving.bits[dataset].count(0, 1 << 16, {}, [])


def test_a_cube_answers_where_one_has_the_axes_else_the_bits(serving: IndexFolder) -> None:
    by_cube = serving.counter("crimes", frozenset({"town", "crime_type"}), ("crime_type",))
    by_bits = serving.counter("crimes", frozenset({"town", "force", "crime_type"}), ("crime_type",))
    assert by_cube is serving.cubes["crimes"].pick(frozenset({"town", "crime_type"}))
    assert by_bits is serving.bits["crimes"]
    assert serving.counter("crimes", frozenset({"lsoa"}), ()) is None
    assert serving.counter("calls", frozenset(), ()) is None


def test_answers_of_very_many_cells_are_left_to_the_rows(serving: IndexFolder) -> None:
    names = ("month", "force", "town", "local_authority", "object", "legislation", "self_ethnicity", "hour")
    assert serving.counter("stops", frozenset(names) - {"month"}, names) is None


def test_codes_that_there_are_not_are_those_of_no_record(serving: IndexFolder) -> None:
    for counter in (serving.cubes["crimes"].all[0], serving.bits["crimes"]):
        assert counter.count(0, 1 << 16, {"crime_type": np.array([99, -1])}, []) == 0
        assert counter.count(FIRST + 3, FIRST + 1, {}, []) == 0
        assert counter.count(5, 9, {}, ["month", "crime_type"]).shape == (0, 16)
