"""What the history of calls asks of the event log beyond what everybody asks: how calls were first listed, which of
them have changed since, when a feed was looked at. Used by `history.compact`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

from bluelamp.storage.live.event_log import Head
from bluelamp.storage.live.snapshots import PLACED
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.live import CALL, CHANGE, SNAPSHOT

_AT_ONCE = 500


class CallsLog:
    """Reads the logs of one database. Moments are text."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def first_natures(self, head: Head, calls: Sequence[str]) -> dict[str, str | None]:
        """call → its nature when it was opened, of those calls whose opening is still kept as a change."""
        found: dict[str, str | None] = {}
        for start in range(0, len(calls), _AT_ONCE):
            # By their ids, so that no log is read from end to end for the calls of one day.
            query = sa.select(CHANGE.c.call, CHANGE.c.body).where(
                CHANGE.c.log == head.log, CHANGE.c.call.in_(calls[start : start + _AT_ONCE]), CHANGE.c.kind == "opened"
            )
            found |= {row.call: json.loads(row.body)["details"]["nature"] for row in self._all(query)}
        return found

    def changed_since(self, head: Head, seq: int) -> list[str]:
        """The moments of opening of the calls that changed after a change, each once."""
        query = (
            sa.select(CALL.c.opened_at)
            .distinct()
            .join(CHANGE, (CHANGE.c.log == CALL.c.log) & (CHANGE.c.call == CALL.c.id))
            .where(CALL.c.log == head.log, CHANGE.c.seq > seq, CHANGE.c.seq <= head.seq)
        )
        return list(read(self._engine, lambda connection: connection.execute(query).scalars().all()))

    def oldest_change(self, head: Head) -> str | None:
        """The moment of the oldest change that is kept."""
        query = sa.select(CHANGE.c.at).where(CHANGE.c.log == head.log).order_by(CHANGE.c.seq).limit(1)
        return cast(str | None, self._scalar(query))

    def looked(self, feed: str) -> tuple[str, str] | None:
        """When the first and the newest snapshot of a feed were fetched; None where there is none. A place that was
        given to a call is kept among them, and is no look at the feed."""
        at, of = SNAPSHOT.c.fetched_at, (SNAPSHOT.c.feed == feed) & (SNAPSHOT.c.origin != PLACED)
        first, last = self._one(sa.select(sa.func.min(at), sa.func.max(at)).where(of))
        return None if first is None else (first, last)

    def waits_before(self, feed: str, moment: str) -> bool:
        """Whether a snapshot from before a moment has not been taken in yet."""
        query = sa.select(sa.func.count()).where(
            SNAPSHOT.c.feed == feed, SNAPSHOT.c.verdict == "", SNAPSHOT.c.fetched_at < moment
        )
        return bool(self._scalar(query))

    def _all(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return read(self._engine, lambda connection: connection.execute(query).all())

    def _one(self, query: sa.Select[Any]) -> tuple[Any, ...]:
        return read(self._engine, lambda connection: tuple(connection.execute(query).one()))

    def _scalar(self, query: sa.Select[Any]) -> Any:
        return read(self._engine, lambda connection: connection.execute(query).scalar())
