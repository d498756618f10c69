"""The bytes that a stream is made of, in the form of Server-Sent Events. Used by the ring and by the streams.

Every `data:` is one line of JSON. A frame carries an `id:` only where it moves the place that a client resumes from.
"""

from __future__ import annotations

import json
from typing import Any

from bluelamp.domain import filter_effect
from bluelamp.domain.call import Call
from bluelamp.domain.change import Change


def event(kind: str, data: bytes | dict[str, Any], cursor: str = "", retry: int = 0) -> bytes:
    """One event. `cursor` becomes its id, `retry` is in milliseconds; neither is written where it is empty."""
    body = data if isinstance(data, bytes) else _line(data)
    if b"\n" in body or b"\r" in body:
        # Inside a JSON text a line can only break between its words.
        body = body.replace(b"\r", b" ").replace(b"\n", b" ")
    head = f"retry: {retry}\n" if retry else ""
    head += f"event: {kind}\n" + (f"id: {cursor}\n" if cursor else "")
    return head.encode() + b"data: " + body + b"\n\n"


# Control frames are events with data like all others: clients there are stumble over a block that has an id alone.


def hello(feed: str, retry: int, cursor: str, *, moves: bool) -> bytes:
    """What a stream begins with, so that every proxy lets it through at once; `cursor` is where it begins, empty where
    a resync says that next. Where it `moves` the client there, whoever is cut off before the first change comes back to
    this place."""
    return event("hello", {"feed": feed, "cursor": cursor or None}, cursor if moves else "", retry)


def alive(cursor: str, *, moves: bool) -> bytes:
    """What keeps a quiet connection open. It `moves` the client where changes went by that the filter does not show, so
    that a quiet stream does not fall behind."""
    return event("alive", {"cursor": cursor}, cursor if moves else "")


def removed(cursor: str, change: Change) -> bytes:
    """A change that moved a call out of what a filter shows."""
    return event("removed", filter_effect.removed(change), cursor)


def entered(cursor: str, change: Change, call: Call) -> bytes:
    """A change that moved a call into what a filter shows: the whole call."""
    return event("entered", filter_effect.entered(change, call), cursor)


def resync(reason: str, calls: str, cursor: str) -> bytes:
    """What was between is not told: load the calls at this address anew. The stream goes on after `cursor`."""
    return event("resync", {"reason": reason, "calls": calls, "cursor": cursor}, cursor)


def bye(reason: str, retry: int, cursor: str = "") -> bytes:
    """The last event of a stream that the server ends: come back after `retry` milliseconds."""
    return event("bye", {"reason": reason, "retry": retry}, cursor, retry)


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
