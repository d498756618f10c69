"""Connections to SQLite files: to write, and where the disk is full or may not be written, to read all the same.

Used by `database`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

_MEMORY = ":memory:"
# FULL: what was acknowledged must survive a power cut, not only a killed process.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000")
# What the system says of a file that cannot be written, or beside which none can be made: SQLITE_READONLY, IOERR, FULL,
# CANTOPEN.
_UNWRITABLE = frozenset({8, 10, 13, 14})


class _ToRead(sqlite3.Connection):
    """A connection that only reads, because the file could not be opened to be written."""


def open_sqlite(path: str, **pool: Any) -> sa.Engine:
    """An engine on the file, made with `pool`. Where the file cannot be written it can be read, and a write is
    refused."""
    # Not parsed as a URL: a home may have any name, and “?” or “%” would change its meaning.
    url = sa.URL.create("sqlite", database=path)
    if path == _MEMORY:
        engine = sa.create_engine(url)
        sa.event.listen(engine, "connect", lambda connection, _record: _prepare(connection))
        return engine
    engine = sa.create_engine(url, creator=lambda: connect(path), **pool)
    sa.event.listen(engine, "checkin", _give_up)
    return engine


def connect(path: str) -> sqlite3.Connection:
    """To write, else to read. Raises sqlite3.Error where neither can be."""
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        _prepare(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in _UNWRITABLE or not Path(path).exists():
            raise
        found = _to_read(path)
        if found is None:
            raise
        return found
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _to_read(path: str) -> sqlite3.Connection | None:
    """A connection that makes no file. Beside what another process is writing it reads that too; otherwise nobody
    writes, and the file is all there is."""
    log = Path(f"{path}-wal")
    written = log.exists() and log.stat().st_size > 0
    uri = f"file:{quote(path)}?mode=ro{'' if written else '&immutable=1'}"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=_ToRead)
    try:
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        return None
    return connection


def _give_up(connection: object, record: ConnectionPoolEntry) -> None:
    """Used once: the next one may find room on the disk, or changes of others."""
    if isinstance(connection, _ToRead):
        record.invalidate()
