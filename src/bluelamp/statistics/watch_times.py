"""When a feed was watched, kept up with the ledger of its snapshots: for statistics, which must know whether nothing
happened or nobody looked. Used by `feed_state`."""

from __future__ import annotations

from datetime import datetime, timedelta

from bluelamp.domain.local_day import Span
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.history.gaps import SEEN, longest_wait
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.live.snapshots import Snapshots


class Watch:
    """The stretches that a feed was watched, from a moment on. Not safe for threads: one feed state owns it."""

    def __init__(self, snapshots: Snapshots, agency: Agency, begin: datetime) -> None:
        self._snapshots, self._feed = snapshots, agency.name
        self._apart = timedelta(seconds=longest_wait(agency))
        self._next = begin - self._apart  # everything before was looked through
        self._last: datetime | None = None  # the newest answer
        self._spans: list[Span] = []

    @property
    def seen_at(self) -> str | None:
        """The moment of the newest answer."""
        return moment_of(self._last) if self._last else None

    def read_on(self, now: datetime) -> None:
        """Take in what was fetched since the last time. An answer without a verdict is waited for."""
        for moment, verdict in self._snapshots.watched(self._feed, moment_of(self._next), moment_of(now)):
            if not verdict:
                return
            self._next = parse_moment(moment)
            if verdict in SEEN:
                self._answer(self._next)

    def _answer(self, at: datetime) -> None:
        before, self._last = self._last, at
        if before is None or before == at or at - before > self._apart:
            return
        if self._spans and self._spans[-1][1] == before:
            self._spans[-1] = (self._spans[-1][0], at)
        else:
            self._spans.append((before, at))

    def forget_before(self, moment: datetime) -> None:
        """Let go the stretches that ended before a moment."""
        if self._spans and self._spans[0][1] < moment:
            self._spans = [span for span in self._spans if span[1] >= moment]

    def spans(self, now: datetime) -> list[Span]:
        """The stretches in order, apart from each other. The time since the newest answer counts as watched while the
        next one may still come."""
        if self._last is None or not self._last < now <= self._last + self._apart:
            return list(self._spans)
        if self._spans and self._spans[-1][1] == self._last:
            return [*self._spans[:-1], (self._spans[-1][0], now)]
        return [*self._spans, (self._last, now)]


def share_watched(spans: list[Span], begin: datetime, end: datetime) -> float:
    """How much of a stretch of time was watched, from 0 to 1."""
    seconds = sum(
        (min(last, end) - max(first, begin)).total_seconds() for first, last in spans if last > begin and first < end
    )
    whole = (end - begin).total_seconds()
    return min(1.0, seconds / whole) if whole > 0 else 0.0


def gaps_in(spans: list[Span], begin: datetime, end: datetime) -> list[tuple[str, str]]:
    """What lies between the stretches that were watched, as moments."""
    found: list[tuple[str, str]] = []
    at = begin
    for first, last in spans:
        if last <= begin or first >= end:
            continue
        if first > at:
            found.append((moment_of(at), moment_of(first)))
        at = max(at, last)
    if at < end:
        found.append((moment_of(at), moment_of(end)))
    return found
