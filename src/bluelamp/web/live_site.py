"""The live half of a server process: the stores, the follower of the logs, the open streams, the pollers where the
settings want them here, and how each feed is doing. Made by `app`, used by `live.feeds` and the metrics.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp import bootstrap
from bluelamp.domain.moment import moment_of
from bluelamp.errors import BluelampError, NoSuchThing, NothingHeld, SettingsError, StorageError
from bluelamp.live.health import FeedHealth, Looker
from bluelamp.places.point_source import PointsWay, points_way
from bluelamp.places.privacy import statement
from bluelamp.settings import Settings
from bluelamp.sources.feeds.agency import Agency
from bluelamp.web.exit_signals import before_exit
from bluelamp.web.public_messages import AWAY, UNKNOWN, public_words
from bluelamp.web.streams.follower import Follower
from bluelamp.web.streams.hub import Hub
from bluelamp.web.streams.stream_counters import StreamCounters

if TYPE_CHECKING:
    from bluelamp.bootstrap import LiveHalf
    from bluelamp.follow.deliverer import Deliverer
    from bluelamp.live.runner import Runner
    from bluelamp.live.workflow import LiveFlow
    from bluelamp.places.accuracy import PlaceScores
    from bluelamp.places.explanation import PlaceExplainer
    from bluelamp.sources.http import HttpClient
    from bluelamp.storage.follow.hooks import Hooks
    from bluelamp.storage.follow.keys import Keys
    from bluelamp.storage.live.event_log import EventLog
    from bluelamp.storage.live.snapshots import Snapshots

# How long what was found out about a feed is told again, and how long the start waits for the logs; seconds.
_HEALTH_KEPT, _FIRST_LOOK = 2.0, 3.0
_POLLERS_END, _AGAIN = 2.0, 2.0
_TESTS = 4


class LiveSite:
    """Of one process. `counters` counts what the streams come to. Raises SettingsError for a feed that there is not."""

    def __init__(self, settings: Settings, counters: StreamCounters) -> None:
        self._settings = settings
        self._feeds = _configured(settings)
        self.hub = Hub(
            ring=settings.stream_ring,
            per_address=settings.streams_per_address,
            total=settings.streams_total,
            counters=counters,
        )
        self._follower = Follower(
            self._log, self.hub, ring=settings.stream_ring, busy=self.hub.busy, wanted=self.hub.wanted_feeds
        )
        self.hub.poke = self._follower.poke
        self._half: LiveHalf | None = None
        self._deliverer: Deliverer | None = None
        # Test deliveries of webhooks, of which each takes a thread while it waits for its receiver.
        self.tests_under_way = threading.BoundedSemaphore(_TESTS)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._health: dict[str, tuple[float, FeedHealth]] = {}
        self._health_lock = threading.Lock()

    # -- stores ------------------------------------------------------------------------------------------------------

    @property
    def half(self) -> LiveHalf:
        """The live half, opened when it is first needed. Raises NothingHeld where this installation has none."""
        with self._lock:
            if self._half is None:
                if not self._has_store():
                    raise NothingHeld(
                        "No feed of active calls is kept here.", "Begin with: bluelamp live run dallas-tx"
                    )
                self._half = bootstrap.open_live_half(self._settings, looking=not self._writes, feeds=self._feeds)
            return self._half

    @property
    def flow(self) -> LiveFlow:
        return self.half.flow

    @property
    def log(self) -> EventLog:
        return self.flow.log

    @property
    def snapshots(self) -> Snapshots:
        return self.flow.snapshots

    @property
    def agencies(self) -> Mapping[str, Agency]:
        return self.flow.agencies

    @property
    def hooks(self) -> Hooks:
        return self.half.hooks

    @property
    def keys(self) -> Keys:
        return self.half.keys

    @property
    def accuracy(self) -> PlaceScores:
        return self.half.accuracy

    @property
    def explainer(self) -> PlaceExplainer:
        return self.half.explainer

    @property
    def _writes(self) -> bool:
        return bool(self._settings.feed_names or self._settings.push_token)

    def _has_store(self) -> bool:
        url = self._settings.live_database_url
        return self._writes or not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()

    def reachable(self) -> LiveHalf | None:
        """The live half; None where there is none, or its database was away when it was last asked."""
        return None if self.hub.problem else self._half

    def _log(self) -> EventLog | None:
        """For the follower: None while there is nothing to follow, which may come later."""
        try:
            return self.log
        except NothingHeld:
            return None

    def client(self) -> HttpClient:
        """A client for one request that goes out, to be closed."""
        return bootstrap.open_client(self._settings)

    @property
    def public_url(self) -> str:
        """What addresses of this site begin with; empty where that is not set."""
        return self._settings.public_url

    @property
    def push_token(self) -> str:
        """What a program must show to hand in a snapshot; empty where nobody may."""
        return self._settings.push_token

    # -- beginning and end -------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def running(self) -> Any:
        """While the server serves."""
        self.hub.start()
        self._follower.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_LOOK):
                await self.hub.ready.wait()
        restore = before_exit(lambda: self.hub.end_all("shutdown"))
        try:
            if self._writes:
                threading.Thread(target=self._start_writing, name="start-writing", daemon=True).start()
            yield
        finally:
            restore()
            self._ending.set()
            await self.hub.stop()
            await asyncio.to_thread(self._close)

    def _start_writing(self) -> None:
        """Poll, where the settings want that here, and deliver webhooks; as soon as the database can be opened: until
        then everything else is served."""
        while not self._ending.is_set():
            try:
                half = self.half
            except StorageError:
                self._ending.wait(_AGAIN)
                continue
            self._deliverer = half.deliver()
            self._deliverer.start()
            if self._settings.feed_names and self._settings.poll_in_server:
                half.flow.runner(self._settings.feed_names, lambda _feed, _step: self.poke()).start()
            return

    def _close(self) -> None:
        running = self._running
        if running is not None:
            running.stop(_POLLERS_END)
        if self._deliverer is not None:
            self._deliverer.stop(_POLLERS_END)
        self._follower.stop()
        if self._half is not None:
            self._half.close()

    @property
    def _running(self) -> Runner | None:
        """The pollers of this process."""
        return None if self._half is None else self._half.flow.running

    def poke(self) -> None:
        """Have the logs looked at now."""
        self._follower.poke()
        if self._deliverer is not None:
            self._deliverer.poke()

    # -- health ------------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The feeds there are here: those that have a log, and those that shall be polled."""
        return sorted({*self.hub.heads, *self.hub.boards, *self._settings.feed_names})

    def require(self, feed: str) -> str:
        """Raises NoSuchThing for a feed that there is not."""
        if feed not in self.names():
            raise NoSuchThing(f"There is no feed “{feed[:60]}” here.", "Look at the list of feeds: /api/v1/feeds.")
        return feed

    def health(self, feed: str) -> FeedHealth:
        """How a feed is doing, as of at most a few seconds ago."""
        self.require(feed)
        with self._health_lock:
            asked, found = self._health.get(feed, (0.0, None))
            if found is None or time.monotonic() - asked > _HEALTH_KEPT:
                found = self._look(feed)
                self._health[feed] = time.monotonic(), found
            return found

    def placing(self) -> dict[str, Any] | None:
        """How placing goes in this process; None where it is another's."""
        running = self._running
        return None if running is None or running.placing is None else running.placing.locator.health()

    def points_way(self, agency: Agency) -> PointsWay:
        """Where the points of a feed's calls come from."""
        return points_way(self._settings.home, agency, self._settings.geocoder_names)

    def statement(self, feed: str) -> list[str]:
        """What of a feed is kept from view, and who is asked where its calls are; in sentences."""
        agency = self.agencies.get(feed)
        return [] if agency is None else statement(agency, self._settings.geocoder_names)

    def healths(self) -> list[FeedHealth]:
        """Of every feed."""
        return [self.health(feed) for feed in self.names()]

    def _look(self, feed: str) -> FeedHealth:
        if self.hub.problem:
            return self._from_memory(feed)
        try:
            agency = self.agencies.get(feed)
            if agency is None:
                return self._from_memory(feed, UNKNOWN)
            poller = self._running.pollers.get(feed) if self._running is not None else None
            found = Looker(self.log, self.snapshots).health(agency, problem=poller.problem if poller else "")
            return replace(found, problem=public_words(found.problem))
        except BluelampError:
            return self._from_memory(feed)

    def _from_memory(self, feed: str, problem: str = AWAY) -> FeedHealth:
        board = self.hub.boards.get(feed)
        calls = len(board.snapshot.calls) if board else 0
        return FeedHealth(
            feed, "silent", "nothing can be said of its snapshots just now", moment_of(datetime.now(UTC)),
            problem=problem, open_calls=calls,
        )  # fmt: skip


def _configured(settings: Settings) -> dict[str, Agency] | None:
    """The feeds, where the settings name any. Raises SettingsError for one that there is not."""
    if not settings.feed_names:
        return None
    agencies = bootstrap.read_feeds(settings)
    for name in settings.feed_names:
        if name not in agencies:
            raise SettingsError(
                f"The setting “feeds” names “{name[:60]}”, and there is no such feed.",
                "bluelamp feeds list shows those there are.",
            )
    return agencies
