"""The ring of a feed: its last changes, encoded once for everybody. The only thing that holds what streams still have
to send; used by the board, on the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bluelamp.domain.call_filter import CallFacts, CallFilter
from bluelamp.domain.filter_effect import transition

# So many bytes are handed to a connection at once: what a slow one may hold beside the ring.
CHUNK = 64 << 10
_MOST_JOINED = 512


@dataclass(frozen=True, slots=True)
class RingEntry:
    """One change. `before` and `after` are what filters see of its call, None where it is not open. `removed` and
    `entered` are the frames for filters that the change crosses, where it can cross any."""

    seq: int
    frame: bytes
    before: CallFacts | None
    after: CallFacts | None
    removed: bytes = b""
    entered: bytes = b""

    def seen(self, through: CallFilter) -> bytes:
        """The frame for one filter; empty where it shows nothing of it."""
        how = transition(through, self.before, self.after)
        if how == "removed":
            return self.removed or self.frame
        if how == "entered":
            return self.entered or self.frame
        return self.frame if how else b""


class Ring:
    """The last `limit` changes. A cursor is the number of the last change seen; those from `tail` to `head` can be
    served from here without a gap."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._slots: list[RingEntry | None] = [None] * limit
        self.head = self.tail = 0
        # What was joined for a cursor and a filter, until the ring grows: equal cursors share one object.
        self._joined: dict[tuple[int, CallFilter | None], tuple[bytes, int]] = {}
        self._sieves: dict[CallFilter, dict[int, bytes]] = {}

    def load(self, head: int, entries: Sequence[RingEntry]) -> None:
        """Begin anew with the changes up to `head`, of which `entries` are the last."""
        self._slots = [None] * self._limit
        self._joined.clear()
        self._sieves.clear()
        self.head = self.tail = head - len(entries)
        self.append(entries)

    def append(self, entries: Sequence[RingEntry]) -> None:
        """Changes that follow the head, in order and without a gap."""
        for entry in entries:
            assert entry.seq == self.head + 1, f"change {entry.seq} does not follow {self.head}"
            self._slots[entry.seq % self._limit] = entry
            self.head = entry.seq
        self._joined.clear()
        tail = max(self.tail, self.head - self._limit)
        for sieve in self._sieves.values():
            for seq in range(self.tail + 1, tail + 1):
                sieve.pop(seq, None)
        self.tail = tail

    def holds(self, cursor: int) -> bool:
        """Whether all that follows a cursor is here; a cursor that the log has not reached yet misses nothing."""
        return cursor >= self.tail

    def slice(self, after: int, through: CallFilter | None = None) -> tuple[bytes, int]:
        """The frames after a cursor, as many as one write shall hold, and the cursor that they lead to."""
        key = (after, through)
        found = self._joined.get(key)
        if found is None:
            if len(self._joined) >= _MOST_JOINED:
                self._joined.clear()
            found = self._joined[key] = self._join(after, through)
        return found

    def forget(self, through: CallFilter) -> None:
        """Nobody looks through this filter any more."""
        self._sieves.pop(through, None)

    def _join(self, after: int, through: CallFilter | None) -> tuple[bytes, int]:
        frames: list[bytes] = []
        size, seq = 0, after
        for seq in range(after + 1, self.head + 1):
            frame = self._frame(seq, through)
            if frame:
                frames.append(frame)
                size += len(frame)
                if size >= CHUNK:
                    break
        return b"".join(frames), seq

    def _frame(self, seq: int, through: CallFilter | None) -> bytes:
        entry = self._slots[seq % self._limit]
        assert entry is not None
        assert entry.seq == seq
        if through is None:
            return entry.frame
        sieve = self._sieves.setdefault(through, {})
        found = sieve.get(seq)
        if found is None:
            found = sieve[seq] = entry.seen(through)
        return found
