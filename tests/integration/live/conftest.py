"""The live flow's tests run on SQLite and on a real PostgreSQL; they share the feed in memory as what must come out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bluelamp.storage.relational.database import open_database

_TESTS = Path(__file__).parents[2]
for folder in (_TESTS / "unit" / "live", Path(__file__).parent):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from postgres import Postgres  # noqa: E402


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the wheel's own. Not in pytest's folder: where the administrator runs the tests it has a
    user of its own, to whom another run of pytest would shut that folder."""
    with tempfile.TemporaryDirectory(prefix="bluelamp-postgres-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "data")
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'ledger.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(f"t{uuid4().hex[:12]}")


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    opened = open_database(database)
    yield opened
    opened.dispose()
