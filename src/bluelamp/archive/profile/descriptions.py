"""The properties of files as a data version has them, for people. Read by the command line and the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.file_property import FileProperty
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class DescribedProperty:
    """One property of one file of the version."""

    unit: ForceMonth
    property: FileProperty

    def as_json(self) -> dict[str, Any]:
        """Plain values, with the words for people."""
        one = self.property
        return {
            "dataset": self.unit.dataset,
            "force": self.unit.force,
            "month": str(self.unit.month),
            "property": one.name,
            "value": one.value,
            "words": one.words,
            "confidence": one.confidence,
            "standing": one.standing,
            "decided_by": one.decided_by,
            "reason": one.reason,
            "rows": one.rows,
            "finding": one.finding or None,
            "evidence": one.evidence,
        }


def properties_of(
    connection: duckdb.DuckDBPyConnection, dataset: str = "", force: str = ""
) -> Iterator[DescribedProperty]:
    """Every property of the files of a data version, of one dataset and force where they are named, by dataset, force,
    month and property; none of a version that an earlier program built."""
    if not connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'mart_profile__force_month'"
    ).fetchone():
        return
    rows = connection.execute(
        """
        SELECT dataset, slug, month, property, value, confidence, reason, decided_by, rows, evidence
        FROM mart_profile__force_month JOIN dim_force USING (force_id)
        WHERE ($dataset = '' OR dataset = $dataset) AND ($force = '' OR slug = $force)
        ORDER BY dataset, slug, month, property
        """,
        {"dataset": dataset, "force": force},
    ).fetchall()
    for of_dataset, slug, month, name, value, confidence, reason, decided_by, count, evidence in rows:
        decided = FileProperty(name, value, confidence, reason, decided_by, count, json.loads(evidence))
        yield DescribedProperty(ForceMonth(of_dataset, slug, Month(month)), decided)
