"""A server of its own for the tests of the web: the real command, on a synthetic archive with planted faults."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.lib.web.process_server import OWN_DASHBOARD, Server, WebHomes


@pytest.fixture(scope="session")
def home(web_homes: WebHomes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of a small twin of all forces, loaded with reference data."""
    return web_homes.both(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[Server]:
    own = home / "dashboards"
    own.mkdir(exist_ok=True)
    shutil.copyfile(OWN_DASHBOARD, own / "bikes.yaml")
    running = Server(home)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as its:
        yield its


@pytest.fixture(scope="session")
def openapi(client: httpx.Client) -> dict[str, object]:
    found: dict[str, object] = json.loads(client.get("/openapi.json").content)
    return found
