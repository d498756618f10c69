"""RSS 2 and Atom: the items of a channel, or the entries of a feed. Used by `reading`.

What is marked up inside a description is read as everywhere (`markup`). Points (`georss:point`, `geo:lat`) keep their
names without the prefix: `point`, `lat`, `long`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.xml_rows import elements_at, flat, parse
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_PATHS = {"rss": "rss.channel.item", "feed": "feed.entry", "RDF": "RDF.item"}


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The items as rows. Raises SourceError."""
    found: list[Any] = []
    for part in parts:
        root = parse(part)
        path = agency.layout.path or _PATHS.get(root.name)
        if path is None:
            raise SourceError(f"{shown_url(part.url)} gives XML of “{root.name}”, which is neither RSS nor Atom.")
        found += [flat(item) for item in elements_at(root, path, part.url)]
    return found
