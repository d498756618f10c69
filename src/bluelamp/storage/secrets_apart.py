"""Secrets lie apart from a copy of the database of the live half: what webhooks are signed with, and what points are
moved by. Used by `backup`, and by `database` when a copy that was put back is opened.

Without its secrets a copy harms nobody who gets hold of it, and still opens: its webhooks are paused and sign with what
no receiver accepts, and a new secret is made for points.
"""

from __future__ import annotations

import base64
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from bluelamp.storage.private import private_file

FILE = "secrets.sqlite"
_PREFIX = "whsec_"
_PAUSED = "Its secret was kept apart from this copy: put secrets.sqlite beside it, or make the webhook anew."
_TABLES = (
    "CREATE TABLE hook (id TEXT PRIMARY KEY, secret TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL)",
    "CREATE TABLE place_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


def take_out(copy: sqlite3.Connection, target: Path) -> None:
    """Move the secrets of a copied database into a file of their own, which is made anew."""
    if not {"hook", "place_secret"} <= _tables(copy):
        return
    target.unlink(missing_ok=True)
    private_file(target)
    hooks = copy.execute("SELECT id, secret, state, problem FROM hook").fetchall()
    with closing(sqlite3.connect(target)) as apart, apart:
        for statement in _TABLES:
            apart.execute(statement)
        apart.executemany("INSERT INTO hook VALUES (?, ?, ?, ?)", hooks)
        apart.executemany(
            "INSERT INTO place_secret VALUES (?, ?)", copy.execute("SELECT name, value FROM place_secret")
        )
    copy.execute("PRAGMA secure_delete=ON")  # what was there is overwritten, not only passed over
    unknown = [(_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(), id_) for id_, *_ in hooks]
    copy.executemany("UPDATE hook SET secret = ? WHERE id = ?", unknown)
    copy.execute("UPDATE hook SET state = 'paused', problem = ? WHERE state = 'active'", (_PAUSED,))
    copy.execute("DELETE FROM place_secret")
    copy.commit()


def put_back(database: Path) -> None:
    """Put the secrets that lie beside a database back into it, and let their file go. Raises sqlite3.Error."""
    apart = database.with_name(FILE)
    if not apart.exists():
        return
    with closing(sqlite3.connect(database, timeout=10)) as connection, closing(sqlite3.connect(apart)) as source:
        for id_, secret, state, problem in source.execute("SELECT id, secret, state, problem FROM hook"):
            connection.execute("UPDATE hook SET secret = ? WHERE id = ?", (secret, id_))
            again = "UPDATE hook SET state = ?, problem = ? WHERE id = ? AND problem = ?"
            connection.execute(again, (state, problem, id_, _PAUSED))
        kept = source.execute("SELECT name, value FROM place_secret").fetchall()
        connection.executemany("INSERT OR REPLACE INTO place_secret (name, value) VALUES (?, ?)", kept)
        connection.commit()
    apart.unlink(missing_ok=True)


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
