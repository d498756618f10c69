"""Cards of calls over time: what is missing is the time that nobody watched.

Nothing is drawn, and never a zero, where nobody watched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bluelamp.domain.month import Month, month_range
from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.calls.cards.scene import coverage_of
from bluelamp.questions.families.calls.coverage import Exposure, exposures, percent
from bluelamp.questions.families.calls.datasets import DATE, HOUR, MONTH, WEEKDAY
from bluelamp.questions.model.question import Question


def months_watched(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by month, in the form of every card by month."""
    question = scene.question(card, measures=card.measures, by=[MONTH])
    covered = coverage_of(scene, question)
    found = {one.name: one for one in exposures(covered, MONTH)}
    shown = _months(sorted(found))
    its = {str(one.month): one for one in covered.by_month}
    held = {
        "months": shown,
        "expected": [its[month].expected if month in its else 0 for month in shown],
        "held": [its[month].held if month in its else 0 for month in shown],
    }
    view = scene.view
    chosen = {"from": str(view.first), "to": str(view.last)} if view.first and view.last else None
    return _over_time(scene, card, question, found, shown, {**held, "selected": chosen})


def days(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by day, of the newest days that the filters leave."""
    question = scene.question(card, measures=card.measures, by=[DATE], view=scene.view.without(DATE))
    found = {one.name: one for one in exposures(coverage_of(scene, question), DATE)}
    shown = sorted(found)[-_DAYS_SHOWN:]
    older = len(found) - len(shown)
    note = say("calls.periods.newest", shown=len(shown), count=len(found)) if older else ""
    held = {"days": shown, "note": note, "by": DATE, "selected": _chosen(scene, DATE)}
    return _over_time(scene, card, question, found, shown, held)


def _over_time(
    scene: Scene,
    card: CardSpec,
    question: Question,
    found: dict[str, Exposure],
    shown: list[str],
    more: dict[str, Any],
) -> CardAnswer:
    """The counts of the periods that are shown, with what is missing of each."""
    spec = card.spec
    counts = {row[0]: [int(value or 0) for value in row[1:]] for row in scene.rows(question)}
    drawn = [name in found and found[name].watched > 0 for name in shown]
    none = [0] * len(card.measures)
    values = [
        [counts.get(name, none)[at] if its else None for name, its in zip(shown, drawn, strict=True)]
        for at in range(len(card.measures))
    ]
    complete = [name in found and found[name].is_whole for name in shown]
    first = measure_of(spec, card.measures[0])
    return CardAnswer(
        question,
        {
            "series": [{"name": name, "label": measure_of(spec, name).title} for name in card.measures],
            "values": values,
            "complete": complete,
            "missing_usual": [_usual(found.get(name), counts.get(name, none)) for name in shown],
            "missing": [_missing(found.get(name)) for name in shown],
            **more,
        },
        _summary(shown, values[0] if values else [], complete, first.title),
        first.words,
        first.unit,
        scene.caveats(question),
    )


# -- by hour, and by hour of the week ----------------------------------------------------------------------------

_WEEKDAYS = range(1, 8)
_HOURS = range(24)
_DAYS_SHOWN = 62


def hours_watched(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by hour of the day, in the form of every card by hour."""
    measure = measure_of(card.spec, card.measure)
    question = scene.question(card, measures=[card.measure], by=[HOUR], view=scene.view.without(HOUR))
    covered = coverage_of(scene, question)
    watched = {int(one.name) for one in exposures(covered, HOUR) if one.watched}
    counts = {int(hour): int(count) for hour, count in scene.rows(question)}
    values = [counts.get(hour, 0) if hour in watched else None for hour in _HOURS]
    shown = {
        "by": HOUR,
        "hours": values,
        "unknown": 0,
        "total": sum(counts.values()),
        "note": scene.family.chart_note(scene.version, question, HOUR),
        "selected": _chosen(scene, HOUR),
    }
    summary = say("calls.hours.nothing")
    if counts:
        busiest = max(counts, key=lambda hour: counts[hour])
        told = say("card.hours.busiest", hour=f"{busiest:02d}:00", count=counts[busiest])
        summary = f"{told} {shown['note']}"
    return CardAnswer(question, shown, summary.strip(), measure.words, measure.unit, scene.caveats(question))


def week(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by hour of the week, and how many for each hour that was watched: some hours come more often than others
    in the time that is held."""
    measure = measure_of(card.spec, card.measure)
    view = scene.view.without(HOUR).without(WEEKDAY)
    question = scene.question(card, measures=[card.measure], by=[WEEKDAY, HOUR], view=view)
    covered = coverage_of(scene, question)
    minutes: Counter[tuple[int, int]] = Counter()
    expected: Counter[tuple[int, int]] = Counter()
    for one in covered.days:
        minutes.update({(one.day.isoweekday(), hour): one.watched[hour] for hour in _HOURS})
        expected.update({(one.day.isoweekday(), hour): one.expected[hour] for hour in _HOURS})
    counts = {(int(day), int(hour)): int(count) for day, hour, count in scene.rows(question)}
    rows = [
        {
            "value": str(day),
            "label": say(f"weekday.{day}"),
            "counts": [counts.get((day, hour), 0) if minutes[day, hour] else None for hour in _HOURS],
            "hours_expected": [round(expected[day, hour] / 60, 2) for hour in _HOURS],
            "hours_watched": [round(minutes[day, hour] / 60, 2) for hour in _HOURS],
            "rates": [_rate(counts.get((day, hour), 0), minutes[day, hour]) for hour in _HOURS],
        }
        for day in _WEEKDAYS
    ]
    feeds = len({one.feed for one in covered.days})
    unit = say("calls.week.unit", unit=measure.unit)
    if feeds > 1:
        unit = say("calls.week.unitOfFeeds", unit=measure.unit)
    shown = {"by": WEEKDAY, "week": rows, "total": sum(counts.values()), "words": unit}
    unwatched = sum(1 for cell, its in expected.items() if its and not minutes[cell])
    return CardAnswer(
        question, shown, _week_summary(rows, unit, unwatched), measure.words, measure.unit, scene.caveats(question)
    )


def _rate(count: int, minutes: float) -> float | None:
    return round(count * 60 / minutes, 2) if minutes else None


def _week_summary(rows: Iterable[dict[str, Any]], unit: str, unwatched: int) -> str:
    found = [(rate, row["label"], hour) for row in rows for hour, rate in enumerate(row["rates"]) if rate is not None]
    if not found:
        return say("calls.hours.nothing")
    rate, day, hour = max(found, key=lambda one: one[0])
    told = say("calls.week.busiest", weekday=day, hour=f"{hour:02d}:00", rate=f"{rate:g}", unit=unit)
    if unwatched:
        told += f" {say('calls.week.unwatched', count=unwatched, hours=unwatched + len(found))}"
    return told


def _chosen(scene: Scene, field: str) -> list[str]:
    return [value for name, sign, value in scene.view.where if (name, sign) == (field, "=")]


# -- by month ----------------------------------------------------------------------------------------------------


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
        return say("calls.period.nothing")
    return "" if exposure.is_whole else say("calls.period.part", share=percent(exposure.share))


def _summary(shown: list[str], values: list[int | None], complete: list[bool], title: str) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return say("calls.periods.nothing")
    incomplete = len(shown) - sum(complete)
    told = say("calls.periods.whole")
    if incomplete:
        told = say("calls.periods.part", count=incomplete, shown=len(shown))
    return say("calls.periods", title=title, first=shown[0], last=shown[-1], count=sum(known), complete=told)
