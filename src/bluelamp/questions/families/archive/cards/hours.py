"""The card of the hours of the day, of records whose time of day is known."""

from __future__ import annotations

from typing import Any

from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.archive.cards.scene import caveats_of_chart

# Whose clock it was is no fine print of a chart of hours.
_CLOCKS = frozenset({"clock_local", "clock_undecided", "half_days"})


def hours(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by hour of the day, of records whose time is known."""
    measure = measure_of(card.spec, card.measure)
    question = scene.question(card, measures=[card.measure], by=["hour"], view=scene.view.without("hour"))
    reason = scene.why_unknown(question)
    if reason:
        nothing = {"hours": [None] * 24, "unknown": None, "total": None, "note": "", "reason": reason}
        shown: dict[str, Any] = {"by": "hour", **nothing, "selected": _chosen_hours(scene)}
        return CardAnswer(question, shown, reason, measure.words, measure.unit, scene.caveats(question))
    counts: list[int] = [0] * 24
    unknown = 0
    for hour, count in scene.rows(question):
        if hour is None:
            unknown = int(count)
        else:
            counts[int(hour)] = int(count)
    whole = sum(counts)
    note = ""
    if unknown:
        note = say("archive.card.hours.unknown", count=unknown, share=percent(unknown, whole + unknown))
    note = f"{note} {caveats_of_chart(scene, question, 'hour', _CLOCKS)}".strip()
    shown = {
        "by": "hour",
        "hours": counts,
        "unknown": unknown,
        "total": whole + unknown,
        "note": note,
        "reason": "",
        "selected": _chosen_hours(scene),
    }
    busiest = max(range(24), key=counts.__getitem__)
    told = say("archive.card.hours.nothing")
    if whole:
        told = say("card.hours.busiest", hour=f"{busiest:02d}:00", count=counts[busiest])
    return CardAnswer(question, shown, f"{told} {note}".strip(), measure.words, measure.unit, scene.caveats(question))


def _chosen_hours(scene: Scene) -> list[str]:
    return [value for field, sign, value in scene.view.where if (field, sign) == ("hour", "=")]
