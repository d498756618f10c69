"""Each chart says in a sentence and in a table what it draws, and can be taken along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.lib.browser.visitor import Visitor

_DRAWN = ("months", "bars", "hours", "map", "share")


@pytest.mark.parametrize("dashboard", ["crime", "outcomes", "stops", "area"])
def test_every_chart_in_words_and_as_a_table(visit: Callable[..., Visitor], api: httpx.Client, dashboard: str) -> None:
    cards = api.get(f"/dashboards/{dashboard}/answers", params={"where": "force=kent"}).json()["cards"].values()
    visitor = visit()
    visitor.open("/area/force/kent" if dashboard == "area" else f"/{dashboard}?force=kent")
    for card in cards:
        region = visitor.card(card["title"])
        if card["kind"] != "text":
            # Where it has gaps its summary is the same sentence that the API gives.
            expect(region.locator(".reader-only", has_text=card["summary"][:60]).first).to_be_attached()
        if card["kind"] not in _DRAWN:
            continue
        region.get_by_role("button", name=f"Table: {card['title']}").click()
        table = region.get_by_role("table")
        expect(table).to_be_visible()
        numbers = set(table.locator("td, th").all_inner_texts())
        wanted = {
            "months": lambda one: [f"{value:,}" for value in one["values"][0] if value is not None],
            "bars": lambda one: [row["label"] for row in one["rows"]],
            "hours": lambda one: [f"{value:,}" for value in one["hours"] if value is not None],
            "map": lambda one: [row["name"] for row in one["areas"]["rows"]],
            "share": lambda one: [f"{one['numerator']:,}", f"{one['denominator']:,}"],
        }[card["kind"]](card)
        assert set(wanted) <= numbers, card["title"]


def test_a_picture_of_a_chart(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime?force=kent")
    page = visitor.page
    for title, kinds in (("By month", ["SVG", "PNG", "Vega-Lite"]), ("Where", ["PNG"])):
        if title == "Where":
            visitor.settle_map()
        visitor.card(title).get_by_role("button", name=f"Image: {title}").click()
        links = page.get_by_role("dialog").get_by_role("link")
        expect(links).to_have_text(kinds)
        with page.expect_download() as download:
            links.first.click()
        content = download.value.path().read_bytes()
        if title == "By month":
            assert content.startswith(b"<svg")
            words = re.sub(r"<[^>]+>", " ", content.decode()).split()
            assert {"Licence", "force-months", "version"} <= set(words)
        else:
            assert content.startswith(b"\x89PNG")
        page.keyboard.press("Escape")


def test_its_csv_holds_the_same(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime?force=kent")
    link = visitor.card("Type of crime").get_by_role("link", name="CSV: Type of crime").get_attribute("href")
    rows = list(csv.DictReader(io.StringIO(httpx.get(f"{visitor.address}{link}").text)))
    card = api.get("/dashboards/crime/answers", params={"where": "force=kent", "cards": "by-type"}).json()["cards"][
        "by-type"
    ]
    told = {row["label"]: row["count"] for row in card["rows"]}
    held = {row["crime_type"]: int(row["count"]) for row in rows}
    assert {name: held[name] for name in told} == told


def test_a_citation_has_all_that_it_needs(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime?force=kent")
    version = api.get("/site").json()["version"]["name"]
    visitor.card("By month").get_by_role("button", name="Cite").click()
    dialog = visitor.page.get_by_role("dialog")
    for words in ("data.police.uk", "Open Government Licence", "force-months", version, "/crime?force=kent"):
        expect(dialog).to_contain_text(words)


AGES = "Opened in Excel, a CSV turns the ages 10-17 into a date; the Excel file keeps them."


def test_where_there_are_ages_excels_own_file_stands_first(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/stops")
    card = visitor.card("Age")
    links = card.get_by_role("link", name=re.compile("^(Excel|CSV): "))
    expect(links).to_have_text(["Excel", "CSV"])
    expect(card.get_by_text(AGES)).to_be_visible()
    expect(visitor.card("By month").get_by_role("link", name=re.compile("^(Excel|CSV): "))).to_have_text(["CSV"])
    visitor.open("/records/stops")
    files = visitor.page.locator(".files a")
    expect(files).to_have_text(["Excel", "CSV", "Parquet", "JSON", "GeoJSON"])
    expect(visitor.page.get_by_text(AGES)).to_be_visible()
    visitor.open("/records/crimes")
    expect(files.first).to_have_text("CSV")
    expect(visitor.page.get_by_text(AGES)).to_have_count(0)
