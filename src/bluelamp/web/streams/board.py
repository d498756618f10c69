"""What a process knows of a feed: where its log stands, the calls that are open, the ring of its last changes.

`Projection` is the follower's half, in its thread: changes in, entries and a new snapshot out. `Board` is the other
half, on the event loop; what it shows is replaced as a whole and never changed, so that any thread may read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import facts_of
from bluelamp.domain.change import Change
from bluelamp.domain.filter_effect import move_on
from bluelamp.storage.live.event_log import Head, Logged
from bluelamp.web.streams import frames
from bluelamp.web.streams.ring import Ring, RingEntry


class FeedSnapshot(NamedTuple):
    """The open calls by id, and the head that they belong to. Not to be changed."""

    head: Head
    calls: dict[str, Call]

    def in_order(self) -> list[Call]:
        """The longest open first, as the log gives them."""
        return sorted(self.calls.values(), key=lambda call: (call["opened_between"][1] or "", call["id"]))


class Projection:
    """The open calls of a feed, moved on by its changes."""

    def __init__(self, head: Head, calls: Iterable[Call]) -> None:
        self.head = head
        self._calls = {call["id"]: call for call in calls}

    def take(self, logged: Sequence[Logged]) -> list[RingEntry]:
        """Move on by changes that follow each other; their entries. Raises LostTrack where some are missing."""
        entries = []
        for one in logged:
            if one.seq != self.head.seq + 1:
                raise LogGap(f"change {one.seq} does not follow {self.head.seq}")
            entries.append(self._one(one))
            self.head = self.head._replace(seq=one.seq, at=max(self.head.at, one.at))
        return entries

    def snapshot(self, head: Head) -> FeedSnapshot:
        """As it is now; `head` is newer in all but the number."""
        self.head = head._replace(seq=self.head.seq)
        return FeedSnapshot(self.head, dict(self._calls))

    def _one(self, logged: Logged) -> RingEntry:
        change = logged.change
        before, after = move_on(self._calls, change)
        return _entry(self.head.epoch, logged, change, before, after)


class LogGap(Exception):
    """The log is not what it was: load it anew."""


def _entry(epoch: str, logged: Logged, change: Change, before: Call | None, after: Call | None) -> RingEntry:
    cursor = f"{epoch}:{logged.seq}"
    frame = frames.event(logged.kind, logged.body, cursor)
    was, now = facts_of(before), facts_of(after)
    if was is None or now is None or was == now:
        return RingEntry(logged.seq, frame, was, now)
    assert after is not None
    edge = frames.removed(cursor, change), frames.entered(cursor, change, after)
    return RingEntry(logged.seq, frame, was, now, *edge)


class Board:
    """One feed on the event loop. `generation` grows when the log is loaded anew: streams that followed the one before
    are told to resync."""

    def __init__(self, feed: str, limit: int) -> None:
        self.feed = feed
        self.ring = Ring(limit)
        self.generation = 0
        self.snapshot = FeedSnapshot(Head(feed, 0, "", 0), {})

    @property
    def epoch(self) -> str:
        return self.snapshot.head.epoch

    def load(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        """Begin anew."""
        self.generation += 1
        self.ring.load(snapshot.head.seq, entries)
        self.snapshot = snapshot

    def grow(self, snapshot: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        """Move on."""
        self.ring.append(entries)
        self.snapshot = snapshot
