"""The live flow's tests run on SQLite and on a real PostgreSQL; they share the feed in memory as what must come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.storage.relational.database import open_database
from tests.lib.migrated import write_migrated
from tests.lib.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return write_migrated(tmp_path / "home" / "ledger.sqlite")
    server: Postgres = request.getfixturevalue("postgres")
    return server.migrated_database()


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    opened = open_database(database)
    yield opened
    opened.dispose()
