"""The cards of the archive, by kind: those that every family has, and its own over months and forces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bluelamp.questions.cards.base import CardAnswer
from bluelamp.questions.cards.shared import SHARED
from bluelamp.questions.cards.where import map_card
from bluelamp.questions.families.archive.cards.hours import hours
from bluelamp.questions.families.archive.cards.latest import latest_month
from bluelamp.questions.families.archive.cards.map_areas import map_areas, map_notes
from bluelamp.questions.families.archive.cards.months import months

CARDS: Mapping[str, Callable[..., CardAnswer]] = {
    **SHARED,
    "latest": latest_month,
    "months": months,
    "hours": hours,
    "map": partial(map_card, areas_of=map_areas, notes_of=map_notes),
}
