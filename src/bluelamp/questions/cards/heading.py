"""What a card counts, where and when, in words: its title wherever it stands without its page (pictures, embeds,
citations). Used by `cards`."""

from __future__ import annotations

from collections.abc import Sequence

from bluelamp.domain.month import Month
from bluelamp.messages import joined
from bluelamp.questions.cards.base import measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.labels import value_label
from bluelamp.questions.model.question import Filter, Question
from bluelamp.questions.view import View, question_of

# Fields that say where, from the widest to the narrowest.
_PLACES = ("feed", "force", "division", "beat", "local_authority", "town", "lsoa", "map_point")
_BY = {"months": "month", "days": "day", "hours": "hour of the day", "week": "hour of the week"}
# Fields whose titles do not follow "by".
_FIELDS = {"object": "what was looked for", "feed": "agency"}
# Cards whose own title says what they count.
_TITLED = ("share", "median")
_MOST = 3  # so many values are named; then how many more


def heading(card: CardSpec, view: View, question: Question | None, covered: Coverage | None) -> str:
    """`Burglary by month, Gwent Police, January 2020 to November 2021`; empty for a card that counts nothing."""
    if card.kind == "text":
        return ""
    filters = [one for one in _chosen(card, view) if one.dimension.name != _own(card)]
    kinds = next((one for one in filters if one.dimension.name == "crime_type" and not one.negated), None)
    parts = [
        _what(card, kinds),
        *(_filter_words(one) for one in filters if one is not kinds and one.dimension.name not in _PLACES),
        _where(filters) or card.spec.family.everywhere,
        _when(question, covered),
    ]
    return ", ".join(part for part in parts if part)


def _chosen(card: CardSpec, view: View) -> tuple[Filter, ...]:
    """What is chosen on the page; the card's own filters are in its title."""
    return question_of(view, card.spec).filters


def _own(card: CardSpec) -> str:
    """The field that a card is grouped by: it shows all its values, whichever is chosen."""
    return {"hours": "hour", "days": "date"}.get(card.kind, card.by)


def _what(card: CardSpec, kinds: Filter | None) -> str:
    if card.kind in _TITLED:
        return card.title if kinds is None else f"{card.title}: {_values(kinds)}"
    subject = _subject(card, kinds)
    if card.kind == "map":
        return f"{subject} on the map"
    by = _BY.get(card.kind, "")
    if card.kind == "bars":
        dimension = card.spec.dimension(card.by)
        by = _FIELDS.get(card.by) or (_lower(dimension.title) if dimension else "")
    return f"{subject} by {by}" if by else subject


def _subject(card: CardSpec, kinds: Filter | None) -> str:
    names = card.measures or ([card.measure] if card.measure else [card.spec.measures[0].name])
    if kinds is not None:
        named = _values(kinds)
        return named if card.dataset == "crimes" else f"{measure_of(card.spec, names[0]).title}: {_lower(named)}"
    if card.dataset == "crimes" and names[0] == "count":
        names = ["recorded_crimes", "asb_incidents"]
    titles = [measure_of(card.spec, name).title for name in names]
    return " and ".join([titles[0], *(_lower(title) for title in titles[1:])])


def _where(filters: Sequence[Filter]) -> str:
    found = [one for one in filters if one.dimension.name in _PLACES]
    found.sort(key=lambda one: -_PLACES.index(one.dimension.name))
    places = [f"{'not ' if one.negated else ''}{_values(one)}" for one in found]
    return ", ".join(places)


def _when(question: Question | None, covered: Coverage | None) -> str:
    months = [one.month for one in covered.by_month] if covered else []
    first = question.first if question and question.first else min(months, default=None)
    last = question.last if question and question.last else max(months, default=None)
    return _span(first, last) if first and last else ""


def _span(first: Month, last: Month) -> str:
    return first.words() if first == last else f"{first.words()} to {last.words()}"


def _filter_words(one: Filter) -> str:
    name = _lower(one.dimension.title)
    return f"{name} not {_values(one)}" if one.negated else f"{name} {_values(one)}"


def _values(one: Filter) -> str:
    labels = [value_label(one.dimension.name, value) for value in one.values]
    if len(labels) > _MOST:
        labels = [*labels[: _MOST - 1], f"{len(labels) - _MOST + 1} more"]
    return joined(labels)


def _lower(text: str) -> str:
    """As within a sentence; what is an abbreviation stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
