"""A choice anywhere changes every figure on the page, stands in the address, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from playwright.sync_api import expect

from tests.lib.browser.shown import differences, shown
from tests.lib.browser.visitor import Visitor


def answers(api: httpx.Client, dashboard: str, **where: str) -> dict[str, Any]:
    """What the API says, asked in its own way: not through the page's."""
    months = {name: where.pop(name) for name in ("from_", "to") if name in where}
    params = [(name.rstrip("_"), value) for name, value in months.items()]
    params += [("where", f"{field}={value}") for field, value in where.items()]
    found: dict[str, Any] = api.get(f"/dashboards/{dashboard}/answers", params=params).raise_for_status().json()  # type: ignore[arg-type]
    return found["cards"]


@pytest.mark.parametrize("dashboard", ["crime", "outcomes", "stops"])
def test_the_figures_are_those_of_the_api(visit: Callable[..., Visitor], api: httpx.Client, dashboard: str) -> None:
    visitor = visit()
    visitor.open(f"/{dashboard}")
    assert differences(answers(api, dashboard), visitor.page) == []


def test_a_bar_filters_everything_else(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    before = shown(page)
    bar = visitor.card("Type of crime").get_by_role("button", name="Burglary")
    bar.click()
    visitor.settle()
    expect(bar).to_have_attribute("aria-pressed", "true")
    assert visitor.search() == "?crime_type=Burglary"
    assert differences(answers(api, "crime", crime_type="Burglary"), page) == []
    after = shown(page)
    assert after["Type of crime"]["bars"] == before["Type of crime"]["bars"]
    assert [name for name in after if after[name] == before[name]] == ["Type of crime"]

    # A second choice narrows it further; the chip says both and takes them back one by one.
    most = answers(api, "crime")["by-force"]["rows"][0]
    visitor.card("Force").get_by_role("button", name=most["label"]).click()
    visitor.settle()
    assert differences(answers(api, "crime", crime_type="Burglary", force=most["value"]), page) == []
    chips = page.get_by_role("list", name="Chosen filters")
    assert [chip.split() for chip in chips.get_by_role("button").all_inner_texts()] == [
        ["Crime", "type", "Burglary"],
        ["Force", *most["label"].split()],
        ["Clear", "all"],
    ]
    chips.get_by_role("button", name="Remove the filter Crime type: Burglary").click()
    visitor.settle()
    assert differences(answers(api, "crime", force=most["value"]), page) == []
    chips.get_by_role("button", name="Clear all").click()
    visitor.settle()
    expect(chips).to_have_count(0)
    assert shown(page) == before


def test_a_month_filters(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/stops")
    visitor.card("By month").get_by_role("button", name="March 2023").click()
    visitor.settle()
    assert visitor.search() == "?from=2023-03&to=2023-03"
    assert differences(answers(api, "stops", from_="2023-03", to="2023-03"), visitor.page) == []
    visitor.card("By month").get_by_role("button", name="March 2023").click()
    visitor.settle()
    assert visitor.search() == ""


def test_an_hour_filters(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/stops")
    hours = answers(api, "stops")["hour"]
    visitor.card(hours["title"]).get_by_role("button", name="14:00 to 15:00").click()
    visitor.settle()
    assert visitor.search() == "?hour=14"
    now = answers(api, "stops", hour="14")
    assert now["hour"]["hours"] == hours["hours"]
    assert differences(now, visitor.page) == []


def test_a_filter_of_the_row(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    page.get_by_role("button", name="Force").first.click()
    page.get_by_role("searchbox", name="Search in Force").fill("kent")
    page.get_by_role("checkbox", name="Kent Police").check()
    page.get_by_role("button", name="Done").click()
    visitor.settle()
    expect(page.get_by_role("button", name="Force: Kent Police", exact=True)).to_be_visible()
    assert differences(answers(api, "crime", force="kent"), page) == []


def test_back_and_forward(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    visitor.card("Type of crime").get_by_role("button", name="Burglary").click()
    visitor.settle()
    visitor.card("By month").get_by_role("button", name="January 2023").click()
    visitor.settle()
    page.go_back()
    visitor.settle()
    assert visitor.search() == "?crime_type=Burglary"
    assert differences(answers(api, "crime", crime_type="Burglary"), page) == []
    page.go_back()
    visitor.settle()
    assert differences(answers(api, "crime"), page) == []
    page.go_forward()
    page.go_forward()
    visitor.settle()
    wanted = answers(api, "crime", from_="2023-01", to="2023-01", crime_type="Burglary")
    assert differences(wanted, page) == []


def test_a_link_shows_the_same_to_somebody_else(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    one = visit()
    one.open("/crime")
    one.card("Type of crime").get_by_role("button", name="Shoplifting").click()
    one.settle()
    one.page.get_by_role("group", name="Filters").get_by_role("button", name="Months").click()
    one.page.get_by_role("dialog", name="Months").get_by_label("From").select_option("2022-09")
    one.page.keyboard.press("Escape")
    one.settle()
    other = visit()
    other.open(one.page.evaluate("location.pathname + location.search"))
    assert shown(other.page) == shown(one.page)
    assert dict(parse_qsl(other.search()[1:])) == {"crime_type": "Shoplifting", "from": "2022-09"}
    assert differences(answers(api, "crime", from_="2022-09", crime_type="Shoplifting"), other.page) == []
