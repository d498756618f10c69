"""A feed in figures: what is active, what was opened in the last hour and whether that is usual, how long calls take,
where and when they come. What nobody watched is told as a gap and never counts as calm; all times of the day are those
of the agency's clocks. Used by `web.statistics.statistics`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from cachetools import TTLCache

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFilter
from bluelamp.domain.duration import Minutes
from bluelamp.domain.guard import FAILED, SUSPICIOUS
from bluelamp.domain.local_day import Span
from bluelamp.domain.meaning import Dictionary
from bluelamp.domain.moment import moment_of
from bluelamp.errors import Overloaded
from bluelamp.history.gaps import SEEN, clock_of
from bluelamp.sources.feeds.agency import Agency
from bluelamp.statistics.feed_state import DAY, WEEKS, FeedState, RecentCall
from bluelamp.statistics.opened_counts import HOURS, days_within
from bluelamp.statistics.watch_times import gaps_in, share_watched
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.snapshots import Snapshots

HOUR = timedelta(hours=1)
_REPORT_SECONDS, _MOST_REPORTS = 2.0, 64  # seconds, answers
# A request waits so long for the state of a feed before it is refused: longer only while the database is away.
_PATIENCE_SECONDS = 5.0
# An hour is compared with where so much of it was watched; with fewer such hours nothing is called usual.
_WATCHED_SHARE, _FEWEST_HOURS = 0.9, 3
# An hour of the week has a figure once it was watched for so many minutes.
_FEWEST_MINUTES = 15
_BUSIEST = 10
_FIELDS = ("nature", "division", "beat", "priority")
_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")

Report = dict[str, Any]


class FeedStates:
    """The states of a process, one for each feed. A report is given again for a moment. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: dict[str, tuple[threading.Lock, FeedState]] = {}
        self._reports: TTLCache[tuple[str, str], Report] = TTLCache(_MOST_REPORTS, _REPORT_SECONDS)

    def statistics(
        self, log: EventLog, snapshots: Snapshots, agency: Agency, through: CallFilter, now: datetime | None = None
    ) -> Report:
        """A feed in figures, through a filter, as of now on the feed's own clock; see the API's description. `now` is
        a test's clock. Raises NoSuchThing for a feed without a log, Overloaded where another answer takes too long."""
        key = agency.name, through.query()
        with self._lock:
            report = self._reports.get(key)
            if report is not None and now is None:
                return report
            found = self._states.get(agency.name)
            if found is None or found[1].agency is not agency:
                found = threading.Lock(), FeedState(log, snapshots, agency)
                self._states[agency.name] = found
        lock, state = found
        if not lock.acquire(timeout=_PATIENCE_SECONDS):
            raise Overloaded(f"The figures of {agency.name} are being worked out just now.", "Ask again soon.")
        try:
            when = clock_of(agency, now)
            state.keep_up(when)
            report = _report(state, snapshots, through, when)
        finally:
            lock.release()
        with self._lock:
            self._reports[key] = report
        return report


def _report(state: FeedState, snapshots: Snapshots, through: CallFilter, now: datetime) -> Report:
    spans = state.watch.spans(now)
    recent = _Recent.of(state, through, now)
    hour_ago, day_ago = now - HOUR, now - DAY
    share = share_watched(spans, hour_ago, now)
    past = past_hours(now, state.zone)
    usual = [opened_in(state, span, through) for span in past if is_comparable(state, spans, span)]
    calls = recent.open
    return {
        "feed": state.agency.name,
        "at": moment_of(now),
        "seen_at": state.watch.seen_at or _seen_long_ago(snapshots, state.agency.name),
        "active": len(calls),
        "units": sum(len(call["units"]) for call in calls),
        "opened_last_hour": {
            "value": recent.last_hour if share else None,
            "from": moment_of(hour_ago),
            "to": moment_of(now),
            "watched_share": round(share, 3),
        },
        # Beside less than what is asked of past hours, every hour would look calm.
        "usual_this_hour": usual_of(usual) if share >= _WATCHED_SHARE else None,
        "usual_words": words_of_usual(len(usual), now, state.zone, share),
        "by": by_fields(calls, state.agency.dictionary),
        "on_scene": on_scene(recent.minutes, state.agency.rules.window),
        "busiest_beats": busiest(recent.beats, calls),
        "week": week_of(state, spans, recent.by_hour, through),
        "gaps_last_day": [{"from": one, "to": other} for one, other in gaps_in(spans, day_ago, now)],
        "polls": polls_of(snapshots.verdicts(state.agency.name, moment_of(day_ago)), state.agency.interval_seconds),
    }


def _seen_long_ago(snapshots: Snapshots, feed: str) -> str | None:
    found = snapshots.newest(feed, SEEN)
    return found.fetched_at if found else None


@dataclass(slots=True)
class _Recent:
    """What the calls of the last days come to, through a filter, in one pass over them."""

    open: list[Call]
    last_hour: int
    beats: Counter[str]  # opened in the last day
    by_hour: dict[date, list[int]]
    minutes: list[Minutes]  # of calls closed in the last day

    @classmethod
    def of(cls, state: FeedState, through: CallFilter, now: datetime) -> _Recent:
        hour_ago, day_ago, end = (one.timestamp() for one in (now - HOUR, now - DAY, now))
        closed_after = moment_of(now - DAY)
        found = cls([], 0, Counter(), {day: [0] * HOURS for day in state.recent_days(now)}, [])
        for one in state.held.values():
            if through and not through.lets(one.facts):
                continue
            if one.call is not None:
                found.open.append(one.call)
            elif one.closed and one.closed > closed_after:
                found.minutes.append(one.minutes)
            if one.seen and one.second <= end:
                found._opened(one, hour_ago, day_ago)
        return found

    def _opened(self, one: RecentCall, hour_ago: float, day_ago: float) -> None:
        if one.second > hour_ago:
            self.last_hour += 1
        if one.second > day_ago and one.beat:
            self.beats[one.beat] += 1
        if one.day in self.by_hour:
            self.by_hour[one.day][one.hour] += 1


# -- compared with past weeks ------------------------------------------------------------------------------------------


def usual_of(values: Sequence[int]) -> Report | None:
    """What the same hour of past weeks came to, of those that were watched; None where they are too few to call
    anything usual."""
    if len(values) < _FEWEST_HOURS:
        return None
    figures = {"median": median(values), "low": min(values), "high": max(values)}
    return {**figures, "weeks": len(values), "values": list(values)}


def past_hours(now: datetime, zone: ZoneInfo) -> list[Span]:
    """The hours that ended at the same weekday and time of the day, on the agency's clocks, in past weeks; the newest
    first. One that the clocks skipped, or changed within, is like no other and left out."""
    local = now.astimezone(zone)
    found = []
    for week in range(1, WEEKS + 1):
        wall = local.replace(tzinfo=None) - timedelta(weeks=week)
        end = wall.replace(tzinfo=zone, fold=local.fold).astimezone(UTC)
        begin = end - HOUR
        exists = end.astimezone(zone).replace(tzinfo=None) == wall.replace(fold=0)
        if exists and begin.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
            found.append((begin, end))
    return found


def is_comparable(state: FeedState, spans: list[Span], hour: Span) -> bool:
    """Whether an hour of the past was watched, and its calls are kept."""
    return all(day in state.days for day in days_within(*hour, state.zone)) and (
        share_watched(spans, *hour) >= _WATCHED_SHARE
    )


def opened_in(state: FeedState, hour: Span, through: CallFilter) -> int:
    """How many calls were opened in an hour of the past."""
    return sum(state.days[day].between(*hour, through) for day in days_within(*hour, state.zone))


def words_of_usual(count: int, now: datetime, zone: ZoneInfo, share: float = 1.0) -> str:
    """One sentence that says what the hour is compared with, or why with nothing. `count` is how many such hours were
    watched, `share` how much of this one."""
    if count < _FEWEST_HOURS:
        were = f"{count or 'none'} of at least {_FEWEST_HOURS} such hours {'were' if count > 1 else 'was'} watched"
        return f"Not enough history yet: {were}."
    if share < _WATCHED_SHARE:
        return f"Only {share:.0%} of the last hour was watched: too little to be compared with past weeks."
    end = now.astimezone(zone)
    begin = (now - HOUR).astimezone(zone)
    return f"{_WEEKDAYS[begin.weekday()]}, {begin:%H:%M} to {end:%H:%M}, in {count} of the past {WEEKS} weeks."


# -- what is active ----------------------------------------------------------------------------------------------------


def by_fields(calls: Sequence[Call], dictionary: Dictionary) -> Report:
    """The open calls counted by nature, division, beat and priority, the most first; null where the feed does not say.
    Natures and priorities have a `label` where the dictionary has one."""
    found: Report = {}
    for name in _FIELDS:
        counted = Counter(call[name] for call in calls)  # type: ignore[literal-required]
        look_up = {"nature": dictionary.nature, "priority": dictionary.priority}.get(name)
        rows = []
        for value, count in sorted(counted.items(), key=lambda one: (-one[1], one[0] or "")):
            meaning = look_up(value) if look_up else None
            rows.append({"value": value, "label": meaning.label if meaning else None, "count": count})
        found[name] = rows
    return found


def busiest(opened: Mapping[str, int], calls: Iterable[Call]) -> list[Report]:
    """The beats with the most calls opened in the last day, then the most active now."""
    active = Counter(call["beat"] for call in calls if call["beat"])
    beats = sorted({*opened, *active}, key=lambda beat: (-opened.get(beat, 0), -active[beat], beat))
    return [{"beat": one, "opened_last_day": opened.get(one, 0), "active": active[one]} for one in beats[:_BUSIEST]]


def on_scene(minutes: Iterable[Minutes], window: str) -> Report:
    """How long calls that were closed in the last day had a unit on them: the median, and what it can have been at
    least and at most, as a feed is only seen now and then."""
    if window == "rolling":
        return _scene(None, 0, "This feed lists calls for a time only: when they end is not known.")
    known = [one for one in minutes if one.least is not None and one.most is not None]
    if not known:
        return _scene(None, 0, "No call that had a unit is known to have been opened and closed in the last 24 hours.")
    middle, low, high = (round(median(getattr(one, name) for one in known), 1) for name in ("middle", "least", "most"))
    calls = f"{len(known):,} call{'s' if len(known) != 1 else ''} closed in the last 24 hours"
    return _scene((middle, low, high), len(known), f"{calls}; the median lies between {low:g} and {high:g} minutes.")


def _scene(figures: tuple[float, float, float] | None, calls: int, words: str) -> Report:
    middle, low, high = figures or (None, None, None)
    return {"median_minutes": middle, "low": low, "high": high, "calls": calls, "words": words}


# -- by hour and weekday -----------------------------------------------------------------------------------------------


def week_of(state: FeedState, spans: list[Span], recent: Mapping[date, Sequence[int]], through: CallFilter) -> Report:
    """Calls opened in an hour that was watched, by weekday (Monday first) and local hour."""
    counts: dict[date, Sequence[int]] = {**state.counts(through), **recent}
    opened = [[0] * HOURS for _ in range(7)]
    minutes = [[0.0] * HOURS for _ in range(7)]
    days: list[date] = []
    for day, its in sorted(counts.items()):
        seen = state.watched_by_hour(day, spans)
        if any(seen):
            days.append(day)
        for hour in range(HOURS):
            opened[day.weekday()][hour] += its[hour]
            minutes[day.weekday()][hour] += seen[hour]
    grid = [list(_rates(*row)) for row in zip(opened, minutes, strict=True)]
    watched_days = round(sum(map(sum, minutes)) / 1440, 1)
    return {
        "hours": grid,
        "days_watched": watched_days,
        "from": days[0].isoformat() if days else None,
        "to": days[-1].isoformat() if days else None,
        "words": _words_of_week(days, watched_days),
    }


def _rates(opened: Sequence[int], minutes: Sequence[float]) -> Iterator[float | None]:
    for count, seen in zip(opened, minutes, strict=True):
        yield round(count / (seen / 60), 2) if seen >= _FEWEST_MINUTES else None


def _words_of_week(days: Sequence[date], watched_days: float) -> str:
    if not days:
        return "Nothing was watched yet."
    when = f"{days[0]} to {days[-1]}" if len(days) > 1 else f"{days[0]}"
    return f"Calls opened in an hour that was watched: {when}, {watched_days:g} days watched."


def polls_of(verdicts: Mapping[str, int], interval: float) -> Report:
    """The answers of the last day: how many were to come, and how many told what was going on."""
    return {
        "expected": round(DAY.total_seconds() / interval),
        "seen": sum(verdicts.get(name, 0) for name in SEEN),
        "suspicious": verdicts.get(SUSPICIOUS, 0),
        "failed": verdicts.get(FAILED, 0),
    }
