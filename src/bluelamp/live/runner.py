"""Runs the pollers: a thread for each feed, one more that keeps their leases. Started by `bluelamp live run`, and by
the web server where it polls too.

However many are started for a feed, one polls: the others wait for its lease.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bluelamp.domain.moment import moment_of
from bluelamp.errors import BluelampError, Busy
from bluelamp.live.capture import Capture
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.guard import FAILED
from bluelamp.live.placing import Placing
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.http import HttpClient
from bluelamp.storage.leases import LEASE_SECONDS, Lease, Leases
from bluelamp.storage.log_writer import LogWriter, Step
from bluelamp.storage.snapshots import Snapshots

_LOG = structlog.get_logger("bluelamp.live")
# How often a poller looks for a lease that has become free, and for snapshots that others have kept, seconds.
_LOOK = 2.0
# How long after its start, and how often from then on, a process that polls tidies up, seconds.
_FIRST_TIDY, _TIDY = 60.0, 3600.0
# After failures the interval grows up to so many times its length.
_LONGEST_BACKOFF = 8


@dataclass(slots=True)
class Parts:
    """What every poller of a process shares."""

    writer: LogWriter
    snapshots: Snapshots
    leases: Leases
    client: Callable[[], HttpClient]
    token: str = ""
    # Called after each snapshot that was taken in, with the feed's name.
    taken: Callable[[str, Step], None] | None = None
    # Called now and then by the process that polls: closed days go into the lake.
    tidy: Callable[[], None] | None = None
    # Places calls beside the flow, where the settings and the feeds allow it.
    placing: Callable[[], Placing] | None = None


@dataclass(slots=True)
class _Pace:
    """When to ask again."""

    interval: float
    failures: int = 0

    def after(self, step: Step | None, wait: float | None) -> float:
        """Seconds until the next request, after an answer with this outcome; jitter spreads the pollers."""
        self.failures = self.failures + 1 if step is None or step.taken.verdict == FAILED else 0
        pause = self.interval * min(2.0 ** max(self.failures - 1, 0), _LONGEST_BACKOFF)
        return max(pause * random.uniform(0.95, 1.05), wait or 0.0)  # noqa: S311 - no secret


@dataclass(slots=True)
class Poller:
    """Polls one feed for as long as this process holds its lease."""

    agency: Agency
    parts: Parts
    stopping: threading.Event
    wake: threading.Event = field(default_factory=threading.Event)
    lease: Lease | None = None
    problem: str = ""  # why nothing can be kept at present; empty where all is well
    placing: Placing | None = None

    def run(self) -> None:
        """Until told to stop."""
        while not self.stopping.is_set():
            try:
                self.lease = self.parts.leases.acquire(self.agency.name)
                if self.lease is None:
                    self._rest(_LOOK)
                    continue
                self._hold(FeedFlow(self.agency, self.lease, self.parts.writer, self.parts.snapshots))
            except Busy:
                self.lease = None
            except BluelampError as error:
                self._stumble(error)
        self._give_back()

    def _hold(self, flow: FeedFlow) -> None:
        pace, due = _Pace(self.agency.interval_seconds), 0.0
        with self.parts.client() as client:
            capture = Capture(self.agency, client, self.parts.snapshots, self.parts.token)
            while not self.stopping.is_set() and self.lease is not None:
                last = self._take(flow)
                if time.monotonic() >= due:
                    captured = capture.once(flow.validators())
                    flow.expect(captured.entry, captured.bodies)
                    last = self._take(flow) or last
                    due = time.monotonic() + pace.after(last, captured.wait)
                self.problem = ""
                self._rest(min(_LOOK, max(due - time.monotonic(), 0.0)))

    def _take(self, flow: FeedFlow) -> Step | None:
        steps = flow.take_waiting(moment_of(datetime.now(UTC)))
        for step in steps:
            if self.placing is not None:
                self.placing.taken(self.agency.name, step)
            if self.parts.taken is not None:
                self.parts.taken(self.agency.name, step)
        return steps[-1] if steps else None

    def _stumble(self, error: BluelampError) -> None:
        """Nothing can be kept at present: polling pauses, nothing is closed, and it goes on by itself."""
        if self.problem != error.message:
            self.problem = error.message
            _LOG.error("paused", feed=self.agency.name, problem=error.message)
        self._rest(_LOOK)

    def _rest(self, seconds: float) -> None:
        self.wake.wait(seconds)
        self.wake.clear()

    def _give_back(self) -> None:
        if self.lease is not None:
            with suppress(BluelampError):
                self.parts.leases.release(self.lease)
            self.lease = None


class Runner:
    """The pollers of one process."""

    def __init__(self, agencies: Sequence[Agency], parts: Parts) -> None:
        self._parts = parts
        self._stopping = threading.Event()
        self.pollers = {agency.name: Poller(agency, parts, self._stopping) for agency in agencies}
        self._threads: list[threading.Thread] = []
        self.placing: Placing | None = None

    def start(self) -> None:
        """Start polling; returns at once. Raises SettingsError where places are configured wrongly."""
        if self._parts.placing is not None:
            self.placing = self._parts.placing()
            self.placing.start()
            for poller in self.pollers.values():
                poller.placing = self.placing
        named: list[tuple[str, Callable[[], None]]] = [
            (f"poll-{name}", poller.run) for name, poller in self.pollers.items()
        ]
        for name, run in [*named, ("leases", self._keep_leases), ("tidy", self._tidy)]:
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 5.0) -> None:
        """Ask the pollers to end and wait for them, up to `timeout` seconds in all. One that waits for a publisher is
        left behind: what it has not kept was never acknowledged."""
        self._stopping.set()
        until = time.monotonic() + timeout
        for poller in self.pollers.values():
            poller.wake.set()
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))
        if self.placing is not None:
            self.placing.stop()

    def poke(self, feed: str) -> bool:
        """Have a snapshot that was just kept taken in at once; False where this process does not poll the feed."""
        poller = self.pollers.get(feed)
        if poller is None or poller.lease is None:
            return False
        poller.wake.set()
        return True

    def _tidy(self) -> None:
        pause = _FIRST_TIDY
        while self._parts.tidy is not None and not self._stopping.wait(pause):
            pause = _TIDY
            if any(poller.lease is not None for poller in self.pollers.values()):
                try:
                    self._parts.tidy()
                except BluelampError as error:
                    _LOG.error("tidy", problem=error.message)

    def _keep_leases(self) -> None:
        while not self._stopping.wait(LEASE_SECONDS / 4):
            for poller in self.pollers.values():
                lease = poller.lease
                if lease is None:
                    continue
                with suppress(BluelampError):
                    if not self._parts.leases.renew(lease):
                        poller.lease = None
