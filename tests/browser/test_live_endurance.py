"""The live page under what befalls it: bursts, a server that is killed and comes back, a source that falls silent, no
places at all, another zone. In the end it shows exactly what the server has."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.lib.browser.live_city import LiveCity
from tests.lib.browser.live_shown import listed, reached
from tests.lib.web.process_server import Server

_KILLS = 3


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    made = context.new_page()
    yield made
    context.close()


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[Callable[..., LiveCity]]:
    made: list[LiveCity] = []

    def make(name: str = "test-city", **more: Any) -> LiveCity:
        made.append(LiveCity(tmp_path / "home", name, **more))
        return made[-1]

    yield make
    for city in made:
        city.close()


def test_a_burst_of_five_hundred(cities: Callable[..., LiveCity], page: Page, tmp_path: Path) -> None:
    city = cities()
    city.open(600)
    server = Server(tmp_path / "home")
    try:
        page.goto(f"{server.url}/live/test-city")
        reached(page, city.cursor())
        for row in city.rows[:250]:
            row["status"] = "Leaving"
        city.rows = city.rows[:500]
        assert len(city.open(150)) >= 500
        reached(page, city.cursor())
        assert listed(page) == sorted(call["id"] for call in city.calls())
        expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "now, 650 calls active")
    finally:
        server.stop()


def test_a_server_that_is_killed_again_and_again(
    cities: Callable[..., LiveCity], page: Page, tmp_path: Path, unused_port: int
) -> None:
    city = cities()
    city.open(4)
    home, port = tmp_path / "home", ["--port", str(unused_port)]
    server = Server(home, *port)
    page.goto(f"{server.url}/live/test-city")
    reached(page, city.cursor())
    for kill in range(_KILLS):
        server.stop(signal.SIGKILL)
        city.open(3)
        city.end(kill)
        expect(page.locator(".status .title")).to_contain_text("Offline", timeout=20_000)
        server = Server(home, *port)
        reached(page, city.cursor())
        assert listed(page) == sorted(call["id"] for call in city.calls())
    expect(page.locator(".status .title")).to_contain_text("Live", timeout=20_000)
    server.stop()


def test_a_device_that_was_away(cities: Callable[..., LiveCity], page: Page, tmp_path: Path) -> None:
    city = cities()
    city.open(4)
    server = Server(tmp_path / "home")
    try:
        page.goto(f"{server.url}/live/test-city")
        reached(page, city.cursor())
        page.context.set_offline(True)
        expect(page.locator(".status .title")).to_contain_text("Offline", timeout=20_000)
        expect(page.locator("[data-call]")).to_have_count(4)
        city.open(3)
        page.context.set_offline(False)
        reached(page, city.cursor())
        expect(page.locator(".status .title")).to_contain_text("Live", timeout=20_000)
        expect(page.locator("[data-call]")).to_have_count(7)
    finally:
        server.stop()


def test_a_source_that_falls_silent(cities: Callable[..., LiveCity], page: Page, tmp_path: Path) -> None:
    city = cities(ago=50)
    city.open(3)
    server = Server(tmp_path / "home")
    try:
        page.goto(f"{server.url}/live/test-city")
        reached(page, city.cursor())
        status = page.locator(".status")
        expect(status).to_contain_text("Stale source")
        expect(status).to_contain_text("Nothing was fetched lately.")
        expect(status).to_contain_text("50 minutes ago")
        # Nothing has ended by that.
        expect(page.locator("[data-call]")).to_have_count(3)
    finally:
        server.stop()


def test_a_feed_without_places_in_another_zone(cities: Callable[..., LiveCity], page: Page, tmp_path: Path) -> None:
    city = cities("far-city", zone="Asia/Kathmandu", points=False)
    city.open(6)
    server = Server(tmp_path / "home")
    try:
        page.goto(f"{server.url}/live/far-city")
        reached(page, city.cursor())
        expect(page.get_by_text("6 calls of 6 without a point")).to_be_visible()
        # Why the map is empty stands there without a click, with what the operator can do.
        expect(page.get_by_text("publishes no points")).to_be_visible()
        expect(page.get_by_text("docs/how-to/build-a-gazetteer.md")).to_be_visible()
        expect(page.get_by_text("No place was found")).to_be_visible()
        expect(page.locator(".status")).to_contain_text("Times are GMT+5:45 (Asia/Kathmandu).")
        row = page.locator(".unplaced li a").first
        expect(row).to_be_visible()
        row.click()
        panel = page.get_by_role("region", name="The chosen call")
        expect(panel.get_by_text("Times are those of Test City (GMT+5:45).")).to_be_visible()
        told = json.loads(page.evaluate("async () => (await fetch('/api/v1/feeds/far-city/calls')).text()"))
        opened = told["calls"][0]["opened_between"][1]
        local = page.evaluate(
            """(at) => new Date(at).toLocaleTimeString('en-GB',
              { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kathmandu' })""",
            opened,
        )
        expect(panel.locator("ol")).to_contain_text(local)
    finally:
        server.stop()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
