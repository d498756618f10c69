"""Answers from a real warehouse: marts against rows, coverage that leaks nowhere, values that are never SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from duckdb import DuckDBPyConnection as Warehouse
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import NOT_RECORDED, DatasetSpec, Dimension
from bluelamp.questions.parsing import make_question

ALL = ("indexes", "marts", "rows")


def ask(warehouse: Warehouse, dataset: str = "crimes", *, engines: Sequence[str] = ALL, **words: Any) -> QueryResult:
    return answer(ArchiveVersion(warehouse), make_question(dataset, **words), engines=engines)


def figure(warehouse: Warehouse, dataset: str = "crimes", **words: Any) -> int | None:
    """The one figure of a question; None where it is not known."""
    ((count,),) = ask(warehouse, dataset, **words).rows
    return None if count is None else int(count)


def total(warehouse: Warehouse, dataset: str = "crimes", **words: Any) -> int:
    count = figure(warehouse, dataset, **words)
    assert count is not None
    return count


# -- marts and rows ----------------------------------------------------------------------------------------------

_VALUES = {
    "month": ["2023-12", "2024-01", "2030-01"],
    "year": ["2023", "2024", "1999"],
    "force": ["kent", "essex", "surrey", "Kent Police"],
    "town": ["Maidstone", "guildford", "", NOT_RECORDED],
    "area": ["Bristol, City of", "Guildford", ""],
    "flag": ["true", "false"],
    "number": ["0", "12", "3", ""],
    "coded": [
        "still open",
        "in the same month",
        "1 month later",
        "crime not known",
        "White",
        "Arrest",
        "not recorded",
        "points of July 2022 and later",
    ],
    "word": ["Burglary", "Local resolution", "Male", "", "White"],
}


# Words that the small warehouse has of each vocabulary; the blank is one of every vocabulary.
_WORDS = {
    "crime_type": ["Burglary"],
    "last_outcome": ["Local resolution"],
    "outcome_type": ["Local resolution"],
    "latest_outcome": ["Local resolution"],
    "gender": ["Male"],
    "officer_ethnicity": ["White"],
}


def _fits(spec: DatasetSpec, dimension: Dimension, value: str) -> bool:
    if dimension.kind.name == "coded":
        return value in dimension.terms
    return dimension.kind.name != "word" or value == "" or value in _WORDS.get(dimension.name, ())


@st.composite
def questions(draw: st.DrawFn, spec: DatasetSpec) -> dict[str, object]:
    """Any question that the mart of a dataset may answer, and some that it may not."""
    dimensions = list(spec.dimensions)
    by = draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True))
    measures = [measure for measure in spec.measures if not measure.rate_of]
    measures = draw(st.lists(st.sampled_from(measures), min_size=1, max_size=3, unique=True))
    where = []
    for dimension in draw(st.lists(st.sampled_from([d for d in dimensions if d.kind.name in _VALUES]), max_size=2)):
        known = [value for value in _VALUES[dimension.kind.name] if _fits(spec, dimension, value)]
        values = draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
        sign = draw(st.sampled_from(["=", "!="]))
        where += [f"{dimension.name}{sign}{value}" for value in values]
    return {
        "by": [dimension.name for dimension in by],
        "measures": [measure.name for measure in measures],
        "where": where,
        "first": draw(st.sampled_from([None, Month.parse("2023-12")])),
        "last": draw(st.sampled_from([None, Month.parse("2023-12")])),
    }


@settings(max_examples=120)
@given(st.data(), st.sampled_from(["crimes", "outcomes"]))
def test_marts_and_rows_answer_alike(warehouse: Warehouse, data: st.DataObject, dataset: str) -> None:
    words = data.draw(questions(DATASETS[dataset]))
    from_mart = ask(warehouse, dataset, **words)  # type: ignore[arg-type]
    from_rows = ask(warehouse, dataset, engines=["rows"], **words)
    assert from_rows.answered_by == "rows"
    assert Counter(from_mart.rows) == Counter(from_rows.rows)
    assert from_mart.coverage == from_rows.coverage


@settings(max_examples=400)
@given(st.data(), st.sampled_from(["crimes", "outcomes", "stops"]))
def test_indexes_and_rows_answer_alike(indexed: ArchiveVersion, data: st.DataObject, dataset: str) -> None:
    """To the same rows in the same order: whoever answers, an answer is cut at the same place."""
    question = make_question(dataset, **data.draw(questions(DATASETS[dataset])))  # type: ignore[arg-type]
    from_rows = answer(indexed, question, engines=["rows"])
    found = answer(indexed, question)
    assert found.rows == from_rows.rows
    assert found.coverage == from_rows.coverage
    assert found.caveats == from_rows.caveats


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_the_indexes_answer_what_dashboards_ask(indexed: ArchiveVersion, dataset: str) -> None:
    spec = DATASETS[dataset]
    for dimension in spec.dimensions:
        if dimension.name in INDEXED[dataset]:
            question = make_question(dataset, by=["month", dimension.name], where=["force=kent", "town=Maidstone"])
            assert answer(indexed, question).answered_by == "indexes", dimension.name


INDEXED = {
    "crimes": {"town", "local_authority", "crime_type", "last_outcome", "located", "recorded", "outcome_status"},
    "outcomes": {"town", "local_authority", "crime_type", "outcome_type", "located", "time_to_outcome"},
    "stops": {"town", "local_authority", "hour", "gender", "age_range", "object", "outcome", "legislation", "weekday"},
}


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_every_dimension_and_measure_can_be_asked(warehouse: Warehouse, dataset: str) -> None:
    spec = DATASETS[dataset]
    whole = total(warehouse, dataset)
    for dimension in spec.dimensions:
        found = ask(warehouse, dataset, by=[dimension.name], measures=["count"])
        # Records in a place whose own force is not held are in no place's figure, and are told of.
        assert sum(row[1] or 0 for row in found.rows) + found.strays == whole, dimension.name
        assert len({row[0] for row in found.rows}) == len(found.rows), dimension.name
    for measure in spec.measures:
        if measure.rate_of:
            continue  # needs residents: tested by itself
        ((value,),) = ask(warehouse, dataset, measures=[measure.name]).rows
        assert value is not None, measure.name
        assert 0 <= value <= whole, measure.name


def test_a_group_filtered_by_its_own_value_has_its_own_count(warehouse: Warehouse) -> None:
    """What an answer shows can be asked for, `not recorded` included."""
    for dataset, spec in DATASETS.items():
        for dimension in spec.dimensions:
            if dimension.kind.name in ("number", "month", "date"):
                continue
            for value, count in ask(warehouse, dataset, by=[dimension.name], measures=["count"]).rows:
                text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
                assert figure(warehouse, dataset, where=[f"{dimension.name}={text}"]) == count, (dimension.name, value)


def test_asb_is_told_apart_from_recorded_crime(warehouse: Warehouse) -> None:
    found = ask(warehouse, measures=["count", "recorded_crimes", "asb_incidents"])
    ((count, recorded, asb),) = found.rows
    assert count == recorded + asb
    assert asb > 0
    assert any("anti-social behaviour" in caveat for caveat in found.caveats)
    assert total(warehouse, where=["recorded=false"]) == asb


def test_a_cut_answer_says_so(warehouse: Warehouse) -> None:
    whole = ask(warehouse, by=["town", "month"])
    cut = ask(warehouse, by=["town", "month"], limit=2)
    assert (len(cut.rows), cut.truncated, whole.truncated) == (2, True, False)
    assert cut.rows == whole.rows[:2]
    assert cut.as_json()["truncated"] is True


def test_ordering_and_the_unknown_last(warehouse: Warehouse) -> None:
    rows = ask(warehouse, by=["town"]).rows
    # What is not recorded comes after what is, and what is not known after both.
    assert [row[0] for row in rows[-2:]] == [NOT_RECORDED, "Guildford"]
    assert rows[-1][1] is None
    counts = [count for _, count in rows[:-2]]
    assert counts == sorted(counts, reverse=True)
    assert [row[0] for row in ask(warehouse, by=["month"]).rows] == ["2023-11", "2023-12", "2024-01"]
    ordered = ask(warehouse, by=["month"], order=["-month"]).rows
    assert [row[0] for row in ordered] == ["2024-01", "2023-12", "2023-11"]


# -- coverage ----------------------------------------------------------------------------------------------------


def gaps(found: QueryResult) -> set[tuple[str, str, int]]:
    return {(gap.force, gap.state, gap.months) for gap in found.coverage.gaps}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("dataset", "where", "expected", "held", "told"),
    [
        ("crimes", ["force=kent"], 3, 3, set()),
        ("crimes", ["force=kent", "month=2024-01"], 1, 1, set()),
        # A year that is asked for has twelve months, whatever is held of it.
        ("crimes", ["force=kent", "year=2023"], 12, 2, {("kent", "not covered", 10)}),
        ("crimes", ["force=kent", "year=2023", "month=2024-01"], 0, 0, set()),
        ("crimes", ["force=kent", "month!=2024-01"], 2, 2, set()),
        ("crimes", ["force=kent", "month=2030-01"], 1, 0, {("kent", "not yet published", 1)}),
        ("crimes", ["force=kent", "month=2009-01"], 1, 0, {("kent", "before publication", 1)}),
        ("outcomes", ["force=essex"], 3, 2, {("essex", "missing", 1)}),
        ("outcomes", ["force=northern-ireland"], 0, 0, set()),
        ("crimes", ["force=kent", "force=essex"], 6, 6, set()),
        # A territorial force that published nothing does not count as covered because its neighbours' records lie
        # in its area: those are strays, and prove nothing.
        ("crimes", ["town=Guildford"], 3, 0, {("surrey", "missing", 3)}),
        ("crimes", ["local_authority=Guildford"], 3, 0, {("surrey", "missing", 3)}),
        ("crimes", ["lsoa=E01024003"], 3, 0, {("surrey", "missing", 3)}),
        ("stops", ["town=Guildford"], 3, 0, {("surrey", "missing", 3)}),
        ("stops", ["local_authority=Guildford"], 3, 0, {("surrey", "missing", 3)}),
        ("crimes", ["town=GUILDFORD"], 3, 0, {("surrey", "missing", 3)}),
        # Asked of one neighbour alone, that one answers whole.
        ("crimes", ["town=Guildford", "force=kent"], 3, 3, set()),
        # An area where nobody else publishes is its own force's alone.
        ("crimes", ["town=Maidstone"], 3, 3, set()),
        ("crimes", ["local_authority=Bristol, City of"], 3, 3, set()),
    ],
)
def test_coverage_of_an_answer(
    warehouse: Warehouse, dataset: str, where: list[str], expected: int, held: int, told: set[tuple[str, str, int]]
) -> None:
    found = ask(warehouse, dataset, where=where)
    assert (found.coverage.expected, found.coverage.held, gaps(found)) == (expected, held, told)
    assert found.coverage.is_complete is (expected == held > 0)
    ((count,),) = found.rows
    assert (count is None) is (held == 0)


def test_coverage_of_everything_and_of_all_but_one(warehouse: Warehouse) -> None:
    assert ask(warehouse).coverage.expected == 45 * 3
    assert ask(warehouse).coverage.held == 6
    assert ask(warehouse, "outcomes").coverage.expected == 44 * 3
    assert ask(warehouse, where=["force!=kent"]).coverage.expected == 44 * 3
    assert ask(warehouse, where=["town="]).coverage.expected == 45 * 3
    assert ask(warehouse, first=Month.parse("2024-01")).coverage.expected == 45


def test_gaps_have_a_sentence(warehouse: Warehouse) -> None:
    found = ask(warehouse, "outcomes", where=["force=essex"])
    assert found.coverage.gaps[0].words() == "Essex Police published nothing for December 2023"
    assert found.as_json()["coverage"]["gaps"][0]["from"] == "2023-12"


# -- values are values -------------------------------------------------------------------------------------------

INJECTIONS = [
    "'; DROP TABLE dim_force; --", "' OR '1'='1", '" OR ""="', "1) OR (1=1", "$f0", "?", "%", "_", "\\'",
    "'); ATTACH '/etc/passwd'; --", "UNION SELECT slug FROM dim_force", "{}", "${x}", "\x00", "🙂", "a" * 5_000,
    "read_csv('/etc/passwd')", "<script>alert(1)</script>", "=1+1",
]  # fmt: skip


@pytest.mark.parametrize("value", INJECTIONS)
def test_a_value_is_never_sql(warehouse: Warehouse, value: str) -> None:
    whole = {dataset: total(warehouse, dataset) for dataset in DATASETS}
    for dataset, spec in DATASETS.items():
        for dimension in spec.dimensions:
            for sign in ("=", "!="):
                try:
                    count = total(warehouse, dataset, where=[f"{dimension.name}{sign}{value}"])
                except UsageError as error:
                    said = str(error).replace(value, "").upper()
                    assert not {"SELECT", "LIST_CONTAINS", "PARSER", "BINDER"} & set(said.split())
                else:
                    assert count == (0 if sign == "=" else whole[dataset]), dimension.name
    assert {dataset: total(warehouse, dataset) for dataset in DATASETS} == whole


@pytest.mark.parametrize("name", INJECTIONS)
def test_a_name_is_never_sql(warehouse: Warehouse, name: str) -> None:
    for words in ({"by": [name]}, {"measures": [name]}, {"where": [f"{name}=x"]}, {"order": [name]}):
        with pytest.raises(UsageError):
            ask(warehouse, **words)  # type: ignore[arg-type]


def test_a_word_of_the_data_that_looks_like_sql_is_a_word(warehouse: Warehouse) -> None:
    rows = dict(ask(warehouse, by=["crime_type"]).rows)  # type: ignore[var-annotated]
    strange = "Robbery'; DROP TABLE dim_force; --"
    assert rows[strange] > 0
    assert total(warehouse, where=[f"crime_type={strange}"]) == rows[strange]
    assert total(warehouse, by=[]) == sum(rows.values())


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("town=Maidston", "Did you mean Maidstone"),
        ("crime_type=Burglry", "Did you mean Burglary"),
        ("local_authority=Bristol City", "Did you mean Bristol, City of"),
        ("lsoa=E01024009", "No record has the lsoa"),
    ],
)
def test_a_value_that_no_record_has_is_refused_with_the_nearest(warehouse: Warehouse, where: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ask(warehouse, where=[where])


def test_values_are_found_in_any_case(warehouse: Warehouse) -> None:
    assert total(warehouse, where=["crime_type=bURGLARY"]) == total(warehouse, where=["crime_type=Burglary"])


def test_an_answer_carries_what_a_figure_must_carry(warehouse: Warehouse) -> None:
    found = ask(warehouse, by=["town"], where=["force=kent"]).as_json()
    assert found["newest_release"] == "2024-01"
    assert len(found["data_version"]) == 12
    assert "Open Government Licence" in found["licence"]
    assert found["question"] == "crimes?measure=count&by=town&where=force=kent"
    assert any("anonymised" in caveat for caveat in found["caveats"])
    assert any("label" in caveat for caveat in found["caveats"])
    assert found["coverage"]["complete"] is True
    assert [(column["name"], column["kind"]) for column in found["columns"]] == [
        ("town", "dimension"),
        ("count", "measure"),
        ("held", "coverage"),
        ("expected", "coverage"),
        ("state", "coverage"),
        ("located_share", "coverage"),
    ]
    assert set(found["rows"][0]) == {column["name"] for column in found["columns"]}
