"""Answers questions from a data version of the warehouse. Called by the command line, the API and the web server.

The indexes answer where they can, then the pre-counted marts, then the rows; tests hold the three against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.calls.told import caveats_of_calls, periods_of
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.calls.watched import WatchedCoverage
from bluelamp.questions.caveats import caveats_of_question, unplaced
from bluelamp.questions.coverage import Coverage
from bluelamp.questions.data_version import LICENCE, NOT_RECORDED, DataVersion
from bluelamp.questions.datasets import DatasetSpec, Measure
from bluelamp.questions.indexed import answer_from_indexes
from bluelamp.questions.periods import Period, caveats_of, incomplete_periods
from bluelamp.questions.question import MAX_ROWS, Question
from bluelamp.questions.scope import coverage_of_question
from bluelamp.questions.sql import Compiler

__all__ = ["LICENCE", "NOT_RECORDED", "Answer", "Column", "answer", "count"]

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: `kind` is dimension or measure, `unit` what a measure counts."""

    name: str
    kind: str
    words: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows with everything that a figure must carry: coverage, definition, version, caveats, truncation.

    `answered_by` names the engine that found the rows: indexes, marts or rows. `incomplete` are the months or years of
    the answer that cannot be compared with whole ones. `source` and `licence` are what a citation says of both.
    """

    question: Question
    columns: tuple[Column, ...]
    rows: Rows
    coverage: Coverage
    data_version: str
    newest_release: Month | None
    truncated: bool
    caveats: tuple[str, ...]
    answered_by: str
    incomplete: tuple[Period, ...] = ()
    source: str = ""
    licence: str = LICENCE

    def as_json(self) -> dict[str, Any]:
        names = [column.name for column in self.columns]
        return {
            "question": self.question.canonical(),
            "dataset": self.question.dataset.name,
            "columns": [
                {"name": c.name, "kind": c.kind, "words": c.words, **({"unit": c.unit} if c.unit else {})}
                for c in self.columns
            ],
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
            "coverage": self.coverage.as_json(),
            "data_version": self.data_version,
            "newest_release": str(self.newest_release) if self.newest_release else None,
            "as_of": str(self.question.as_of) if self.question.as_of else None,
            "truncated": self.truncated,
            "caveats": list(self.caveats),
            "incomplete_periods": [period.as_json() for period in self.incomplete],
            "licence": self.licence,
        }

    def citation(self) -> str:
        """How to cite these figures: the source, the question, the version that answered, what it covers."""
        return (
            f"{self.source}; asked “{self.question.canonical()}” of Bluelamp data version "
            f"{self.data_version}. {self.coverage.words()} {self.licence}"
        )


Engine = Callable[[DataVersion, Question], "Rows | None"]


def _from_marts(version: DataVersion, question: Question) -> Rows | None:
    dimensions = [*question.by, *(filter_.dimension for filter_ in question.filters)]
    if not question.dataset.mart or not all(dimension.in_mart for dimension in dimensions):
        return None
    return _from_sql(version, question, mart=True) if all(measure.mart for measure in question.measures) else None


def _from_rows(version: DataVersion, question: Question) -> Rows | None:
    return _from_sql(version, question, mart=False)


def _from_sql(version: DataVersion, question: Question, *, mart: bool) -> Rows:
    compiled = Compiler(version, question, mart=mart).compile()
    return version.rows(compiled.sql, compiled.parameters, most=(question.limit or MAX_ROWS) + 1, light=False)


# From the quickest to the one that can always answer. All give the same rows in the same order.
ENGINES: dict[str, Engine] = {"indexes": answer_from_indexes, "marts": _from_marts, "rows": _from_rows}


def answer(version: DataVersion, question: Question, *, engines: Sequence[str] = tuple(ENGINES)) -> Answer:
    """Answer a question. `engines` limits who may answer, for checks. Raises UsageError for unknown values."""
    rows, answered_by = _with_rates(version, question, engines)
    limit = question.limit or MAX_ROWS
    covered = coverage_of_question(version, question)
    incomplete, of_periods = _periods(version, question, covered)
    columns = [Column(one.name, "dimension", one.words) for one in question.by]
    columns += [Column(one.name, "measure", one.words, one.unit) for one in question.measures]
    missing = unplaced(question, lambda asked: count(version, asked, engines=engines))
    return Answer(
        question, tuple(columns), rows[:limit], covered, version.facts.name, version.facts.newest_release,
        len(rows) > limit,
        (*of_periods, *caveats_of_question(version, question), *missing),
        answered_by, incomplete, version.source(question), version.licence(question),
    )  # fmt: skip


def _periods(version: DataVersion, question: Question, covered: Coverage) -> tuple[tuple[Period, ...], list[str]]:
    """(the periods that are not whole, the sentences about them)."""
    if isinstance(version, CallsVersion) and isinstance(covered, WatchedCoverage):
        return periods_of(question, covered), caveats_of_calls(version, question, covered)
    incomplete = incomplete_periods(question, covered)
    return incomplete, caveats_of(incomplete)


def count(version: DataVersion, question: Question, *, engines: Sequence[str] = tuple(ENGINES)) -> int:
    """The one figure of a question that is not grouped: its first measure."""
    ((figure, *_),) = rows_of(version, question, engines)[0]
    return int(figure)


def rows_of(version: DataVersion, question: Question, engines: Sequence[str]) -> tuple[Rows, str]:
    for name in engines:
        rows = ENGINES[name](version, question)
        if rows is not None:
            return rows, name
    raise AssertionError(f"none of {engines} can answer {question.canonical()}")


# -- rates: a count and the residents it is divided by ---------------------------------------------------------------


def _with_rates(version: DataVersion, question: Question, engines: Sequence[str]) -> tuple[Rows, str]:
    """The rows, at most one more than the limit; rates are worked out from counts, whoever counted them."""
    if not any(measure.rate_of for measure in question.measures):
        return rows_of(version, question, engines)
    at = [place for place, dimension in enumerate(question.by) if dimension.kind == "area"]
    if not at:
        raise UsageError(
            f"{next(one.name for one in question.measures if one.rate_of)} needs residents, which only local "
            "authorities have.",
            "Group by local_authority as well.",
        )
    counted = replace(question, measures=_counted(question), order=(), limit=None)
    rows, answered_by = rows_of(version, counted, engines)
    residents = {area.name: area.residents for area in version.areas.values()}
    width = len(question.by)
    found = []
    for row in rows:
        counts = dict(zip((one.name for one in counted.measures), row[width:], strict=True))
        values = [
            _rate(counts[one.rate_of], residents.get(row[at[0]])) if one.rate_of else counts[one.name]
            for one in question.measures
        ]
        found.append((*row[:width], *values))
    return _in_order(question, found)[: (question.limit or MAX_ROWS) + 1], answered_by


def _counted(question: Question) -> tuple[Measure, ...]:
    """The measures to count: rates give way to what they are the rates of, each once."""
    names = dict.fromkeys(measure.rate_of or measure.name for measure in question.measures)
    return tuple(_measure(question.dataset, name) for name in names)


def _measure(spec: DatasetSpec, name: str) -> Measure:
    found = spec.measure(name)
    assert found is not None
    return found


def _rate(figure: int, residents: int | None) -> float | None:
    return round(1000 * figure / residents, 2) if residents else None


def _in_order(question: Question, rows: Rows) -> Rows:
    names = [one.name for one in question.by] + [one.name for one in question.measures]
    orders = question.order or ()
    for order in reversed(orders):
        at = names.index(order.name)
        last = not order.descending
        rows.sort(
            key=lambda row: ((row[at] is None) == last, 0 if row[at] is None else row[at]), reverse=order.descending
        )
    if not orders and question.measures[0].rate_of and question.by[0].kind == "area":
        at = len(question.by)
        rows.sort(key=lambda row: (row[0] == NOT_RECORDED, row[at] is None, -(row[at] or 0)))
    return rows
