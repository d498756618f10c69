"""One poller per feed, however many are started: a lease on the feed's row, with a fence. One process that delivers
webhooks has its lease in a table of its own.

A process says in one row until when it is there, and every row that it holds names it: however many feeds it has, it
renews all of them in one statement. Whoever stands by only reads.

The fence is a number that grows with each new holder. Whoever writes the feed's log states the fence it was given, so a
poller that slept through the end of its lease cannot write any more, whatever its clock says.
"""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bluelamp.domain.moment import moment_of
from bluelamp.errors import Busy
from bluelamp.storage.tables.live import FEED, HOLDER

LEASE_SECONDS = 20.0
# Rows that are named in one statement.
_NAMED = 500
# A process that was not heard of for so long is forgotten.
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one feed's log (`feed` names the row), as long as it is renewed."""

    feed: str
    holder: str
    fence: int


class Leases:
    """Leases of this process on the feeds of one database, or on the rows of another table of this form. Safe for
    threads."""

    def __init__(self, engine: sa.Engine, table: sa.Table = FEED) -> None:
        self._engine, self._table = engine, table
        self._lock = threading.Lock()
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def acquire(self, feed: str) -> Lease | None:
        """The lease, or None while another process holds it."""
        return self.acquire_all([feed]).get(feed)

    def acquire_all(self, feeds: Sequence[str]) -> dict[str, Lease]:
        """A lease on each of some feeds that nobody holds, by name. Where all are held this only reads."""
        with self._lock:
            holders = self._holders(feeds)
            missing = [feed for feed in feeds if feed not in holders]
            self._add(missing)
            free = {feed: holder for feed, (holder, is_held) in holders.items() if not is_held}
            return self._take({**free, **dict.fromkeys(missing, "")})

    def renew(self, lease: Lease) -> bool:
        """Hold all that this process holds for longer; False where this lease is lost."""
        return self.renew_all().get(lease.feed) == lease.fence

    def renew_all(self) -> dict[str, int]:
        """Hold all that this process holds for longer, in one statement; what that is: name → fence."""
        with self._lock, self._engine.begin() as connection:
            self._be_there(connection)
            mine = sa.select(self._table.c.name, self._table.c.fence).where(self._table.c.holder == self.holder)
            return {row.name: row.fence for row in connection.execute(mine)}

    def release(self, lease: Lease) -> None:
        """Give one back, so that the next one need not wait."""
        table = self._table
        mine = (table.c.name == lease.feed) & (table.c.fence == lease.fence)
        with self._engine.begin() as connection:
            connection.execute(table.update().where(mine).values(holder=""))

    def release_all(self) -> None:
        """Give all back: this process has ended its work."""
        with self._lock, self._engine.begin() as connection:
            table = self._table
            connection.execute(HOLDER.delete().where(HOLDER.c.name == self.holder))
            connection.execute(table.update().where(table.c.holder == self.holder).values(holder=""))

    def _holders(self, feeds: Sequence[str]) -> dict[str, tuple[str, bool]]:
        """Of the rows that there are: whom each names, and whether that one holds it against this process."""
        table = self._table
        found = {}
        with self._engine.connect() as connection:
            now = self._now(connection)
            for names in _some(feeds):
                rows = sa.select(table.c.name, table.c.holder, HOLDER.c.until).where(table.c.name.in_(names))
                for row in connection.execute(rows.outerjoin_from(table, HOLDER, HOLDER.c.name == table.c.holder)):
                    found[row.name] = row.holder, self._is_held(row.holder, row.until, now)
        return found

    def _is_held(self, holder: str, until: str | None, now: datetime) -> bool:
        if not holder or not until or holder == self.holder or _is_dead(holder):
            return False
        # A lease far in the future was given by a clock that has since been put right.
        return moment_of(now) <= until <= moment_of(now + timedelta(seconds=3 * LEASE_SECONDS))

    def _add(self, feeds: Sequence[str]) -> None:
        """Rows of feeds that were never polled: all at once, or one by one where another process adds some too."""
        if not feeds:
            return
        empty = {"log": 0} if self._table is FEED else {}
        rows = [{"name": feed, **empty} for feed in feeds]
        try:
            with self._engine.begin() as connection:
                connection.execute(self._table.insert(), rows)
        except sa.exc.IntegrityError:
            for row in rows:
                with suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
                    connection.execute(self._table.insert(), [row])

    def _take(self, free: dict[str, str]) -> dict[str, Lease]:
        """Take those that still name the holder whom this process does not believe in any more."""
        if not free:
            return {}
        table, taken = self._table, {}
        with self._engine.begin() as connection:
            self._be_there(connection)
            for names in _some(list(free)):
                as_seen = table.c.name.in_(names) & table.c.holder.in_({free[name] for name in names})
                mine = table.update().where(as_seen).values(holder=self.holder, fence=table.c.fence + 1)
                for row in connection.execute(mine.returning(table.c.name, table.c.fence)):
                    taken[row.name] = Lease(row.name, self.holder, row.fence)
        return taken

    def _be_there(self, connection: sa.Connection) -> None:
        """This process is there for so long. Its first statement writes: on SQLite that takes the writer's lock."""
        now = self._now(connection)
        until = {"until": moment_of(now + timedelta(seconds=LEASE_SECONDS))}
        if connection.execute(HOLDER.update().where(HOLDER.c.name == self.holder).values(**until)).rowcount == 0:
            connection.execute(HOLDER.insert().values(name=self.holder, **until))
            connection.execute(HOLDER.delete().where(HOLDER.c.until < moment_of(now - _FORGOTTEN)))

    def _now(self, connection: sa.Connection) -> datetime:
        """The database's own time where several machines share it."""
        if self._engine.dialect.name == "sqlite":
            return datetime.now(UTC)
        found: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        return found


def hold(connection: sa.Connection, lease: Lease, table: sa.Table = FEED) -> None:
    """Make sure, inside a transaction that is about to write, that the lease still stands. Raises Busy."""
    mine = (table.c.name == lease.feed) & (table.c.fence == lease.fence)
    if connection.execute(table.update().where(mine).values(fence=lease.fence)).rowcount != 1:
        what = f"the feed {lease.feed}" if table is FEED else f"the {lease.feed}"
        raise Busy(f"Another process has taken over {what}.", "Nothing was written; this one stands back.")


def _some(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _NAMED):
        yield names[start : start + _NAMED]


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is no more: then nobody need wait for its lease to end."""
    host, process, _ = holder.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False
