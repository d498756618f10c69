"""One open stream: a place in the ring of its feed, and what is to be said next. Used by the hub, on the event loop."""

from __future__ import annotations

import asyncio
import random
import socket
from typing import Any

from starlette.types import Send

from bluelamp.domain.call_filter import CallFilter
from bluelamp.web.streams import frames
from bluelamp.web.streams.board import Board

# All in seconds. A heartbeat comes after so long without a word, a stream is ended after so long …
HEARTBEAT = (12.0, 15.0)
ROTATION = (600.0, 900.0)
# … and a connection that does not take what is sent to it is cut off.
SEND_TIMEOUT = 15.0
# How long a cursor is waited for that this process has not read yet, though another one may have.
AHEAD = 5.0
# How soon a browser comes back, in milliseconds; spread, so that not all come at once.
RETRY = (2_000, 5_000)
RETRY_AFTER_BYE = (300, 3_000)
# What the kernel may hold unsent for one stream, bytes, and how long it waits for a peer that is gone, milliseconds.
_UNSENT, _PEER_GONE = 128 << 10, 30_000


class Stream:
    """`cursor` is the number of the last change that was handed to the connection, or that the filter does not show;
    `told` is the last one whose id the client was given. `task` writes while there is something to write."""

    __slots__ = (
        "address", "ahead_until", "beat_at", "beating", "board", "busy_since", "closed", "cursor", "ending",
        "generation", "over", "owner", "reason", "rotate_at", "send", "sent", "task", "through", "told", "transport",
    )  # fmt: skip

    def __init__(self, board: Board, through: CallFilter | None, send: Send, address: str, now: float) -> None:
        self.board, self.through, self.send, self.address = board, through, send, address
        self.transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
        self.owner: asyncio.Task[Any] | None = None
        self.task: asyncio.Task[None] | None = None
        self.generation = board.generation
        self.cursor = self.told = board.ring.head
        self.reason = ""  # why a resync is due
        self.ending = ""  # why it shall end
        self.over = self.closed = self.beating = False
        self.sent = 0
        self.busy_since = self.ahead_until = 0.0
        self.rotate_at = now + random.uniform(*ROTATION)  # noqa: S311 - no secret
        self.beat_at = 0.0
        self.rest(now)

    def rest(self, now: float) -> None:
        """Something was just said: the next heartbeat is due after a while."""
        self.beat_at = now + random.uniform(*HEARTBEAT)  # noqa: S311 - no secret

    def resume(self, epoch: str, seq: int, now: float) -> None:
        """Go on after a cursor; what cannot be told completely is due as a resync."""
        if epoch != self.board.epoch:
            self.reason = "another epoch"
        elif not self.board.ring.holds(seq):
            self.reason = "too far behind"
        else:
            self.cursor = self.told = seq
            if seq > self.board.ring.head:
                self.ahead_until = now + AHEAD

    def next(self) -> bytes:
        """What is to be written now; empty where there is nothing. Moves the stream on."""
        if self.over:
            return b""
        if self.ending:
            self.over = True
            return frames.bye(self.ending, random.randint(*RETRY_AFTER_BYE), self._untold())  # noqa: S311 - no secret
        board = self.board
        if self.generation != board.generation:
            self.reason = "loaded anew"
        elif not board.ring.holds(self.cursor):
            self.reason = "too far behind"
        if self.reason:
            return self._resync()
        data, upto = board.ring.slice(self.cursor, self.through)
        self.cursor = upto
        if data:
            self.told = upto
        elif self.beating:
            untold = self._untold()
            data = frames.alive(untold or self._cursor(), moves=bool(untold))
        self.beating = False
        return data

    def tune(self) -> None:
        """Let the kernel hold little for a slow client, and notice one that is gone."""
        its = self.transport and self.transport.get_extra_info("socket")
        if its is None or its.family not in (socket.AF_INET, socket.AF_INET6):
            return
        for name, value in (("TCP_NOTSENT_LOWAT", _UNSENT), ("TCP_USER_TIMEOUT", _PEER_GONE)):
            if hasattr(socket, name):
                its.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def cut(self) -> None:
        """End the connection at once, whatever is still on its way; the request then ends by itself."""
        if self.transport is not None:
            self.transport.abort()
        elif self.owner is not None:
            self.owner.cancel()

    def hello(self, retry: int, *, moves: bool) -> bytes:
        """Its first words; see `frames.hello`."""
        return frames.hello(self.board.feed, retry, "" if self.reason else self._cursor(), moves=moves)

    def _cursor(self) -> str:
        return f"{self.board.epoch}:{self.cursor}"

    def _untold(self) -> str:
        """The cursor, where the client does not have it yet."""
        if self.cursor <= self.told or self.generation != self.board.generation:
            return ""
        self.told = self.cursor
        return self._cursor()

    def _resync(self) -> bytes:
        board, reason = self.board, self.reason
        self.reason, self.ahead_until = "", 0.0
        self.generation = board.generation
        self.cursor = self.told = board.ring.head
        cursor = f"{board.epoch}:{self.cursor}"
        query = f"at_least={cursor}" + (f"&{self.through.query()}" if self.through else "")
        return frames.resync(reason, f"/api/v1/feeds/{board.feed}/calls?{query}", cursor)
