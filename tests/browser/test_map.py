"""The map: its total, its areas, its points, its list, and the view that stands in the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Position, expect

from tests.lib.browser.shown import differences, shown
from tests.lib.browser.visitor import Visitor

# Where the colour under the middle of the map is told: the words beside the pointer.
_TIP = ".map .tip"


@pytest.fixture
def busiest(api: httpx.Client) -> dict[str, Any]:
    """A map point with many records, its place and its street."""
    question = {"measure": "count", "by": "map_point", "order": "-count", "limit": 40}
    for row in api.get("/questions/crimes", params=question).json()["rows"]:  # type: ignore[arg-type]
        at = row["map_point"]
        if not at or "," not in at:
            continue
        crimes, stops = (
            api.get(f"/datasets/{name}/records", params={"where": f"map_point={at}", "limit": 100}).json()["rows"]
            for name in ("crimes", "stops")
        )
        streets = {crime["Location"] for crime in crimes}
        # Stops are published without a street.
        if len(streets) == 1 and not stops and re.fullmatch(r"On or near [\w ]+", *streets):
            lon, lat = at.split(",")
            return {"lon": float(lon), "lat": float(lat), "count": row["count"], "street": streets.pop()}
    raise AssertionError("no map point has a street")


def canvas(visitor: Visitor) -> Locator:
    visitor.settle_map()
    return visitor.page.locator(".map canvas")


def middle(visitor: Visitor) -> Position:
    box = canvas(visitor).bounding_box()
    assert box is not None
    return {"x": box["width"] / 2, "y": box["height"] / 2}


def test_its_total_is_the_total(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime?force=kent")
    cards = api.get("/dashboards/crime/answers", params={"where": "force=kent"}).json()["cards"]
    everything = cards["total"]["value"] + cards["total"]["also"][0]["value"]
    on_map = cards["map"]["total"]
    assert cards["map"]["of"] == everything == on_map + cards["map"]["unlocated"]
    total = visitor.card("Where").locator(".map-total")
    expect(total).to_contain_text(f"{on_map:,} of {everything:,} records")
    expect(total).to_contain_text(f"{cards['map']['unlocated']:,} have no location")
    # The list of the ones without a place holds as many.
    total.get_by_role("link", name="have no location").click()
    expect(visitor.page.get_by_role("status").filter(has_text="record")).to_have_text(
        re.compile(rf"{cards['map']['unlocated']:,} records?")
    )


def test_an_area_of_the_list(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    rows = api.get("/dashboards/crime/answers", params={"cards": "map"}).json()["cards"]["map"]["areas"]["rows"]
    most = max(rows, key=lambda row: row["count"] or 0)
    visitor = visit()
    visitor.open("/crime")
    where = visitor.card("Where")
    where.get_by_role("button", name="List", exact=True).click()
    where.get_by_role("searchbox").fill(most["name"])
    where.get_by_role("button", name=most["name"], exact=True).click()
    visitor.settle()
    cards = api.get("/dashboards/crime/answers", params={"where": f"local_authority={most['name']}"}).json()["cards"]
    assert differences(cards, visitor.page) == []
    expect(where.get_by_role("button", name=most["name"], exact=True)).to_have_attribute("aria-pressed", "true")


def test_an_area_of_the_map(visit: Callable[..., Visitor], api: httpx.Client, busiest: dict[str, Any]) -> None:
    visitor = visit()
    visitor.open(f"/crime?map={busiest['lat']},{busiest['lon']},7.5")
    at = middle(visitor)
    canvas(visitor).hover(position=at)
    name = visitor.page.locator(_TIP).locator("strong").inner_text()
    canvas(visitor).click(position=at)
    visitor.settle()
    assert re.search(r"[?&]local_authority=", visitor.search())
    expect(visitor.page.get_by_role("list", name="Chosen filters")).to_contain_text(name)
    cards = api.get("/dashboards/crime/answers", params={"where": f"local_authority={name}"}).json()["cards"]
    assert differences(cards, visitor.page) == []


def test_points_close_in(visit: Callable[..., Visitor], busiest: dict[str, Any]) -> None:
    visitor = visit()
    visitor.open(f"/crime?map={busiest['lat']},{busiest['lon']},16")
    page = visitor.page
    at = middle(visitor)
    expect(visitor.card("Where").locator(".legend")).to_contain_text("a circle is a map point")
    canvas(visitor).hover(position=at)
    words = re.compile(rf"{busiest['street']}.*{busiest['count']:,} records? at this map point\. Anonymised", re.DOTALL)
    expect(page.locator(_TIP)).to_have_text(words)
    # A click keeps the words; their link leads to just these records.
    canvas(visitor).click(position=at)
    page.locator(_TIP).get_by_role("link", name=re.compile("Show the record")).click()
    expect(page.get_by_role("status").filter(has_text="record")).to_have_text(
        re.compile(rf"{busiest['count']:,} records?")
    )


def test_the_list_says_what_the_circles_say(visit: Callable[..., Visitor], busiest: dict[str, Any]) -> None:
    visitor = visit()
    visitor.open(f"/crime?map={busiest['lat']},{busiest['lon']},16")
    canvas(visitor)
    where = visitor.card("Where")
    where.get_by_role("button", name="List", exact=True).click()
    first = where.locator("ol li").filter(has_text=busiest["street"]).first
    expect(where.get_by_role("link", name=busiest["street"]).first).to_be_visible()
    expect(first).to_contain_text(f"{busiest['count']:,}")


def test_its_view_is_in_the_address(visit: Callable[..., Visitor], busiest: dict[str, Any]) -> None:
    visitor = visit()
    visitor.open(f"/crime?map={busiest['lat']},{busiest['lon']},10")
    canvas(visitor).focus()
    before = visitor.search()
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.wait_for_function("(before) => location.search !== before", arg=before)
    visitor.page.get_by_role("button", name="Zoom in").click()
    visitor.page.wait_for_function("() => /,11\\.\\d\\d$/.test(location.search)")
    other = visit()
    other.open(visitor.page.evaluate("location.pathname + location.search"))
    canvas(other)
    # A view that comes from a link is left alone, and its figures are the same.
    assert other.search() == visitor.search()
    assert shown(other.page) == shown(visitor.page)
    list_of = [one.card("Where").get_by_role("button", name="Zoom in") for one in (visitor, other)]
    assert all(button.is_visible() for button in list_of)


def test_without_webgl_there_is_the_list(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    visitor.open("/crime")
    where = visitor.card("Where")
    where.scroll_into_view_if_needed()
    expect(where.get_by_text("This browser cannot draw the map")).to_be_visible()
    expect(where.locator("ol li").first).to_be_visible()


def test_it_follows_the_theme(visit: Callable[..., Visitor]) -> None:
    """Changed faster than a map is drawn; nothing goes wrong, and it is drawn in the end."""
    visitor = visit(color_scheme="light")
    visitor.open("/crime")
    visitor.settle_map()
    for scheme in ("dark", "light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
    expect(visitor.page.locator(".map.night")).to_be_visible()
    visitor.settle_map()
