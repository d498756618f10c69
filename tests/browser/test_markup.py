"""Markup in the data is text on the page: in cards, tables, the map's words, lists, dialogs, records, embeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from tests.lib.browser.hostile import BRACES, ID, IMAGE, PLANTED, SCRIPT, write_hostile_release
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import Server, load

# What markup would have made: anything that the pages do not make themselves.
_MADE = """() => [...document.querySelectorAll('img:not([src^="blob:"]), script:not([src]), [onerror], [onload]')]
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    load(folder / "home", write_hostile_release(folder / "2024-03.zip"))
    running = Server(folder / "home")
    yield running
    running.stop()


def clean(visitor: Visitor) -> None:
    assert visitor.page.evaluate(_MADE) == []


def test_dashboards_tables_and_dialogs(visit: Callable[..., Visitor], planted: Server) -> None:
    visitor = visit(planted.url)
    page = visitor.page
    for dashboard in ("crime", "outcomes", "stops"):
        visitor.open(f"/{dashboard}")
        for button in page.get_by_role("button", name="Table:").all():
            button.click()
        expect(page.get_by_text(IMAGE).first).to_be_attached()
        clean(visitor)
        cards = httpx.get(f"{planted.url}/api/v1/dashboards/{dashboard}/answers").json()["cards"]
        card = next(
            one
            for one in cards.values()
            if one["kind"] == "bars" and any(row["label"] in PLANTED for row in one["rows"])
        )
        region = visitor.card(card["title"])
        for name in ("Cite", "Embed", "Image"):
            region.get_by_role("button", name=f"{name}: {card['title']}").click()
            expect(page.get_by_role("dialog")).to_be_visible()
            if name == "Image":
                expect(page.get_by_role("dialog").get_by_role("link", name="SVG")).to_be_visible()
            clean(visitor)
            page.keyboard.press("Escape")
        for words in (IMAGE, BRACES):
            region.get_by_role("button", name=words).click()
            visitor.settle()
            expect(page.get_by_role("list", name="Chosen filters")).to_contain_text(words)
            clean(visitor)


def test_filters(visit: Callable[..., Visitor], planted: Server) -> None:
    visitor = visit(planted.url, bears=(400,))
    page = visitor.page
    visitor.open("/crime")
    page.get_by_role("group", name="Filters").get_by_role("button", name="Crime type").click()
    expect(page.get_by_role("checkbox", name=SCRIPT)).to_be_visible()
    clean(visitor)
    for words in PLANTED:
        visitor.open(
            f"/crime?crime_type={quote(words)}&town={quote(words)}&{quote(words)}={quote(words)}&version=&map={quote(words)}"
        )
        clean(visitor)
        visitor.open(f"/crime?crime_type=never{quote(words)}")
        expect(page.get_by_text(f"never{words}").first).to_be_attached()
        clean(visitor)


def test_the_map(visit: Callable[..., Visitor], planted: Server) -> None:
    visitor = visit(planted.url)
    page = visitor.page
    visitor.open("/crime?map=51.27,0.52,16")
    visitor.settle_map()
    box = page.locator(".map canvas").bounding_box()
    assert box is not None
    page.locator(".map canvas").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    tip = page.locator(".map .tip")
    expect(tip).to_contain_text("60 records at this map point")
    visitor.card("Where").get_by_role("button", name="List", exact=True).click()
    expect(visitor.card("Where").locator("ol a").first).to_contain_text("n or near")
    clean(visitor)


def test_records_and_other_pages(visit: Callable[..., Visitor], planted: Server) -> None:
    visitor = visit(planted.url, bears=(404,))
    page = visitor.page
    for dataset in ("crimes", "outcomes", "stops"):
        visitor.open(f"/records/{dataset}")
        expect(page.get_by_role("table").get_by_text(IMAGE).first).to_be_attached()
        clean(visitor)
        found = httpx.get(f"{planted.url}/api/v1/datasets/{dataset}/records", params={"limit": 5}).json()["rows"]
        for row in found:
            visitor.open(f"/record/{row['id']}")
            clean(visitor)
    visitor.open(f"/record/{ID}")
    expect(page.get_by_text(IMAGE).first).to_be_attached()
    visitor.open("/area/force/kent")
    visitor.open("/data")
    clean(visitor)
    for card in ("by-type", "last-outcome"):
        visitor.open(f"/embed/crime/{card}?crime_type={quote(IMAGE)}")
        expect(page.get_by_text(IMAGE).first).to_be_attached()
        clean(visitor)
    visitor.open(f"/{quote(IMAGE)}")
    clean(visitor)


def test_the_search_says_nothing_but_text(visit: Callable[..., Visitor], planted: Server) -> None:
    visitor = visit(planted.url)
    visitor.open("/")
    page = visitor.page
    page.get_by_role("search", name="Places, on this page").get_by_role("combobox").fill(IMAGE)
    expect(page.get_by_text(f"Nothing is called “{IMAGE}”").first).to_be_attached()
    clean(visitor)
