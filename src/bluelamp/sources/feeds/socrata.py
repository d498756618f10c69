"""Socrata (SODA 2): a JSON list of objects, page by page in the order of the row's own id. Columns that are null are
left out of the objects. Used by `fetching` and `reading`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.json_rows import load, rows_at
from bluelamp.sources.feeds.part import Part

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency


def page_parameters(agency: Agency, fetched: int) -> dict[str, str]:
    """Without an order of its own a page may repeat rows of another, and without a limit the list is cut at 1,000."""
    page = {"$limit": str(agency.paging.rows), "$order": agency.paging.order or ":id"}
    return {**page, "$offset": str(fetched)} if fetched else page


def rows_to_come(agency: Agency, part: Part) -> int:
    """How many rows this page has if another may follow it, else 0."""
    try:
        found = load(part)
    except SourceError:
        return 0  # told when it is read
    count = len(found) if isinstance(found, list) else 0
    return count if count >= agency.paging.rows else 0


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows of all pages. Raises SourceError."""
    return [row for part in parts for row in rows_at(load(part), agency.layout.path, part.url)]
