"""The data-quality report, read from a data version. Findings of rows are counted while loading, findings of areas
while modelling; this gives both their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

if TYPE_CHECKING:
    import duckdb

# Each finding's words for people; a test checks that none is without.
FINDINGS = {
    "unlocated": "records without a map point: they are in every count and in no place on the map",
    "no_lsoa": "records with a map point but no LSOA: no town or authority follows from the file",
    "unmapped_lsoa": "records whose LSOA the reference data cannot give to one local authority",
    "far_outside_force": "records more than 20 km outside the area of the force that publishes them",
    "out_of_month": "rows of another month than the file's, by UK local time",
    "exact_duplicate": "rows that repeat an earlier row of the file in every column; kept and counted",
    "identical_without_id": "rows without a crime ID that are alike; normal, because many reports share a map point",
    "crime_id_repeated": "different rows of one file that carry the same crime ID; outcomes cannot be given to one",
    "unknown_value": "values outside the vocabulary that is known for the column; kept as published",
    "no_street_name": "locations that say “On or near” and name no street",
    "unusual_form": "the file's form was unusual, and it could be read all the same",
    "rejected_row": "rows that do not fit; kept as issues with line and reason, in no figure",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding in one file: `rows` of `of_rows`, with up to three examples [{line, value}]."""

    unit: ForceMonth
    finding: str
    field: str
    rows: int
    of_rows: int
    examples: list[dict[str, Any]]

    @property
    def share(self) -> float:
        return self.rows / self.of_rows if self.of_rows else 0.0

    @property
    def example(self) -> str:
        first = self.examples[0] if self.examples else {}
        value = str(first.get("value") or "")
        return f"line {first.get('line')}" + (f": {value}" if value else "")

    def as_json(self) -> dict[str, Any]:
        return {
            "dataset": self.unit.dataset,
            "force": self.unit.force,
            "month": str(self.unit.month),
            "finding": self.finding,
            "field": self.field or None,
            "rows": self.rows,
            "of_rows": self.of_rows,
            "share": round(self.share, 6),
            "words": FINDINGS[self.finding],
            "examples": self.examples,
        }


def quality_of(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Every finding of a data version, by dataset, force, month."""
    rows = connection.execute(
        """
        SELECT dataset, slug, month, finding, field, rows, of_rows, examples
        FROM mart_quality__finding JOIN dim_force USING (force_id)
        ORDER BY dataset, slug, month, finding, field
        """
    ).fetchall()
    for dataset, slug, month, finding, field, count, of_rows, examples in rows:
        unit = ForceMonth(dataset, slug, Month(month))
        yield Finding(unit, finding, field, count, of_rows, json.loads(examples))
