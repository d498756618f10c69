"""What the answers of all kinds of card have in common. Used by `cards` and its kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bluelamp.errors import UsageError
from bluelamp.messages import say
from bluelamp.questions.answer import figures, no_points_told
from bluelamp.questions.dashboards import CardSpec, DashboardSpec
from bluelamp.questions.figures import NONE_LOCATED, Figures
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import NOT_RECORDED, DatasetSpec, Measure
from bluelamp.questions.model.family import Family
from bluelamp.questions.model.question import Filter, Question
from bluelamp.questions.parsing import make_question
from bluelamp.questions.registry import family_of
from bluelamp.questions.view import View, question_of


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """`shown` is what the kind of card draws; `question` asks for its data as a file. With `own_coverage` it is about
    another time than the dashboard, and so has other gaps."""

    question: Question | None
    shown: dict[str, Any]
    summary: str
    definition: str = ""
    unit: str = ""
    caveats: Sequence[str] = field(default=())
    own_coverage: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A dashboard in one view over one data version."""

    version: DataVersion
    dashboard: DashboardSpec
    view: View

    @property
    def family(self) -> Family[Any]:
        """The family of the dashboard, and of all its cards."""
        return family_of(self.dashboard.spec)

    def question(
        self, card: CardSpec, *, measures: Sequence[str] = (), by: Sequence[str] = (), view: View | None = None
    ) -> Question:
        """The card's question in the page's view, or in another one."""
        question = question_of(view or self.view, card.spec, measures=measures, by=by)
        filters = (known_filter(self.version, one) for one in question.filters)
        return replace(question, filters=(*filters, *self.own_filters(card)))

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
        return row, no_points_told() if its.state == NONE_LOCATED else self.coverage(question).words()

    def coverage(self, question: Question) -> Coverage:
        """The coverage of a question."""
        return self.family.coverage(self.version, question)

    def why_unknown(self, question: Question) -> str:
        """Why nothing is known; empty where something is held, and nothing was recorded. What joins two datasets is not
        known without either."""
        covered = self.coverage(question)
        known = covered.held and all(held for _, held, _ in covered.parts)
        return "" if known else covered.words()

    def caveats(self, question: Question) -> tuple[str, ...]:
        """What must be quoted with the figures of a question."""
        return self.family.caveats(self.version, question)


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
    if not filter_.dimension.kind.has_words:
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


def figure_words(value: float | None) -> str:
    """A figure for a sentence: `1,204`, or `not known`."""
    return say("card.notKnown") if value is None else f"{value:,}"


def whole(value: float | None) -> int | None:
    """A count as the whole number that it is; None where it is not known."""
    return None if value is None else int(value)


def percent(part: float, whole: float) -> str:
    """`25%`; `under 1%` where it would read as none."""
    if not whole:
        return "0%"
    share = part / whole
    if 0 < share < 0.005:
        return say("share.least", share="1%")
    return f"{share:.0%}"
