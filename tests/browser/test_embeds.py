"""A card on somebody else's page; and no other page in anybody's frame."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, expect

from tests.lib.browser.live_city import LiveCity
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import Server


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def newspaper(folder: Path, document: str) -> Iterator[str]:
    """A page of another origin."""
    (folder / "index.html").write_text(document)
    handler = lambda *arguments: _Quiet(*arguments, directory=str(folder))  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://localhost:{host.server_address[1]}"
        host.shutdown()


@pytest.fixture
def elsewhere(tmp_path: Path, server: Server) -> Iterator[str]:
    """A page of another origin that frames an embed and, as it should not, a dashboard."""
    document = (
        "<!doctype html><html lang=en><title>A newspaper</title><h1>News</h1>"
        f'<iframe id=card src="{server.url}/embed/crime/by-month?force=kent&theme=dark" width=700 height=440></iframe>'
        f'<iframe id=page src="{server.url}/crime" width=700 height=440></iframe>'
    )
    with newspaper(tmp_path, document) as address:
        yield address


def test_on_a_page_of_another_origin(browser: Browser, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    frame = page.frame_locator("#card")
    # A card that stands alone says what, where and when.
    heading = re.compile("^Recorded crime and anti-social behaviour by month, Kent Police, .* to June 2023$")
    expect(frame.get_by_role("heading", name=heading)).to_be_visible()
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


@pytest.fixture
def sandboxed(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., FrameLocator]]:
    """Makes frames on a page of another origin that have no origin at all: what some publishing systems make of every
    embed. What the console says of errors fails the test at its end."""
    said: list[str] = []

    def hear(message: ConsoleMessage, bears: tuple[str, ...]) -> None:
        if message.type == "error" and not any(words in message.text for words in bears):
            said.append(message.text)

    with ExitStack() as ending:

        def make(address: str, *bears: str) -> FrameLocator:
            context = browser.new_context(viewport={"width": 760, "height": 900}, reduced_motion="reduce")
            ending.callback(context.close)
            page = context.new_page()
            page.on("console", lambda one: hear(one, bears))
            page.on("pageerror", lambda error: said.append(str(error)))
            frame = f'<iframe sandbox="allow-scripts" src="{address}" width=700 height=800></iframe>'
            document = f'<!doctype html><link rel=icon href="data:,"><title>A newspaper</title>{frame}'
            page.goto(ending.enter_context(newspaper(tmp_path, document)))
            return page.frame_locator("iframe")

        yield make
    assert said == []


def test_in_a_sandboxed_frame(sandboxed: Callable[..., FrameLocator], server: Server) -> None:
    frame = sandboxed(f"{server.url}/embed/crime/by-month?force=kent&theme=dark")
    # A card that stands alone says what, where and when.
    heading = re.compile("^Recorded crime and anti-social behaviour by month, Kent Police, .* to June 2023$")
    expect(frame.get_by_role("heading", name=heading)).to_be_visible()
    expect(frame.locator("[data-column]").first).to_be_visible()
    expect(frame.locator(".foot")).to_contain_text("Open Government Licence")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    # The font and the style have come too.
    assert frame.locator("body").evaluate("() => [...document.fonts].some((one) => one.status === 'loaded')")


def test_a_map_in_a_sandboxed_frame(sandboxed: Callable[..., FrameLocator], server: Server) -> None:
    frame = sandboxed(f"{server.url}/embed/stops/map")
    expect(frame.locator(".map[data-still='true']")).to_be_visible(timeout=20_000)
    frame.locator(".map[data-still='true'] canvas").first.wait_for()


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


def test_the_live_map_in_a_sandboxed_frame(sandboxed: Callable[..., FrameLocator], tmp_path: Path) -> None:
    """It follows by itself: there is no other page that it could share a stream with. There is no archive here and no
    gazetteer, and the server ends before the page."""
    city = LiveCity(tmp_path / "home", ago=30)
    city.open(3)
    city.later(30)
    city.show()
    server = Server(tmp_path / "home")
    try:
        frame = sandboxed(f"{server.url}/embed/live/test-city", " 404 ", "CONNECTION_REFUSED")
        expect(frame.locator(".map[data-still='true']")).to_be_visible(timeout=20_000)
        expect(frame.get_by_text("3 active calls")).to_be_visible()
        city.open(1, nature="Robbery", street="Quince Way", block="4200")
        expect(frame.get_by_text("4 active calls")).to_be_visible(timeout=20_000)
    finally:
        server.stop()
        city.close()
