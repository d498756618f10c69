"""A publisher of an invented city, and a client that tries once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bluelamp.sources.gazetteer import City, read_city
from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.gazetteer.towns import Dataset, Layer, address_rows, beat_rows, incident_rows, town_text
from tests.lib.loopback import Loopback


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


@pytest.fixture
def client() -> Iterator[HttpClient]:
    with HttpClient(allow_private=True, timeout=5.0, backoff=Backoff(attempts=1)) as made:
        yield made


@pytest.fixture
def town(server: Loopback) -> City:
    return read_city(town_text(server.url), "testville", "testville.toml", "x")


@pytest.fixture
def published(server: Loopback) -> dict[str, Any]:
    """All three inputs, as they should be."""
    layers: dict[str, Any] = {"addresses": Layer(address_rows()), "beats": Layer(beat_rows())}
    layers["incidents"] = Dataset(incident_rows())
    server.routes["/addresses/0/query"] = layers["addresses"]
    server.routes["/beats/8/query"] = layers["beats"]
    server.routes["/resource/incidents.json"] = layers["incidents"]
    return layers
