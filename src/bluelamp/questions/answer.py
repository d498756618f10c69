"""Answers questions from a data version of the warehouse. Called by the command line, the API and the web server.

The indexes answer where they can, then the pre-counted marts, then the rows; tests hold the three against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.messages import say
from bluelamp.questions.engines import ENGINE_NAMES, RecordedCounts, count_records
from bluelamp.questions.engines.engine import Rows
from bluelamp.questions.figures import NONE_LOCATED, Figures, RowCoverage, figures_of
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import MAX_ROWS, Question
from bluelamp.questions.registry import family_of


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: `kind` is dimension, measure or coverage, `unit` what a measure counts."""

    name: str
    kind: str
    words: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows with everything that a figure must carry: coverage, definition, version, caveats, truncation.

    A value is None where it is not known; `row_coverage` says for each row what it stands on, `strays` counts the
    records that are in no row's value (see `Figures`). `answered_by` names the engine that found the rows: indexes,
    marts or rows. `incomplete` are the months or years of the answer that cannot be compared with whole ones. `source`
    and `licence` are what a citation says of both.
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
    licence: str = ""
    row_coverage: tuple[RowCoverage, ...] = ()
    strays: int = 0

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns that every format has: those of the question, then what each row stands on."""
        told = [Column(name, "coverage", words) for name, words in COVERAGE_COLUMNS.items()]
        return (*self.columns, *(told if self._has_shares else told[:-1]))

    @property
    def all_rows(self) -> Rows:
        """The rows with a cell for each of `all_columns`."""
        shares = self._has_shares
        return [
            (*row, its.held, its.expected, its.state, *((its.located_share,) if shares else ()))
            for row, its in zip(self.rows, self.row_coverage, strict=True)
        ]

    @property
    def _has_shares(self) -> bool:
        return any(one.kind.is_place for one in self.question.by)

    def as_json(self) -> dict[str, Any]:
        names = [column.name for column in self.all_columns]
        return {
            "question": self.question.canonical(),
            "dataset": self.question.dataset.name,
            "columns": [
                {"name": c.name, "kind": c.kind, "words": c.words, **({"unit": c.unit} if c.unit else {})}
                for c in self.all_columns
            ],
            "rows": [dict(zip(names, row, strict=True)) for row in self.all_rows],
            "coverage": self.coverage.as_json(),
            "data_version": self.data_version,
            "newest_release": str(self.newest_release) if self.newest_release else None,
            "as_of": str(self.question.as_of) if self.question.as_of else None,
            "truncated": self.truncated,
            "strays": self.strays,
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


# What each row carries beside its figures; the last only where places are told.
COVERAGE_COLUMNS = {
    "held": "how many of the force-months (of calls, days) that the row asks for are held",
    "expected": "how many force-months (of calls, days) the row asks for",
    "state": "complete, part, few located, or why nothing is held and the figure is not known",
    "located_share": "share of the records of the place's force that have a map point, from 0 to 1",
}


def answer(version: DataVersion, question: Question, *, engines: Sequence[str] = ENGINE_NAMES) -> QueryResult:
    """Answer a question. `engines` limits who may answer, for checks. Raises UsageError for unknown values."""
    found, answered_by = figures(version, question, engines)
    limit = question.limit or MAX_ROWS
    family = family_of(question.dataset)
    covered = family.coverage(version, question)
    incomplete, of_periods = family.periods(version, question, covered)
    columns = [Column(one.name, "dimension", one.words) for one in question.by]
    columns += [Column(one.name, "measure", one.words, one.unit) for one in question.measures]
    missing = family.unplaced(question, lambda asked: count_records(version, asked, engines))
    return QueryResult(
        question, tuple(columns), found.rows[:limit], covered, version.facts.name, version.facts.newest_release,
        len(found.rows) > limit,
        (*of_periods, *family.caveats(version, question), *missing, *_of_places(found)),
        answered_by, incomplete, version.source(question), version.licence(question),
        tuple(found.coverages[:limit]), found.strays,
    )  # fmt: skip


def figures(version: DataVersion, question: Question, engines: Sequence[str] = ENGINE_NAMES) -> tuple[Figures, str]:
    """(the figures of a question, at most one more than its limit; who counted them)."""
    counts = RecordedCounts(version, engines)
    return figures_of(version, question, counts), counts.engine


def no_points_told() -> str:
    """What must be said where a place has no figure because its force publishes no map points."""
    return say("answer.noPoints")


def strays_message(strays: int) -> str:
    """What must be said of records in places that have no figure: what others record there says nothing of them."""
    return say("answer.strays", count=strays) if strays else ""


def _of_places(found: Figures) -> list[str]:
    """What must be said of records that are in no place's figure, and of places that have none."""
    told = [strays_message(found.strays)] if found.strays else []
    if any(its.state == NONE_LOCATED for its in found.coverages):
        told.append(no_points_told())
    return told
