"""The data-quality report, read from a data version. Findings of rows are counted while loading, findings of areas
while modelling; this gives both their words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.finding import FINDINGS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

if TYPE_CHECKING:
    import duckdb

__all__ = ["FINDINGS", "Finding", "quality_of"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding in one file: `rows` of `of_rows`, with up to three examples [{line, value}]. `ids` is how
    many crime IDs the rows bear; None of findings that are not about IDs, and where they were not counted."""

    unit: ForceMonth
    finding: str
    field: str
    rows: int
    of_rows: int
    examples: list[dict[str, Any]]
    ids: int | None = None

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
            "ids": self.ids,
            "of_rows": self.of_rows,
            "share": round(self.share, 6),
            "words": FINDINGS[self.finding],
            "examples": self.examples,
        }


def quality_of(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    """Every finding of a data version, by dataset, force, month."""
    cursor = connection.execute(
        "SELECT * FROM mart_quality__finding JOIN dim_force USING (force_id) "
        "ORDER BY dataset, slug, month, finding, field"
    )
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        unit = ForceMonth(row["dataset"], row["slug"], Month(row["month"]))
        examples = json.loads(row["examples"])
        # A version that an older program published has no `ids`, and still answers.
        yield Finding(unit, row["finding"], row["field"], row["rows"], row["of_rows"], examples, row.get("ids"))


def ids_of(findings: Iterable[Finding]) -> int | None:
    """How many crime IDs the rows of several findings bear, each file's counted by itself; None where no finding
    counts them."""
    known = [one.ids for one in findings if one.ids is not None]
    return sum(known) if known else None
