"""The card by month where it is about calls: what is missing is the time that nobody watched. Used by `charts`."""

from __future__ import annotations

from bluelamp.domain.month import Month, month_range
from bluelamp.questions.calls.dataset import MONTH
from bluelamp.questions.calls.watched import Exposure, WatchedCoverage, exposures, percent
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.scope import coverage_of_question


def months_watched(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by month, in the form of every card by month: nothing is drawn, and never a zero, where nobody watched."""
    spec = card.spec
    asked = scene.question(card, measures=card.measures, by=[MONTH])
    covered = coverage_of_question(scene.version, asked)
    assert isinstance(covered, WatchedCoverage)
    found = {one.name: one for one in exposures(covered, MONTH)}
    days = {str(one.month): one for one in covered.by_month}
    counts = {row[0]: [int(value) for value in row[1:]] for row in scene.rows(asked)}
    shown = _months(sorted(found))
    drawn = [month in found and found[month].watched > 0 for month in shown]
    none = [0] * len(card.measures)
    values = [
        [counts.get(month, none)[at] if its else None for month, its in zip(shown, drawn, strict=True)]
        for at in range(len(card.measures))
    ]
    complete = [month in found and found[month].is_whole for month in shown]
    view = scene.view
    first = measure_of(spec, card.measures[0])
    return CardAnswer(
        asked,
        {
            "series": [{"name": name, "label": measure_of(spec, name).title} for name in card.measures],
            "months": shown,
            "values": values,
            "expected": [days[month].expected if month in days else 0 for month in shown],
            "held": [days[month].held if month in days else 0 for month in shown],
            "complete": complete,
            "missing_usual": [_usual(found.get(month), counts.get(month, none)) for month in shown],
            "missing": [_missing(found.get(month)) for month in shown],
            "selected": {"from": str(view.first), "to": str(view.last)} if view.first and view.last else None,
        },
        _summary(shown, values[0] if values else [], complete, first.title),
        first.words,
        first.unit,
        scene.caveats(asked),
    )


def _months(names: list[str]) -> list[str]:
    """Every month from the first to the last: a gap must not close up."""
    return [str(one) for one in month_range(Month.parse(names[0]), Month.parse(names[-1]))] if names else []


def _usual(exposure: Exposure | None, counts: list[int]) -> int | None:
    """About how many are missing: as many for the time that was not watched as for the time that was."""
    if exposure is None or not exposure.watched:
        return None
    return round(sum(counts) * (exposure.expected / exposure.watched - 1))


def _missing(exposure: Exposure | None) -> str:
    if exposure is None or not exposure.watched:
        return "nobody watched"
    return "" if exposure.is_whole else f"watched {percent(exposure.share)} of the time"


def _summary(months: list[str], values: list[int | None], complete: list[bool], title: str) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "Nothing was watched in these months."
    incomplete = len(months) - sum(complete)
    told = f"{incomplete} of {len(months)} were not watched whole." if incomplete else "All were watched whole."
    return f"{title} by month from {months[0]} to {months[-1]}: {sum(known):,} in all. {told}"
