"""One Chromium and one server on a small synthetic archive for all tests of the pages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.lib.browser.chromium import chromium
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import OWN_DASHBOARD, Server, WebHomes

# The last two let the map be drawn without a graphics card.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-gl=swiftshader",
    "--enable-unsafe-swiftshader",
]


# Playwright's loop may not be running while tests of other folders run loops of their own: ended with this folder.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    assert path is not None, "there is no Chromium: `make browser` installs one, or set BLUELAMP_CHROMIUM"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def home(web_homes: WebHomes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = web_homes.both(tmp_path_factory.mktemp("pages"))
    (made / "dashboards").mkdir()
    shutil.copyfile(OWN_DASHBOARD, made / "dashboards" / "bikes.yaml")
    return made


@pytest.fixture(scope="package")
def server(home: Path) -> Iterator[Server]:
    running = Server(home)
    yield running
    running.stop()


@pytest.fixture(scope="package")
def api(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as client:
        yield client


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: each a browser of its own, without a past. What went wrong in them fails the test at its end."""
    made: list[Visitor] = []

    def make(address: str = server.url, **options: Any) -> Visitor:
        made.append(Visitor(browser, address, **options))
        return made[-1]

    yield make
    troubles = [trouble for visitor in made for trouble in visitor.close()]
    assert troubles == []
