"""Nothing goes wrong behind the pages: no error, no report of the security policy, no failed or foreign request."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.lib.browser.addresses import places_of
from tests.lib.browser.visitor import Visitor


def test_every_page_is_quiet(visit: Callable[..., Visitor], api: httpx.Client) -> None:
    visitor = visit(bears=(404,))
    for path in places_of(api).pages:
        visitor.open(path)
        if visitor.page.locator(".map .canvas").count():
            visitor.settle_map()


def test_no_cookies_and_nothing_kept(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/crime")
    assert visitor.context.cookies() == []
    assert visitor.page.evaluate("Object.keys(localStorage)") == []
