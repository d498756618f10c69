"""What the live page shows, for its tests and its bench: how far it has come, and which calls are in its list."""

from __future__ import annotations

from playwright.sync_api import Page

# The ids of the open calls in the list, brought into sight piece by piece.
_LISTED = """async () => {
  const list = document.querySelector('ul[aria-label="Calls"]');
  const found = new Set();
  for (let top = 0; ; top += 400) {
    list.scrollTop = top;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    for (const row of list.querySelectorAll('li:not(.ended) [data-call]')) found.add(row.dataset.call);
    if (top > list.scrollHeight) break;
  }
  list.scrollTop = 0;
  return [...found].sort();
}"""


def listed(page: Page) -> list[str]:
    """The ids of the open calls in its list, sorted."""
    found: list[str] = page.evaluate(_LISTED)
    return found


def reached(page: Page, cursor: str, seconds: float = 30) -> None:
    """Wait until it has come as far as a cursor."""
    page.wait_for_function(
        "(cursor) => document.querySelector('.live')?.dataset.cursor === cursor", arg=cursor, timeout=seconds * 1000
    )
