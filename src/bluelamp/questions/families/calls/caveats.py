"""What must be said with an answer about calls, beyond what always must: what its feeds leave out, which periods
were not watched whole. Used by `answer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.questions.families.calls.coverage import Exposure, WatchedCoverage, exposures, percent
from bluelamp.questions.families.calls.datasets import DATE, HOUR, MONTH, WEEKDAY, YEAR
from bluelamp.questions.families.calls.version import CallsVersion, FeedWords
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question

_TIMES = (DATE, MONTH, YEAR, HOUR, WEEKDAY)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MINUTES_A_DAY = 1440
_NAMED = 6
_OPEN = (
    "What had not ended when its day was last taken is counted, and in no median; when it ends, its day is made anew."
)


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
    caveats = "1 call" if count == 1 else f"{count:,} calls"
    of = f"these days, the oldest of {days[0][0]}" if len(days) > 1 else days[0][0]
    return [f"Still open: {caveats} of {of}. {_OPEN}"]


def of_periods(dimension: str, periods: Sequence[Exposure], *, in_part: bool = True) -> list[str]:
    """What must be said of the periods of a time dimension that were not watched whole, or not equally long. Without
    `in_part` those that were watched in part are left out."""
    found = []
    # The least watched first: of many only a few are named.
    lacking = sorted((one for one in periods if one.watched and not one.is_whole), key=lambda one: one.share)
    part = [f"{_name(dimension, one)} ({percent(one.share)})" for one in lacking]
    if part and in_part:
        found.append(f"Watched only in part: {_list(part)}. These figures are too low to be compared.")
    none = [_name(dimension, one) for one in periods if not one.watched]
    if none:
        found.append(f"Not watched at all: {_list(none)}. No figure there is no zero.")
    if dimension == WEEKDAY and len({round(one.watched / _MINUTES_A_DAY, 1) for one in periods}) > 1:
        days = [f"{_name(dimension, one)} {one.watched / _MINUTES_A_DAY:.1f}" for one in periods]
        found.append(f"Weekdays were not watched equally long; days watched: {', '.join(days)}.")
    return found


def _name(dimension: str, period: Exposure) -> str:
    if dimension == WEEKDAY:
        return _DAYS[int(period.name) - 1]
    return f"{int(period.name):02d}:00" if dimension == HOUR else period.name


def _of_feed(words: FeedWords) -> list[str]:
    found = [f"{words.title}: {words.description}"] if words.description else []
    if words.window == "rolling":
        found.append(f"{words.title} lists calls for a time only: none of them is known to have been closed.")
    if words.withheld:
        found.append(f"{words.title}: left out here by nature: {_list(list(words.withheld))}.")
    if words.masked:
        found.append(f"{words.title}: block numbers are masked here.")
    return found


def _list(words: list[str]) -> str:
    more = f" and {len(words) - _NAMED:,} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more
