"""The live half over HTTP: a feed whose snapshots the tests hand in, a server on it, listeners on the loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lib.live.city_feed import CityFeed
from tests.lib.postgres import Postgres
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The setting of an empty database; empty for SQLite in the home."""
    if request.param == "sqlite":
        return ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.migrated_database()


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
