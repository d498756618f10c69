"""How a feed is doing, in figures and in a word: for the health endpoint, the metrics and `bluelamp live status`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bluelamp.domain.guard import FAILED, GOOD, OLDER, SUSPICIOUS, UNCHANGED
from bluelamp.domain.moment import moment_of, seconds_between
from bluelamp.errors import NoSuchThing
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.snapshots import SnapshotEntry, Snapshots

# The words of `state`, with what they mean.
STATES = {
    "never polled": "no snapshot was ever fetched",
    "live": "snapshots come, and the source is fresh",
    "in doubt": "the newest snapshot is suspicious: it adds calls and ends none until another one confirms it",
    "stale source": "snapshots come, but what they say has not changed for longer than its publisher promises",
    "failing": "the last answers were not whole and readable",
    "silent": "nothing was fetched lately: nobody polls, or nothing can be kept",
}
_ANSWERED = (GOOD, UNCHANGED, SUSPICIOUS, OLDER)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One feed at one moment. Times are moments, ages are seconds."""

    feed: str
    state: str
    words: str
    at: str
    last_answer_at: str | None = None
    last_good_at: str | None = None
    last_good_rows: int | None = None
    age_seconds: float | None = None  # of the last good answer, or of the sign of life since then
    unchanged_since: str | None = None
    doubt: dict[str, Any] | None = None  # the suspicious snapshot that waits: reasons, at, rows
    columns_gone: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    skew_seconds: float | None = None
    open_calls: int = 0
    located_share: float | None = None  # of the open calls
    verdicts: dict[str, int] = field(default_factory=dict)
    verdicts_last_day: dict[str, int] = field(default_factory=dict)
    waiting: int = 0  # snapshots kept and not yet taken in
    rows_outside: bool = False  # of the range that the configuration expects

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at feeds. `now` is the machine's clock, or a test's."""

    log: EventLog
    snapshots: Snapshots
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def health(self, agency: Agency, tracking: dict[str, Any] | None = None, problem: str = "") -> FeedHealth:
        """The health of one feed. `problem` is why its poller in this process can keep nothing at present; another
        process may have told why."""
        feed, at = agency.name, moment_of(self.now())
        problem = problem or self.log.trouble(feed)
        newest = self.snapshots.newest(feed)
        if newest is None:
            state = "silent" if problem else "never polled"
            return FeedHealth(feed, state, STATES[state], at, problem=problem)
        tracking = tracking or self.log.tracking(feed)
        good = tracking.get("good")
        answered = self.snapshots.newest(feed, _ANSWERED)
        state = _state(agency, newest, answered, tracking, at, problem)
        calls = self._open_calls(feed)
        verdicts = self.snapshots.verdicts(feed)
        day_ago = moment_of(self.now() - timedelta(days=1))
        alive = answered.fetched_at if answered else None
        return FeedHealth(
            feed=feed,
            state=state,
            words=STATES[state],
            at=at,
            last_answer_at=newest.fetched_at,
            last_good_at=good["at"] if good else None,
            last_good_rows=good["rows"] if good else None,
            age_seconds=seconds_between(alive, at) if alive else None,
            unchanged_since=tracking.get("shown_at") if newest.verdict == UNCHANGED else None,
            doubt=tracking.get("doubt"),
            columns_gone=tracking.get("gone") or {},
            problem=problem or _problem(newest),
            skew_seconds=newest.skew,
            open_calls=len(calls),
            located_share=_located(calls),
            verdicts=_named(verdicts),
            verdicts_last_day=_named(self.snapshots.verdicts(feed, day_ago)),
            waiting=verdicts[""],
            rows_outside=_outside(agency, good),
        )

    def _open_calls(self, feed: str) -> list[Any]:
        try:
            return list(self.log.current(feed)[1])
        except NoSuchThing:
            return []  # nothing was taken in yet


def _state(
    agency: Agency,
    newest: SnapshotEntry,
    answered: SnapshotEntry | None,
    tracking: dict[str, Any],
    at: str,
    problem: str,
) -> str:
    silent_after = max(3 * agency.interval_seconds, 60.0)
    if problem or seconds_between(newest.fetched_at, at) > silent_after:
        return "silent"
    if newest.verdict == FAILED and (
        answered is None or seconds_between(answered.fetched_at, newest.fetched_at) > 2 * agency.interval_seconds
    ):
        return "failing"
    if tracking.get("doubt"):
        return "in doubt"
    shown = tracking.get("shown_at")
    if shown and seconds_between(shown, at) > agency.fresh_minutes * 60:
        return "stale source"
    return "live"


def _problem(newest: SnapshotEntry) -> str:
    return (newest.reasons[0] if newest.reasons else newest.problem) if newest.verdict == FAILED else ""


def _located(calls: list[Any]) -> float | None:
    if not calls:
        return None
    return sum(1 for call in calls if (call["place"] or {}).get("kind") == "point") / len(calls)


def _named(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if name}


def _outside(agency: Agency, good: dict[str, Any] | None) -> bool:
    if good is None or agency.expected_rows is None:
        return False
    low, high = agency.expected_rows
    return not low <= int(good["rows"]) <= high
