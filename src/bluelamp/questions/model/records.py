"""What every family gives of its records: a page of them, or all, as each format of file holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bluelamp.questions.model.cells import CellFormat

if TYPE_CHECKING:
    import pyarrow as pa

# The most records of a portion.
PORTION = 50_000


@dataclass(frozen=True, slots=True)
class Portion:
    """Some records: `names` are their IDs, `table` their published columns, `last` the number of the last row."""

    names: list[str]
    table: pa.Table
    last: int


def first_rows(windows: Iterable[pa.Table], limit: int) -> pa.Table | None:
    """The first `limit` rows of tables that follow each other, no more of which are read; None where there is none."""
    import pyarrow as pa

    parts: list[pa.Table] = []
    found = 0
    for rows in windows:
        parts.append(rows.slice(0, limit - found))
        found += parts[-1].num_rows
        if found >= limit:
            break
    return pa.concat_tables(parts) if parts else None


class RecordSet(Protocol):
    """The records that a question's filters leave, in the order of the data version."""

    def page(self, after: int, limit: int) -> Portion:
        """At most `limit` records whose rows come after `after` (-1 for the first)."""
        ...

    def file_portions(self, format_: str) -> Iterator[Portion]:
        """All records, in portions of at most PORTION, as a file of this format (csv, parquet, geojson, xlsx) holds
        them; one without rows, but with its columns, where there are none."""
        ...

    def file_columns(self, format_: str) -> list[str]:
        """The columns of such a file."""
        ...

    def as_text(self, table: pa.Table) -> pa.Table:
        """The table with the numbers that a file of text writes in a form of their own."""
        ...

    def cells(self) -> Mapping[str, CellFormat]:
        """What of the columns is more than text in a workbook."""
        ...
