"""What must be said with an answer about calls, beyond what always must: what its feeds leave out, which periods
were not watched whole. Used by `answer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.messages import listed, say
from bluelamp.questions.families.calls.coverage import Exposure, WatchedCoverage, exposures, percent
from bluelamp.questions.families.calls.datasets import DATE, HOUR, MONTH, WEEKDAY, YEAR
from bluelamp.questions.families.calls.version import CallsVersion, FeedWords
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question

_TIMES = (DATE, MONTH, YEAR, HOUR, WEEKDAY)
_MINUTES_A_DAY = 1440
_NAMED = 6


@dataclass(frozen=True, slots=True)
class WatchedPeriod(Period):
    """A period of an answer about calls; `expected` and `held` count minutes."""

    def as_json(self) -> dict[str, Any]:
        return {"period": self.name, "months": 0, "of_months": 0, "expected": self.expected, "held": self.held}


def periods_of(question: Question, coverage: WatchedCoverage) -> tuple[WatchedPeriod, ...]:
    """The periods of the answer that were not watched whole."""
    found = [one for name in _times(question) for one in exposures(coverage, name) if not one.is_whole]
    return tuple(WatchedPeriod(one.name, (), 0, round(one.expected), round(one.watched)) for one in found)


def _times(question: Question) -> list[str]:
    return [dimension.name for dimension in question.by if dimension.name in _TIMES]


def caveats_of_calls(version: CallsVersion, question: Question, coverage: WatchedCoverage) -> list[str]:
    """The sentences that apply by the feeds and the periods of a question."""
    found = []
    for name in _times(question):
        found += of_periods(name, exposures(coverage, name))
    for feed in version.feeds_of(question.filters):
        found += _of_feed(version.feeds[feed])
    return found + _still_open(version, coverage)


def _still_open(version: CallsVersion, coverage: WatchedCoverage) -> list[str]:
    """How many calls of the days that a question is about had not ended, whatever else it leaves out."""
    concerned = {(one.feed, one.day.isoformat()) for one in coverage.days}
    days = sorted((day.day, day.open) for day in version.days if day.open and (day.feed, day.day) in concerned)
    if not days:
        return []
    count = sum(calls for _, calls in days)
    named = say("calls.caveat.openDays", day=days[0][0]) if len(days) > 1 else days[0][0]
    return [say("calls.caveat.open", calls=say("calls.caveat.calls", count=count), days=named)]


def of_periods(dimension: str, periods: Sequence[Exposure], *, in_part: bool = True) -> list[str]:
    """What must be said of the periods of a time dimension that were not watched whole, or not equally long. Without
    `in_part` those that were watched in part are left out."""
    found = []
    # The least watched first: of many only a few are named.
    lacking = sorted((one for one in periods if one.watched and not one.is_whole), key=lambda one: one.share)
    part = [say("calls.caveat.share", period=_name(dimension, one), share=percent(one.share)) for one in lacking]
    if part and in_part:
        found.append(say("calls.caveat.part", periods=listed(part, most=_NAMED)))
    none = [_name(dimension, one) for one in periods if not one.watched]
    if none:
        found.append(say("calls.caveat.nothing", periods=listed(none, most=_NAMED)))
    if dimension == WEEKDAY and len({round(one.watched / _MINUTES_A_DAY, 1) for one in periods}) > 1:
        days = [
            say("calls.caveat.weekday", weekday=_name(dimension, one), days=f"{one.watched / _MINUTES_A_DAY:.1f}")
            for one in periods
        ]
        found.append(say("calls.caveat.weekdays", weekdays=listed(days)))
    return found


def _name(dimension: str, period: Exposure) -> str:
    if dimension == WEEKDAY:
        return say(f"weekday.{int(period.name)}")
    return f"{int(period.name):02d}:00" if dimension == HOUR else period.name


def _of_feed(words: FeedWords) -> list[str]:
    found = [say("calls.caveat.feed", feed=words.title, description=words.description)] if words.description else []
    if words.window == "rolling":
        found.append(say("calls.caveat.rolling", feed=words.title))
    if words.withheld:
        found.append(say("calls.caveat.withheld", feed=words.title, natures=listed(words.withheld, most=_NAMED)))
    if words.masked:
        found.append(say("calls.caveat.masked", feed=words.title))
    return found
