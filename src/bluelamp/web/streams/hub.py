"""The hub: every open stream of a process. Wakes those for whom something has come, keeps the quiet ones alive, ends
the old, the stuck and, when the server stops, all. Everything here runs on the event loop; the follower's words are
carried over to it.

An idle stream costs its request's task and nothing else: a task that writes exists only while there is something to
write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import structlog

from bluelamp.domain.call_filter import CallFilter
from bluelamp.errors import Overloaded
from bluelamp.storage.live.event_log import Head
from bluelamp.web.streams.admission import Admission
from bluelamp.web.streams.board import Board, FeedSnapshot
from bluelamp.web.streams.ring import RingEntry
from bluelamp.web.streams.stream import SEND_TIMEOUT, Stream
from bluelamp.web.streams.stream_counters import StreamCounters

_LOG = structlog.get_logger("bluelamp.streams")
_SWEEP = 1.0
# When the server stops, whoever has not taken the last word by then is cut off, seconds.
_LAST_WORD = 1.0
# How long is waited where another process may know more than this one, seconds.
BEHIND = 0.4
# A feed that nobody watches is kept at hand for so long, and the loading of one is waited for so long; seconds.
_IDLE, _LOADING = 600.0, 10.0


class Hub:
    """`per_address` and `total` are the most open streams. `problem` says why the logs cannot be followed now."""

    def __init__(self, *, ring: int, per_address: int, total: int, counters: StreamCounters | None = None) -> None:
        self._ring, self.admission = ring, Admission(per_address, total)
        self.counters = counters or StreamCounters()
        self.boards: dict[str, Board] = {}  # of the feeds that are followed here
        self.heads: Mapping[str, Head] = {}  # of all feeds that there are, as they were a moment ago
        self.streams: set[Stream] = set()
        self.problem = ""
        self.ready = asyncio.Event()
        # Has the logs looked at now; given by whoever has the follower.
        self.poke: Callable[[], None] = lambda: None
        self.stopping = False
        self._groups: dict[str, dict[CallFilter | None, set[Stream]]] = {}
        self._asked: dict[str, float] = {}  # when a feed was last asked for
        self.loop: asyncio.AbstractEventLoop | None = None
        self._sweeper: asyncio.Task[None] | None = None

    # -- from the follower's thread ----------------------------------------------------------------------------------

    def loaded(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        self._carry(self._load, snapshot, entries)

    def grown(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        self._carry(self._grow, snapshot, entries)

    def let_go(self, feed: str) -> None:
        self._carry(self._drop, feed)

    def known(self, heads: Mapping[str, Head]) -> None:
        self.heads = dict(heads)

    def looked(self, problem: str) -> None:
        self._carry(self._note, problem)

    def wanted_feeds(self) -> set[str]:
        """The feeds that somebody streams, or asked for lately."""
        since = time.monotonic() - _IDLE
        lately = {feed for feed, at in list(self._asked.items()) if at >= since}
        return lately | {feed for feed, groups in list(self._groups.items()) if groups}

    def busy(self) -> bool:
        """Whether anybody streams."""
        return bool(self.streams)

    def _carry(self, call: object, *values: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            if self.loop is not None:
                self.loop.call_soon_threadsafe(call, *values)  # type: ignore[arg-type]

    # -- on the event loop -------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to sweep; called on the loop that serves."""
        self.loop = asyncio.get_running_loop()
        self._sweeper = self.loop.create_task(self._sweep(), name="sweep-streams")

    async def stop(self) -> None:
        """End what is left."""
        self.end_all("shutdown")
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        self.loop = None

    def _load(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        feed = snapshot.head.feed
        board = self.boards.get(feed)
        if board is None:
            board = self.boards[feed] = Board(feed, self._ring)
            self._groups[feed] = {}
        board.load(snapshot, entries)
        for streams in self._groups[feed].values():
            self._wake(streams)

    def _grow(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        board = self.boards[snapshot.head.feed]
        before = board.ring.head
        board.grow(snapshot, entries)
        if not entries:
            return
        since = time.monotonic()
        self.counters.grew(board.feed, snapshot.head.at)
        for through, streams in self._groups[board.feed].items():
            if not board.ring.holds(before):
                self._wake(streams)  # more came at once than is kept at hand: everybody is told so
                continue
            data, upto = board.ring.slice(before, through)
            # Whom the filter shows nothing of it only moves on.
            for stream in streams:
                if not data and stream.cursor == before and stream.task is None:
                    stream.cursor = upto
                elif stream.task is None:
                    self._write(stream, since)

    def _drop(self, feed: str) -> None:
        """Whoever began to watch meanwhile keeps the board: it is loaded anew."""
        if feed in self.boards and feed not in self.wanted_feeds():
            del self.boards[feed], self._groups[feed]
            self._asked.pop(feed, None)

    def _note(self, problem: str) -> None:
        self.problem = problem
        self.ready.set()

    def want(self, feed: str) -> Board | None:
        """The board of a feed, which is loaded from now on where it is not at hand; from any thread."""
        if feed in self.heads or feed in self.boards:
            self._asked[feed] = time.monotonic()
        return self.boards.get(feed)

    async def find(self, feed: str) -> Board | None:
        """The board of a feed, loaded where it was not at hand. One that is new may be known to another process and not
        yet to this one. Raises Overloaded where the loading takes too long."""
        if self.want(feed) is None:
            await self.reached(feed, "", 0, _LOADING if feed in self.heads else BEHIND)
        return self.at_hand(feed)

    def at_hand(self, feed: str) -> Board | None:
        """The board of a feed; None for one that there is not. Raises Overloaded where it is not loaded yet."""
        found = self.want(feed)
        if found is None and feed in self.heads:
            raise Overloaded(f"The calls of {feed} are being loaded.", "Ask again in a few seconds.")
        return found

    async def reached(self, feed: str, epoch: str, seq: int, seconds: float) -> bool:
        """Whether this process has read the log as far as a cursor (of any epoch where none is given); that is waited
        for a little."""
        until = time.monotonic() + seconds
        self.want(feed)
        self.poke()
        while True:
            board = self.boards.get(feed)
            if board is not None and epoch in ("", board.epoch) and board.ring.head >= seq:
                return True
            if time.monotonic() >= until or (board is None and self.problem):
                return False
            await asyncio.sleep(0.02)

    # -- streams -----------------------------------------------------------------------------------------------------

    def admit(self, feed: str, through: CallFilter | None, address: str) -> None:
        """Raises Overloaded, in words, where there is no place for one more."""
        if self.stopping:
            raise Overloaded("This server is about to stop.", "Connect again in a few seconds.")
        self.admission.check(len(self.streams), self._groups.get(feed, {}), through, address)

    def join(self, stream: Stream) -> None:
        """One more stream, admitted before."""
        self.streams.add(stream)
        self.admission.opened(stream.address)
        self._groups[stream.board.feed].setdefault(stream.through, set()).add(stream)
        self.counters.opened(stream.board.feed)
        if stream.reason or stream.cursor < stream.board.ring.head or stream.generation != stream.board.generation:
            self._write(stream)

    def leave(self, stream: Stream) -> None:
        """Its connection is gone."""
        stream.closed = True
        if stream.task is not None:
            stream.task.cancel()
        self.streams.discard(stream)
        self.admission.ended(stream.address)
        groups = self._groups[stream.board.feed]
        groups[stream.through].discard(stream)
        if not groups[stream.through]:
            del groups[stream.through]
            if stream.through:
                stream.board.ring.forget(stream.through)
        self.counters.ended(stream.board.feed, stream.ending or "client")

    def end_all(self, reason: str) -> None:
        """A last word to every stream; whoever does not take it soon is cut off. No new one is admitted."""
        self.stopping = True
        for stream in list(self.streams):
            self._end(stream, reason)
        if self.loop is not None and self.streams:
            self.loop.call_later(_LAST_WORD, self._cut_all)

    def _cut_all(self) -> None:
        for stream in list(self.streams):
            stream.cut()

    def _end(self, stream: Stream, reason: str) -> None:
        if not stream.ending:
            stream.ending = reason
            self._wake((stream,))

    def _wake(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            if stream.task is None:
                self._write(stream)

    def _write(self, stream: Stream, since: float = 0.0) -> None:
        assert self.loop is not None
        stream.task = self.loop.create_task(self._flush(stream, since))

    async def _flush(self, stream: Stream, since: float) -> None:
        """Write what there is, and end. `since` is when that had come, 0 where it is no news."""
        feed, clock = stream.board.feed, time.monotonic
        try:
            while not stream.closed and (data := stream.next()):
                stream.busy_since = clock()
                await stream.send({"type": "http.response.body", "body": data, "more_body": not stream.over})
                now = clock()
                stream.busy_since = 0.0
                stream.sent += len(data)
                stream.rest(now)
                self.counters.wrote(feed, data, now - since if since else None)
                since = 0.0
        except Exception as error:
            # Better no stream, and the client comes back, than one that is silent about a part.
            _LOG.error("a stream broke", feed=feed, error=repr(error))
            stream.cut()
        finally:
            stream.busy_since = 0.0
            stream.task = None

    # -- the sweeper -------------------------------------------------------------------------------------------------

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            now = time.monotonic()
            for stream in list(self.streams):
                self._look_at(stream, now)

    def _look_at(self, stream: Stream, now: float) -> None:
        if stream.busy_since:
            if now - stream.busy_since > SEND_TIMEOUT:
                stream.ending = "too slow"
                stream.cut()
            return
        if stream.task is not None or stream.over:
            return
        if now >= stream.rotate_at:
            self._end(stream, "rotation")
        elif stream.ahead_until and now >= stream.ahead_until:
            stream.ahead_until = 0.0
            if stream.cursor > stream.board.ring.head:
                stream.reason = "ahead of the log"
                self._write(stream)
        elif now >= stream.beat_at:
            stream.beating = True
            self._write(stream)
