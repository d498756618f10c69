"""WCAG 2.2 AA as axe-core sees it."""

from __future__ import annotations

from pathlib import Path

from tests.lib.browser.visitor import Visitor

_AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = """async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations
  .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`))"""


def violations(visitor: Visitor) -> list[str]:
    """What is wrong with the page that is open, at two widths and in both colour schemes."""
    found: list[str] = []
    visitor.page.evaluate(_AXE.read_text(encoding="utf-8"))
    for width in (1440, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{width} {scheme} {one}" for one in visitor.page.evaluate(_RUN, _RULES)]
    return found
