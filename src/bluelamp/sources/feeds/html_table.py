"""A table on a web page: headings as columns. Used by `reading`.

Of several tables the one is read whose headings hold most of the columns that are asked for, or the one whose id the
agency names. A page without such a table is refused: a notice of maintenance is no empty list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from bluelamp.domain.snapshot import clean
from bluelamp.errors import SourceError
from bluelamp.sources.feeds.markup import LINE_BREAK, without_tags
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.text import decode
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_FORM = "Its form may have changed: see it with a browser."
# A longer tag is none, and the parser would ponder over it for minutes.
_LONGEST_TAG = 16_384
# Text in these is not for the reader.
_UNSEEN = frozenset({"script", "style", "template"})
# A hidden cell or row holds data for programs; anything else that is hidden is not for the reader.
_CELLS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "body", "html", "form"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BREAKS = frozenset({"br", "p", "div", "li"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(slots=True)
class _Cell:
    heading: bool
    span: int = 1
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """As patterns see it: with `<br>` where a line ends."""
        return clean("".join(self.texts)) or ""

    @property
    def heading_text(self) -> str:
        return clean(without_tags("".join(self.texts))) or ""


@dataclass(slots=True)
class _Table:
    id: str
    rows: list[list[_Cell]] = field(default_factory=list)
    closed: bool = False


class _Tables(HTMLParser):
    """Every table of a page, those inside others too; tags that were not closed are closed by what follows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = 0
        self._hidden: list[str] = []  # the tag that hides what is in it, once for each such tag that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif self._hidden and tag in _CELLS:
            self._hidden.clear()  # it was not closed, and the table goes on
            self.handle_starttag(tag, attrs)
        elif self._hidden or _is_hidden(tag, attrs):
            if tag not in _VOID and (not self._hidden or tag == self._hidden[0]):
                self._hidden.append(tag)
        elif tag == "table":
            table = _Table(dict(attrs).get("id") or "")
            self.tables.append(table)
            self._open.append(table)
        elif self._open and tag == "tr":
            self._open[-1].rows.append([])
        elif self._open and tag in ("td", "th"):
            if not self._open[-1].rows:
                self._open[-1].rows.append([])
            self._open[-1].rows[-1].append(_Cell(tag == "th", _span(dict(attrs).get("colspan"))))
        elif tag in _BREAKS:
            self.handle_data(f" {LINE_BREAK} ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._hidden and tag == self._hidden[0]:
            self._hidden.pop()
        elif self._hidden and tag in _CELLS:
            self._hidden.clear()
            self.handle_endtag(tag)
        elif tag == "table" and self._open:
            self._open.pop().closed = True

    def handle_data(self, data: str) -> None:
        if self._open and not (self._unseen or self._hidden) and self._open[-1].rows and self._open[-1].rows[-1]:
            self._open[-1].rows[-1][-1].texts.append(data)


def _is_hidden(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    if tag in _CELLS:
        return False
    return any(name == "hidden" or (name == "style" and bool(_HIDDEN.search(value or ""))) for name, value in attrs)


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows of the table. Raises SourceError."""
    return [row for part in parts for row in _rows(agency, part)]


def _rows(agency: Agency, part: Part) -> list[dict[str, str] | None]:
    text = decode(part.body, part.headers, part.url)
    if not _has_plain_tags(text):
        raise SourceError(f"{shown_url(part.url)} gives a page with a tag that does not end.", "Fetch it again.")
    parser = _Tables()
    parser.feed(text)
    parser.close()
    named = agency.layout.table
    candidates = [table for table in parser.tables if not named or table.id == named]
    best = max(candidates, key=lambda table: _known(table, agency.columns), default=None)
    if best is None or _known(best, agency.columns) == 0:
        which = f"no table “{named}”" if named else f"no table with the headings {', '.join(sorted(agency.columns))}"
        raise SourceError(f"{shown_url(part.url)} has {which} on its page.", _FORM)
    if not best.closed:
        raise SourceError(f"{shown_url(part.url)} gives a page that is cut off within its table.", "Fetch it again.")
    return _below(best, agency.columns)


def _has_plain_tags(text: str) -> bool:
    at = text.find("<")
    while at >= 0:
        end = text.find(">", at)
        if end < 0 or end - at > _LONGEST_TAG:
            return False
        at = text.find("<", end)
    return True


def _heading_row(table: _Table, columns: frozenset[str]) -> int:
    """The row that holds most of the columns asked for; only the first few can be headings."""
    head = table.rows[:5]
    return max(range(len(head)), key=lambda at: len(columns & {cell.heading_text for cell in head[at]}), default=0)


def _known(table: _Table, columns: frozenset[str]) -> int:
    if not table.rows:
        return 0
    return len(columns & {cell.heading_text for cell in table.rows[_heading_row(table, columns)]})


def _below(table: _Table, columns: frozenset[str]) -> list[dict[str, str] | None]:
    at = _heading_row(table, columns)
    names = [cell.heading_text for cell in table.rows[at]]
    found: list[dict[str, str] | None] = []
    for cells in table.rows[at + 1 :]:
        if not cells or all(cell.heading for cell in cells):
            continue
        if len(cells) == 1 and (cells[0].span > 1 or len(names) > 1):
            continue  # a sentence across the table, such as “No active calls”
        # A row that is not as wide as its headings cannot be told apart cell by cell.
        fits = len(cells) == len(names)
        found.append({name: cell.text for name, cell in zip(names, cells, strict=True) if name} if fits else None)
    return found


def _span(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 1
