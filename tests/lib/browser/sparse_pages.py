"""What the pages of a sparse archive show, held against what the API told them: figures, bars, columns, lists and the
summaries that screen readers read. The API itself is held against the truth elsewhere."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, Response

from tests.lib.browser.visitor import Visitor

# By the name that each card bears: what stands in it.
_READ = """() => [...document.querySelectorAll('section.card')].map((card) => {
  const text = (selector) => card.querySelector(selector)?.textContent.replace(/\\s+/g, ' ').trim() ?? null;
  const each = (selector, read) => [...card.querySelectorAll(selector)].map(read);
  return {
    title: text('.title') ?? text('h2') ?? text('h1') ?? '',
    figure: text('.figure'),
    why: text('.why'),
    summary: text('p.reader-only'),
    bars: each('.body ul > li:not(.rest) > *', (row) => [row.querySelector('.label')?.textContent?.trim(),
      row.querySelector('.count')?.firstChild?.textContent?.trim()]).filter(([label]) => label),
    columns: each('[data-column]', (column) => column.getAttribute('aria-label')),
    table: each('.scroll .table tbody tr', (row) => [...row.children].map((cell) => cell.textContent.trim())),
  };
})"""
# Everywhere on the page, where a figure stands. Columns that count what is held are no figures.
_FIGURES = """() => [...document.querySelectorAll('.figure, .count, td.number, .also strong, .map-total, .rate')]
  .filter((one) => !/held|missing|forces|residents/i.test(
    one.closest('table')?.querySelectorAll('thead th')[[...one.parentNode.children].indexOf(one)]?.textContent ?? ''))
  .map((one) => [one.textContent.replace(/\\s+/g, ' ').trim(),
    `${one.closest('section')?.querySelector('h1, h2')?.textContent ?? ''}, ${one.className || one.tagName}`])"""
_NOUGHT = re.compile(r"0(\.0)?\s?(%|per 1,000.*)?")
_CLAIM = re.compile(r"(?<!yet )\bnot published\b", re.IGNORECASE)
Told = dict[str, dict[str, Any]]


class Seen:
    """One page: what it shows, and the cards that the API told it. `open` goes to a page and reads both."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.told: Told = {}
        visitor.page.on("response", self._hear)

    def _hear(self, response: Response) -> None:
        if "/answers" in response.url and response.status == 200:
            for card in response.json()["cards"].values():
                self.told[card["title"]] = card

    def open(self, path: str) -> list[dict[str, Any]]:
        """The cards that the page shows, all tables open."""
        self.told.clear()
        self.visitor.open(path)
        page = self.visitor.page
        for button in page.get_by_role("button", name=re.compile("^Table: ")).all():
            button.click()
        found: list[dict[str, Any]] = page.evaluate(_READ)
        return found

    @property
    def page(self) -> Page:
        return self.visitor.page


def wrong(cards: list[dict[str, Any]], told: Told) -> list[tuple[str, str]]:
    """(kind, sentence) for each card that shows something else than it was told."""
    return [
        (kind, f"card “{card['title']}” {text}")
        for card in cards
        if card["title"] in told
        for kind, text in _of_card(card, told[card["title"]])
    ]


def _of_card(seen: dict[str, Any], told: dict[str, Any]) -> list[tuple[str, str]]:
    kind = told["kind"]
    found = []
    if kind in ("total", "share"):
        value = told["value"] if kind == "total" else told["share"]
        found += _of_figure(seen, value, f"{value:,}" if kind == "total" and value is not None else None)
    if kind == "latest" and told.get("value") is None and seen["figure"] not in (None, "–"):
        found.append(("a page's number for what is not known", f"shows {seen['figure']}"))
    if told.get("summary") and seen["summary"] != told["summary"]:
        found.append(("two surfaces", f"reads “{seen['summary']}” to screen readers; the API says “{told['summary']}”"))
    if kind == "bars":
        found += _of_bars(seen["bars"], told)
    if kind == "months":
        found += _of_months(seen, told)
    return found


def _of_figure(seen: dict[str, Any], value: float | None, words: str | None) -> list[tuple[str, str]]:
    if value is None:
        if seen["figure"] not in (None, "–"):
            return [("a page's number for what is not known", f"shows {seen['figure']}; the API says none")]
        return [] if seen["why"] else [("a dash without a reason", "does not say why there is no figure")]
    return [] if words in (None, seen["figure"]) else [("two surfaces", f"shows {seen['figure']} instead of {words}")]


def _of_bars(seen: list[list[str]], told: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [*told["rows"], *([told["unknown"]] if told["unknown"] else [])]
    counts = {row["label"]: row["count"] for row in rows}
    found = []
    for label, shown in seen:
        count = counts.get(label)
        if shown != ("–" if count is None else f"{count:,}"):
            found.append(("two surfaces", f"shows {label} {shown} instead of {count}"))
    return found


def _of_months(seen: dict[str, Any], told: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for at, words in enumerate(seen["columns"]):
        values = [series[at] for series in told["values"]]
        if all(value is None for value in values) and re.search(r"(?<![\d.,])0(?! of)(?![\d.,])", words):
            found.append(("a page's number for what is not known", f"reads “{words}” of a month of which none is held"))
        found += [
            ("two surfaces", f"reads “{words}” without {value:,}")
            for value in values
            if value is not None and f" {value:,}" not in words
        ]
    for row, month in zip(seen["table"], told["months"], strict=False):
        unknown = told["values"][0][told["months"].index(month)] is None
        if unknown and len(row) > 1 and _NOUGHT.fullmatch(row[1]):
            found.append(("a page's number for what is not known", f"has {row[1]} in its table for {row[0]}"))
    return found


def noughts(page: Page) -> list[str]:
    """Every nought that stands where a figure does, and where that is."""
    return [f"“{text}” in {where}" for text, where in page.evaluate(_FIGURES) if _NOUGHT.fullmatch(text)]


def claimed(page: Page) -> list[str]:
    """What the page says that somebody never published."""
    text = page.locator("main").inner_text()
    return [text[max(0, one.start() - 60) : one.end() + 30].replace("\n", " ") for one in _CLAIM.finditer(text)]
