"""The tests of places: a real web server on the loopback address that speaks as geocoders do, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.sources.http import Backoff, HttpClient
from bluelamp.storage.places.store import PlaceStore
from bluelamp.storage.relational.database import open_database
from tests.lib.loopback import Loopback
from tests.lib.migrated import write_migrated


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An empty database of each kind."""
    url = write_migrated(tmp_path / "home" / "ledger.sqlite")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").migrated_database()
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def places(engine: sa.Engine) -> PlaceStore:
    return PlaceStore(engine)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[PlaceStore]:
    """The store on SQLite alone, where the database makes no difference."""
    opened = open_database(write_migrated(tmp_path / "home" / "ledger.sqlite"))
    yield PlaceStore(opened)
    opened.dispose()


@pytest.fixture
def server() -> Iterator[Loopback]:
    opened = Loopback()
    yield opened
    opened.close()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """One that may reach the loopback address and tries once."""
    with HttpClient(allow_private=True, timeout=5.0, backoff=Backoff(attempts=1)) as opened:
        yield opened
