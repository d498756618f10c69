"""Which days of which feed are in the lake: the table that says so. Written by `history.compact`, read by
`history.retention` and `questions.calls`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bluelamp.domain.local_day import Watched
from bluelamp.storage.calls.lake import DayFile
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.calls import CALLS_DAY, CALLS_SEEN, METADATA


@dataclass(frozen=True, slots=True)
class CallsDay:
    """A local day of a feed as it is in the lake. `open` counts calls that had not ended; see `calls_tables`."""

    feed: str
    day: str
    path: str
    rows: int
    size: int
    sha256: str
    watched: Watched
    log: int
    seq: int
    open: int
    uploaded: str
    written_at: str

    @property
    def file(self) -> DayFile:
        return DayFile(self.path, self.rows, self.size, self.sha256)


class CallsDays:
    """The table of days in one database. Safe for threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._made = False

    # -- reads -------------------------------------------------------------------------------------------------------

    def all(self, feed: str = "") -> list[CallsDay]:
        """The days of a feed, or of every feed, by feed and day."""
        if not self._exists():
            return []
        query = sa.select(CALLS_DAY).order_by(CALLS_DAY.c.feed, CALLS_DAY.c.day)
        if feed:
            query = query.where(CALLS_DAY.c.feed == feed)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [CallsDay(**row) for row in rows]

    def stamp(self) -> object:
        """Something that changes whenever a day does; cheap enough for every request."""
        if not self._exists():
            return None
        of, sums = CALLS_DAY.c, sa.func.sum
        query = sa.select(sa.func.count(), sums(of.size), sums(of.rows), sums(of.seq), sa.func.max(of.written_at))
        return tuple(read(self._engine, lambda connection: connection.execute(query).one()))

    def seen(self, feed: str) -> tuple[int, int]:
        """(log, the change up to which it was looked through); zeros where it never was."""
        if not self._exists():
            return 0, 0
        query = sa.select(CALLS_SEEN.c.log, CALLS_SEEN.c.seq).where(CALLS_SEEN.c.feed == feed)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return (row.log, row.seq) if row else (0, 0)

    # -- writes ------------------------------------------------------------------------------------------------------

    def put(self, day: CallsDay) -> None:
        """Say that a day is in the lake, in place of what was said of it before."""
        self._make()
        values = asdict(day)
        of = (CALLS_DAY.c.feed == day.feed) & (CALLS_DAY.c.day == day.day)
        with self._engine.begin() as connection:
            if connection.execute(CALLS_DAY.update().where(of).values(**values)).rowcount == 0:
                connection.execute(CALLS_DAY.insert().values(**values))

    def put_seen(self, feed: str, log: int, seq: int) -> None:
        """Say how far a feed's log was looked through."""
        self._make()
        values: dict[str, Any] = {"log": log, "seq": seq}
        with self._engine.begin() as connection:
            found = connection.execute(CALLS_SEEN.update().where(CALLS_SEEN.c.feed == feed).values(**values))
            if found.rowcount == 0:
                connection.execute(CALLS_SEEN.insert().values(feed=feed, **values))

    def _exists(self) -> bool:
        """Whether the tables are there: who only looks makes nothing."""
        if not self._made:
            self._made = read(self._engine, lambda connection: sa.inspect(connection).has_table(CALLS_SEEN.name))
        return self._made

    def _make(self) -> None:
        if self._exists():
            return
        # Another process may make them at the same moment.
        with suppress(sa.exc.DBAPIError):
            METADATA.create_all(self._engine)
        self._made = self._exists()
