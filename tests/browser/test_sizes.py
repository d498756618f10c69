"""From small phones to large screens, at 200 % zoom, with reduced motion, on paper."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.lib.browser.addresses import places_of
from tests.lib.browser.visitor import Visitor

# What sticks out of the page to the right, unless it stands in a box that scrolls by itself.
_WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`).slice(0, 5)"""


@pytest.mark.parametrize(("width", "scale"), [(360, 1), (720, 2), (2560, 1)])
def test_nothing_is_scrolled_sideways(visit: Callable[..., Visitor], api: httpx.Client, width: int, scale: int) -> None:
    visitor = visit(width=width, height=800, device_scale_factor=scale, bears=(404,))
    wide: dict[str, list[str]] = {}
    for path in [*places_of(api).pages, "/crime?crime_type=Burglary&force=kent&last_outcome=Under+investigation"]:
        visitor.open(path)
        if found := visitor.page.evaluate(_WIDER):
            wide[path] = found
    assert wide == {}


def test_dialogs_and_filters_on_a_phone(visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=360, height=740, has_touch=True, is_mobile=True)
    visitor.open("/crime")
    page = visitor.page
    page.get_by_role("button", name="Force").first.click()
    page.get_by_role("checkbox", name="Cumbria Constabulary").check()
    page.get_by_role("button", name="Done").click()
    visitor.settle()
    assert visitor.search() == "?force=cumbria"
    visitor.card("By month").get_by_role("button", name="Cite").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.evaluate(_WIDER) == []


def test_reduced_motion(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    moving = """() => [...document.querySelectorAll(':not(.maplibregl-map *)')].filter((one) => {
      const style = getComputedStyle(one);
      return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none';
    }).length"""
    assert visitor.page.evaluate(moving) == 0


def test_on_paper(visit: Callable[..., Visitor]) -> None:
    """What can only be pressed is left out; figures, choices and coverage stay."""
    visitor = visit(color_scheme="dark", width=794)
    visitor.open("/crime?force=kent")
    page = visitor.page
    page.emulate_media(media="print", color_scheme="dark")
    for name in ("Cite: By month", "Share this view", "what is missing"):
        assert page.get_by_role("button", name=name).filter(visible=True).count() == 0
    assert page.get_by_role("navigation").filter(visible=True).count() == 0
    assert page.get_by_role("list", name="Chosen filters").is_visible()
    assert page.locator(".total .figure").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(_WIDER) == []


def test_bars_fill_the_height_of_their_card(visit: Callable[..., Visitor]) -> None:
    """A card as tall as its neighbour shows more rows instead of white."""
    visitor = visit(width=1440)
    visitor.open("/crime")
    gaps = visitor.page.evaluate(
        """() => [...document.querySelectorAll('.card.bars .frame')]
        .filter((frame) => frame.querySelector('[aria-expanded="false"]'))
        .map((frame) => frame.clientHeight - frame.firstElementChild.offsetHeight)"""
    )
    assert max(gaps, default=0) < 60
