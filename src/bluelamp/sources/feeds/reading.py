"""Reading a snapshot: from the bytes of an answer to canonical rows. Pure: the same bytes give the same reading, now
and in a rebuild years later. Used by the live flow and `bluelamp feeds check`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bluelamp.domain.same_incident import period_of
from bluelamp.domain.snapshot import SnapshotReading, collapse
from bluelamp.errors import SourceError
from bluelamp.sources.feeds import arcgis, csv_rows, html_table, json_rows, rss, socrata, xml_rows
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.cut import why_cut
from bluelamp.sources.feeds.oddities import counted_oddities
from bluelamp.sources.feeds.part import Part

_ROWS: dict[str, Callable[[Agency, Sequence[Part]], list[Any]]] = {
    "socrata": socrata.rows,
    "arcgis": arcgis.rows,
    "json": json_rows.rows,
    "xml": xml_rows.rows,
    "rss": rss.rows,
    "html_table": html_table.rows,
    "csv": csv_rows.rows,
}


def rows_of(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows of some pages as the publisher writes them. Raises SourceError."""
    return _ROWS[agency.platform](agency, parts)


def read(agency: Agency, parts: Sequence[Part], fetched_at: datetime) -> SnapshotReading:
    """What a snapshot says. `fetched_at` (aware) decides between the two moments of an hour that a clock shows twice.

    Privacy is kept here: natures to be left out are in no row, blocks to be masked are masked, so that nothing further
    on can tell them. Raises SourceError in one sentence where the answer is not of the form that it should be.
    """
    if not parts:
        raise SourceError(f"{agency.title} gave no answer.", "Fetch it again.")
    pages = [rows_of(agency, [part]) for part in parts]
    made = agency.maker.make((row for page in pages for row in page), fetched_at)
    readable = [one.row for one in made if one.row is not None]
    restarts = agency.rules.numbers_restart
    period = None if restarts == "never" else lambda row: period_of(restarts, row.values)
    rows, duplicates, conflicting = collapse(readable, period)
    fields: set[str] = set()
    for row in readable:
        fields.update(row.values)
        if row.units:
            fields.add("unit")
    columns = frozenset(name for names in {one.columns for one in made} for name in names)
    if rows:
        fields |= agency.maker.stated_by(columns)
    return SnapshotReading(
        rows=rows,
        fields=frozenset(fields),
        total=len(made),
        unreadable=tuple((number, one.why) for number, one in enumerate(made, 1) if one.why),
        duplicates=duplicates,
        conflicting=conflicting,
        columns=columns,
        cut=why_cut(agency.rules, parts, pages),
        odd=counted_oddities(oddity for one in made for oddity in one.odd),
    )
