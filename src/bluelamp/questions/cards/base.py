"""What the answers of all kinds of card have in common. Used by `cards` and its kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bluelamp.errors import UsageError
from bluelamp.questions.answer import NO_POINTS, figures
from bluelamp.questions.caveats import caveats_of_question
from bluelamp.questions.concern import coverage_of_question, holdings_of_question
from bluelamp.questions.dashboards import CardSpec, DashboardSpec
from bluelamp.questions.data_version import NOT_RECORDED, DataVersion
from bluelamp.questions.datasets import DatasetSpec, Measure
from bluelamp.questions.figures import NONE_LOCATED, Figures
from bluelamp.questions.file_caveats import caveats_of_files
from bluelamp.questions.question import Filter, Question, make_question
from bluelamp.questions.view import View, question_of


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """`shown` is what the kind of card draws; `question` asks for its data as a file."""

    question: Question | None
    shown: dict[str, Any]
    summary: str
    definition: str = ""
    unit: str = ""
    caveats: Sequence[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Scene:
    """A dashboard in one view over one data version."""

    version: DataVersion
    dashboard: DashboardSpec
    view: View

    def question(
        self, card: CardSpec, *, measures: Sequence[str] = (), by: Sequence[str] = (), view: View | None = None
    ) -> Question:
        """The card's question in the page's view, or in another one."""
        asked = question_of(view or self.view, card.spec, measures=measures, by=by)
        filters = (known_filter(self.version, one) for one in asked.filters)
        return replace(asked, filters=(*filters, *self.own_filters(card)))

    def own_filters(self, card: CardSpec) -> tuple[Filter, ...]:
        """The card's own filters. What they leave out may be a label that came later, or one long gone: that must not
        stop a card."""
        filters = make_question(card.dataset, where=card.where).filters
        return tuple(known_filter(self.version, one) if one.negated else one for one in filters)

    def figures(self, question: Question) -> Figures:
        """The rows of a question with what each stands on; what is not known is None."""
        return figures(self.version, question)[0]

    def rows(self, question: Question) -> list[tuple[Any, ...]]:
        """The rows of a question; what is not known is None."""
        return self.figures(question).rows

    def one(self, question: Question) -> tuple[tuple[Any, ...], str]:
        """(the values of a question that is not grouped, why they are not known: empty where they are)."""
        found = self.figures(question)
        (row,), (its,) = found.rows, found.coverages
        if not any(value is None for value in row):
            return row, ""
        return row, NO_POINTS if its.state == NONE_LOCATED else coverage_of_question(self.version, question).words()

    def told_of_files(self, question: Question, asked: str, only: frozenset[str]) -> str:
        """What must be read beside a chart itself: the sentences of these findings of the files that it is made of."""
        return " ".join(
            caveats_of_files(self.version, holdings_of_question(self.version, question), frozenset({asked}), only)
        )

    def caveats(self, question: Question) -> tuple[str, ...]:
        return caveats_of_question(self.version, question)


def known_filter(version: DataVersion, filter_: Filter) -> Filter:
    """The filter without words that no record of this version has. One without any value left keeps nothing, or,
    negated, everything: a link that was pasted before a vocabulary changed is answered, and what is unknown is told
    beside it."""
    unknown = set(unknown_values(version, filter_))
    if not unknown:
        return filter_
    return replace(filter_, values=tuple(value for value in filter_.values if value not in unknown))


def unknown_values(version: DataVersion, filter_: Filter) -> list[str]:
    """The filter's words that no record of this version has."""
    if filter_.dimension.kind not in ("word", "town", "area", "lsoa", "label"):
        return []
    found = []
    for value in filter_.values:
        if value not in ("", NOT_RECORDED):
            try:
                version.spelling(filter_.dimension, value)
            except UsageError:
                found.append(value)
    return found


def measure_of(spec: DatasetSpec, name: str) -> Measure:
    found = spec.measure(name)
    assert found is not None, name
    return found


def told(value: float | None) -> str:
    """A figure for a sentence: `1,204`, or `not known`."""
    return "not known" if value is None else f"{value:,}"


def whole(value: float | None) -> int | None:
    """A count as the whole number that it is; None where it is not known."""
    return None if value is None else int(value)


def percent(part: float, whole: float) -> str:
    """`25%`; `under 1%` where it would read as none."""
    if not whole:
        return "0%"
    share = part / whole
    if 0 < share < 0.005:
        return "under 1%"
    return f"{share:.0%}"
