"""The history of calls: on SQLite and on a real PostgreSQL, from snapshots of an invented city."""

from __future__ import annotations

import pytest

from tests.lib.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; empty for the home's own."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.migrated_database()
