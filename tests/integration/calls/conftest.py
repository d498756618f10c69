"""The history of calls: on SQLite and on a real PostgreSQL, from snapshots of an invented city."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "integration" / "live", _TESTS / "integration" / "web", Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from postgres import Postgres  # noqa: E402


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL server of the wheel's own."""
    server = Postgres(tmp_path_factory.mktemp("postgres") / "data")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; empty for the home's own."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(f"t{uuid4().hex[:12]}")
