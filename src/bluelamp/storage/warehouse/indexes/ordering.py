"""Puts the rows of a version into the order of an index, column by column. Called by the builders.

Rows are not sorted as a whole: how many rows each place in the order takes is counted first, then batches of rows are
streamed past and each row's codes are written where they belong. So the memory is that of the columns, one byte a code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bluelamp.storage.warehouse.indexes.facts import COUNTED, PLACE, TABLE_OF, Facts, code_columns, code_kinds

if TYPE_CHECKING:
    import duckdb

_BATCH = 1 << 19
_PLACE_COLUMNS = "r.force_id, r.town_id, r.area_id"

Column = npt.NDArray[Any]
Batch = dict[str, Column]


@dataclass(slots=True)
class Ordered:
    """Records in the order of an index. Segment s holds the records `starts[s]` to `starts[s + 1]`, all with the same
    attributes; `columns` are the codes of the other axes, record by record."""

    starts: npt.NDArray[np.int64]
    attributes: dict[str, Column]
    columns: dict[str, Column]

    @property
    def records(self) -> int:
        return int(self.starts[-1])


def batches(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Batch]:
    """The result of a query, some hundred thousand rows at a time, never the whole of it in memory."""
    for batch in connection.execute(query).to_arrow_reader(_BATCH):
        yield {
            name: column.to_numpy(zero_copy_only=False)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }


def ordered_by_month(
    connection: duckdb.DuckDBPyConnection, dataset: str, facts: Facts, advance: Callable[[int], None]
) -> Ordered:
    """All records by month, force, town and authority; `advance` is told of the rows done."""
    found = connection.execute(
        f"SELECT r.month - {facts.first_month} AS month, {_PLACE_COLUMNS}, count(*) AS rows "
        f"FROM {TABLE_OF[dataset]} AS r WHERE {COUNTED} GROUP BY ALL ORDER BY ALL"
    ).fetchnumpy()
    attributes = {
        name: np.asarray(found[column]).astype(np.uint16)
        for name, column in zip(("month", *PLACE), ("month", "force_id", "town_id", "area_id"), strict=True)
    }
    starts = starts_of(found["rows"])
    places = _Places(attributes, facts)
    segment_of = np.zeros((facts.months, places.count), np.uint32)
    segment_of[attributes["month"], places.of(attributes)] = np.arange(len(starts) - 1)
    names = [name for name in facts.sizes if name not in PLACE]
    scatter = Scatter(starts, code_kinds(facts, names))
    columns = code_columns(dataset, facts, ["month", *PLACE, *names])
    query = f"SELECT {columns} FROM {TABLE_OF[dataset]} AS r WHERE {COUNTED}"
    for batch in batches(connection, query):
        scatter.add(segment_of[batch["month"], places.of(batch)], batch)
        advance(len(batch["month"]))
    return Ordered(starts, attributes, scatter.columns)


def starts_of(rows: Any) -> npt.NDArray[np.int64]:
    """Where segments of so many records begin, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.asarray(rows, np.int64))]).astype(np.int64)


class _Places:
    """A number for every combination of force, town and authority that occurs, found by two small tables."""

    def __init__(self, attributes: Batch, facts: Facts) -> None:
        self._areas, self._forces = facts.sizes["local_authority"], facts.sizes["force"]
        pairs = np.unique(self._pair(attributes))
        self._pair_number = np.zeros(facts.sizes["town"] * self._areas, np.uint16)
        self._pair_number[pairs] = np.arange(len(pairs))
        triples = np.unique(self._triple(attributes))
        self._number = np.zeros(len(pairs) * self._forces, np.uint32)
        self._number[triples] = np.arange(len(triples))
        self.count = len(triples)

    def of(self, columns: Batch) -> npt.NDArray[np.uint32]:
        return self._number[self._triple(columns)]

    def _pair(self, columns: Batch) -> npt.NDArray[np.int64]:
        found: npt.NDArray[np.int64] = columns["town"].astype(np.int64) * self._areas + columns["local_authority"]
        return found

    def _triple(self, columns: Batch) -> npt.NDArray[np.int64]:
        pair = self._pair_number[self._pair(columns)].astype(np.int64)
        found: npt.NDArray[np.int64] = pair * self._forces + columns["force"]
        return found


class Scatter:
    """Columns that are filled by batches of rows whose segments are known."""

    def __init__(self, starts: npt.NDArray[np.int64], kinds: dict[str, np.dtype[Any]]) -> None:
        self._next = starts[:-1].copy()
        self.columns: dict[str, Column] = {name: np.zeros(int(starts[-1]), kind) for name, kind in kinds.items()}

    def add(self, segment: npt.NDArray[np.uint32], batch: Batch) -> None:
        """Write the codes of some rows, each into the next free place of its segment."""
        if not len(segment):
            return
        order = sorted_order(segment)
        ordered = segment[order]
        begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        lengths = np.diff(np.concatenate([begins, [len(ordered)]]))
        own = ordered[begins]
        place = np.repeat(self._next[own] - begins, lengths) + np.arange(len(ordered))
        self._next[own] += lengths
        for name, column in self.columns.items():
            column[place] = batch[name][order]


def sorted_order(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """What puts these numbers in order. Twice by 16 bits: numbers so short are sorted without comparing them."""
    order: npt.NDArray[np.int64] = np.argsort(numbers.astype(np.uint16), kind="stable")
    high = (numbers >> 16).astype(np.uint16)
    if high.any():
        order = order[np.argsort(high[order], kind="stable")]
    return order
