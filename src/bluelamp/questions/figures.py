"""The one way to a figure: what the engines counted, as values that know what they stand on. Every surface takes its
numbers from here, so that what is not known is never 0 on any of them.

A row is a number where something is held that could say it, and None where nothing is. What is held and has nothing
recorded is a row with 0. Each row carries its own coverage.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np

from bluelamp.errors import UsageError
from bluelamp.questions.model.axis import ValueAxis
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import Measure
from bluelamp.questions.model.family import Count
from bluelamp.questions.model.ordering import Row, order_of
from bluelamp.questions.model.question import MAX_ROWS, Question
from bluelamp.questions.registry import family_of
from bluelamp.questions.row_states import (
    FEW_LOCATED,
    NONE_LOCATED,
    CountedQuestion,
    RowCoverage,
    RowStates,
    row_states_of,
)
from bluelamp.questions.time_axis import time_axis

__all__ = ["FEW_LOCATED", "NONE_LOCATED", "Figures", "RowCoverage", "figures_of", "rate"]

# Of a ranking's rows those are compared that are held at least so well as the best of them, as a share.
_COMPARABLE = 0.9
# Of dimensions that are `crossed`, as long as rows are no more than this; beyond it, or of others, only times and
# publishers without any record are added.
_MOST_CROSSED = 20_000


@dataclass(frozen=True, slots=True)
class Figures:
    """`rows` hold labels and values in the order of the answer, `coverages` one for each of them. `strays` counts the
    records in places whose own force is not held: they are in no row's value."""

    rows: list[Row]
    coverages: list[RowCoverage]
    strays: int = 0


def figures_of(version: DataVersion, question: Question, count: Count) -> Figures:
    """The figures of a question, at most one more than its limit. `count` gives the rows that are recorded, as an
    engine found them; it is asked without the question's rates, which are worked out here."""
    return _Figuring(version, question, count).figures()


class _Figuring:
    def __init__(self, version: DataVersion, question: Question, count: Count) -> None:
        self.version, self.question, self.count = version, question, count
        self.family = family_of(question.dataset)
        self.holdings = self.family.files_of_rows(version, question)
        self.measures = _counted(question)
        self.times = time_axis(question, self.holdings[0])
        self.publishers = self.family.publisher_axis(version, question, self.holdings[0])

    def figures(self) -> Figures:
        question = self.question
        every, rates = self._adds_rows(), self.measures != question.measures
        asked = replace(question, measures=self.measures) if rates else question
        if every or rates:
            asked = replace(asked, order=(), limit=None)
        rows = self.count(asked)
        if not question.by and not rows:
            rows = [tuple(0 if one.is_count else None for one in self.measures)]
        lacking = list(self._lacking(rows)) if every else []
        rows = [*rows, *lacking]
        alike = self.publishers is None and self.times is None
        states = self._row_states(rows)
        rows, strays, changed = self._known(rows, states)
        if rates:
            rows = [self._rated(row, its) for row, its in zip(rows, states.coverages, strict=True)]
        order: Sequence[int] = range(len(rows))
        # Whoever counted put the rows in order already, as far as they knew them.
        if rates or lacking or question.order != asked.order or (changed and not alike):
            order = order_of(question, rows)
        if every or rates or changed:
            order = self._set_apart(order, rows, states.coverages)
        order = order[: (question.limit or MAX_ROWS) + 1]
        return Figures([rows[at] for at in order], [states.coverages[at] for at in order], strays)

    def _row_states(self, rows: Sequence[Row]) -> RowStates:
        uncovered = self.family.is_uncovered(self.question)
        return row_states_of(
            CountedQuestion(
                self.version, self.question, self.measures, self.holdings, self.publishers, self.times, uncovered,
                self.count,
            ),
            rows,
        )  # fmt: skip

    def _known(self, rows: list[Row], states: RowStates) -> tuple[list[Row], int, bool]:
        """(the rows with None for what is not known, how many records stray, whether anything is not known)."""
        if states.known is None:
            return rows, 0, False
        width, strays, changed, rows = len(self.question.by), 0, False, list(rows)
        for at in np.flatnonzero(~states.known.all(axis=1)).tolist():
            row = rows[at]
            if self._is_spilled(row):
                continue
            values, known = row[width:], states.known[at].tolist()
            strays += values[0] if states.strays[at] and isinstance(values[0], int) else 0
            rows[at] = (*row[:width], *(value if its else None for value, its in zip(values, known, strict=True)))
            changed = True
        return rows, strays, changed

    def _set_apart(self, order: Sequence[int], rows: Sequence[Row], coverages: Sequence[RowCoverage]) -> Sequence[int]:
        """In a ranking of places or forces, those of which much less is held than of others come after them, and those
        of which nothing is known last: what is low because files are missing is no low figure."""
        question, ranked = self.question, {one.name for one in self.question.measures}
        if self.publishers is None or self.times is not None:
            return order
        if not (question.order[0].name in ranked if question.order else not question.by[0].kind.ordered):
            return order
        least, first = _COMPARABLE * max((its.share for its in coverages), default=0.0), len(question.by)

        def part(at: int) -> tuple[bool, bool]:
            its = coverages[at]
            return rows[at][first] is None, its.share < least or its.state == FEW_LOCATED

        return sorted(order, key=part)

    def _is_spilled(self, row: Row) -> bool:
        """Whether something is recorded on a day of a month that is not held: a force's clock may be an hour off."""
        axis = self.times
        if axis is None or self.question.by[axis.at].name != "date" or self.publishers is not None:
            return False
        return bool(row[len(self.question.by)])

    # -- rows that nothing was recorded for ------------------------------------------------------------------------

    def _adds_rows(self) -> bool:
        return any(axis is not None and bool(axis.asked) for axis in (self.publishers, self.times))

    def _lacking(self, recorded: Sequence[Row]) -> Iterator[Row]:
        """The rows that are asked for and have no record: with 0 for each count, None for what is no count."""
        question, width = self.question, len(self.question.by)
        axes = [axis for axis in (self.publishers, self.times) if axis is not None and axis.asked]
        fixed = {axis.at for axis in axes} | {at for axis in axes for at in axis.derive}
        others = [at for at in range(width) if at not in fixed]
        key_of, other_of = _picking([axis.at for axis in axes]), _picking(others)
        rest: list[Row] = list(dict.fromkeys(map(other_of, recorded)))
        most = len(rest) * math.prod(len(axis.asked) for axis in axes)
        crossed = all(question.by[at].kind.crossed for at in others) and 0 < most <= _MOST_CROSSED
        if not crossed:
            rest, other_of = [(None,) * len(others)], lambda _: (None,) * len(others)
        # What is worked out from a time, as a month from a date, is no label of its own here.
        there = {(*key_of(row), *other_of(row)) for row in recorded} if others else set(map(key_of, recorded))
        nothing = tuple(0 if one.is_count else None for one in self.measures)
        for key in itertools.product(*(axis.asked for axis in axes)):
            for other in rest:
                if (*key, *other) not in there:
                    yield (*self._labels(axes, key, others, other), *nothing)

    def _labels(self, axes: Sequence[ValueAxis], key: Row, others: Sequence[int], other: Row) -> Row:
        """The labels of a row, in the order of the question."""
        labels: list[Any] = [None] * len(self.question.by)
        for at, label in zip(others, other, strict=True):
            labels[at] = label
        for axis, label in zip(axes, key, strict=True):
            labels[axis.at] = label
            for at, derive in axis.derive.items():
                labels[at] = derive(label)
        return tuple(labels)

    # -- rates -----------------------------------------------------------------------------------------------------

    @cached_property
    def _residents(self) -> dict[Any, int | None]:
        foreign = self.publishers.foreign if self.publishers is not None else frozenset()
        residents = self.family.residents(self.version)
        return {name: people for name, people in residents.items() if name not in foreign}

    def _rated(self, row: Row, coverage: RowCoverage) -> Row:
        """A row of counts with the measures that were asked for."""
        width, question = len(self.question.by), self.question.measures
        counts = dict(zip((one.name for one in self.measures), row[width:], strict=True))
        at = next(place for place, dimension in enumerate(self.question.by) if dimension.kind.has_residents)
        people = None if coverage.state == FEW_LOCATED else self._residents.get(row[at])
        values = (rate(counts[one.rate_of], people) if one.rate_of else counts[one.name] for one in question)
        return (*row[:width], *values)


def _picking(places: Sequence[int]) -> Callable[[Row], Row]:
    """What gives these places of a row, as a tuple however few they are."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[at] for at in places)


def rate(figure: float | None, residents: int | None, digits: int = 2) -> float | None:
    """Per 1,000 residents; None where either is not known."""
    return round(1000 * figure / residents, digits) if residents and figure is not None else None


def _counted(question: Question) -> tuple[Measure, ...]:
    """The measures to count: rates give way to what they are the rates of, each once. Raises UsageError for a rate of
    what has no residents."""
    rates = [measure for measure in question.measures if measure.rate_of]
    if rates and not any(dimension.kind.has_residents for dimension in question.by):
        raise UsageError(
            f"{rates[0].name} needs residents, which only local authorities have.", "Group by local_authority as well."
        )
    names = dict.fromkeys(measure.rate_of or measure.name for measure in question.measures)
    return tuple(one for name in names if (one := question.dataset.measure(name)) is not None)
