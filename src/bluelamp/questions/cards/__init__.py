"""A dashboard's cards answered for one view of the page: what each shows, with its coverage. Called by `web`.

A card that is grouped by a field shows all its values whatever is chosen there: the page filters everything else by the
choice, and marks it in the card that it was made in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bluelamp.errors import BluelampError
from bluelamp.messages import say
from bluelamp.questions.cards.base import Scene, known_filter, unknown_values
from bluelamp.questions.cards.heading import heading
from bluelamp.questions.dashboards import CardSpec, DashboardSpec
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question
from bluelamp.questions.registry import family_of
from bluelamp.questions.view import View, question_of


def answer_dashboard(
    version: DataVersion, dashboard: DashboardSpec, view: View, names: Collection[str] = ()
) -> dict[str, Any]:
    """All cards of one view (or those with these names), with the coverage of the dashboard's own dataset. A card that
    cannot be answered says so in its place, and the others are answered all the same."""
    cards = [dashboard.card(name) for name in names] if names else dashboard.cards
    question = question_of(view, dashboard.spec)
    known = replace(question, filters=tuple(known_filter(version, one) for one in question.filters))
    own = family_of(dashboard.spec).coverage(version, known)
    months = [one.month for one in own.by_month] or list(version.months)
    return {
        "dashboard": dashboard.name,
        "state": view.as_json(),
        "months": {"first": str(months[0]), "last": str(months[-1])} if months else None,
        "coverage": own.as_json(),
        "unknown": [
            say("card.noRecord", field=one.dimension.title.lower(), value=value)
            for one in question.filters
            for value in unknown_values(version, one)
        ],
        "cards": {card.name: answer_card(version, dashboard, card, view) for card in cards},
        "licence": version.licence(question),
    }


def answer_card(version: DataVersion, dashboard: DashboardSpec, card: CardSpec, view: View) -> dict[str, Any]:
    """One card. The words and the coverage that every card carries are added here."""
    head = {"kind": card.kind, "title": card.title, "help": card.help, "dataset": card.dataset}
    try:
        scene = Scene(version, dashboard, view)
        found = scene.family.cards[card.kind](scene, card)
    except BluelampError as error:
        return {**head, "error": {"detail": error.message, "hint": error.hint}}
    _, ignored = view.for_dataset(card.spec)
    # A filter whose every word is unknown keeps nothing, and has no form in which it could be asked again.
    question = found.question if found.question and all(one.values for one in found.question.filters) else None
    covered = scene.coverage(question) if question else None
    same = card.dataset == dashboard.dataset and not found.own_coverage
    titled = heading(card, view, question, covered)
    words = f"{titled}. {found.summary}"
    cite = _cite(version, words, question, covered.words()) if question and covered else ""
    return {
        **head,
        "heading": titled,
        "definition": found.definition,
        "unit": found.unit,
        "caveats": list(found.caveats),
        "question": question.canonical() if question else None,
        # The gaps of the dashboard's own dataset stand beside the cards already.
        "coverage": (covered.brief() if same else covered.as_json()) if covered else None,
        "summary": found.summary,
        "cite": cite,
        "ignored": [name for name in ignored if name],
        **found.shown,
    }


def _cite(version: DataVersion, words: str, question: Question, coverage: str) -> str:
    """A figure as prose, with all that it must be quoted with; `words` says what it is and how much."""
    return (
        f"{words} {coverage} Source: {version.source_in_prose(question)}, by Bluelamp, data version "
        f"{version.facts.name}, question {question.canonical()}. {version.licence(question)}"
    )
