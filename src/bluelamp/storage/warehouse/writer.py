"""The few ways in which the builder puts plain values into a version and asks it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Tables:
    """A connection to the version that is being built."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert few or many rows of plain values, through Arrow: row by row would take minutes."""
        if not rows:
            return
        names = [column[0] for column in self.connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        columns = [pa.array(list(values)) for values in zip(*rows, strict=True)]
        self.insert(table, pa.Table.from_arrays(columns, names=names))

    def insert(self, table: str, rows: pa.Table) -> None:
        """Insert an Arrow table whose columns bear the names of the table's."""
        # As a stream: from a table the engine would read through Arrow's dataset scanner, whose threads wait for ever
        # where the process may not have more of them.
        self.connection.register("rows_given", rows.to_reader())
        self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_given")
        self.connection.unregister("rows_given")

    def value(self, query: str, parameters: list[Any] | None = None) -> Any:
        row = self.connection.execute(query, parameters or []).fetchone()
        return row[0] if row else None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(query).fetchall())


def texts(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths]


def plain(values: Any) -> npt.NDArray[np.float64]:
    """Numbers of the engine as an array, NaN where there is none."""
    found: npt.NDArray[np.float64] = np.ma.filled(np.asarray(values, dtype=np.float64), np.nan)
    return found


def shapes_of(areas: pa.Table | None) -> list[tuple[str, bytes]]:
    """(code or force, boundary as WKB) of the areas that have one."""
    if areas is None:
        return []
    name = "code" if "code" in areas.schema.names else "force"
    return [(row[name], row["wkb"]) for row in areas.select([name, "wkb"]).to_pylist() if row["wkb"] is not None]
