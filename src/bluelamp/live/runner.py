"""Runs the pollers of one process: a crew that does what is due, and one thread that sees to it that they may, and that
they do. Started by `bluelamp live run`, and by the web server where it polls too.

However many are started for a feed, one polls: the others look now and then whether its lease is free. No feed falls
silent while any process lives that shall poll it: whatever goes wrong with a feed is recorded, told and tried again,
and a process whose work has stopped, for whatever reason, has no lease for long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog

from bluelamp.errors import BluelampError, Busy
from bluelamp.live.poller import Poller
from bluelamp.live.scheduler import Crew
from bluelamp.places.placing import Placing
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.http import HttpClient
from bluelamp.storage.live.leases import LEASE_SECONDS, Lease, Leases
from bluelamp.storage.live.log_writer import LogWriter, Step
from bluelamp.storage.live.snapshots import Snapshots
from bluelamp.worker import Worker, words_of

_LOG = structlog.get_logger("bluelamp.live")
# How often is looked for leases that have become free, and for snapshots that others have kept, seconds.
_LOOK = 2.0
# How long after its start, and how often from then on, a process that polls tidies up, seconds.
_FIRST_TIDY, _TIDY = 60.0, 3600.0
# A turn that takes longer, or does not begin for longer, has stopped: its feed is left to another process, seconds.
_STALLED = 300.0


@dataclass(slots=True)
class Parts:
    """What the pollers of a process share."""

    writer: LogWriter
    snapshots: Snapshots
    leases: Leases
    client: Callable[[], HttpClient]
    token: str = ""
    # Called after each snapshot that was taken in, with the feed's name.
    on_step: Callable[[str, Step], None] | None = None
    # Called now and then by the process that polls: closed days go into the lake.
    tidy: Callable[[], None] | None = None
    # Places calls beside the flow, where the settings and the feeds allow it.
    placing: Callable[[], Placing] | None = None
    # Feeds that are asked at the same time.
    pollers: int = 32


class Runner:
    """The pollers of one process. `clock` counts seconds."""

    def __init__(self, agencies: Sequence[Agency], parts: Parts, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._clock = parts, clock
        self.pollers = {
            agency.name: Poller(agency, parts.writer, parts.snapshots, self._on_step, parts.token, clock)
            for agency in agencies
        }
        self._crew = Crew(min(parts.pollers, len(self.pollers)), self._turn, self._stumbled, clock=clock)
        self._looking = Worker(
            "feeds", self._watch, log=_LOG, complaint="feeds cannot be looked after", after_error=_LOOK
        )
        tidying = Worker("tidy", self._tidy, log=_LOG, complaint="tidy", after_error=_TIDY, first=_FIRST_TIDY)
        self._workers = [self._looking] if parts.tidy is None else [self._looking, tidying]
        self._client: HttpClient | None = None
        self._lock = threading.Lock()
        self._renewed = -LEASE_SECONDS
        self.placing: Placing | None = None

    def start(self) -> None:
        """Start polling; returns at once. Raises SettingsError where places are configured wrongly."""
        if self._parts.placing is not None:
            self.placing = self._parts.placing()
            self.placing.start()
        for worker in self._workers:
            worker.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Ask the pollers to end, wait for them, up to `timeout` seconds in all, and give their leases back. One that
        waits for a publisher is left behind: what it has not kept was never acknowledged."""
        for worker in self._workers:
            worker.ask_to_stop()
        self._crew.stop()
        until = time.monotonic() + timeout
        for worker in self._workers:
            worker.stop(until - time.monotonic())
        self._crew.join(max(until - time.monotonic(), 0.0))
        for poller in self.pollers.values():
            poller.end()
        with suppress(BluelampError):
            self._parts.leases.release_all()
        if self.placing is not None:
            self.placing.stop()
        if self._client is not None:
            self._client.close()

    def poke(self, feed: str) -> bool:
        """Have a snapshot that was just kept taken in at once; False where this process does not poll the feed."""
        poller = self.pollers.get(feed)
        if poller is None or poller.lease is None:
            return False
        self._crew.put(feed)
        return True

    # -- one feed, in a thread of the crew ---------------------------------------------------------------------------

    def _turn(self, feed: str) -> float | None:
        poller = self.pollers[feed]
        wait = poller.turn(self._shared_client())
        if poller.is_well():
            self._parts.writer.report_trouble(feed, "")
        return wait

    def _stumbled(self, feed: str, error: BaseException) -> float | None:
        """Nothing can be kept of a feed at present: nothing is closed, everybody is told, and it is tried again. What
        nobody foresaw may be of this process alone: another one may try meanwhile."""
        poller = self.pollers[feed]
        if isinstance(error, Busy):
            if poller.lease is poller.turned_with:  # a turn that took too long may end under a newer lease
                poller.end()
            return None
        pause = self._report(poller, words_of(error), error)
        if isinstance(error, BluelampError):
            return pause
        self._give_back(poller, pause)
        return None

    def _report(self, poller: Poller, problem: str, error: BaseException | None = None) -> float:
        """Record what is wrong, each problem once; seconds until it is tried again."""
        if poller.problem != problem and not self._looking.stopping:
            _LOG.error("paused", feed=poller.agency.name, problem=problem, exc_info=_defect(error))
            with suppress(Exception):  # it is told from memory then
                self._parts.writer.report_trouble(poller.agency.name, problem)
        return poller.stumble(problem, _LOOK)

    def _give_back(self, poller: Poller, pause: float) -> None:
        poller.not_before = self._clock() + pause
        lease = poller.end()
        self._crew.drop(poller.agency.name)
        if lease is not None:
            with suppress(BluelampError):
                self._parts.leases.release(lease)

    def _on_step(self, feed: str, step: Step) -> None:
        if self.placing is not None:
            self.placing.on_step(feed, step)
        if self._parts.on_step is not None:
            self._parts.on_step(feed, step)

    def _shared_client(self) -> HttpClient:
        with self._lock:
            if self._client is None:
                self._client = self._parts.client()
            return self._client

    # -- all feeds, in a thread of its own ---------------------------------------------------------------------------

    def _watch(self) -> float:
        """Leases are renewed by whoever sees that the work goes on: where this thread ends, so do they."""
        self.look()
        return _LOOK

    def look(self) -> None:
        """Hold what this process has, let go what it does not get done, take what is free, and have taken in what
        others have kept. Raises BluelampError where the database is away."""
        self._crew.start()
        if self._clock() - self._renewed >= LEASE_SECONDS / 4:
            self._renew()
        for feed in self._crew.stalled(_STALLED):
            poller = self.pollers[feed]
            if poller.lease is not None:
                self._report(poller, f"This process did not get its turn done in {_STALLED:.0f} s.")
                self._give_back(poller, 2 * _LOOK)
        free = [name for name, one in self.pollers.items() if one.lease is None and self._clock() >= one.not_before]
        for feed, lease in (self._parts.leases.acquire_all(free) if free else {}).items():
            self._begin(feed, lease)
        if self._holds_any:
            for feed in self._parts.snapshots.waiting():
                self.poke(feed)

    @property
    def _holds_any(self) -> bool:
        return any(poller.lease is not None for poller in self.pollers.values())

    def _begin(self, feed: str, lease: Lease) -> None:
        self.pollers[feed].begin(lease)
        self._crew.put(feed)

    def _renew(self) -> None:
        held = self._parts.leases.renew_all() if self._holds_any else {}
        self._renewed = self._clock()
        for feed, poller in self.pollers.items():
            lease = poller.lease
            if lease is not None and held.get(feed) != lease.fence:
                poller.end()
                self._crew.drop(feed)

    def _tidy(self) -> float:
        held = [feed for feed, poller in self.pollers.items() if poller.lease is not None]
        if held and self._parts.tidy is not None:
            _attempt(self._parts.tidy)
        for feed in held:
            _attempt(partial(self._parts.snapshots.pack_closed, feed, datetime.now(UTC)))
        return _TIDY


def _attempt(act: Callable[[], object]) -> None:
    """What goes wrong when tidying is told, and stops nothing."""
    try:
        act()
    except Exception as error:
        _LOG.error("tidy", problem=words_of(error))


def _defect(error: BaseException | None) -> BaseException | None:
    """What is worth a traceback."""
    return None if error is None or isinstance(error, BluelampError) else error
