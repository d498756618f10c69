"""One poller per feed, however many are started: a lease on the feed's row, with a fence. One process that delivers
webhooks has its lease in a table of its own.

The fence is a number that grows with each new holder. Whoever writes the feed's log states the fence it was given, so a
poller that slept through the end of its lease cannot write any more, whatever its clock says.
"""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bluelamp.domain.moment import moment_of
from bluelamp.errors import Busy
from bluelamp.storage.live_tables import FEED

LEASE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one feed's log (`feed` names the row), as long as it is renewed."""

    feed: str
    holder: str
    fence: int


class Leases:
    """Leases of this process on the feeds of one database, or on the rows of another table of this form."""

    def __init__(self, engine: sa.Engine, table: sa.Table = FEED) -> None:
        self._engine, self._table = engine, table
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"

    def acquire(self, feed: str) -> Lease | None:
        """The lease, or None while another process holds it."""
        with self._engine.begin() as connection:
            # The first statement writes: on SQLite it takes the writer's lock, on PostgreSQL the row's.
            self._ensure(connection, feed)
            now = self._now(connection)
            table = self._table
            row = connection.execute(sa.select(table).where(table.c.name == feed)).one()
            if not self._is_free(row.holder, row.lease_until, now):
                return None
            connection.execute(
                table.update()
                .where(table.c.name == feed)
                .values(holder=self.holder, lease_until=_later(now), fence=row.fence + 1)
            )
            return Lease(feed, self.holder, row.fence + 1)

    def renew(self, lease: Lease) -> bool:
        """Hold it longer; False where it is lost."""
        with self._engine.begin() as connection:
            now = self._now(connection)
            return connection.execute(self._mine(lease).values(lease_until=_later(now))).rowcount == 1

    def release(self, lease: Lease) -> None:
        """Give it back, so that the next one need not wait."""
        with self._engine.begin() as connection:
            connection.execute(self._mine(lease).values(holder="", lease_until=""))

    def _mine(self, lease: Lease) -> sa.Update:
        table = self._table
        return table.update().where(table.c.name == lease.feed, table.c.fence == lease.fence)

    def _ensure(self, connection: sa.Connection, feed: str) -> None:
        table = self._table
        touched = connection.execute(table.update().where(table.c.name == feed).values(name=feed))
        if touched.rowcount == 0:
            new = {"name": feed, "log": 0} if table is FEED else {"name": feed}
            connection.execute(table.insert().values(**new))

    def _is_free(self, holder: str, until: str, now: datetime) -> bool:
        if not holder or holder == self.holder or _is_dead(holder):
            return True
        # A lease far in the future was given by a clock that has since been put right.
        return until < moment_of(now) or until > moment_of(now + timedelta(seconds=3 * LEASE_SECONDS))

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


def _later(now: datetime) -> str:
    return moment_of(now + timedelta(seconds=LEASE_SECONDS))


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
