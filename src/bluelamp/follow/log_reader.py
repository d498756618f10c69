"""What webhooks read of an event log: the changes after a place, as a filter shows them. Used by `delivery`.

A filter looks at a call as it was before a change and as it is after it. So the open calls of a feed are kept in memory
once for all of its webhooks that have come as far as its last changes; for one that lies further behind they are made
again, from the log.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFacts, CallFilter, facts_of
from bluelamp.domain.filter_effect import entered, move_on, removed, transition
from bluelamp.storage.live.event_log import EventLog, Head, Logged

# The most changes, and about the most bytes, of one delivery.
MOST_CHANGES, MOST_BYTES = 100, 1 << 20
# Changes that are looked at for one delivery at most, and that are kept in memory of each feed that a filter looks at.
PAGE, KEPT = 2_000, 5_000


class ChangeBatch(NamedTuple):
    """Changes as JSON, and the last change that was looked at for them."""

    changes: list[bytes]
    upto: int


class LogReplaced(Exception):
    """The log is not what it was a moment ago: look again."""


class _Entry(NamedTuple):
    seq: int
    kind: str
    body: bytes
    before: CallFacts | None
    after: CallFacts | None
    # What is told instead where the change crosses the edge of a filter; empty where it cannot.
    removed: bytes = b""
    entered: bytes = b""

    def through(self, through: CallFilter) -> tuple[str, bytes]:
        """Its kind and what is told of it; nothing where it is not seen."""
        how = transition(through, self.before, self.after)
        if how == "removed" and self.removed:
            return how, self.removed
        if how == "entered" and self.entered:
            return how, self.entered
        return (self.kind, self.body) if how else ("", b"")


class _Reel:
    """The last changes of a log, with what filters see of them."""

    def __init__(self, head: Head, calls: Iterable[Call]) -> None:
        self.head = head
        self._calls = {call["id"]: call for call in calls}
        self._entries: deque[_Entry] = deque(maxlen=KEPT)

    @property
    def tail(self) -> int:
        return self.head.seq - len(self._entries)

    def grow(self, logged: Sequence[Logged]) -> None:
        for one in logged:
            if one.seq != self.head.seq + 1:
                raise LogReplaced
            self._entries.append(self._entry(one))
            self.head = self.head._replace(seq=one.seq)

    def _entry(self, logged: Logged) -> _Entry:
        change = logged.change
        before, after = move_on(self._calls, change)
        was, now = facts_of(before), facts_of(after)
        if was is None or now is None or was == now or after is None:
            return _Entry(logged.seq, logged.kind, logged.body, was, now)
        return _Entry(
            logged.seq, logged.kind, logged.body, was, now, _line(removed(change)), _line(entered(change, after))
        )

    def seen(self, after: int, upto: int, through: CallFilter) -> Iterator[tuple[int, str, bytes]]:
        for entry in islice(self._entries, after - self.tail, upto - self.tail):
            yield entry.seq, *entry.through(through)


class HookReading:
    """Of all feeds of one database. Safe for threads."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._reels: dict[str, _Reel] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def batch(self, head: Head, after: int, upto: int, through: CallFilter, kinds: frozenset[str]) -> ChangeBatch:
        """What is told of the changes after one and up to another, as many as one delivery holds. Without kinds, of all
        of them. The same places give the same, whenever they are asked for. Raises LostTrack."""
        upto = min(upto, after + (PAGE if through or kinds else MOST_CHANGES))
        if not through:
            changes = self._log.changes(head, after, upto - after)
            if [one.seq for one in changes] != list(range(after + 1, upto + 1)):
                raise LogReplaced
            return _batch(((one.seq, one.kind, one.body) for one in changes), upto, kinds)
        with self._lock_of(head.feed):
            return _batch(self._reel(head, after, upto).seen(after, upto, through), upto, kinds)

    def _lock_of(self, feed: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(feed, threading.Lock())

    def _reel(self, head: Head, after: int, upto: int) -> _Reel:
        reel = self._reels.get(head.feed)
        is_other = reel is None or (reel.head.log, reel.head.epoch) != (head.log, head.epoch)
        if reel is None or is_other or not reel.tail <= after <= reel.head.seq + PAGE:
            begun = _Reel(head._replace(seq=after), self._log.as_of_seq(head, after))
            # One that lies behind the others must not take from them what they read next.
            if is_other or (reel is not None and after > reel.head.seq):
                self._reels[head.feed] = begun
            reel = begun
        try:
            if reel.head.seq < upto:
                reel.grow(self._log.changes(head, reel.head.seq, upto - reel.head.seq))
        except LogReplaced:
            self._reels.pop(head.feed, None)
            raise
        if reel.head.seq < upto:
            raise LogReplaced
        return reel


def _batch(seen: Iterable[tuple[int, str, bytes]], upto: int, kinds: frozenset[str]) -> ChangeBatch:
    changes: list[bytes] = []
    size = 0
    for seq, kind, body in seen:
        if not kind or (kinds and kind not in kinds):
            continue
        changes.append(body)
        size += len(body)
        if len(changes) >= MOST_CHANGES or size >= MOST_BYTES:
            return ChangeBatch(changes, seq)
    return ChangeBatch(changes, upto)


def _line(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
