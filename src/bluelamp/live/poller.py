"""Polls one feed: one turn at a time, by whichever thread of the crew is free. Used by `runner`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.guard import FAILED
from bluelamp.domain.moment import moment_of
from bluelamp.live.capture import Capture
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.http import HttpClient
from bluelamp.storage.live.leases import Lease
from bluelamp.storage.live.log_writer import LogWriter, Step
from bluelamp.storage.live.snapshots import Snapshots

# After failures the interval grows up to so many times its length.
_LONGEST_BACKOFF = 8


@dataclass(slots=True)
class Pace:
    """When to ask again."""

    interval: float
    failures: int = 0

    def after(self, failed: bool, wait: float | None) -> float:
        """Seconds until the next request, after an answer with this outcome; jitter spreads the pollers. It only ever
        makes the pause longer: the same list a little under an interval later would count as brought twice."""
        self.failures = self.failures + 1 if failed else 0
        pause = self.interval * min(2.0 ** max(self.failures - 1, 0), _LONGEST_BACKOFF)
        return max(pause * random.uniform(1.0, 1.05), wait or 0.0)  # noqa: S311 - no secret


@dataclass(slots=True)
class Poller:
    """One feed of a process. `on_step` is called after each snapshot that was taken in, with the feed's name; `clock`
    counts seconds. A turn is for one thread at a time."""

    agency: Agency
    writer: LogWriter
    snapshots: Snapshots
    on_step: Callable[[str, Step], None]
    token: str = ""
    clock: Callable[[], float] = time.monotonic
    lease: Lease | None = None
    problem: str = ""  # why nothing can be kept at present; empty where all is well
    stumbles: int = 0  # in a row
    not_before: float = 0.0  # this process asks for no lease sooner
    pace: Pace = field(init=False)
    turned_with: Lease | None = None  # the lease that the newest turn began with
    _flow: FeedFlow | None = None
    _capture: Capture | None = None
    _due: float = 0.0
    _reported: bool = False  # that all is well, since this process has the lease

    def __post_init__(self) -> None:
        self.pace = Pace(self.agency.interval_seconds)

    def begin(self, lease: Lease) -> None:
        """This process may write the feed's log: it is asked at once."""
        self._flow = FeedFlow(self.agency, lease, self.writer, self.snapshots)
        self._due, self._reported = 0.0, False
        self.lease = lease

    def end(self) -> Lease | None:
        """It may not any more, or shall not; what it had."""
        lease, self.lease = self.lease, None
        self._flow = None
        return lease

    def turn(self, client: HttpClient) -> float | None:
        """Take in what waits, and ask the publisher where that is due; seconds until the next turn, None where this
        process has no lease. Raises whatever goes wrong."""
        flow, self.turned_with = self._flow, self.lease
        if flow is None:
            return None
        last = self._take(flow)
        if self.clock() >= self._due:
            # It has a clock of its own, which remembers the last answer.
            if self._capture is None:
                self._capture = Capture(self.agency, client, self.snapshots, self.token)
            captured = self._capture.once(flow.validators())
            flow.expect(captured.entry, captured.bodies)
            last = self._take(flow) or last
            # Of a feed that is told with a delay nothing may be due yet: that is no failure.
            failed = bool(captured.entry.problem) if last is None else last.result.verdict == FAILED
            self._due = self.clock() + self.pace.after(failed, captured.wait)
        return max(self._due - self.clock(), 0.0)

    def stumble(self, problem: str, pause: float) -> float:
        """Nothing can be kept at present; seconds until it is tried again: `pause`, and longer each time, up to the
        feed's interval."""
        self.problem, self._reported = problem, False
        self.stumbles += 1
        return max(min(pause * 2.0 ** min(self.stumbles - 1, 10), self.agency.interval_seconds), pause)

    def is_well(self) -> bool:
        """A turn went well; whether others are to be told so."""
        told, self._reported = self._reported, True
        self.problem, self.stumbles = "", 0
        return not told

    def _take(self, flow: FeedFlow) -> Step | None:
        steps = flow.take_waiting(moment_of(datetime.now(UTC)))
        for step in steps:
            self.on_step(self.agency.name, step)
        return steps[-1] if steps else None
