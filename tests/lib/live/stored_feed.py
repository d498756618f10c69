"""The feed in memory, written to a real database as well: both must say the same."""

from __future__ import annotations

import copy

import sqlalchemy as sa

from bluelamp.domain.call import Call
from bluelamp.domain.feed import FeedRules
from bluelamp.domain.guard import Stated
from bluelamp.live.step import take_in
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.live.log_writer import LogWriter, Step
from tests.lib.live.feed_in_memory import MemoryFeed


class StoredFeed(MemoryFeed):
    """Takes each snapshot in twice: in memory, and through the database in a transaction."""

    def __init__(self, engine: sa.Engine, rules: FeedRules | None = None) -> None:
        super().__init__(rules)
        self.leases = Leases(engine)
        self.writer, self.log = LogWriter(engine), EventLog(engine)
        lease = self.leases.acquire("city")
        assert lease is not None
        self.lease = lease
        self.stored = self.writer.open(lease)
        self.history: list[tuple[str, list[Call]]] = []

    def _take(self, stated: Stated, read: object) -> Step:
        number = self.stored.taken + 1
        with self.writer.writing(self.lease, self.stored) as writing:
            step = take_in(self.rules, self.stored, number, stated, read, writing.recall)  # type: ignore[arg-type]
            writing.write(step)
        in_memory = super()._take(stated, read)
        assert step == in_memory
        self.history.append((stated.at, copy.deepcopy(self.open_calls)))
        return step

    @property
    def open_calls(self) -> list[Call]:
        """The open calls in memory, in the order that the log gives them."""
        return sorted(self.state.calls.values(), key=lambda call: (call["opened_between"][1] or "", call["id"]))

    def reopen(self) -> None:
        """As after a restart."""
        self.stored = self.writer.open(self.lease)
