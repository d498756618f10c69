"""CSV with a header line. Used by `reading`."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.text import decode
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_FORM = "Its form may have changed: see it with a browser."


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows below the header; one with more or fewer cells than it cannot be read. Raises SourceError."""
    return [row for part in parts for row in _rows(agency, part)]


def _rows(agency: Agency, part: Part) -> list[dict[str, str] | None]:
    text = decode(part.body, part.headers, part.url)
    where = shown_url(part.url)
    if text.lstrip()[:1] == "<":
        raise SourceError(f"{where} gives a web page where CSV should be.", "It may be down for maintenance.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=agency.layout.delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not agency.columns & set(header):
            raise SourceError(
                f"{where} has none of the columns {', '.join(sorted(agency.columns))} in its header.", _FORM
            )
        return [
            dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None for cells in reader if cells
        ]
    except csv.Error as error:
        raise SourceError(f"{where} gives CSV that cannot be read (line {reader.line_num}: {error}).", _FORM) from None
