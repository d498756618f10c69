"""Incident reports one by one, column by column as the city published them; days without their time of day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bluelamp.errors import NoSuchThing
from bluelamp.questions.engines.sql import Compiler
from bluelamp.questions.families.incidents.datasets import COLUMNS, INCIDENTS
from bluelamp.questions.families.incidents.version import IncidentsVersion
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import PORTION, Portion

if TYPE_CHECKING:
    import pyarrow as pa

_ID = re.compile(r"([a-z][a-z0-9-]{0,39})-report-([0-9]{1,9})")
_CHOSEN = ", ".join(f'r.{one.name}::VARCHAR AS "{one.published}"' for one in COLUMNS)


class IncidentRecords:
    """The reports that a question's filters leave, by city and line; see `RecordSet`."""

    def __init__(self, version: IncidentsVersion, question: Question) -> None:
        self._version = version
        compiler = Compiler(version, question, mart=False)
        self._conditions = compiler.conditions() or " WHERE true"
        self._parameters = compiler.parameters

    def page(self, after: int, limit: int) -> Portion:
        """At most `limit` reports whose rows come after `after` (-1 for the first)."""
        rows = self._version.arrow(
            f"SELECT r.rowid AS place, r.city AS city, r.line AS line, {_CHOSEN} FROM incident AS r{self._conditions} "
            "AND r.rowid > $after ORDER BY r.rowid LIMIT $most",
            {**self._parameters, "after": after, "most": limit},
        )
        pairs = zip(rows.column("city").to_pylist(), rows.column("line").to_pylist(), strict=True)
        names = [f"{city}-report-{line}" for city, line in pairs]
        last = int(rows.column("place")[-1].as_py()) if rows.num_rows else -1
        return Portion(names, rows.drop_columns(["place", "city", "line"]), last)

    def file_portions(self, format_: str) -> Iterator[Portion]:
        """All reports as a file of this format holds them; see `RecordSet`."""
        portion = self.page(-1, PORTION)
        yield _for(format_, portion)
        while len(portion.names) == PORTION:
            portion = self.page(portion.last, PORTION)
            yield _for(format_, portion)

    def file_columns(self, format_: str) -> list[str]:
        """The columns of such a file."""
        del format_
        return [one.published for one in COLUMNS]

    def as_text(self, table: pa.Table) -> pa.Table:
        """The table as it is: every column is text."""
        return table

    def cells(self) -> Mapping[str, CellFormat]:
        """What of the columns is more than text in a workbook."""
        return {"date1": CellFormat("day"), "latitude": CellFormat("degrees"), "longitude": CellFormat("degrees")}


def _for(format_: str, portion: Portion) -> Portion:
    if format_ != "geojson":
        return portion
    import pyarrow.compute as pc

    table = portion.table
    for name, title in (("latitude", "Latitude"), ("longitude", "Longitude")):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, title, pc.cast(table.column(name), "float64"))
    return Portion(portion.names, table, portion.last)


def owns(record_id: str) -> bool:
    """Whether an ID has the form of a report's."""
    return _ID.fullmatch(record_id) is not None


def find_report(version: IncidentsVersion, record_id: str) -> dict[str, Any]:
    """A report by its ID, the city and the line of its file (`dallas-tx-report-12`). Raises NoSuchThing."""
    found = _ID.fullmatch(record_id)
    city, line = found.groups() if found else ("", "0")
    rows = version.arrow(
        f"SELECT {_CHOSEN} FROM incident AS r WHERE r.city = $city AND r.line = $line",
        {"city": city, "line": int(line)},
    ).to_pylist()
    if not rows:
        raise NoSuchThing(f"There is no report “{record_id[:80]}” in what is held.")
    (row,) = rows
    point = None
    if row["latitude"] is not None:
        lat, lon = float(row["latitude"]), float(row["longitude"])
        point = {"lon": lon, "lat": lat, "map_point": f"{lon:.6f},{lat:.6f}", "words": row["incident_address"] or None}
    return {
        "id": record_id,
        "dataset": INCIDENTS.name,
        "dataset_words": INCIDENTS.words,
        "title": f"{row['offincident'] or 'Report'}, {row['date1']}, {city}",
        "published": [{"name": one.published, "value": row[one.published] or None} for one in COLUMNS],
        "derived": [],
        "file": {"member": f"incidents/{city}.csv", "line": int(line), "release": row["date1"]},
        "location": point,
        "outcomes": None,
        "outcomes_words": "",
        "caveats": list(INCIDENTS.caveats),
    }
