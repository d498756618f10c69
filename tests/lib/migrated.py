"""SQLite databases that have Bluelamp's tables already: a migration from nothing costs more than most tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bluelamp.storage.relational.database import open_database


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.sqlite"
        open_database(f"sqlite:///{path}").dispose()
        return path.read_bytes()


def write_migrated(path: Path) -> str:
    """Write an empty database of this version, for its owner alone, unless there is one; its address."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_bytes(_migrated())
    return f"sqlite:///{path}"
