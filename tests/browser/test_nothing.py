"""Nothing found, nothing published, nothing understood: three different things, and none of them a bare zero."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.lib.browser.shown import shown
from tests.lib.browser.visitor import Visitor


def test_filters_that_keep_nothing(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    """Two values that never meet in one record."""
    towns = {
        force: api.get(
            "/questions/crimes", params={"measure": "count", "by": "town", "where": f"force={force}", "limit": 1}
        ).json()["rows"][0]["town"]
        for force in ("kent", "cumbria")
    }
    visitor = visit()
    visitor.open(f"/crime?force=kent&town={towns['cumbria']}")
    page = visitor.page
    expect(page.get_by_role("heading", name="No record fits all of these filters")).to_be_visible()
    page.get_by_role("button", name="Remove the filter Town", exact=True).click()
    visitor.settle()
    assert visitor.search() == "?force=kent"
    assert shown(page)["Recorded crimes"]["figure"] not in ("0", None)


def test_a_word_that_no_record_has(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime?force=kent&last_outcome=Suspect+vanished")
    page = visitor.page
    expect(page.get_by_text("No record has the last outcome “Suspect vanished”.")).to_have_count(1)
    page.get_by_role("button", name="Drop this filter").click()
    visitor.settle()
    assert visitor.search() == "?force=kent"


def test_a_field_that_there_is_not(visit: Callable[..., Visitor]) -> None:
    visitor = visit(bears=(400,))
    visitor.open("/crime?shoe_size=9")
    page = visitor.page
    expect(page.get_by_role("alert")).to_contain_text("shoe_size")
    page.get_by_role("link", name="Clear all filters").click()
    visitor.settle()
    assert shown(page)["Recorded crimes"]["figure"] is not None


def test_a_force_that_published_nothing(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    gaps = api.get("/dashboards/stops/answers", params={"cards": "total"}).json()["coverage"]["gaps"]
    months = api.get("/coverage").json()["months"]
    gap = max(gaps, key=lambda one: one["months"])
    visitor = visit()
    visitor.open(f"/stops?force={gap['force']}&from={gap['from']}&to={gap['to']}")
    page = visitor.page
    assert gap["from"] >= months[0]
    expect(page.get_by_role("heading", name="Not published", exact=True)).to_be_visible()
    expect(page.get_by_text(gap["words"]).first).to_be_attached()
    figures = {title: card["figure"] for title, card in shown(page).items() if card["figure"]}
    assert figures["Stops recorded"] == "–"
    assert [title for title, figure in figures.items() if re.fullmatch(r"0%?|0\.0%", figure)] == []
    for words in (words for card in shown(page).values() for words in card["columns"] if gap["from"] in words):
        assert "no file is held" in words
