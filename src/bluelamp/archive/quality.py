"""The data-quality report, read from a data version. Findings of rows are counted while loading, findings of areas
while modelling; this gives both their words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.finding import CAVEATS, FINDINGS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

if TYPE_CHECKING:
    import duckdb

__all__ = ["CAVEATS", "FINDINGS", "Finding", "quality_of"]


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
