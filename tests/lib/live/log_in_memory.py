"""An event log in memory, of a feed in memory: what a follower reads. For tests without a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from bluelamp.domain.call import Call
from bluelamp.domain.change import Change
from bluelamp.errors import Unreachable
from bluelamp.storage.live.event_log import Head, Logged, project
from tests.lib.live.feed_in_memory import MemoryFeed


def logged(change: Change) -> Logged:
    body = json.dumps(change, ensure_ascii=False, separators=(",", ":")).encode()
    return Logged(change["seq"], change["call"], change["kind"], change["at"], body)


class MemoryLog:
    """Answers as EventLog does. `away` makes it unreachable, `broken` names a feed whose changes cannot be read."""

    def __init__(self, *feeds: str) -> None:
        self.feeds = {name: MemoryFeed() for name in feeds}
        self.epochs = dict.fromkeys(feeds, "aaaa")
        self.tails = dict.fromkeys(feeds, 0)
        self.away, self.broken = False, ""
        self.asked = 0  # heads that were asked for

    def heads(self, feeds: Collection[str] | None = None) -> dict[str, Head]:
        if self.away:
            raise Unreachable("PostgreSQL cannot be used: it is away.")
        self.asked += len(self.feeds if feeds is None else feeds)
        return {name: self.head(name) for name in self.feeds if feeds is None or name in feeds}

    def head(self, feed: str) -> Head:
        state = self.feeds[feed].state
        log = sum(map(ord, self.epochs[feed]))
        return Head(feed, log, self.epochs[feed], state.seq, self.tails[feed], state.at)

    def changes(self, head: Head, after: int, limit: int) -> list[Logged]:
        if head.feed == self.broken:
            raise ZeroDivisionError("a defect")
        found = [change for change in self.feeds[head.feed].changes if after < change["seq"] <= head.seq]
        return [logged(change) for change in found[:limit]]

    def as_of_seq(self, head: Head, seq: int) -> list[Call]:
        return project((), [change for change in self.feeds[head.feed].changes if change["seq"] <= seq])


def all_logged(changes: Sequence[Change]) -> list[Logged]:
    return [logged(change) for change in changes]
