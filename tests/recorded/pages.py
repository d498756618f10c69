"""The text of every page, as a visitor reads it in a real Chromium whose clock stands still."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.recorded.clock import LOOKED
from tests.recorded.homes import FEED

# The last two let the map be drawn without a graphics card.
_ARGUMENTS = ["--no-sandbox", "--use-gl=swiftshader", "--enable-unsafe-swiftshader"]
# A page is there when its title stands and nothing is on its way.
_THERE = """() => (document.querySelector('h1')?.textContent ?? '').trim() !== ''
  && !document.querySelector('[aria-busy="true"], .card[aria-hidden="true"]')"""
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
    """Read when it does not change any more."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB", timezone_id="Europe/London"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.clock.set_fixed_time(LOOKED)
    try:
        page.goto(url)
        page.wait_for_function(_THERE)
        return _still(page)
    finally:
        context.close()


def _still(page: Page) -> str:
    text, same = page.evaluate(_READ), 0
    for _ in range(60):
        page.wait_for_timeout(250)
        again = page.evaluate(_READ)
        same = same + 1 if again == text else 0
        text = again
        if same == 3 and page.evaluate(_THERE):
            break
    return str(text)
