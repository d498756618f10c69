"""What the answers of all kinds of card have in common. Used by `cards` and its kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bluelamp.questions.answer import ENGINES, rows_of
from bluelamp.questions.caveats import caveats_of_question
from bluelamp.questions.dashboards import CardSpec, DashboardSpec
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.datasets import DatasetSpec, Measure
from bluelamp.questions.question import Filter, Question, make_question
from bluelamp.questions.state import State, question_of


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
    """A dashboard in one state over one data version."""

    version: DataVersion
    dashboard: DashboardSpec
    state: State

    def question(
        self, card: CardSpec, *, measures: Sequence[str] = (), by: Sequence[str] = (), state: State | None = None
    ) -> Question:
        """The card's question in the page's state, or in another one."""
        asked = question_of(state or self.state, card.spec, measures=measures, by=by)
        return replace(asked, filters=(*asked.filters, *self.own_filters(card)))

    def own_filters(self, card: CardSpec) -> tuple[Filter, ...]:
        """The card's own filters, without words that this version's data do not have: a label that came later, or one
        long gone, must not stop a card."""
        filters = make_question(card.dataset, where=card.where).filters
        found = []
        for one in filters:
            if one.dimension.kind == "word":
                words = self.version.words(one.dimension)
                kept = tuple(value for value in one.values if value in words or value in ("", "not recorded"))
                one = replace(one, values=kept)  # noqa: PLW2901
            found.append(one)
        return tuple(one for one in found if one.values or not one.negated)

    def rows(self, question: Question) -> list[tuple[Any, ...]]:
        return rows_of(self.version, question, tuple(ENGINES))[0]

    def caveats(self, question: Question) -> tuple[str, ...]:
        return caveats_of_question(self.version, question)


def measure_of(spec: DatasetSpec, name: str) -> Measure:
    found = spec.measure(name)
    assert found is not None, name
    return found


def percent(part: float, whole: float) -> str:
    """`25%`; `under 1%` where it would read as none."""
    if not whole:
        return "0%"
    share = part / whole
    if 0 < share < 0.005:
        return "under 1%"
    return f"{share:.0%}"
