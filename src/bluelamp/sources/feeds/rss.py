"""RSS 2 and Atom: the items of a channel, or the entries of a feed. Used by `reading`.

Markup inside a description is taken away and what was written around it joined by blanks, for patterns to find the
parts. Points (`georss:point`, `geo:lat`) keep their names: `point`, `lat`, `long`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.xml_rows import elements_at, flat, parse
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_PATHS = {"rss": "rss.channel.item", "feed": "feed.entry", "RDF": "RDF.item"}
_MARKED_UP = ("description", "summary", "content", "encoded", "title")
_TAG = re.compile(r"<[^<>]*>")


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The items as rows. Raises SourceError."""
    found: list[Any] = []
    for part in parts:
        root = parse(part)
        path = agency.layout.path or _PATHS.get(root.name)
        if path is None:
            raise SourceError(f"{shown_url(part.url)} gives XML of “{root.name}”, which is neither RSS nor Atom.")
        found += [_plain(flat(item)) for item in elements_at(root, path, part.url)]
    return found


def _plain(row: dict[str, str]) -> dict[str, str]:
    return {name: _without_tags(value) if name in _MARKED_UP else value for name, value in row.items()}


def _without_tags(text: str) -> str:
    return unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
