"""Every page against WCAG 2.2 AA, as axe-core sees it: wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.lib.browser.addresses import places_of
from tests.lib.browser.axe import violations
from tests.lib.browser.visitor import Visitor


def test_every_page(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit(bypass_csp=True, bears=(404,))
    found: dict[str, list[str]] = {}
    for path in places_of(api).pages:
        visitor.open(path)
        if wrong := violations(visitor):
            found[path] = wrong
    assert found == {}


def test_what_opens(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    """Filters, dialogs, tables, the map's list, states of trouble."""
    visitor = visit(bypass_csp=True, bears=(400, 410))
    page = visitor.page
    visitor.open("/crime?force=kent&last_outcome=No+such+outcome")
    assert violations(visitor) == []
    visitor.open("/crime?force=nowhere")
    assert violations(visitor) == []
    visitor.open("/crime")
    card = visitor.card("Type of crime")
    for name in ("Cite", "Embed", "Image"):
        card.get_by_role("button", name=name).click()
        page.get_by_role("dialog").wait_for()
        assert violations(visitor) == [], name
        page.keyboard.press("Escape")
    card.get_by_role("button", name="Table").click()
    visitor.card("Where").get_by_role("button", name="List").click()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Crime type").click()
    page.get_by_role("checkbox", name="Burglary").wait_for()
    assert violations(visitor) == []
