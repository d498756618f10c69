"""The pages of calls for service, where there is no archive: figures, filters, map, area, record, access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.lib.browser.axe import violations
from tests.lib.browser.shown import differences
from tests.lib.browser.visitor import Visitor
from tests.lib.calls.city import FEED, shown_city
from tests.lib.web.process_server import Server


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(shown_city(tmp_path_factory.mktemp("calls-pages") / "home").settings.home)
    yield running
    running.stop()


def cards(server: Server, *where: str, dashboard: str = "calls") -> dict[str, Any]:
    found = httpx.get(f"{server.url}/api/v1/dashboards/{dashboard}/answers", params={"where": where}, timeout=30)
    its: dict[str, Any] = found.raise_for_status().json()["cards"]
    return its


def test_the_figures_are_those_of_the_api_under_any_choice(visit: Callable[..., Visitor], calls: Server) -> None:
    visitor = visit(calls.url)
    visitor.open("/calls")
    page = visitor.page
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Crime")).to_have_count(0)
    expect(page.get_by_role("link", name="Calls for service", exact=True)).to_have_attribute("aria-current", "page")
    assert differences(cards(calls), page) == []
    visitor.card("By day").get_by_role("button", name="Monday 9 March 2026").click()
    visitor.settle()
    assert visitor.search() == "?date=2026-03-09"
    assert differences(cards(calls, "date=2026-03-09"), page) == []
    expect(visitor.card("Hour of the day").get_by_role("button", name="03:00 to 04:00: nobody watched")).to_be_visible()
    visitor.card("Day of the week").get_by_role("button", name="Monday").click()
    visitor.settle()
    assert differences(cards(calls, "date=2026-03-09", "weekday=1"), page) == []
    page.get_by_role("button", name="when it was not").click()
    expect(page.get_by_role("dialog")).to_contain_text("City Police was watched 91.0% of the time on 2026-03-09.")


def test_a_point_of_the_map_leads_to_its_calls_and_each_to_its_page(
    visit: Callable[..., Visitor], calls: Server
) -> None:
    visitor = visit(calls.url)
    visitor.open("/calls?map=32.7700,-96.8000,13.00")
    visitor.settle_map()
    card = visitor.card("Where")
    card.get_by_role("button", name="List").click()
    rows = card.get_by_role("listitem").filter(has=visitor.page.get_by_role("link", name="Elm St"))
    number = rows.first.locator("span").inner_text()
    rows.first.get_by_role("link").click()
    visitor.settle()
    expect(visitor.page.get_by_role("status").filter(has_text="record")).to_have_text(f"{number} records")
    visitor.page.get_by_role("link", name="Open").first.click()
    visitor.settle()
    expect(visitor.page.get_by_text("place that was found")).to_be_visible()
    link = visitor.page.get_by_role("link", name="The call with its units and its timeline")
    assert (link.get_attribute("href") or "").startswith(f"/live/{FEED}/calls/")


def test_a_beat_has_a_page(visit: Callable[..., Visitor], calls: Server) -> None:
    visitor = visit(calls.url)
    visitor.open("/calls?beat=115")
    expect(visitor.page.get_by_role("link", name="A page for the beat 115")).to_have_attribute(
        "href", f"/area/beat/{FEED}/115"
    )
    box = visitor.page.get_by_role("combobox").first
    box.fill("115")
    visitor.page.get_by_role("option", name="115").click()
    visitor.settle()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("115")
    wanted = cards(calls, f"feed={FEED}", "beat=115", dashboard="calls-area")
    assert differences(wanted, visitor.page) == []


def test_every_page_of_calls_can_be_used_by_everybody(visit: Callable[..., Visitor], calls: Server) -> None:
    visitor = visit(calls.url, bypass_csp=True)
    found: dict[str, list[str]] = {}
    for path in ("/calls", f"/area/division/{FEED}/Central"):
        visitor.open(path)
        if wrong := violations(visitor):
            found[path] = wrong
    assert found == {}
