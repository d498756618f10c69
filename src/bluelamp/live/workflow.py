"""The live flow, as one list of steps:

    capture   fetch a snapshot; keep its bytes in the vault and its facts in the ledger       live/capture.py
    guard     one verdict: failed, unchanged, older, suspicious, good                         domain/guard.py
    diff      what differs from the open calls                                                domain/diff.py
    record    changes, calls and verdict in one transaction                                   storage/live/log_writer.py
    stream    every browser reads the event log                                               web/streams/
    deliver   so do webhooks, and each remembers how far it has come                          follow/deliverer.py
    locate    calls are placed beside the flow; their places are kept and follow as changes   places/locator.py
    compact   closed days go into the lake, as dataset calls; once an hour                    history/upkeep.py

`LiveFlow` holds the stores of the flow and starts the pollers. What reads its log is handed out beside it by bootstrap.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.call import Place
from bluelamp.domain.moment import moment_of
from bluelamp.errors import Busy, NoSuchThing
from bluelamp.live.capture import PUSHED
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.runner import Parts, Runner
from bluelamp.places.locator import Locator
from bluelamp.places.placing import Located, Placing
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import Part
from bluelamp.sources.http import HttpClient
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.live.log_writer import LogWriter, Step
from bluelamp.storage.live.snapshots import PLACED, Body, NewSnapshot, SnapshotEntry, Snapshots

# How long a snapshot that was handed in is waited for, until it is taken in by whoever holds the feed, seconds.
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class SnapshotReceipt:
    """A snapshot that was handed in: its number, and its verdict where it was taken in already."""

    number: int
    verdict: str
    reasons: Sequence[str] = ()


@dataclass(slots=True)
class LiveFlow:
    """The live half on its stores."""

    agencies: dict[str, Agency]
    log: EventLog
    writer: LogWriter
    snapshots: Snapshots
    leases: Leases
    client: Callable[[], HttpClient]
    token: str = ""
    # Feeds that are asked at the same time.
    pollers: int = 32
    tidy: Callable[[], None] | None = None
    # Makes a locator for some feeds; it hands the places that it finds to the function it is given.
    locator: Callable[[Sequence[Agency], Located], Locator] | None = None
    # The clock by which places and what is handed in are kept.
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    running: Runner | None = field(default=None)

    def close(self) -> None:
        """Give the database's connections back; for whoever opened the flow and needs it no longer."""
        self.log.close()

    def agency(self, feed: str) -> Agency:
        """Raises NoSuchThing with the names there are."""
        found = self.agencies.get(feed)
        if found is None:
            raise NoSuchThing(f"There is no feed “{feed[:60]}”.", "bluelamp feeds list shows those there are.")
        return found

    def runner(self, feeds: Sequence[str], taken: Callable[[str, Step], None] | None = None) -> Runner:
        """The pollers of some feeds, not started yet."""
        agencies = [self.agency(feed) for feed in feeds]
        make = self.locator
        placing = None if make is None else lambda: Placing(lambda located: make(agencies, located), self.place)
        parts = Parts(
            self.writer, self.snapshots, self.leases, self.client, self.token, taken, self.tidy, placing, self.pollers
        )  # fmt: skip
        self.running = Runner(agencies, parts)
        return self.running

    def keep(self, feed: str, parts: Sequence[Part], at: str, origin: str, problem: str = "") -> SnapshotEntry:
        """Keep a snapshot as received; it waits to be taken in. `at` is the moment that it was fetched."""
        bodies = [Body(part.url, part.status, part.headers, part.body) for part in parts]
        return self.snapshots.keep(self.agency(feed).name, NewSnapshot(at, origin, bodies, problem))

    def take(self, feed: str, parts: Sequence[Part], at: str, origin: str, problem: str = "") -> Step:
        """Keep a snapshot and take it in at once, in this process. Raises Busy while another one polls the feed."""
        self.keep(feed, parts, at, origin, problem)
        return self.take_waiting(feed)[-1]

    def take_waiting(self, feed: str) -> list[Step]:
        """Take in whatever waits. Raises Busy while another process polls the feed."""
        lease = self.leases.acquire(feed)
        if lease is None:
            raise Busy(f"Another process polls the feed {feed}.", "Stop it first, or hand snapshots in through it.")
        try:
            return FeedFlow(self.agency(feed), lease, self.writer, self.snapshots).take_waiting(self._moment())
        finally:
            self.leases.release(lease)

    def place(self, feed: str, places: Mapping[str, Place]) -> None:
        """Keep places that were decided for calls (by their ids); the calls have them in a moment. They are kept among
        the snapshots, so that a rebuild gives every call its place again without asking anybody."""
        body = json.dumps(places, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        kept = NewSnapshot(self._moment(), PLACED, [Body("places:", 200, {}, body)])
        self.snapshots.keep(self.agency(feed).name, kept)
        if self.running is None or not self.running.poke(feed):
            with suppress(Busy):
                self.take_waiting(feed)

    def pack_closed(self, feed: str) -> int:
        """Pack the raw answers of a feed's closed days; how many. Nothing while another process polls the feed, which
        does it by itself."""
        lease = self.leases.acquire(feed)
        if lease is None:
            return 0
        try:
            return self.snapshots.pack_closed(feed, self.now())
        finally:
            self.leases.release(lease)

    def receive(self, feed: str, parts: Sequence[Part], origin: str = PUSHED) -> SnapshotReceipt:
        """Keep a snapshot that was handed in. It is taken in by whoever holds the feed; that is waited for a little."""
        entry = self.keep(feed, parts, self._moment(), origin)
        if self.running is None or not self.running.poke(feed):
            with suppress(Busy):  # otherwise the process that polls the feed sees to it
                self.take_waiting(feed)
        until = time.monotonic() + _PATIENCE
        while True:
            found = self.snapshots.after(feed, entry.number - 1, 1)[0]
            if found.verdict or time.monotonic() > until:
                return SnapshotReceipt(found.number, found.verdict, tuple(found.reasons))
            time.sleep(0.05)

    def _moment(self) -> str:
        return moment_of(self.now())
