"""The cards of calls, by kind: those that every family has, and its own over days that were watched or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bluelamp.questions.cards.base import CardAnswer
from bluelamp.questions.cards.shared import SHARED
from bluelamp.questions.families.calls.cards import minutes, periods
from bluelamp.questions.families.calls.cards.latest import latest_day

CARDS: Mapping[str, Callable[..., CardAnswer]] = {
    **SHARED,
    "latest": latest_day,
    "months": periods.months_watched,
    "days": periods.days,
    "hours": periods.hours_watched,
    "week": periods.week,
    "median": minutes.median,
}
