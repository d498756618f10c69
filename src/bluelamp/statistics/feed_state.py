"""What a process remembers of a feed for its statistics: the open calls, those of the last days, when calls were opened
in the past weeks, and when anybody watched. Kept up with the event log change by change, so that an answer does not
read the past anew. Used by `summary`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFacts, CallFilter, make_facts, past_facts
from bluelamp.domain.change import apply
from bluelamp.domain.duration import UNKNOWN, Minutes, minutes_with_unit
from bluelamp.domain.local_day import Span, bounds, watched
from bluelamp.domain.moment import moment_of
from bluelamp.history.gaps import longest_wait
from bluelamp.sources.feeds.agency import Agency
from bluelamp.statistics.opened_counts import DayOpenings, Labels, opened_at, seen_to_open
from bluelamp.statistics.watch_times import Watch
from bluelamp.storage.live.event_log import EventLog, Head, Logged
from bluelamp.storage.live.snapshots import Snapshots

WEEKS = 8
DAY = timedelta(days=1)
# Days whose calls may still change: today and the two before. Older ones are kept as openings only.
_RECENT_DAYS = 3
_MOST_FILTERS = 32
# Of feeds with very many calls fewer days are kept.
_MOST_OPENINGS = 400_000
_PAGE = 5_000


@dataclass(slots=True)
class RecentCall:
    """A call of the last days: whole while it is open. `closed` is the moment at which it was first missed, where it is
    known to have been closed; `minutes` how long a unit was on it; `second` and `day`, `hour` when it was opened."""

    call: Call | None
    facts: CallFacts
    beat: str | None
    second: float
    day: date
    hour: int
    seen: bool
    closed: str | None = None
    minutes: Minutes = UNKNOWN


class FeedState:
    """The state of one feed. Not safe for threads: its user holds its lock."""

    def __init__(self, log: EventLog, snapshots: Snapshots, agency: Agency) -> None:
        self.agency, self.zone = agency, ZoneInfo(agency.zone)
        self._log, self._snapshots = log, snapshots
        self._longest = longest_wait(agency)
        self.head: Head | None = None
        self.held: dict[str, RecentCall] = {}
        self.days: dict[date, DayOpenings] = {}
        self._shared: dict[Labels, Labels] = {}
        self._watched: dict[date, list[float]] = {}
        self._counts: LRUCache[str, dict[date, list[int]]] = LRUCache(_MOST_FILTERS)
        self.watch: Watch

    # -- keeping up --------------------------------------------------------------------------------------------------

    def keep_up(self, now: datetime) -> None:
        """Take in what has happened. Raises NoSuchThing for a feed without a log."""
        head = self._log.head(self.agency.name)
        today = now.astimezone(self.zone).date()
        if self.head is None or self.head[:3] != head[:3] or self.head.seq < head.tail:
            self._begin(now, today)
        else:
            self._follow(head)
        self.watch.read_on(now)
        self._forget(now, today)
        self._read_days(today, self.watch.spans(now))

    def _begin(self, now: datetime, today: date) -> None:
        # Without a place in the log until everything was read: after a failure it is begun again.
        self.head = None
        for kept in (self.held, self.days, self._watched, self._counts, self._shared):
            kept.clear()
        first = bounds(today - timedelta(days=7 * WEEKS), self.zone)[0]
        self.watch = Watch(self._snapshots, self.agency, first)
        head, open_ = self._log.current(self.agency.name)
        for call in self._recent(now, today):
            if call["ended"]:
                self._hold(call)
        for call in open_:
            self._hold(call)
        self.head = head

    def _recent(self, now: datetime, today: date) -> Iterable[Call]:
        """The calls that were open at some time in the last days."""
        begin, end = moment_of(bounds(self._oldest(today), self.zone)[0]), moment_of(now)
        after = ""
        while page := self._log.calls_between(self.agency.name, begin, end, after, _PAGE):
            yield from page
            after = f"{opened_at(page[-1])} {page[-1]['id']}"

    def _oldest(self, today: date) -> date:
        return today - timedelta(days=_RECENT_DAYS - 1)

    def _follow(self, head: Head) -> None:
        assert self.head is not None
        seq = self.head.seq
        while seq < head.seq and (page := self._log.changes(head, seq, _PAGE)):
            for one in page:
                self._take(one)
            seq = page[-1].seq
            # After every page: what was taken in is not taken in again when the next page cannot be read.
            self.head = head._replace(seq=seq)

    def _take(self, logged: Logged) -> None:
        held, change = self.held.get(logged.call), logged.change
        if logged.kind in ("opened", "reopened"):
            self._hold(apply(None, change))
        elif held is not None and held.call is not None:
            self._hold(apply(held.call, change))
        elif held is not None and logged.kind == "located":  # a call that has ended was placed afterwards
            place = change.get("place") or {}
            held.facts = held.facts._replace(lat=place.get("lat"), lon=place.get("lon"))

    def _hold(self, call: Call) -> None:
        when = datetime.fromisoformat(opened_at(call))
        local = when.astimezone(self.zone)
        ended = call["ended"] is not None
        self.held[call["id"]] = RecentCall(
            None if ended else call,
            past_facts(call),
            call["beat"],
            when.timestamp(),
            local.date(),
            local.hour,
            seen_to_open(call["opened_between"][0], opened_at(call), self._longest),
            (call["closed_between"] or [None, None])[1] if call["ended"] == "closed" else None,
            minutes_with_unit(call) if ended else UNKNOWN,
        )

    def _forget(self, now: datetime, today: date) -> None:
        oldest, day_ago = self._oldest(today), moment_of(now - DAY)
        gone = [
            id_
            for id_, one in self.held.items()
            if one.call is None and one.day < oldest and (one.closed or "") < day_ago
        ]
        for id_ in gone:
            del self.held[id_]
        first = today - timedelta(days=7 * WEEKS)
        tables: list[dict[date, Any]] = [self.days, self._watched]
        for kept in tables:
            for day in [day for day in kept if day < first]:
                del kept[day]
        self.watch.forget_before(bounds(first, self.zone)[0])

    def _read_days(self, today: date, spans: list[Span]) -> None:
        """Read the openings of past days that are not known yet, the newest first, as far as they are kept. Of a day
        that nobody watched none was seen."""
        kept_from = self._log.kept_from(self.agency.name)
        size = sum(map(len, self.days.values()))
        for ago in range(_RECENT_DAYS, 7 * WEEKS + 1):
            day = today - timedelta(days=ago)
            if day in self.days:
                continue
            begin, end = bounds(day, self.zone)
            if moment_of(begin) < kept_from or size > _MOST_OPENINGS:
                return
            was_watched = any(last > begin and first < end for first, last in spans)
            seen = list(self._openings(begin, end)) if was_watched else []
            self.days[day] = DayOpenings(seen, self.zone, self._shared)
            size += len(seen)

    def _openings(self, begin: datetime, end: datetime) -> Iterator[tuple[str, CallFacts]]:
        for one in self._log.openings(self.agency.name, moment_of(begin), moment_of(end)):
            if seen_to_open(one.after, one.by, self._longest):
                yield one.by, make_facts(*one[2:])

    # -- what it knows -----------------------------------------------------------------------------------------------

    def recent_days(self, now: datetime) -> list[date]:
        """The days whose calls are held one by one."""
        today = now.astimezone(self.zone).date()
        kept_from = self._log.kept_from(self.agency.name)
        days = [today - timedelta(days=ago) for ago in range(_RECENT_DAYS)]
        return [day for day in days if moment_of(bounds(day, self.zone)[0]) >= kept_from]

    def counts(self, through: CallFilter) -> dict[date, list[int]]:
        """The openings of past days by local hour, through a filter; those of the last days are held one by one."""
        key = through.query()
        known = self._counts.setdefault(key, {})
        # Forgotten here and not with the days: to look at every filter's would make all of them used last.
        for day in known.keys() - self.days.keys():
            del known[day]
        for day, openings in self.days.items():
            if day not in known:
                known[day] = openings.by_hour(through)
        return known

    def watched_by_hour(self, day: date, spans: list[Span]) -> list[float]:
        """The minutes of each local hour of a day that were watched."""
        if day in self._watched:
            return self._watched[day]
        begin, end = bounds(day, self.zone)
        inside = [span for span in spans if span[1] > begin and span[0] < end]
        found = watched(day, self.zone, inside)["watched"]
        if day in self.days:
            self._watched[day] = found
        return found
