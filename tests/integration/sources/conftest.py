"""A loopback server and a client that may speak to it, without real waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.loopback import Loopback


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with (
        stamina.set_testing(True, attempts=4, cap=True),
        HttpClient(  # the testing mode of stamina waits for nothing
            allow_private=True, timeout=5.0, backoff=Backoff(attempts=4)
        ) as made,
    ):
        yield made
