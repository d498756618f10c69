"""The line of calls active at once: how many were open at each of many moments, and how many were opened between.
Worked out by one pass over the changes of the event log. Used by `web.statistics.statistics`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFilter, past_facts
from bluelamp.domain.change import Change, apply
from bluelamp.domain.moment import moment_of, moved, parse_moment, seconds_between
from bluelamp.errors import UsageError
from bluelamp.history.gaps import Stretch, clipped, clock_of, longest_wait, whole_gaps
from bluelamp.sources.feeds.agency import Agency
from bluelamp.statistics.activity_cache import Count, LineKey, LineMemory
from bluelamp.statistics.opened_counts import seen_to_open
from bluelamp.storage.live.event_log import EventLog, Head, Logged
from bluelamp.storage.live.snapshots import Snapshots

MOST_POINTS = 1_000
MOST_DAYS = 31
# Without a wish, the shortest of these steps with which a line has at most so many points.
_STEPS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_USUAL_POINTS = 340
_PAGE = 5_000
# Changes that say how many calls are open.
_BEGIN, _END = ("opened", "reopened"), ("closed", "aged_out")


@dataclass(frozen=True, slots=True)
class ActivityPoint:
    """`active` calls were open at the moment `at`, `opened` ones opened since the point before. None where nobody
    watched at that moment, or at any time since the point before."""

    at: str
    active: int | None
    opened: int | None


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """The calls active at once from one moment to another. `unwatched` is None for a feed without a configuration;
    `kept_from` is the first moment of which changes are kept, where that is later than the first one asked for."""

    feed: str
    first: str
    last: str
    step_seconds: int
    points: list[ActivityPoint]
    unwatched: list[Stretch] | None
    kept_from: str | None


def step_of(first: str, last: str, wanted: int | None = None) -> int:
    """The seconds between two points. Raises UsageError for a time that is too long, or a step that gives too many
    points."""
    span = seconds_between(first, last)
    if span > MOST_DAYS * 86_400:
        raise UsageError(
            f"A line of calls at once covers at most {MOST_DAYS} days; this is {span / 86_400:.0f}.",
            "Ask for a shorter time; the dataset calls tells of longer ones.",
        )
    if wanted is None:
        return next((step for step in _STEPS if span / step <= _USUAL_POINTS), _STEPS[-1])
    if span / wanted + 2 > MOST_POINTS:
        raise UsageError(
            f"A line has at most {MOST_POINTS:,} points; a step of {wanted} seconds gives {span / wanted + 2:,.0f}.",
            f"Write step={math.ceil(span / (MOST_POINTS - 2))} or more.",
        )
    return wanted


def moments_of(first: str, last: str, step: int) -> list[str]:
    """The moments of a line: whole multiples of `step` seconds between two moments, and the last one itself. So lines
    that overlap share their points, and what was counted once is known."""
    begin, end = (parse_moment(at).timestamp() for at in (first, last))
    places = range(math.ceil(begin / step), math.ceil(end / step))
    return [*(moment_of(datetime.fromtimestamp(place * step, UTC)) for place in places), last]


@dataclass(frozen=True, slots=True)
class Lines:
    """Draws lines of one feed. `agency` is None where there is no configuration of it any more; `memory` is what was
    counted before."""

    log: EventLog
    snapshots: Snapshots
    feed: str
    agency: Agency | None
    memory: LineMemory = field(default_factory=LineMemory)

    def draw(self, first: str, last: str, step: int, through: CallFilter, now: datetime | None = None) -> ActivityLine:
        """The line from one moment to another, or to now on the feed's own clock where that comes first. `now` is a
        test's clock. Raises NoSuchThing for a feed without a log."""
        now = clock_of(self.agency, now) if self.agency else now or datetime.now(UTC)
        until = moment_of(now)
        last = max(first, min(last, until))
        moments = moments_of(first, last, step)
        gaps = None if self.agency is None else whole_gaps(self.snapshots, self.agency, first, last, now)
        kept_from = self.log.kept_from(self.feed)
        counted = self._counted([at for at in moments if kept_from <= at <= until], step, kept_from, through)
        points = list(_points(moments, step, counted, gaps or ()))
        told = None if gaps is None else clipped(gaps, first, last)
        return ActivityLine(self.feed, first, last, step, points, told, kept_from if kept_from > first else None)

    def _counted(self, moments: Sequence[str], step: int, kept_from: str, through: CallFilter) -> dict[str, Count]:
        """The counts of moments in order, from memory as far as they are known."""
        head = self.log.head(self.feed)
        key = LineKey(self.feed, head.epoch, through.query(), step)
        known = self.memory.known(key)
        unknown = [place for place, at in enumerate(moments) if at not in known]
        if not unknown:
            return {at: known[at] for at in moments}
        run = moments[unknown[0] : unknown[-1] + 1]
        before = moments[unknown[0] - 1] if unknown[0] else _earlier(run[0], step)
        fresh = dict(zip(run, self._counts(max(before, kept_from), run, through), strict=True))
        # A point that is no multiple of the step, or whose calls may not all have been kept, is not like the others.
        whole = {at: count for at, count in fresh.items() if at < head.at and _is_whole(at, step)}
        if before < kept_from:
            whole.pop(run[0], None)
        self.memory.keep(key, whole)
        return {at: fresh[at] if at in fresh else known[at] for at in moments}

    def _counts(self, before: str, moments: Sequence[str], through: CallFilter) -> Iterator[Count]:
        head, start = self.log.as_of(self.feed, before)
        longest = longest_wait(self.agency) if self.agency else float("inf")
        # Without a filter only what opens and ends calls counts: a small part of all changes.
        changes = self._changes(head, moments[-1], () if through else (*_BEGIN, *_END))
        return counts(start, changes, moments, through, longest)

    def _changes(self, head: Head, last: str, kinds: Sequence[str]) -> Iterator[Logged]:
        """The changes after a head, up to a moment."""
        seq = head.seq
        while page := self.log.changes(head, seq, _PAGE, kinds):
            for one in page:
                if one.at > last:
                    return
                yield one
            seq = page[-1].seq


def _earlier(at: str, seconds: int) -> str:
    """The multiple of some seconds before a moment."""
    past = parse_moment(at).timestamp()
    return moved(at, (math.ceil(past / seconds) - 1) * seconds - past)


def _is_whole(at: str, step: int) -> bool:
    return parse_moment(at).timestamp() % step == 0


def counts(
    start: Iterable[Call], changes: Iterable[Logged], moments: Sequence[str], through: CallFilter, longest: float
) -> Iterator[Count]:
    """For each moment, in order, how many calls were open, and how many were opened since the moment before (the first
    time since `start`). Only openings that were seen count: between two answers at most `longest` seconds apart."""
    open_ = _Filtered(start, through) if through else _All(start)
    opened = 0
    following = iter(changes)
    change = next(following, None)
    for at in moments:
        while change is not None and change.at <= at:
            opened += open_.take(change, longest)
            change = next(following, None)
        yield open_.count, opened
        opened = 0


def opening_seen(change: Change, longest: float) -> bool:
    """Whether it is known when a call was opened: not of the calls that a feed began with, nor of those that were there
    after nobody had watched."""
    first, last = change.get("between") or [None, None]
    return not change.get("first") and seen_to_open(first, last, longest)


class _All:
    """The open calls without a filter: their ids are enough."""

    def __init__(self, start: Iterable[Call]) -> None:
        self._open = {call["id"] for call in start}

    @property
    def count(self) -> int:
        return len(self._open)

    def take(self, logged: Logged, longest: float) -> int:
        """Take a change in; 1 where it is an opening that was seen."""
        if logged.kind in _BEGIN:
            self._open.add(logged.call)
            return int(logged.kind == "opened" and opening_seen(logged.change, longest))
        if logged.kind in _END:
            self._open.discard(logged.call)
        return 0


class _Filtered:
    """The open calls through a filter: whole, as any field of them may come to fit or cease to."""

    def __init__(self, start: Iterable[Call], through: CallFilter) -> None:
        self._through = through
        self._open: dict[str, Call] = {}
        self._shown: set[str] = set()
        for call in start:
            self._put(call)

    @property
    def count(self) -> int:
        return len(self._shown)

    def take(self, logged: Logged, longest: float) -> int:
        """Take a change in; 1 where it is an opening that was seen, of a call that the filter lets through."""
        before = self._open.get(logged.call)
        if logged.kind in _END:
            self._open.pop(logged.call, None)
            self._shown.discard(logged.call)
            return 0
        if before is None and logged.kind not in _BEGIN:
            return 0  # a call that has ended was placed afterwards
        change = logged.change
        self._put(apply(before, change))
        return int(logged.kind == "opened" and logged.call in self._shown and opening_seen(change, longest))

    def _put(self, call: Call) -> None:
        self._open[call["id"]] = call
        if self._through.lets(past_facts(call)):
            self._shown.add(call["id"])
        else:
            self._shown.discard(call["id"])


def _points(
    moments: Sequence[str], step: int, counted: Mapping[str, Count], gaps: Sequence[Stretch]
) -> Iterator[ActivityPoint]:
    """The points of a line, without what nobody can have seen."""
    before = _earlier(moments[0], step)
    place = 0
    for at in moments:
        while place < len(gaps) and gaps[place][1] < at:
            place += 1
        begin, end = gaps[place] if place < len(gaps) else (at, at)
        active, opened = counted.get(at, (None, None))
        # The edges of a gap were seen; so was what was opened before it began.
        yield ActivityPoint(at, None if begin < at < end else active, None if begin <= before and at <= end else opened)
        before = at
