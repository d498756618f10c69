"""A card on somebody else's page; and no other page in anybody's frame."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from serving import Server
from tests.browser.visitor import Visitor


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere(tmp_path: Path, server: Server) -> Iterator[str]:
    """A page of another origin that frames an embed and, as it should not, a dashboard."""
    (tmp_path / "index.html").write_text(
        "<!doctype html><html lang=en><title>A newspaper</title><h1>News</h1>"
        f'<iframe id=card src="{server.url}/embed/crime/by-month?force=kent&theme=dark" width=700 height=440></iframe>'
        f'<iframe id=page src="{server.url}/crime" width=700 height=440></iframe>'
    )
    handler = lambda *arguments: _Quiet(*arguments, directory=str(tmp_path))  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://localhost:{host.server_address[1]}"
        host.shutdown()


def test_on_a_page_of_another_origin(browser: Browser, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    frame = page.frame_locator("#card")
    expect(frame.get_by_role("heading", name="By month")).to_be_visible()
    expect(frame.locator("[data-column]").first).to_be_visible()
    foot = frame.locator(".foot")
    expect(foot).to_contain_text("force-months")
    expect(foot).to_contain_text("Source: data.police.uk")
    expect(foot).to_contain_text("Open Government Licence")
    expect(foot).to_contain_text("Kent Police")
    link = foot.get_by_role("link", name="See it on")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("href", "/crime?force=kent")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    # The dashboard refuses: its frame is the browser's own page of refusal.
    inner = page.frames[-1]
    assert not inner.url.endswith("/crime") or inner.locator("h1").count() == 0
    context.close()


@pytest.mark.parametrize("path", ["/", "/crime", "/data", "/records/crimes", "/api"])
def test_other_pages_refuse_frames(visit: Callable[..., Visitor], path: str) -> None:
    visitor = visit()
    answer = visitor.page.goto(f"{visitor.address}{path}")
    assert answer is not None
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_card_that_there_is_not(visit: Callable[..., Visitor]) -> None:
    visitor = visit(bears=(400, 404))
    visitor.page.goto(f"{visitor.address}/embed/crime/no-such-card")
    expect(visitor.page.get_by_text("no-such-card")).to_be_visible()


def test_it_asks_for_its_one_card(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    with visitor.page.expect_response(lambda one: "/answers" in one.url) as asked:
        visitor.open("/embed/stops/by-month?force=kent")
    assert list(asked.value.json()["cards"]) == ["by-month"]
