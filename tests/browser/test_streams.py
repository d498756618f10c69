"""A real browser's EventSource on the streams: every page gets every change, also over a restart of the server."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.process_server import Server

# What a page that follows a feed does: it loads the calls, and goes on from their cursor.
_FOLLOW = """async (feed) => {
  window.told = []; window.opened = 0;
  const calls = await (await fetch(`/api/v1/feeds/${feed}/calls`)).json();
  const source = new EventSource(`/api/v1/feeds/${feed}/events?cursor=${calls.cursor}`);
  const kinds = ['opened', 'unit_joined', 'unit_left', 'updated', 'closed', 'reopened', 'resync', 'bye'];
  for (const kind of kinds) source.addEventListener(kind, (event) =>
    window.told.push({ kind, id: event.lastEventId, ...JSON.parse(event.data) }));
  source.onopen = () => { window.opened += 1; };
  await new Promise((begun) => source.addEventListener('open', begun, { once: true }));
  return calls.calls.length;
}"""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[CityFeed]:
    feed = CityFeed(tmp_path / "home")
    feed.open(2)
    yield feed
    feed.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[Callable[[str], Page]]:
    made: list[Page] = []

    def make(url: str) -> Page:
        page = browser.new_page()
        page.goto(f"{url}/healthz")
        assert page.evaluate(_FOLLOW, FEED) == 2
        made.append(page)
        return page

    yield make
    for page in made:
        page.close()


def told(page: Page, count: int) -> list[dict[str, Any]]:
    """What a page was told, once it is so much."""
    page.wait_for_function("(count) => window.told.length >= count", arg=count, timeout=20_000)
    page.wait_for_timeout(300)  # what comes twice would come now
    return page.evaluate("window.told")


def test_three_pages_each_get_nine_of_nine(city: CityFeed, pages: Callable[[str], Page]) -> None:
    server = Server(city.settings.home)
    try:
        open_pages = [pages(server.url) for _ in range(3)]
        changes = [*city.open(3), *city.change(0, beat="154"), *city.open(4), *city.end(1)]
        assert len(changes) == 9
        for page in open_pages:
            found = told(page, 9)
            assert [one["id"] for one in found] == [change["id"] for change in changes]
            assert [one["seq"] for one in found] == list(range(3, 12))
    finally:
        server.stop()


def test_a_page_misses_nothing_over_a_restart_of_the_server(city: CityFeed, pages: Callable[[str], Page]) -> None:
    server = Server(city.settings.home)
    port = str(urlsplit(server.url).port)
    try:
        open_pages = [pages(server.url) for _ in range(3)]
        city.open(3)
        for page in open_pages:
            told(page, 3)
        server.stop(signal.SIGTERM)
        city.open(4)
        server = Server(city.settings.home, "--port", port)
        city.open(2)
        for page in open_pages:
            found = told(page, 10)
            assert [one["kind"] for one in found] == ["opened"] * 3 + ["bye"] + ["opened"] * 6
            assert [one["seq"] for one in found if one["kind"] == "opened"] == list(range(3, 12))
            assert page.evaluate("window.opened") >= 2
    finally:
        server.stop()
