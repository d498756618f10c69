"""The live half over HTTP: a feed whose snapshots the tests hand in, a server on it, listeners on the loopback."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

_TESTS = Path(__file__).parents[2]
for folder in (
    _TESTS / "unit" / "live",
    _TESTS / "unit" / "web" / "streams",
    _TESTS / "integration" / "live",
    _TESTS / "integration" / "web",
    _TESTS / "integration" / "sources",
    _TESTS / "integration" / "places",
    Path(__file__).parent,
):
    if str(folder) not in sys.path:
        sys.path.append(str(folder))

from city_feed import CityFeed  # noqa: E402  (the folder is not a package)
from listeners import Listener  # noqa: E402
from postgres import Postgres  # noqa: E402
from thread_server import ThreadServer  # noqa: E402


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not under pytest's own folder: every session that starts shuts that one to other users, and so to the server.
    with tempfile.TemporaryDirectory(prefix="bluelamp-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "data")
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The setting of an empty database; empty for SQLite in the home."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(f"w{uuid4().hex[:12]}")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[CityFeed]:
    """A feed in a SQLite home."""
    feed = CityFeed(tmp_path / "home")
    yield feed
    feed.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., ThreadServer]]:
    """Makes servers in this process, on ports of their own."""
    running: list[ThreadServer] = []

    def make(city: CityFeed, **settings: Any) -> ThreadServer:
        running.append(ThreadServer(city.settings.model_copy(update={"log_requests": False, **settings})))
        return running[-1]

    yield make
    for server in running:
        server.stop()


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Makes listeners that are hung up at the end."""
    made: list[Listener] = []

    def make(url: str, **headers: str) -> Listener:
        made.append(Listener(url, **headers))
        return made[-1]

    yield make
    for listener in made:
        listener.close()
