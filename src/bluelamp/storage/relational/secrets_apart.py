"""Secrets lie apart from a copy of the database of the live half: what webhooks are signed with, and what points are
moved by. Used by `storage.backup`, and by `database` when a copy that was put back is opened.

Without its secrets a copy harms nobody who gets hold of it, and still opens: its webhooks are paused and sign with what
no receiver accepts, and a new secret is made for points.
"""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from bluelamp.storage.files import PARTIAL
from bluelamp.storage.private import private_file

FILE = "secrets.sqlite"
_PREFIX = "whsec_"
# Whoever has the address of a chat can post there: it is a secret as well.
_NO_ADDRESS = "https://kept-apart.invalid/"
_PAUSED = "Its secret was kept apart from this copy: put secrets.sqlite beside it, or make the webhook anew."
_HOOK = """CREATE TABLE hook (
    id TEXT PRIMARY KEY, secret TEXT NOT NULL, state TEXT NOT NULL, problem TEXT NOT NULL, url TEXT NOT NULL
)"""
_TABLES = (_HOOK, "CREATE TABLE place_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
_PLAIN = "SELECT id, secret, state, problem, '' FROM hook"
_WITH_ADDRESS = "SELECT id, secret, state, problem, CASE WHEN style <> '' THEN url ELSE '' END FROM hook"
_APART = "SELECT id, secret, state, problem, url FROM hook"


def take_out(copy: sqlite3.Connection, target: Path) -> None:
    """Move the secrets of a copied database into a file of their own, which takes the place of the earlier one once it
    is whole. What a copy that was put back without its secrets does not know stays as the earlier file has it."""
    if not {"hook", "place_secret"} <= _tables(copy):
        return
    # A home of before has no styles, and no address that is a secret.
    hooks = copy.execute(_WITH_ADDRESS if "style" in _columns(copy) else _PLAIN).fetchall()
    earlier = _earlier(target)
    kept = [earlier.get(row[0], row) if row[3] == _PAUSED else row for row in hooks]
    partial = target.with_name(f"{target.name}.{os.getpid()}{PARTIAL}")
    partial.unlink(missing_ok=True)
    private_file(partial)
    with closing(sqlite3.connect(partial)) as apart, apart:
        for statement in _TABLES:
            apart.execute(statement)
        apart.executemany("INSERT INTO hook VALUES (?, ?, ?, ?, ?)", kept)
        apart.executemany(
            "INSERT INTO place_secret VALUES (?, ?)", copy.execute("SELECT name, value FROM place_secret")
        )
    partial.replace(target)
    copy.execute("PRAGMA secure_delete=ON")  # what was there is overwritten, not only passed over
    unknown = [(_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode(), id_) for id_, *_ in hooks]
    copy.executemany("UPDATE hook SET secret = ? WHERE id = ?", unknown)
    copy.executemany("UPDATE hook SET url = ? WHERE id = ?", [(_NO_ADDRESS, row[0]) for row in hooks if row[4]])
    copy.execute("UPDATE hook SET state = 'paused', problem = ? WHERE state = 'active'", (_PAUSED,))
    copy.execute("DELETE FROM place_secret")
    copy.commit()
    # Pages that rows once lay on were copied as they are: they go with the copy's free space.
    copy.execute("VACUUM")


def put_back(database: Path) -> None:
    """Put the secrets that lie beside a database back into it, and let their file go. Raises sqlite3.Error."""
    apart = database.with_name(FILE)
    if not apart.exists():
        return
    with closing(sqlite3.connect(database, timeout=10)) as connection, closing(sqlite3.connect(apart)) as source:
        for id_, secret, state, problem, url in _hooks(source):
            connection.execute("UPDATE hook SET secret = ? WHERE id = ?", (secret, id_))
            if url:
                connection.execute("UPDATE hook SET url = ? WHERE id = ? AND url = ?", (url, id_, _NO_ADDRESS))
            again = "UPDATE hook SET state = ?, problem = ? WHERE id = ? AND problem = ?"
            connection.execute(again, (state, problem, id_, _PAUSED))
        kept = source.execute("SELECT name, value FROM place_secret").fetchall()
        connection.executemany("INSERT OR REPLACE INTO place_secret (name, value) VALUES (?, ?)", kept)
        connection.commit()
    apart.unlink(missing_ok=True)


def _hooks(source: sqlite3.Connection) -> list[tuple[str, str, str, str, str]]:
    """(id, secret, state, problem, address), as they were taken out; the address empty where it stayed."""
    return source.execute(_APART if "url" in _columns(source) else _PLAIN).fetchall()


def _earlier(target: Path) -> dict[str, tuple[str, str, str, str, str]]:
    """id → what the file of an earlier copy holds."""
    if not target.exists():
        return {}
    try:
        with closing(sqlite3.connect(target)) as source:
            return {row[0]: row for row in _hooks(source)}
    except sqlite3.Error:
        return {}


def _columns(connection: sqlite3.Connection) -> set[str]:
    """Those of the table `hook`."""
    return {row[1] for row in connection.execute("PRAGMA table_info(hook)")}


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
