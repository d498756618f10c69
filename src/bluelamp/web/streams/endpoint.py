"""`GET /api/v1/feeds/{feed}/events`: the changes of a feed as Server-Sent Events. A raw ASGI application, called by the
web application before all of its middleware, because every layer around a stream costs memory and hides its end.

The request's own task waits for the connection to end; the hub does the writing.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send

from bluelamp.domain.call_filter import FIELDS, CallFilter, make_filter
from bluelamp.errors import BluelampError, NoSuchThing, Overloaded, UsageError
from bluelamp.web.asgi import problems
from bluelamp.web.asgi.client_address import Visitors
from bluelamp.web.asgi.parameters import Declared, sent_in
from bluelamp.web.streams.hub import BEHIND, Hub
from bluelamp.web.streams.stream import RETRY, Stream

ROUTE = "/api/v1/feeds/{feed}/events"
_PATH = re.compile(r"/api/v1/feeds/([^/]+)/events/?")
_CURSOR = re.compile(r"([0-9a-zA-Z]{1,40}):([0-9]{1,15})")
_METHODS = "GET, HEAD, OPTIONS"
_LONGEST_QUERY = 8_000
# How long a new process is waited for until it has read the logs, seconds.
_START = 10.0
_NEVER_KEPT = {"cache-control": "no-store, no-transform", "x-accel-buffering": "no"}
# In place of a cursor that nobody here has given out.
_FOREIGN = ("", 0)

Headers = dict[str, str]


def feed_of(path: str) -> str | None:
    """The feed whose events an address names; None for any other address."""
    found = _PATH.fullmatch(path)
    return found[1] if found else None


class Events:
    """`headers` is what every answer of the public API carries, `declared` the parameters of the address; `answered` is
    told the status of each request."""

    def __init__(
        self,
        hub: Hub,
        headers: Headers,
        declared: Declared,
        answered: Callable[[int], None],
        *,
        log: bool,
        visitors: Visitors | None = None,
    ) -> None:
        self._visitors = visitors or Visitors()
        self._hub, self._declared, self._answered, self._log = hub, declared, answered, log
        self._common = {name.lower(): value for name, value in headers.items()}
        self._begun = _raw(
            {**self._common, **_NEVER_KEPT, "content-type": "text/event-stream; charset=utf-8", "connection": "close"}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.monotonic()
        status, sent = await self._answer(scope, receive, send)
        self._answered(status)
        if self._log:
            structlog.get_logger("bluelamp.web").info(
                "request", method=scope["method"], path=scope["path"], route=ROUTE, status=status,
                ms=round(1000 * (time.monotonic() - began), 1), bytes=sent,
            )  # fmt: skip

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        method = scope["method"]
        if method == "OPTIONS":
            return await self._plain(send, 204, {"allow": _METHODS, **_preflight()})
        if method not in ("GET", "HEAD"):
            told = problems.problem(405, "read-only", "This can only be read", "This can only be read.")
            return await self._plain(send, 405, {"allow": _METHODS}, told)
        try:
            stream, preamble = await self._open(scope, send)
        except BluelampError as error:
            return await self._refuse(send, error)
        await send({"type": "http.response.start", "status": 200, "headers": self._begun})
        if method == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return 200, 0
        await self._stream(stream, preamble, receive, send)
        return 200, stream.sent

    async def _open(self, scope: Scope, send: Send) -> tuple[Stream, bytes]:
        """A stream at its place, and what it begins with. Raises BluelampError in words."""
        hub, feed = self._hub, feed_of(scope["path"]) or ""
        query = _query(scope)
        self._declared.refuse_others(query)
        through = _filter(query) or None
        cursor = _cursor(scope, query)
        await self._wait_for_logs()
        board = await hub.find(feed)
        if board is None:
            raise NoSuchThing(f"There is no feed “{feed[:60]}” here.", "Look at the list of feeds: /api/v1/feeds.")
        address = self._visitors.address_of(scope)
        hub.admit(feed, through, address)
        if cursor is not None and cursor[0] and (cursor[0] != board.epoch or cursor[1] > board.ring.head):
            # Another process may have read further than this one.
            await hub.reached(feed, *cursor, BEHIND)
            hub.admit(feed, through, address)
        now = time.monotonic()
        stream = Stream(board, through, send, address, now)
        retry = random.randint(*RETRY)  # noqa: S311 - no secret
        if cursor is None:
            return stream, stream.hello(retry, moves=True)
        stream.resume(*cursor, now)
        return stream, stream.hello(retry, moves=False)

    async def _wait_for_logs(self) -> None:
        try:
            async with asyncio.timeout(_START):
                await self._hub.ready.wait()
        except TimeoutError:
            raise Overloaded("This server has only just begun.", "Connect again in a few seconds.") from None

    async def _stream(self, stream: Stream, preamble: bytes, receive: Receive, send: Send) -> None:
        """Until the connection ends, or the stream is ended: then the server's `receive` says so as well."""
        stream.owner = asyncio.current_task()
        stream.tune()
        await send({"type": "http.response.body", "body": preamble, "more_body": True})
        # What has come since its place was taken is written now.
        self._hub.join(stream)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not stream.ending:
                raise
        finally:
            self._hub.leave(stream)

    async def _refuse(self, send: Send, error: BluelampError) -> tuple[int, int]:
        status, told, headers = problems.problem_of(error)
        if isinstance(error, Overloaded):
            self._hub.counters.refused += 1
            told = {**told, "title": "Too many streams at once"}
            headers = {"retry-after": str(random.randint(5, 15))}  # noqa: S311 - no secret
        return await self._plain(send, status, headers, told)

    async def _plain(
        self, send: Send, status: int, headers: Headers, told: dict[str, Any] | None = None
    ) -> tuple[int, int]:
        body = json.dumps(told, ensure_ascii=False).encode() if told else b""
        sent = {**self._common, **headers, "cache-control": "no-store", "content-length": str(len(body))}
        if told:
            sent["content-type"] = problems.MEDIA_TYPE
        if status == 204:
            del sent["content-length"]
        await send({"type": "http.response.start", "status": status, "headers": _raw(sent)})
        await send({"type": "http.response.body", "body": body})
        return status, len(body)


def _query(scope: Scope) -> list[tuple[str, str]]:
    if len(scope["query_string"]) > _LONGEST_QUERY:
        raise UsageError("The address is too long.", "Ask with fewer filters.")
    return sent_in(scope)


def _filter(query: Iterable[tuple[str, str]]) -> CallFilter:
    values: dict[str, list[str]] = {}
    for name, value in query:
        values.setdefault(name, []).append(value)
    return make_filter(**{name: values.get(name, ()) for name in FIELDS}, bbox=values.get("bbox", [""])[-1])


def _cursor(scope: Scope, query: Iterable[tuple[str, str]]) -> tuple[str, int] | None:
    """Where the asker was: what its browser says when it comes back, before what its address says. Raises UsageError
    for an address that nobody has given out; a browser could do nothing about its header, so it is told to resync."""
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.strip():
            found = _CURSOR.fullmatch(value.decode("latin-1").strip())
            return (found[1], int(found[2])) if found else _FOREIGN
    for name, text in query:
        if name in ("cursor", "last_event_id") and text:
            found = _CURSOR.fullmatch(text.strip())
            if found is None:
                raise UsageError(
                    f"“{text[:60]}” is no cursor.", "Take the `cursor` of …/calls, or leave it out to begin from now."
                )
            return found[1], int(found[2])
    return None


def _preflight() -> Headers:
    return {
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": "Last-Event-ID, Cache-Control",
        "access-control-max-age": "86400",
    }


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
