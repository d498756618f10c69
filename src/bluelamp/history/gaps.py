"""Stretches of time in which nobody watched a feed: what came and went within them was not seen, and they are no calm.
Used by the history, the line of calls at once and the statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bluelamp.domain.guard import GOOD, SUSPICIOUS, UNCHANGED
from bluelamp.domain.moment import moment_of, moved, seconds_between
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.live.snapshots import Snapshots

# Verdicts of answers that showed what was going on, or that nothing had changed.
SEEN = (GOOD, UNCHANGED, SUSPICIOUS)
# Answers at most so many intervals apart cover the time between them; however often a feed is polled, in so many
# seconds hardly a call comes and goes unseen.
_INTERVALS, _SHORTEST = 3, 360.0
_MOMENT = 0.001

Stretch = tuple[str, str]


def longest_wait(agency: Agency) -> float:
    """The longest time between two answers that is still watched, in seconds."""
    return max(_INTERVALS * agency.interval_seconds, _SHORTEST)


def clock_of(agency: Agency, now: datetime | None = None) -> datetime:
    """What time it is for those who see a feed: earlier than `now` where its privacy holds every snapshot back."""
    return (now or datetime.now(UTC)) - timedelta(minutes=agency.privacy.delay_minutes)


def unwatched(
    snapshots: Snapshots, agency: Agency, first: str, last: str, now: datetime | None = None
) -> list[Stretch]:
    """The stretches within two moments that were not watched, as moments, in order. An answer shortly before or after
    covers time within; what is still to come, or held back, is not missed yet. `now` is the feed's own (`clock_of`)."""
    now = now or clock_of(agency)
    return clipped(whole_gaps(snapshots, agency, first, last, now), first, min(last, moment_of(now)))


def whole_gaps(
    snapshots: Snapshots, agency: Agency, first: str, last: str, now: datetime | None = None
) -> list[Stretch]:
    """The same, whole: each begins and ends with an answer, or lies over the edge."""
    longest = longest_wait(agency)
    begin, end = moved(first, -longest), moved(last, longest)
    seen = [when for when, verdict in snapshots.watched(agency.name, begin, end) if verdict in SEEN]
    return gaps_between(seen, first, last, longest, moment_of(now or clock_of(agency)))


def gaps_between(seen: Sequence[str], first: str, last: str, longest: float, now: str) -> list[Stretch]:
    """The gaps between answers at these moments, in order, that are longer than `longest` seconds and lie at least in
    part within two moments. What is after `now` is not missed yet."""
    last = min(last, now)
    before = moved(first, -longest - _MOMENT)
    after = min(moved(last, longest + _MOMENT), max(now, moved(last, _MOMENT)))
    marks = [before, *seen, after]
    return [
        (one, other)
        for one, other in pairwise(marks)
        if seconds_between(one, other) > longest and one < last and other > first
    ]


def clipped(gaps: Iterable[Stretch], first: str, last: str) -> list[Stretch]:
    """The parts of gaps within two moments."""
    found = ((max(one, first), min(other, last)) for one, other in gaps)
    return [(one, other) for one, other in found if one < other]
