"""A copy of the SQLite ledger beside it, made when a load has ended: what a damaged ledger is compared with and put
back from. Its name bears its hash, so that a damaged copy is known as such. Used by the flow's end and by the doctor.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bluelamp.errors import Damaged
from bluelamp.storage.files import PARTIAL, atomic_path, sha256_of, storage_errors
from bluelamp.storage.private import private_file

_TABLES = ("receipt", "file", "lake_file", "vault_object")
_DIGITS = 32
_CURRENT, _OUTDATED = ".copy", ".outdated"


def keep_copy(ledger: Path) -> None:
    """Copy the ledger as it is now; older copies go. Nothing where the ledger is no SQLite file."""
    if not ledger.exists():
        return
    with storage_errors("copy the ledger"):
        fresh = ledger.with_name(f"{ledger.stem}.copying{PARTIAL}")
        with atomic_path(fresh) as partial:
            partial.unlink(missing_ok=True)
            private_file(partial)
            with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(partial)) as target:
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
        target_path = ledger.with_name(f"{ledger.stem}-{sha256_of(fresh)[:_DIGITS]}{_CURRENT}")
        fresh.replace(target_path)
        for older in [*_copies(ledger), *_copies(ledger, _OUTDATED)]:
            if older != target_path:
                older.unlink(missing_ok=True)


def outdate(ledger: Path) -> None:
    """Call it before the ledger is written to: the copy is kept, but no longer compared with."""
    for copy in _copies(ledger):
        copy.replace(copy.with_suffix(_OUTDATED))


def problems(ledger: Path) -> list[str]:
    """What is wrong with the ledger, in words: by its own checks, and held against its copy where that is current."""
    try:
        with closing(sqlite3.connect(ledger)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)").fetchall()]
            if found != ["ok"]:
                return [" ".join(str(words).split())[:200] for words in found]
            copy = sound_copy(ledger)
            return _differences(connection, copy) if copy is not None else []
    except sqlite3.Error as error:
        return [str(error)]


def _differences(connection: sqlite3.Connection, copy: Path) -> list[str]:
    connection.execute("ATTACH ? AS kept", (str(copy),))
    found = []
    for table in _TABLES:
        count: int
        (count,) = connection.execute(
            f"SELECT count(*) FROM (SELECT * FROM kept.{table} EXCEPT SELECT * FROM main.{table})"  # noqa: S608 - ours
        ).fetchone()
        if count:
            found.append(f"{count:,} lines of “{table}” differ from the copy made when the last load ended")
    return found


def sound_copy(ledger: Path, *, outdated: bool = False) -> Path | None:
    """The copy whose bytes have the hash that its name states; None where there is none."""
    for suffix in (_CURRENT, _OUTDATED) if outdated else (_CURRENT,):
        for copy in _copies(ledger, suffix):
            if sha256_of(copy).startswith(copy.stem.removeprefix(f"{ledger.stem}-")):
                return copy
    return None


def put_back(ledger: Path) -> None:
    """Put the copy in the ledger's place; the damaged one stays as ledger.damaged. Raises Damaged without a copy."""
    copy = sound_copy(ledger, outdated=True)
    if copy is None:
        raise Damaged("There is no sound copy of the ledger.", "Restore BLUELAMP_HOME from a backup.")
    with storage_errors("put back the ledger"):
        for suffix in ("-wal", "-shm"):
            ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
        if ledger.exists():
            ledger.replace(ledger.with_suffix(".damaged"))
        with atomic_path(ledger) as partial:
            private_file(partial)
            partial.write_bytes(copy.read_bytes())


def _copies(ledger: Path, suffix: str = _CURRENT) -> Iterator[Path]:
    return ledger.parent.glob(f"{ledger.stem}-*{suffix}")
