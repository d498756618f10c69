"""Every page against WCAG 2.2 AA, as axe-core sees it: wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from tests.lib.browser.addresses import places_of
from tests.lib.browser.visitor import Visitor

_AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations
  .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`))"""


def violations(visitor: Visitor) -> list[str]:
    found: list[str] = []
    visitor.page.evaluate(_AXE.read_text(encoding="utf-8"))
    for width in (1440, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{width} {scheme} {one}" for one in visitor.page.evaluate(_RUN, _RULES)]
    return found


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
