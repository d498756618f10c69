"""A publisher on the loopback address, and a client that tries once, as the poller's does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bluelamp.sources.feeds.agency import Agency, read_agencies, read_agency
from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.loopback import Loopback

FeedAt = Callable[..., Agency]


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(allow_private=True, timeout=5.0, backoff=Backoff(attempts=1)) as made:
        yield made


@pytest.fixture(scope="session")
def agencies() -> dict[str, Agency]:
    return read_agencies(None)


@pytest.fixture
def shipped(server: Loopback, agencies: dict[str, Agency]) -> FeedAt:
    """A shipped agency as it stands, but for its address: the test's own server."""
    return lambda name: replace(agencies[name], url=f"{server.url}/feed")


@pytest.fixture
def own(server: Loopback) -> FeedAt:
    """An agency from the text of a file, at the test's own server."""

    def make(rest: str, platform: str = "json", path: str = "/feed") -> Agency:
        head = f'title = "T"\nplatform = "{platform}"\nurl = "{server.url}{path}"\nzone = "America/Chicago"\n'
        return read_agency(head + rest, "test-town", "test-town.toml", "here")

    return make
