"""Stores and engines are opened in `bootstrap` only: every other room is handed what it needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bluelamp

SOURCE = Path(bluelamp.__file__).parent
OPENED = {
    "open_database", "read_agencies", "Ledger", "Lake", "Vault", "WarehouseFolder", "ReferenceStore", "EventLog",
    "LogWriter", "Snapshots", "Leases", "Keys", "Hooks", "HookProgress", "CallsDays", "CallsLake", "CallsLog",
}  # fmt: skip
# Where else, and why.
ALSO = {
    ("archive/workers.py", "Lake"): "a worker process opens the lake's folder for itself",
}


def called() -> Iterator[tuple[str, str]]:
    """(file, name) of each call of a name that opens something, outside of the rooms that own it."""
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        if file == "bootstrap.py" or file.startswith(("storage/", "sources/")):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OPENED:
                yield file, node.func.id


def test_stores_are_opened_in_bootstrap_only() -> None:
    assert set(called()) == set(ALSO)
