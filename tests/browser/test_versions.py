"""A link that keeps its numbers, after newer data were published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.lib.browser.shown import shown
from tests.lib.browser.visitor import Visitor
from tests.lib.web.process_server import Server, WebHomes, load


@pytest.fixture
def growing(web_homes: WebHomes, tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    running = Server(web_homes.older(tmp_path))
    yield running, tmp_path / "2023-06.zip"
    running.stop()


# The server comes first, so that it ends after the visitors have left.
def test_an_older_version(growing: tuple[Server, Path], visit: Callable[..., Visitor], tmp_path: Path) -> None:
    server, newer = growing
    one = visit(server.url)
    one.open("/crime")
    before = shown(one.page)
    old = httpx.get(f"{server.url}/api/v1/site").json()["version"]["name"]
    one.page.get_by_role("button", name="Share this view").click()
    link = f"/crime?version={old}"
    expect(one.page.get_by_role("textbox").or_(one.page.get_by_text(link)).first).to_be_attached()

    load(tmp_path / "home", newer)
    other = visit(server.url)
    # The server looks for newer data now and then.
    other.page.goto(f"{server.url}/api/v1/site")
    other.page.wait_for_function(
        "async (old) => (await (await fetch('/api/v1/site', { cache: 'no-store' })).json()).version.name !== old",
        arg=old,
        polling=300,
    )
    other.open(link)
    banner = other.page.locator(".banner", has_text=old)
    expect(banner).to_contain_text("Newer data exist")
    assert shown(other.page) == before
    banner.get_by_role("link", name="show them").click()
    other.settle()
    expect(banner).to_have_count(0)
    assert other.search() == ""
    assert shown(other.page) != before


def test_a_version_that_is_not_kept(visit: Callable[..., Visitor]) -> None:
    visitor = visit(bears=(410,))
    visitor.open("/crime?version=aaaaaaaaaaaa&force=kent")
    page = visitor.page
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Show the newest data").click()
    visitor.settle()
    assert visitor.search() == "?force=kent"
    assert shown(page)["Recorded crimes"]["figure"] is not None
