"""Everything with the keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.lib.browser.visitor import Visitor


def tab_to(page: Page, target: Locator, most: int = 80) -> None:
    """Presses Tab until `target` has the focus."""
    wanted = target.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement === wanted", wanted):
            return
    raise AssertionError(f"{target} is not reached with {most} presses of Tab")


def test_skip_link(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_a_value_of_a_filter(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    opener = page.get_by_role("group", name="Filters").get_by_role("button", name="Crime type")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Burglary").wait_for()
    expect(page.get_by_role("searchbox", name="Search in Crime type")).to_be_focused()
    tab_to(page, page.get_by_role("checkbox", name="Burglary"))
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    visitor.settle()
    assert visitor.search() == "?crime_type=Burglary"
    expect(page.get_by_role("group", name="Filters").get_by_role("button", name="Crime type")).to_be_focused()


def test_a_bar_and_a_month(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    page = visitor.page
    first = visitor.card("By month").locator("[data-column]").first
    tab_to(page, first, 60)
    page.keyboard.press("End")
    last = visitor.card("By month").locator("[data-column]").last
    expect(last).to_be_focused()
    tab_to(page, visitor.card("Type of crime").get_by_role("button", name="Vehicle crime"))
    page.keyboard.press("Enter")
    visitor.settle()
    assert visitor.search() == "?crime_type=Vehicle+crime"
    expect(visitor.card("Type of crime").get_by_role("button", name="Vehicle crime")).to_be_focused()
    last.focus()
    page.keyboard.press("Enter")
    visitor.settle()
    assert re.search("from=2023-06&to=2023-06", visitor.search())


def test_dialogs_give_the_focus_back(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/stops")
    page = visitor.page
    card = visitor.card("By month")
    for name in ("Image", "Embed", "Cite"):
        opener = card.get_by_role("button", name=name)
        opener.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name=f"{name}: By month")
        expect(dialog).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def test_a_place_by_its_name(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/")
    page = visitor.page
    box = page.get_by_role("search", name="Places, on this page").get_by_role("combobox")
    tab_to(page, box)
    page.keyboard.type("kent")
    expect(page.get_by_role("option", name="Kent Police")).to_be_visible()
    page.keyboard.press("Enter")
    visitor.settle()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kent Police")
    assert page.evaluate("location.pathname") == "/area/force/kent"


def test_the_map_moves_with_the_keys(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    visitor.settle_map()
    visitor.page.locator(".map canvas").focus()
    visitor.page.keyboard.press("+")
    visitor.page.wait_for_function("() => location.search.includes('map=')")
