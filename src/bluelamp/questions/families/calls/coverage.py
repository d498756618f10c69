"""How complete an answer about calls is: which days of which feeds it should contain, and how much of them was watched.
Missing is never zero: a day that nobody watched is a gap, one that was watched in part is told in percent. Used by
`scope` and `periods`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.messages import listed, say, span
from bluelamp.questions.families.calls.datasets import CALLS_FAMILY, DATE, HOUR, MONTH, WEEKDAY, YEAR
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.coverage import Coverage, MonthCoverage
from bluelamp.questions.model.question import Question, filters_keep

WHOLE, PART, NOT_WATCHED, NOT_CLOSED = "watched", "watched in part", "not watched", "not closed"
# The day was closed, and its file is no longer there or no longer what was written.
LOST = "lost"
# What is missing of a day when an answer came a moment late.
_TOLERANCE = 1.0  # minutes
_HOURS = range(24)
# Days are looked at so far beyond those held, however far off the months are that somebody asks for.
_BEYOND = timedelta(days=3_660)
_LACKING = (PART, NOT_WATCHED, NOT_CLOSED, LOST)


@dataclass(frozen=True, slots=True)
class DayOfFeed:
    """A local day of a feed under a question: minutes by local hour, none where the question leaves the hour out."""

    feed: str
    title: str
    day: date
    expected: tuple[float, ...]
    watched: tuple[float, ...]
    closed: bool
    lost: bool = False

    @property
    def state(self) -> str:
        if self.lost:
            return LOST
        if not self.closed:
            return NOT_CLOSED
        lacking = sum(self.expected) - sum(self.watched)
        if lacking <= _TOLERANCE:
            return WHOLE
        return PART if any(self.watched) else NOT_WATCHED


@dataclass(frozen=True, slots=True)
class DayGap:
    """A run of days of one feed that are not whole, and why. `share` is how much of them was watched."""

    feed: str
    title: str
    state: str
    begin: date
    end: date
    share: float

    @property
    def days(self) -> int:
        return (self.end - self.begin).days + 1

    def words(self) -> str:
        """One sentence for a person."""
        when = span(f"{self.begin}", f"{self.end}")
        return say(f"calls.gap.{self.state}", who=self.title, when=when, share=percent(self.share))

    def as_json(self) -> dict[str, Any]:
        """In the form of every gap. Under the old names `force` is who it is about, and `months` in how many months it
        lies."""
        months = Month.of(self.end.year, self.end.month).index - Month.of(self.begin.year, self.begin.month).index + 1
        return {
            "publisher": self.feed,
            "force": self.feed,
            "name": self.title,
            "state": self.state,
            "from": self.begin.isoformat(),
            "to": self.end.isoformat(),
            "units": self.days,
            "months": months,
            "words": self.words(),
        }


@dataclass(frozen=True, slots=True)
class WatchedCoverage(Coverage):
    """`expected` counts days of feeds, `held` those that are closed and were watched at all; complete is only what was
    watched all the time."""

    days: tuple[DayOfFeed, ...] = field(default=(), repr=False)
    # Whether it is about whole months: not where a question picks days or hours.
    whole: bool = True

    @property
    def unit(self) -> str:
        return CALLS_FAMILY.unit

    @property
    def is_complete(self) -> bool:
        return bool(self.days) and not self.gaps

    @property
    def share(self) -> float:
        """How much of the time was watched; 1 for no time at all."""
        expected = sum(sum(one.expected) for one in self.days)
        return sum(sum(one.watched) for one in self.days) / expected if expected else 1.0

    def words(self) -> str:
        if not self.days:
            return say("calls.coverage.nothing")
        first, last = min(one.day for one in self.days), max(one.day for one in self.days)
        days = say("calls.coverage.days", count=len(self.days))
        feeds = len({one.feed for one in self.days})
        of = say("calls.coverage.feeds", days=days, feeds=feeds) if feeds > 1 else days
        when = span(f"{first}", f"{last}")
        if self.is_complete:
            return say("calls.coverage.complete", of=of, when=when)
        counts = {state: sum(1 for one in self.days if one.state == state) for state in _LACKING}
        lacking = listed([say(f"calls.days.{state}", count=count) for state, count in counts.items() if count])
        return say("calls.coverage.part", share=percent(self.share), of=of, when=when, lacking=lacking)


def percent(share: float) -> str:
    """`97.3%`; what is not all never reads as all, what is not nothing never as nothing."""
    if 0 < share < 0.001:
        return say("share.least", share="0.1%")
    return f"{min(share, 0.999):.1%}" if 0 < share < 1 else f"{share:.0%}"


def watched_coverage(version: CallsVersion, question: Question) -> WatchedCoverage:
    """The days that the answer should contain, and how much of them was watched."""
    told = tuple(
        (one.dimension.name, one.values, one.negated) for one in question.filters if one.dimension.name in _CHOOSE
    )
    return version.often(("watched", question.first, question.last, told), lambda: _counted(version, question))


# What a question can be limited by without leaving out calls of a time that it is about.
_PICK = (DATE, WEEKDAY, HOUR)
_CHOOSE = ("feed", MONTH, YEAR, *_PICK)


def _counted(version: CallsVersion, question: Question) -> WatchedCoverage:
    days = tuple(days_of(version, question))
    held = sum(one.state in (WHOLE, PART) for one in days)
    months: dict[Month, list[DayOfFeed]] = {}
    for one in days:
        months.setdefault(Month.of(one.day.year, one.day.month), []).append(one)
    by_month = tuple(
        MonthCoverage(month, len(its), sum(one.state in (WHOLE, PART) for one in its))
        for month, its in sorted(months.items())
    )
    whole = not any(one.dimension.name in _PICK for one in question.filters)
    return WatchedCoverage(len(days), held, tuple(_gaps(days)), by_month, days=days, whole=whole)


def days_of(version: CallsVersion, question: Question) -> Iterator[DayOfFeed]:
    """Every day that a question is about: from each feed's first to its last in the lake, and beyond them as far as
    months are asked for by name."""
    hours = [hour for hour in _HOURS if filters_keep(question.filters, HOUR, str(hour))]
    for feed, words in version.feeds.items():
        held = {date.fromisoformat(one.day): one for one in version.days if one.feed == feed}
        first, last = _question_span(question, min(held), max(held))
        for day in _from_to(first, last):
            if not version.concerns(question, feed, day) or not filters_keep(
                question.filters, WEEKDAY, str(day.isoweekday())
            ):
                continue
            found = held.get(day)
            expected = found.watched["expected"] if found else [60.0] * 24
            lost = found is not None and (feed, found.day) in version.lost
            watched = found.watched["watched"] if found and not lost else [0.0] * 24
            # A day before the first is over, and nobody watched it; one after the last may not be over.
            yield DayOfFeed(
                feed, words.title, day, tuple(expected[hour] if hour in hours else 0.0 for hour in _HOURS),
                tuple(watched[hour] if hour in hours else 0.0 for hour in _HOURS),
                found is not None or day < min(held), lost,
            )  # fmt: skip


def _question_span(question: Question, first: date, last: date) -> tuple[date, date]:
    """From which day to which a question goes, where those held go from `first` to `last`."""
    named = [
        Month.parse(value) for one in question.filters if one.dimension.name == MONTH for value in one.values if value
    ]
    named += [Month.of(int(value), number) for one in question.filters if one.dimension.name == YEAR and not one.negated
              for value in one.values if value for number in (1, 12)]  # fmt: skip
    named += [month for month in (question.first, question.last) if month is not None]
    begin = min([first, *(month.first_day for month in named)])
    end = max([last, *((month + 1).first_day - timedelta(days=1) for month in named)])
    return max(begin, first - _BEYOND), min(end, last + _BEYOND)


def _from_to(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _gaps(days: Sequence[DayOfFeed]) -> Iterator[DayGap]:
    run: list[DayOfFeed] = []
    for one in days:
        if run and (one.feed, one.state, one.day) != (run[-1].feed, run[-1].state, run[-1].day + timedelta(days=1)):
            yield from _gap(run)
            run = []
        run.append(one)
    yield from _gap(run)


def _gap(run: Sequence[DayOfFeed]) -> Iterator[DayGap]:
    if run and run[0].state != WHOLE:
        expected, watched = (
            sum(sum(minutes) for minutes in its) for its in zip(*((d.expected, d.watched) for d in run), strict=True)
        )
        share = watched / expected if expected else 0.0
        yield DayGap(run[0].feed, run[0].title, run[0].state, run[0].day, run[-1].day, share)


# -- by period ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exposure:
    """How many minutes of one period (a month, a day, an hour of the day …) were to be watched, and how many were."""

    name: str
    expected: float
    watched: float

    @property
    def share(self) -> float:
        return self.watched / self.expected if self.expected else 0.0

    @property
    def is_whole(self) -> bool:
        return self.expected - self.watched <= _TOLERANCE


def exposures(coverage: WatchedCoverage, dimension: str) -> list[Exposure]:
    """The periods of a time dimension in order; none for any other dimension. Of a month or a year also the days count
    that lie before the first day held or after the last: a part of it is not to be compared with a whole one."""
    if dimension == HOUR:
        return [
            Exposure(
                str(hour), *(sum(getattr(one, its)[hour] for one in coverage.days) for its in ("expected", "watched"))
            )
            for hour in _HOURS
            if any(one.expected[hour] for one in coverage.days)
        ]
    name_of = _NAMES.get(dimension)
    if name_of is None:
        return []
    sums: dict[str, list[float]] = {}
    for one in coverage.days:
        found = sums.setdefault(name_of(one.day), [0.0, 0.0])
        found[0] += sum(one.expected)
        found[1] += sum(one.watched)
    for name, minutes in _outside(coverage, dimension):
        sums[name][0] += minutes
    return [Exposure(name, *found) for name, found in sorted(sums.items())]


_NAMES: dict[str, Callable[[date], str]] = {
    DATE: lambda day: day.isoformat(),
    MONTH: lambda day: f"{day:%Y-%m}",
    YEAR: lambda day: f"{day:%Y}",
    WEEKDAY: lambda day: str(day.isoweekday()),
}


def _outside(coverage: WatchedCoverage, dimension: str) -> Iterator[tuple[str, float]]:
    """(period, minutes) of the days of the first and the last month or year of each feed that are not in the lake."""
    if dimension not in (MONTH, YEAR) or not coverage.whole:
        return
    for feed in {one.feed for one in coverage.days}:
        days = [one.day for one in coverage.days if one.feed == feed]
        first, last = days[0], days[-1]
        begin = first.replace(day=1) if dimension == MONTH else first.replace(month=1, day=1)
        after = (
            (last.replace(day=28) + timedelta(days=4)).replace(day=1)
            if dimension == MONTH
            else date(last.year + 1, 1, 1)
        )
        for day in (
            *_from_to(begin, first - timedelta(days=1)),
            *_from_to(last + timedelta(days=1), after - timedelta(days=1)),
        ):
            yield _NAMES[dimension](day), 1440.0
