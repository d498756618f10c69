"""The text of every page, as a visitor reads it in a real Chromium whose clock stands still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.recorded.clock import LOOKED
from tests.recorded.homes import FEED

# The last two let the map be drawn without a graphics card.
_ARGUMENTS = ["--no-sandbox", "--use-gl=swiftshader", "--enable-unsafe-swiftshader"]
# A page is there when its title stands and nothing is on its way.
_THERE = """() => (document.querySelector('h1')?.textContent ?? '').trim() !== ''
  && !document.querySelector('[aria-busy="true"], .card[aria-hidden="true"]')"""
_DRAWN = "() => !document.querySelector('.map[data-still=\"false\"]')"
# Two releases are compared on the server, and the page asks again until that is done.
_AT_WORK = ("The two releases are being compared.", "Ask again in a few seconds.")
_ENDLESS = "/events"  # the stream of a feed
_LOOKS = 480
# Everything that is read or read aloud, in the order of the document.
_READ = """() => {
  const lines = [document.title];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.replace(/\\s+/g, ' ').trim();
      if (text) lines.push(text);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || ['SCRIPT', 'STYLE', 'TEMPLATE', 'CANVAS'].includes(node.tagName)) return;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'href', 'value']) {
      const value = node.getAttribute(name);
      if (value) lines.push(`[${node.tagName.toLowerCase()} ${name}] ${value}`);
    }
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return lines.join('\\n');
}"""


def choose(address: str) -> list[str]:
    """The pages to record of a server: their paths."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=300) as api:
        dashboards = api.get("/dashboards").json()["dashboards"]
        pages = ["/", *(one["path"] for one in dashboards), "/data", "/api", "/terms", "/no-such-page", "/live"]
        pages += [f"{one['path']}?force=kent" for one in dashboards[:3]]
        pages += [f"{one['path']}?from=2022-01&to=2022-06" for one in dashboards[:3]]
        pages += ["/area/force/kent", "/data/changes?old=2023-05&new=2023-06&dataset=crimes"]
        pages += ["/embed/crime/by-month?force=kent", "/embed/stops/map"]
        for dataset in ("crimes", "outcomes", "stops", "calls"):
            pages.append(f"/records/{dataset}")
            rows = api.get(f"/datasets/{dataset}/records", params={"limit": 1}).json().get("rows", ())
            pages += [f"/record/{row['id']}" for row in rows]
        areas = api.get("/areas/local_authority.geojson").json().get("features", ())
        pages += [f"/area/local-authority/{one['properties']['id']}" for one in areas[:1] if "id" in one["properties"]]
        if FEED in [feed["name"] for feed in api.get("/feeds").json()["feeds"]]:
            pages += _live(api)
    return list(dict.fromkeys(pages))


def _live(api: httpx.Client) -> list[str]:
    calls = api.get(f"/feeds/{FEED}/calls").json()["calls"]
    return [
        f"/live/{FEED}", f"/live/{FEED}/health", f"/embed/live/{FEED}", f"/live/{FEED}/calls/{calls[0]['id']}",
        f"/area/beat/{FEED}/{calls[0]['beat']}", f"/live/{FEED}?at=2026-02-11T12:00:00Z",
    ]  # fmt: skip


def texts(address: str, pages: list[str]) -> Iterator[tuple[str, str]]:
    """(path, text) of each page. The browser is the machine's, or Playwright's own."""
    path = os.environ.get("BLUELAMP_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        for page in pages:
            yield page, _text(browser, f"{address}{page}")
        browser.close()


def _text(browser: Browser, url: str) -> str:
    """What a page says once it is still."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB", timezone_id="Europe/London"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.clock.set_fixed_time(LOOKED)
    waiting = _Waiting(page)
    try:
        page.goto(url)
        page.wait_for_function(_THERE)
        _draw_maps(page)
        return _still(page, waiting)
    finally:
        context.close()


class _Waiting:
    """The requests of a page that are not answered yet."""

    def __init__(self, page: Page) -> None:
        self.requests: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        if _ENDLESS not in request.url:
            self.requests.add(request)

    def _end(self, request: Request) -> None:
        self.requests.discard(request)


def _draw_maps(page: Page) -> None:
    """Bring every map into sight: it is drawn then, and its key says what is on it."""
    for drawn in page.locator(".map[data-still]").all():
        drawn.scroll_into_view_if_needed()
        page.wait_for_function("(map) => map.dataset.still === 'true'", arg=drawn.element_handle())


def _still(page: Page, waiting: _Waiting) -> str:
    """The text once it has been the same four times, while nothing was on its way and nobody at work."""
    text, same = "", 0
    for _ in range(_LOOKS):
        page.wait_for_timeout(250)
        again = str(page.evaluate(_READ))
        at_work = waiting.requests or any(words in again for words in _AT_WORK)
        is_there = page.evaluate(_THERE) and page.evaluate(_DRAWN)
        same = same + 1 if again == text and is_there and not at_work else 0
        text = again
        if same == 4:
            break
    return text
