"""Rows by the crime ID that they bear: where in a table to look, without reading the table. Opened by `folder`.

A key's leading bits choose a bucket, the bits after them are kept as a print of it. So a look-up reads one bucket, some
dozens of bytes; what it finds is where the key may stand, and the caller reads those few rows to see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bluelamp.storage.warehouse.indexes.files import Output
from bluelamp.storage.warehouse.indexes.ordering import Scatter, batches, starts_of

if TYPE_CHECKING:
    import duckdb

_PRINT_BITS = 16
_IN_A_BUCKET = 16
_AT_A_TIME = 24_000_000


@dataclass(frozen=True, slots=True)
class CrimeIds:
    """The keys of one table. Bucket b holds the entries `starts[b]` to `starts[b + 1]` of `prints` and `places`."""

    starts: npt.NDArray[np.uint32]
    prints: npt.NDArray[np.uint16]
    places: npt.NDArray[np.uint32]

    def find(self, key: int) -> list[int]:
        """The rowids, ascending, of the rows that may bear the key: all that do, rarely one that does not."""
        bits = (len(self.starts) - 1).bit_length() - 1
        begin, end = self.starts[key >> 64 - bits : (key >> 64 - bits) + 2].tolist()
        own = key >> 64 - bits - _PRINT_BITS & (1 << _PRINT_BITS) - 1
        found = self.places[begin:end][self.prints[begin:end] == own]
        return sorted(found.tolist())


def write_crime_ids(
    connection: duckdb.DuckDBPyConnection, table: str, output: Output, advance: Callable[[int], None]
) -> dict[str, Any] | None:
    """What the manifest says of the keys of a table; None where no row has one."""
    query = f"FROM {table} WHERE crime_key IS NOT NULL"
    row = connection.execute(f"SELECT count(crime_key), coalesce(max(rowid), 0) {query}").fetchone()
    keys, last = row or (0, 0)
    if not keys or last >= 1 << 32:
        return None
    bits = max(1, (keys // _IN_A_BUCKET).bit_length())
    rows = np.zeros(1 << bits, np.int64)
    for batch in batches(connection, f"SELECT (crime_key >> {64 - bits})::UINTEGER AS bucket {query}"):
        np.add.at(rows, batch["bucket"], 1)
        advance(0)
    starts = starts_of(rows)
    prints, places = output.slots((keys,), np.dtype(np.uint16)), output.slots((keys,), np.dtype(np.uint32))
    columns = (
        f"((crime_key >> {64 - bits - _PRINT_BITS}) & {(1 << _PRINT_BITS) - 1})::USMALLINT AS print, "
        "rowid::UINTEGER AS place"
    )
    # A part of the keys at a time: what is put in order in memory stays small, however many there are.
    parts = -(-keys // _AT_A_TIME)
    edges = [(1 << bits) * part // parts for part in range(parts + 1)]
    for begin, end in pairwise(edges):
        own = starts[begin : end + 1]
        scatter = Scatter(own - own[0], {"print": np.dtype(np.uint16), "place": np.dtype(np.uint32)})
        bucket = f"(crime_key >> {64 - bits})::UINTEGER"
        within = f"{query} AND {bucket} >= {begin} AND {bucket} < {end}"
        for batch in batches(connection, f"SELECT {bucket} - {begin}::UINTEGER AS bucket, {columns} {within}"):
            scatter.add(batch["bucket"], batch)
            advance(0)
        prints.put(int(own[0]), scatter.columns["print"])
        places.put(int(own[0]), scatter.columns["place"])
    return {"starts": output.put(starts.astype(np.uint32)), "prints": prints.place, "places": places.place}
