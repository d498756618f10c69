"""What the cards of a page show, read from the page, and what the API says that they should show."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_READ = """() => Object.fromEntries([...document.querySelectorAll('section.card')].map((card) => {
  const text = (selector) => card.querySelector(selector)?.textContent.replace(/\\s+/g, ' ').trim() ?? null;
  const each = (selector, read) => [...card.querySelectorAll(selector)].map(read);
  return [text('.title'), {
    figure: text('.figure'),
    bars: each('.body ul > li:not(.rest) > *',
      (row) => ['.label', '.count'].map((part) => row.querySelector(part)?.firstChild?.textContent))
      .filter(([label]) => label),
    columns: each('[data-column]', (column) => column.getAttribute('aria-label')),
    map: text('.map-total'),
    week: each('.scroll tbody tr', (row) => [...row.querySelectorAll('td')].map(
      (cell) => /^([\\d,.]+) an hour/.exec(cell.textContent.trim())?.[1] ?? null)),
  }];
}))"""


# At least one card stands, and none is still being asked for.
_STANDS = """() => document.querySelector('section.card')
  && !document.querySelector('[aria-busy="true"], .card[aria-hidden="true"]')"""


def shown(page: Page) -> dict[str, dict[str, Any]]:
    """By the cards' titles: headline figure, bars, columns in words, the map's total. Waits until cards stand."""
    page.wait_for_function(_STANDS)
    found: dict[str, dict[str, Any]] = page.evaluate(_READ)
    return found


def differences(cards: dict[str, dict[str, Any]], page: Page) -> list[str]:
    """Where the page shows something else than these answers of the API; empty where all is as it should be."""
    seen = shown(page)
    return [
        f"{card['title']}: {wrong}"
        for card in cards.values()
        if card["title"] in seen or card["kind"] != "text"
        for wrong in _wrong(card, seen.get(card["title"], {}))
    ]


def _wrong(card: dict[str, Any], seen: dict[str, Any]) -> list[str]:
    if not seen:
        return ["is not on the page"]
    kind = card["kind"]
    if kind in ("total", "latest"):
        return _unequal(seen["figure"], f"{card['value']:,}" if card.get("value") is not None else "–")
    if kind == "median":
        return _unequal(seen["figure"], f"{card['figure']:,.1f}")
    if kind == "week":
        told = [[one if one is None else f"{one:,.1f}" for one in row["rates"]] for row in card["week"]]
        return [] if seen["week"] == told else [f"{seen['week']} instead of {told}"]
    if kind == "share":
        return _unequal(seen["figure"], f"{card['share'] * 100:.1f}%" if card["share"] is not None else "–")
    if kind == "map":
        told = f"{card['total']:,} of {card['of']:,} " if card["total"] is not None else "– "  # type: ignore[assignment]
        return [] if (seen["map"] or "").startswith(told) else [f"{seen['map']}"]  # type: ignore[arg-type]
    if kind == "bars":
        rows = [row for row in [*card["rows"], card["unknown"]] if row]
        told = [[row["label"], "–" if row["count"] is None else f"{row['count']:,}"] for row in rows]
        shown_rows = seen["bars"]
        few = min(8, len(card["rows"]))
        return [f"{row} is not in {told}" for row in shown_rows if row not in told] + (
            [] if len(shown_rows) >= few else [f"only {len(shown_rows)} rows of {len(card['rows'])}"]
        )
    if kind in ("months", "days"):
        return [
            f"{words!r} without {value[at]:,}"
            for at, words in enumerate(seen["columns"])
            for value in card["values"]
            if value[at] is not None and f" {value[at]:,}" not in words
        ]
    if kind == "hours":
        return [
            f"{words!r} is not {count}"
            for words, count in zip(seen["columns"], card["hours"], strict=True)
            if not words.endswith((": nobody watched", ": not known") if count is None else f": {count:,}")
        ]
    return []


def _unequal(seen: str | None, told: str | None) -> list[str]:
    return [] if seen == told else [f"{seen} instead of {told}"]
