"""A local day of a feed: when it begins and ends, which hours it has, and how much of it was watched.

A day has 23 or 25 hours on the two nights when the clocks change, and some zones change by half an hour: everything is
worked out between moments, and local hours are only names of stretches of them. Used by the history of calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from bluelamp.domain.moment import moment_of

# No clock has changed at another minute than these for half a century.
_STEP = timedelta(minutes=15)
_HOURS = 24

Span = tuple[datetime, datetime]


class Watched(TypedDict):
    """How much of a local day was watched, in minutes, by local hour (24 figures each): `expected` is how many
    minutes the hour has that day, none or 120 where the clocks change. `gaps` are the stretches between that were
    not, as moments."""

    expected: list[float]
    watched: list[float]
    gaps: list[list[str]]


def bounds(day: date, zone: ZoneInfo) -> Span:
    """The moments, in UTC, at which a local day begins and at which the next one does."""
    return _begin(day, zone), _begin(day + timedelta(days=1), zone)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The local day that a moment lies in: the one whose bounds are around it."""
    day = moment.astimezone(zone).date()
    begin, end = bounds(day, zone)
    if moment < begin:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if moment >= end else day


def spans_of(answers: Sequence[datetime], apart: timedelta) -> list[Span]:
    """The stretches that answers at these moments, in order, cover: two that are at most so far apart cover the time
    between them; one alone covers nothing."""
    found: list[Span] = []
    for before, after in pairwise(answers):
        if after - before > apart:
            continue
        if found and found[-1][1] == before:
            found[-1] = (found[-1][0], after)
        else:
            found.append((before, after))
    return found


def watched(day: date, zone: ZoneInfo, spans: Sequence[Span]) -> Watched:
    """How much of a local day some stretches, in order and apart from each other, cover."""
    begin, end = bounds(day, zone)
    inside = [(max(first, begin), min(last, end)) for first, last in spans if last > begin and first < end]
    expected, covered = [0.0] * _HOURS, [0.0] * _HOURS
    for first, last in _steps(begin, end):
        hour = first.astimezone(zone).hour
        expected[hour] += _minutes(first, last)
        covered[hour] += sum(_overlap(first, last, span) for span in inside)
    rounded = [round(minutes, 3) for minutes in covered]
    return {
        "expected": expected,
        "watched": rounded,
        "gaps": [list(map(moment_of, gap)) for gap in _gaps(begin, end, inside)],
    }


def _steps(begin: datetime, end: datetime) -> Iterator[Span]:
    while begin < end:
        yield begin, min(begin + _STEP, end)
        begin += _STEP


def _gaps(begin: datetime, end: datetime, spans: Sequence[Span]) -> Iterator[Span]:
    at = begin
    for first, last in spans:
        if first > at:
            yield at, first
        at = max(at, last)
    if at < end:
        yield at, end


def _overlap(first: datetime, last: datetime, span: Span) -> float:
    begin, end = max(first, span[0]), min(last, span[1])
    return _minutes(begin, end) if end > begin else 0.0


def _minutes(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / 60
