"""The card of the newest closed day of calls, and how much of it was watched.

Two days are compared only where the same feeds were watched on both, all day long: what nobody watched is not calm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.messages import joined, say, span
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.calls.cards.scene import coverage_of
from bluelamp.questions.families.calls.coverage import NOT_CLOSED, WHOLE, DayOfFeed, percent
from bluelamp.questions.families.calls.datasets import DATE, MONTH, WEEKDAY, YEAR
from bluelamp.questions.model.dataset import DatasetSpec, Dimension
from bluelamp.questions.model.question import Filter, Question

_TOLERANCE = 1.0  # minutes of an hour that an answer may be late by
_NAMED = 4


def latest_day(scene: Scene, card: CardSpec) -> CardAnswer:
    """The newest closed day of the view beside the day before and the same weekday a week before, over the same
    feeds."""
    measure = measure_of(card.spec, card.measure)
    asked = scene.question(card, measures=[card.measure])
    inside = _closed(scene, asked)
    if not inside:
        words = say("calls.latest.nothing")
        return CardAnswer(None, {"month": None, "day": None, "words": words}, words, measure.words, measure.unit)
    newest = max(one.day for one in inside)
    feeds = sorted(one.feed for one in inside if one.day == newest)
    # What a day is compared with may lie outside of the months and days that are chosen.
    view = replace(scene.view, first=None, last=None)
    for name in (DATE, WEEKDAY, MONTH, YEAR):
        view = view.without(name)
    whole = scene.question(card, measures=[card.measure], view=view)
    days = {(one.feed, one.day): one for one in _closed(scene, whole)}
    value = _count(scene, whole, newest, feeds)

    def compared(back: int, words: str) -> dict[str, Any]:
        return _compared(scene, whole, newest, newest - timedelta(days=back), feeds, days, value, words)

    watched = _watched([days[feed, newest] for feed in feeds])
    before = compared(1, say("calls.latest.dayBefore"))
    week_before = compared(7, say("calls.latest.weekBefore", weekday=_weekday(newest)))
    others = list(_others(inside, newest))
    shown = {
        "month": None,
        "day": newest.isoformat(),
        "value": value,
        "forces": len(feeds),
        "watched": watched,
        "before": before,
        "week_before": week_before,
        "later": [],
        "silent": others,
    }
    question = _on(whole, newest, feeds)
    headline = say("calls.latest", count=value, unit=measure.unit, day=_day_words(newest))
    summary = " ".join([headline, watched, before["words"], week_before["words"], *others])
    # One day of many: its gaps are not the dashboard's, and stand in the card.
    caveats = scene.caveats(question)
    return CardAnswer(question, shown, summary, measure.words, measure.unit, caveats, own_coverage=True)


def _closed(scene: Scene, question: Question) -> list[DayOfFeed]:
    """The days of feeds in the lake that a question is about, as far as any of their time was watched."""
    return [one for one in coverage_of(scene, question).days if one.state != NOT_CLOSED and any(one.watched)]


def _on(whole: Question, day: date, feeds: Collection[str]) -> Question:
    found = (_dimension(whole.dataset, DATE), (day.isoformat(),)), (_dimension(whole.dataset, "feed"), tuple(feeds))
    kept = [one for one in whole.filters if one.dimension.name != "feed" or one.negated]
    return replace(whole, filters=(*kept, *(Filter(dimension, values) for dimension, values in found)))


def _dimension(spec: DatasetSpec, name: str) -> Dimension:
    found = spec.dimension(name)
    assert found is not None, name
    return found


def _count(scene: Scene, whole: Question, day: date, feeds: Collection[str]) -> int:
    ((value,),) = scene.rows(_on(whole, day, feeds))
    return int(value)


def _compared(
    scene: Scene,
    whole: Question,
    newest: date,
    other: date,
    feeds: Collection[str],
    days: dict[tuple[str, date], DayOfFeed],
    value: int,
    words: str,
) -> dict[str, Any]:
    """In the form of every comparison; without a value where the two days cannot be compared."""
    found: dict[str, Any] = {"month": f"{other:%Y-%m}", "value": None, "change": None}
    for day, name in ((newest, say("calls.latest.thisDay")), (other, words)):
        states = [days[feed, day].state if (feed, day) in days else "" for feed in feeds]
        if not all(states):
            return {**found, "words": say("calls.compare.notWatched", when=words)}
        if any(state != WHOLE for state in states):
            return {**found, "words": say("calls.compare.part", when=words, day=name)}
    before = _count(scene, whole, other, feeds)
    change = (value - before) / before if before else None
    return {**found, "value": before, "change": change, "words": _change_told(change, before, words)}


def _change_told(change: float | None, before: int, when: str) -> str:
    if change is None:
        return say("calls.compare.before", before=before, when=when)
    if not change:
        return say("calls.compare.same", before=before, when=when)
    size = f"{abs(change):.1%}"
    if change > 0:
        return say("calls.compare.more", change=size, before=before, when=when)
    return say("calls.compare.fewer", change=size, before=before, when=when)


def _watched(days: list[DayOfFeed]) -> str:
    """When the feeds were watched on the day, in a sentence."""
    if all(one.state == WHOLE for one in days):
        return say("calls.latest.watched")
    told = []
    for one in days:
        if one.state != WHOLE:
            share = sum(one.watched) / sum(one.expected)
            lacking = [hour for hour in range(24) if one.expected[hour] - one.watched[hour] > _TOLERANCE]
            part, hours = percent(share), _spans(lacking)
            if len(days) > 1:
                told.append(say("calls.latest.watchedPartOf", feed=one.title, share=part, hours=hours))
            else:
                told.append(say("calls.latest.watchedPart", share=part, hours=hours))
    return " ".join(told)


def _spans(hours: list[int]) -> str:
    """`02:00 to 05:00 and 14:00 to 15:00`."""
    runs: list[list[int]] = []
    for hour in hours:
        if runs and runs[-1][1] == hour:
            runs[-1][1] = hour + 1
        else:
            runs.append([hour, hour + 1])
    told = [span(f"{first:02d}:00", f"{last:02d}:00") for first, last in runs]
    more = [say("calls.latest.moreSpans", count=len(told) - _NAMED)] if len(told) > _NAMED else []
    return joined([*told[:_NAMED], *more]) or say("calls.latest.someHours")


def _others(inside: list[DayOfFeed], newest: date) -> Iterator[str]:
    """The feeds whose newest day is an older one."""
    last: dict[str, DayOfFeed] = {}
    for one in inside:
        last[one.feed] = max(last.get(one.feed, one), one, key=lambda its: its.day)
    for one in last.values():
        if one.day < newest:
            yield say("calls.latest.older", feed=one.title, day=_day_words(one.day))


def _day_words(day: date) -> str:
    month = Month.of(day.year, day.month)
    return say("day", weekday=_weekday(day), day=day.day, month=month.name, year=f"{day.year}")


def _weekday(day: date) -> str:
    return say(f"weekday.{day.isoweekday()}")
