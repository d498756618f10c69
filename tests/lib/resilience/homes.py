"""What a home holds, read from the files themselves and not by the command that is under test."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

_SETTLED = {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "writer.lock", "warehouse/current.json"}


def current(home: Path) -> Path:
    """The file of the published data version."""
    pointer = json.loads((home / "warehouse" / "current.json").read_text())
    return home / "warehouse" / str(pointer["file"])


def facts(home: Path) -> dict[str, Any]:
    """The published version by its name, the rows of each of its tables, and sums that a mix would change."""
    with duckdb.connect(str(current(home)), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        tables.remove("included_lake_file")  # in how many pieces the words and points came says nothing
        found: dict[str, Any] = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in tables
        }
        found["version"] = connection.execute("SELECT fingerprint FROM data_version").fetchall()
        found["by file"] = connection.execute("SELECT file_id, rows FROM included_file ORDER BY file_id").fetchall()
        found["findings"] = connection.execute(
            "SELECT finding, sum(rows) FROM mart_quality__finding GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return found


def rows_of(home: Path, force: str, month: str, dataset: str = "crimes") -> int:
    """The rows that a force-month has in the published version."""
    with duckdb.connect(str(current(home)), read_only=True) as connection:
        found = connection.execute(
            "SELECT coalesce(sum(rows), 0) FROM included_file JOIN dim_force USING (force_id) "
            "WHERE slug = ? AND dataset = ? AND month = ?",
            [force, dataset, int(month[:4]) * 12 + int(month[5:]) - 1],
        ).fetchall()
    return int(found[0][0])


def ledger(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "ledger.sqlite")) as connection:
        return connection.execute(query).fetchall()


def _published(home: Path) -> set[str]:
    """The files of the current version and of the one before, each with its indexes."""
    found = set()
    for pointer in (home / "warehouse").glob("*.json"):
        file = home / "warehouse" / str(json.loads(pointer.read_text())["file"])
        found |= {pointer, file, *file.with_suffix(".serving").iterdir()}
    return {path.relative_to(home).as_posix() for path in found}


def litter(home: Path) -> list[str]:
    """Files that nothing refers to: none may be left when a load has ended well."""
    lake = {path for (path,) in ledger(home, "SELECT path FROM lake_file")}
    packs = {key for (key,) in ledger(home, "SELECT key FROM vault_object")}
    known = _SETTLED | _published(home)
    known |= {copy.name for copy in sorted(home.glob("ledger-*.copy"))[:1]}  # one, and no more
    known |= {f"lake/{path}" for path in lake} | {f"vault/{key}" for key in packs}
    files = (path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file())
    return sorted(name for name in files if name not in known and not name.endswith("/empty.parquet"))
