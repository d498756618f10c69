"""The locating step of the live flow: calls are placed beside it, never in its way.

A call appears at once; its place follows as a change of its own. `Locator` takes calls into a bounded queue, the newest
first, places each with its feed's resolver in a thread of its own, and hands the places to what writes the event log.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from cachetools import FIFOCache

from bluelamp.domain.call import Call, Place
from bluelamp.domain.decision import place_of
from bluelamp.domain.place import Candidate, LocationQuery
from bluelamp.errors import BluelampError
from bluelamp.places.context import feed_candidate
from bluelamp.places.privacy import PlacePrivacy
from bluelamp.places.resolver import Resolver
from bluelamp.worker import Worker

_LOG = structlog.get_logger("bluelamp.places")
QUEUE = 2_000
# Calls whose places may still be decided otherwise, as sources turn out to lie.
_REMEMBERED = 5_000
_AFTER_ERROR_SECONDS = 5.0
# How often, with nothing to do, calls are asked for that still have no point.
_REFILL_SECONDS = 60.0
# For how long a place is not handed over again while the call does not have it yet: a feed's delay holds it back.
_PATIENCE_SECONDS = 900.0

_OPEN = PlacePrivacy()  # nothing is kept from view

Located = Callable[[str, str, Place], None]
Waiting = Callable[[], Iterable[tuple[str, Call]]]


@dataclass(frozen=True, slots=True)
class _Task:
    """A call to be placed. `own` is what the feed itself says of it, `before` the place that it has."""

    feed: str
    call: str
    asked: LocationQuery
    own: tuple[Candidate, ...]
    before: Place | None


class Locator:
    """Places calls of some feeds. `submit` returns at once, from any thread; `located` is called in the locator's own
    thread with (feed, call id, place), only where the place is another than the call has.

    Places are handed over as they were found; what a feed's `privacy` keeps from view is taken off them as they enter
    the event log. Here it says which places would look the same, and where an area is all that is wanted.

    `waiting` gives open calls: those that still have no point are looked at again from time to time, because what was
    not found may be found later; so are those whose point claims more than their feed's privacy now lets through.
    """

    def __init__(
        self,
        resolvers: Mapping[str, Resolver],
        located: Located,
        *,
        privacy: Mapping[str, PlacePrivacy] | None = None,
        waiting: Waiting | None = None,
        size: int = QUEUE,
    ) -> None:
        self._resolvers, self._located, self._privacy = dict(resolvers), located, dict(privacy or {})
        self._waiting, self._size = waiting, size
        self._queue: OrderedDict[tuple[str, str], _Task] = OrderedDict()
        self._placed: FIFOCache[tuple[str, str], _Task] = FIFOCache(_REMEMBERED)
        self._announced: FIFOCache[tuple[str, str], tuple[Place, Place | None, float]] = FIFOCache(_REMEMBERED)
        self._change = threading.Condition()
        self._busy = False
        self._worker = Worker(
            "locate", self._tick, log=_LOG, complaint="calls are not placed", after_error=_AFTER_ERROR_SECONDS
        )
        self._refill_at = 0.0  # on the monotonic clock: at once, for the calls that were open before
        self._counts = {"placed": 0, "left_out": 0, "failed": 0}
        self._versions = {feed: resolver.rules.version for feed, resolver in self._resolvers.items()}

    # -- from the flow's threads -------------------------------------------------------------------------------------

    def submit(self, feed: str, call: Call, point: Place | None = None) -> bool:
        """Have a call placed; False where its feed is not placed, or nothing of it can be. `point` is the publisher's
        own as listed, where the call may not show it. Where the queue is full the call that has waited longest is left
        out: its turn comes when there is nothing else to do."""
        resolver = self._resolvers.get(feed)
        if resolver is None or call["ended"]:
            return False
        # A point that was moved from view says nothing of where the call is.
        shown = None if self._privacy_of(feed).cloaks else call["place"]
        query, own = resolver.ground.query_of_call(call), tuple(feed_candidate(point or shown))
        if query.kind == "unknown" and not own and not query.areas and query.point is None:
            return False
        with self._change:
            key = feed, call["id"]
            self._queue.pop(key, None)
            self._queue[key] = _Task(feed, call["id"], query, own, call["place"])
            if len(self._queue) > self._size:
                self._queue.popitem(last=False)
                self._counts["left_out"] += 1
        self._worker.wake()
        return True

    def start(self) -> None:
        """Begin to place; returns at once."""
        self._worker.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End after the call that is being placed, and close the connections to geocoders. What waits is placed by
        whoever polls next."""
        if not self._worker.stop(timeout):
            return  # it waits for an answer that nobody wants any more
        for resolver in self._resolvers.values():
            for line in resolver.lines:
                line.client.close()

    def drain(self, timeout: float) -> bool:
        """Wait until nothing waits and nothing is being placed; whether that came to be."""
        with self._change:
            return self._change.wait_for(lambda: not self._queue and not self._busy, timeout)

    def health(self) -> dict[str, Any]:
        """For the health page: what waits, what was done, what each geocoder has left of its day."""
        now = datetime.now(UTC)
        with self._change:
            figures: dict[str, Any] = {"waiting": len(self._queue), **self._counts}
        lines = {line.name: line for resolver in self._resolvers.values() for line in resolver.lines}
        spent = next(iter(self._resolvers.values())).places.spent(now) if lines else {}
        states = [{**line.state(), "used": spent.get(name, 0)} for name, line in sorted(lines.items())]
        return {**figures, "geocoders": states}

    # -- in the locator's own thread ---------------------------------------------------------------------------------

    def _tick(self) -> float:
        """Place the newest call that waits; for how long there is nothing to do after it."""
        with self._change:
            task = self._queue.popitem(last=True)[1] if self._queue else None
            self._busy = task is not None
        if task is not None:
            self._attempt(task)
        elif time.monotonic() >= self._refill_at:
            self._refill()
        with self._change:
            return 0.0 if self._queue else max(self._refill_at - time.monotonic(), 0.0)

    def _attempt(self, task: _Task) -> None:
        try:
            self._place(task)
            self._again(task.feed)
        except BluelampError as error:
            self._stumble(task, error.message)
        except Exception as error:  # one call that cannot be placed must not keep all others from it
            self._stumble(task, f"{type(error).__name__}: {error}")
        finally:
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _refill(self) -> None:
        self._refill_at = time.monotonic() + _REFILL_SECONDS
        try:
            for feed, call in self._waiting() if self._waiting is not None else ():
                place = call["place"]
                if place is None or place["kind"] != "point" or not self._privacy_of(feed).lets_through(place):
                    self.submit(feed, call)
        except BluelampError as error:
            _LOG.warning("open calls cannot be read", problem=error.message)

    def _place(self, task: _Task) -> None:
        resolver = self._resolvers[task.feed]
        self._hand_over(task, resolver.resolve(task.asked, task.own))
        self._counts["placed"] += 1
        self._placed[(task.feed, task.call)] = task

    def _hand_over(self, task: _Task, decision: Mapping[str, Any]) -> None:
        place, privacy = place_of(decision), self._privacy_of(task.feed)
        if privacy.finest == "area" and place["kind"] == "point":
            place = place_of(self._resolvers[task.feed].area(task.asked))
        if privacy.cloaked(place, task.feed) != task.before and self._is_news(task, place):
            self._located(task.feed, task.call, place)

    def _is_news(self, task: _Task, place: Place) -> bool:
        key, now = (task.feed, task.call), time.monotonic()
        told = self._announced.get(key)
        is_same = told is not None and told[:2] == (place, task.before) and now - told[2] < _PATIENCE_SECONDS
        self._announced[key] = told if is_same and told is not None else (place, task.before, now)
        return not is_same

    def _privacy_of(self, feed: str) -> PlacePrivacy:
        return self._privacy.get(feed) or _OPEN

    def _again(self, feed: str) -> None:
        """Where a source has been found out, decide anew what was decided with it, and tell of what comes out."""
        resolver = self._resolvers[feed]
        if self._versions[feed] == resolver.rules.version:
            return
        self._versions[feed] = resolver.rules.version
        others = {(query.key, query.areas_key): found for query, found in resolver.redecide()}
        for task in list(self._placed.values()):
            found = others.get((task.asked.key, task.asked.areas_key))
            if task.feed == feed and found is not None:
                self._hand_over(task, found)

    def _stumble(self, task: _Task, problem: str) -> None:
        self._counts["failed"] += 1
        _LOG.error("not placed", feed=task.feed, call=task.call, problem=problem)
        self._worker.rest(_AFTER_ERROR_SECONDS)
