"""Follows the event logs: one thread of each server process looks for new changes and hands them to the event loop.

It is the only one that asks the database on behalf of streams, however many there are. While the database is away,
everybody is served from memory, and it tries again. Of many feeds only those are loaded that somebody watches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

import structlog

from bluelamp.errors import BluelampError
from bluelamp.storage.live.event_log import EventLog, Head, Logged
from bluelamp.web.streams.board import FeedSnapshot, LogGap, Projection
from bluelamp.web.streams.ring import RingEntry
from bluelamp.worker import Worker, words_of

_LOG = structlog.get_logger("bluelamp.streams")
# How often it looks while somebody streams, while nobody does, and while there is nothing to follow; seconds.
BUSY, IDLE, NOTHING = 0.1, 1.0, 1.0
# So few feeds are at hand whether or not somebody watches.
AT_HAND = 10
# Changes that are read at once, and how long streams are given to write them before more follow, seconds.
_PAGE, _BREATH = 2_000, 0.05


class FollowerListener(Protocol):
    """Who is told what was found; called in the follower's thread."""

    def loaded(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        """A log was loaded, for the first time or anew."""

    def grown(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        """Changes were appended, or the head tells something new."""

    def let_go(self, feed: str) -> None:
        """Nobody watches a feed any more: it is not followed from now on."""

    def known(self, heads: Mapping[str, Head]) -> None:
        """Where the logs of all feeds stand, also of those that are not followed."""

    def looked(self, problem: str) -> None:
        """A look is over; `problem` says why nothing could be seen."""


class Follower:
    """`open_log` gives the log, or None while there is none; `busy` says whether anybody streams, `wanted` which feeds
    are watched. `ring` is how many changes of each of them are kept at hand; `clock` counts seconds."""

    def __init__(
        self,
        open_log: Callable[[], EventLog | None],
        listener: FollowerListener,
        *,
        ring: int,
        busy: Callable[[], bool],
        wanted: Callable[[], Collection[str]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_log, self._told, self._ring, self._busy = open_log, listener, ring, busy
        self._wanted, self._clock = wanted, clock
        self._heads: dict[str, Head] = {}
        self._all_at = -IDLE
        self._log: EventLog | None = None
        self._folds: dict[str, Projection] = {}
        self._worker = Worker(
            "follow-logs", self._look, log=_LOG, complaint="logs cannot be followed", after_error=IDLE
        )

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Ask it to end and wait a little; one that waits for the database is left behind."""
        self._worker.stop(timeout)

    def poke(self) -> None:
        """Look at once."""
        self._worker.wake()

    def _look(self) -> float:
        """One look at all logs; how long to rest after it, in seconds."""
        problem = ""
        try:
            if self._log is None:
                self._log = self._open_log()
            if self._log is not None:
                problem = self._follow_all(self._log)
        except Exception as error:
            problem = words_of(error)
        self._worker.report(problem)
        self._told.looked(problem)
        if not self._heads:
            return NOTHING
        return BUSY if self._busy() and not problem else IDLE

    def _look_at(self, log: EventLog, wanted: Collection[str]) -> dict[str, Head]:
        """Where those stand that are to be followed: of all is asked once in a while only."""
        if len(self._heads) > AT_HAND and self._clock() - self._all_at < IDLE:
            return {feed: head for feed, head in log.heads(wanted).items() if feed in self._heads} if wanted else {}
        self._heads, self._all_at = log.heads(), self._clock()
        self._told.known(self._heads)
        few = len(self._heads) <= AT_HAND
        for feed in [] if few else [feed for feed in self._folds if feed not in wanted]:
            del self._folds[feed]
            self._told.let_go(feed)
        return self._heads if few else {feed: head for feed, head in self._heads.items() if feed in wanted}

    def _follow_all(self, log: EventLog) -> str:
        """Why some feed could not be followed; empty where all could. A defect of one silences no other."""
        problem = ""
        for head in self._look_at(log, self._wanted()).values():
            try:
                self._follow(log, head)
            except LogGap as lost:
                # It was rebuilt or shortened while it was read: the next look loads it afresh.
                self._folds.pop(head.feed, None)
                _LOG.info("lost track", feed=head.feed, why=str(lost))
            except BluelampError:
                raise
            except Exception as error:
                self._folds.pop(head.feed, None)
                problem = f"{head.feed}: {words_of(error)}"
        return problem

    def _follow(self, log: EventLog, head: Head) -> None:
        projection = self._folds.get(head.feed)
        if (
            projection is None
            or (projection.head.log, projection.head.epoch) != (head.log, head.epoch)
            or head.seq < projection.head.seq
        ):
            self._load(log, head)
        elif head.seq > projection.head.seq:
            self._grow(log, projection, head)
        elif head != projection.head:
            self._told.grown(projection.snapshot(head), ())

    def _load(self, log: EventLog, head: Head) -> None:
        """The ring as far back as it reaches, so that whoever reconnects after a restart misses nothing."""
        self._folds.pop(head.feed, None)
        start = max(head.tail, head.seq - self._ring, 0)
        projection = Projection(head._replace(seq=start), log.as_of_seq(head, start))
        entries = [entry for page in _pages(log, head, start, _PAGE) for entry in projection.take(page)]
        if projection.head.seq != head.seq or log.head(head.feed).log != head.log:
            raise LogGap("it was replaced while it was loaded")
        self._told.loaded(projection.snapshot(head), entries)
        self._folds[head.feed] = projection

    def _grow(self, log: EventLog, projection: Projection, head: Head) -> None:
        # Never so many at once that streams which are up to date fall off the ring.
        for page in _pages(log, head, projection.head.seq, min(_PAGE, max(self._ring // 4, 1))):
            entries = projection.take(page)
            self._told.grown(projection.snapshot(head), entries)
            if projection.head.seq < head.seq:
                self._worker.rest(_BREATH)
        if projection.head.seq != head.seq:
            raise LogGap(f"it ends at {projection.head.seq}, not at {head.seq}")


def _pages(log: EventLog, head: Head, after: int, size: int) -> Iterator[list[Logged]]:
    while after < head.seq:
        page = log.changes(head, after, min(size, head.seq - after))
        if not page:
            return
        yield page
        after = page[-1].seq
