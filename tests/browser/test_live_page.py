"""The live page, used: by mouse and keys, wide and narrow, while calls come, change and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.lib.browser.axe import violations
from tests.lib.browser.live_city import LiveCity
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import Server

# Without an archive the site's own figures are not there, without a gazetteer no outlines.
_BEARS = (404, 409)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[LiveCity]:
    made = LiveCity(tmp_path / "home", ago=30)
    made.open(5)
    made.later(30)
    made.show()
    yield made
    made.close()


@pytest.fixture
def live(browser: Browser, city: LiveCity, tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    server = Server(tmp_path / "home")
    made: list[Visitor] = []

    def make(path: str = "/live/test-city", **options: Any) -> Visitor:
        visitor = Visitor(browser, server.url, **{"bears": _BEARS, **options})
        made.append(visitor)
        visitor.page.goto(f"{server.url}{path}")
        visitor.page.locator(".live[data-cursor*=':'], h1").first.wait_for()
        return visitor

    yield make
    troubles = [trouble for visitor in made for trouble in visitor.close()]
    server.stop()
    assert troubles == []


def names(page: Page) -> list[str]:
    """The streets of the list, in its order."""
    return page.locator("[data-call] .where").all_inner_texts()


def test_calls_come_change_and_end(city: LiveCity, live: Callable[..., Visitor]) -> None:
    page = live().page
    expect(page.locator("[data-call]")).to_have_count(5)
    expect(page.locator(".status .title")).to_contain_text("Live")

    city.open(1, nature="Robbery", street="Quince Way", block="4200")
    row = page.get_by_role("link", name="Robbery").filter(has_text="4200 Quince Way")
    expect(row).to_be_visible()
    # Somebody who only listens is told as well.
    expect(page.get_by_text("New call: Robbery, 4200 Quince Way.")).to_have_count(1)

    row.click()
    panel = page.get_by_role("region", name="The chosen call")
    expect(panel.get_by_role("heading", name="Robbery")).to_be_focused()
    expect(panel.get_by_text("A robbery.")).to_be_visible()
    expect(panel.get_by_text("Opened")).to_be_visible()
    city.rows[-1]["priority"] = "1"
    city.rows.append({**city.rows[-1], "unit": "X9"})
    city.show()
    expect(panel.get_by_text("X9 joined", exact=True)).to_be_visible()

    city.later(3)
    link = page.url
    city.end(5, 6)
    expect(panel.get_by_text("It was listed for about")).to_contain_text("Ended between")
    expect(row.locator(".age")).to_have_text("ended")
    # The link works for ever, also in a browser that never saw the call.
    other = live(urlsplit(link).path).page
    expect(other.get_by_role("heading", name="Robbery")).to_be_visible()
    expect(other.locator("[data-call]")).to_have_count(5)


def test_filters_stand_in_the_address(city: LiveCity, live: Callable[..., Visitor]) -> None:
    city.open(6)
    page = live().page
    expect(page.locator("[data-call]")).to_have_count(11)
    page.get_by_role("button", name="Beat", exact=True).click()
    page.get_by_role("checkbox", name="103").check()
    page.get_by_role("button", name="Done").click()
    wanted = sorted(f"{row['block']} {row['street']} · beat 103" for row in city.rows if row["beat"] == "103")
    expect(page.locator("[data-call]")).to_have_count(len(wanted))
    assert sorted(names(page)) == wanted
    assert parse_qs(urlsplit(page.url).query) == {"beat": ["103"]}

    again = live(f"/live/test-city?{urlsplit(page.url).query}").page
    expect(again.locator("[data-call]")).to_have_count(len(wanted))
    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("searchbox", name="Find a street, beat, unit or incident").fill("26-000004")
    expect(page.locator("[data-call]")).to_have_count(1)
    # What a row says can be typed.
    page.get_by_role("searchbox", name="Find a street, beat, unit or incident").fill("beat 103")
    expect(page.locator("[data-call]")).to_have_count(len(wanted))
    page.get_by_role("searchbox", name="Find a street, beat, unit or incident").fill("nowhere at all")
    expect(page.get_by_text("No call passes these filters.")).to_be_visible()


def test_only_what_the_map_shows(city: LiveCity, live: Callable[..., Visitor]) -> None:
    visitor = live()
    page = visitor.page
    visitor.settle_map()
    page.get_by_role("button", name="On the map").click()
    expect(page.locator("[data-call]")).to_have_count(5)
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(6):
        page.mouse.wheel(0, -400)
        page.wait_for_timeout(120)
    page.wait_for_function("() => document.querySelectorAll('[data-call]').length < 5")
    west, south, east, north = (float(edge) for edge in parse_qs(urlsplit(page.url).query)["bbox"][0].split(","))
    seen = [row for row in city.rows if west <= row["lon"] <= east and south <= row["lat"] <= north]
    expect(page.locator("[data-call]")).to_have_count(len(seen))


def test_keys_alone(city: LiveCity, live: Callable[..., Visitor]) -> None:
    page = live().page
    first = page.locator("[data-call]").first
    expect(first).to_be_visible()
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    third = page.locator("[data-call]").nth(2)
    expect(third).to_be_focused()
    page.keyboard.press("Enter")
    title = page.locator("#call-title")
    expect(title).to_be_focused()
    assert "/calls/" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#call-title")).to_have_count(0)
    expect(third).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("[data-call]").last).to_be_focused()
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".title").get_by_text("The past")).to_be_visible()
    page.get_by_role("button", name="Back to now").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".title").get_by_text("The past")).to_have_count(0)


def test_the_map_chooses_as_the_list_does(city: LiveCity, live: Callable[..., Visitor]) -> None:
    city.open(1, lat=33.6, lon=-100.9, street="Middle Pl", block="100", nature="Alarm")
    visitor = live("/live/test-city?map=33.6,-100.9,15")
    page = visitor.page
    expect(page.locator("[data-call]")).to_have_count(6)
    visitor.settle_map()
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    for _ in range(20):  # the marks are drawn a moment after their calls
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if "/calls/" in page.url:
            break
        page.wait_for_timeout(250)
    expect(page.get_by_role("region", name="The chosen call").get_by_text("100 Middle Pl").first).to_be_visible()


def test_a_moment_is_a_link(city: LiveCity, live: Callable[..., Visitor]) -> None:
    begun = min(call["opened_between"][1] for call in city.calls())
    city.open(3)
    page = live(f"/live/test-city?hours=1&at={begun[:19]}Z").page
    # The second that the address can say ends before the snapshot: nothing was known then.
    expect(page.locator(".title").get_by_text("The past")).to_be_visible()
    expect(page.locator("[data-call]")).to_have_count(0)
    page.goto(f"{page.url.split('?')[0]}?hours=1&at={begun[:17]}59Z")
    expect(page.locator("[data-call]")).to_have_count(5)
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("[data-call]")).to_have_count(8)


def test_played_to_now(city: LiveCity, live: Callable[..., Visitor]) -> None:
    visitor = live("/live/test-city?hours=1", reduced_motion="no-preference")
    page = visitor.page
    expect(page.locator("[data-call]")).to_have_count(5)
    page.get_by_role("combobox", name="Speed").select_option("60")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".title").get_by_text("The past")).to_be_visible()
    expect(page.locator(".title").get_by_text("The past")).to_have_count(0)
    expect(page.locator("[data-call]")).to_have_count(5)


def test_three_tabs_one_stream(city: LiveCity, browser: Browser, live: Callable[..., Visitor]) -> None:
    visitor = live()
    pages = [visitor.page, *(visitor.context.new_page() for _ in range(2))]
    for page in pages[1:]:
        page.goto(pages[0].url)
    for page in pages:
        expect(page.locator("[data-call]")).to_have_count(5)
    health = f"{visitor.address}/api/v1/feeds/test-city/health"
    assert pages[0].evaluate("async (url) => (await (await fetch(url)).json()).streams", health) == 1
    city.open(2)
    for page in pages:
        expect(page.locator("[data-call]")).to_have_count(7)
    # Another tab listens when the one that did is gone.
    pages[0].close()
    city.open(1)
    for page in pages[1:]:
        expect(page.locator("[data-call]")).to_have_count(8)
    assert pages[1].evaluate("async (url) => (await (await fetch(url)).json()).streams", health) == 1


def test_every_live_page_is_accessible(city: LiveCity, live: Callable[..., Visitor]) -> None:
    found = {}
    call = city.calls()[0]["id"]
    for path in (
        "/live",
        "/live/test-city",
        f"/live/test-city/calls/{call}",
        "/live/test-city/health",
        "/live/test-city?at=2026-01-01T00:00:00Z",
        "/embed/live/test-city",
    ):
        visitor = live(path, bypass_csp=True)
        visitor.page.wait_for_timeout(500)
        if wrong := violations(visitor):
            found[path] = wrong
    assert found == {}


def test_on_a_phone(city: LiveCity, live: Callable[..., Visitor]) -> None:
    page = live(width=390, height=844, has_touch=True).page
    # The row of pages is longer than the screen; the one that is shown is in sight.
    expect(page.get_by_role("link", name="Live", exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Calls (5)").tap()
    page.locator("[data-call]").first.tap()
    panel = page.get_by_role("region", name="The chosen call")
    expect(panel.get_by_text("What happened, as far as the snapshots show")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    panel.get_by_role("button", name="Close").tap()
    page.get_by_role("button", name="Figures").tap()
    expect(page.get_by_role("term").filter(has_text="Active now")).to_be_visible()
    page.get_by_role("button", name="Map", exact=True).tap()
    expect(page.locator(".map[data-still]")).to_be_visible()
