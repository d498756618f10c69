"""Records and answers leaving as files: CSV, JSON, GeoJSON, Parquet, Excel; in portions, in constant memory. Called by
`web`. What a spreadsheet must not take for a formula is made text in CSV; workbooks hold it as text anyway. The same
rows make the same bytes, so that a file can be read in parts.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from bluelamp.errors import TooCostly
from bluelamp.questions.export import spreadsheet_safe
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.records.workbook import write_workbook
from bluelamp.questions.records.workbook_maker import made_apart

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Rows of an Excel sheet, less the line with the names.
XLSX_ROWS = 1_048_575
# A workbook of so many rows takes less time than it takes to begin a process.
_MADE_HERE = 2_000

Tables = Iterable[pa.Table]


def safe_for_spreadsheets(table: pa.Table) -> pa.Table:
    """The table with every text that looks like a formula made text."""
    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            combined = column.combine_chunks()
            combined = combined if isinstance(combined, pa.DictionaryArray) else combined.unify_dictionaries().chunk(0)
            words = pa.array([spreadsheet_safe(word) for word in combined.dictionary.to_pylist()], pa.string())
            columns.append(pa.DictionaryArray.from_arrays(combined.indices, words).cast(pa.string()))
        elif pa.types.is_string(column.type):
            risky = pc.match_substring_regex(column, r"^[=+\-@\t\r]")
            columns.append(pc.if_else(pc.fill_null(risky, False), pc.binary_join_element_wise("'", column, ""), column))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def as_csv(tables: Tables, names: list[str], write: Callable[[pa.Table], pa.Table] | None = None) -> Iterator[bytes]:
    """A line of names, then every row; `write` makes numbers the text that they shall be written as."""
    header = io.StringIO()
    header.write(",".join(_quoted(name) for name in names) + "\n")
    yield header.getvalue().encode()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    for table in tables:
        target = io.BytesIO()
        safe = safe_for_spreadsheets(table)
        pa.csv.write_csv(write(safe) if write else safe, target, options)
        yield target.getvalue()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\n') else name


def as_parquet(tables: Tables, about: Mapping[str, Any]) -> Iterator[bytes]:
    """One Parquet file whose metadata under `bluelamp` says what it covers. The first table gives the columns: where
    there are no rows, an empty one."""
    sink = _Sink()
    writer: pq.ParquetWriter | None = None
    for table in tables:
        plain = pa.table([_plain(column) for column in table.columns], names=table.column_names)
        if writer is None:
            schema = plain.schema.with_metadata({"bluelamp": json.dumps(about, ensure_ascii=False)})
            writer = pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd")
        writer.write_table(plain.cast(writer.schema))
        yield sink.take_bytes()
    if writer is not None:
        writer.close()
        yield sink.take_bytes()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.string())
    return column


class _Sink(io.RawIOBase):
    """Takes what a writer writes, and gives it away portion by portion."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def take_bytes(self) -> bytes:
        parts, self._parts = b"".join(self._parts), []
        return parts


def as_geojson(pairs: Iterable[tuple[list[str], pa.Table]], about: Mapping[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection; a record without a map point has a null geometry. `pairs` are (names, published columns)."""
    yield f'{{"type":"FeatureCollection","bluelamp":{_dumps(about)},"features":['.encode()
    first = True
    for names, table in pairs:
        lines = []
        for name, row in zip(names, table.to_pylist(), strict=True):
            longitude, latitude = row.pop("Longitude", None), row.pop("Latitude", None)
            point = None if longitude is None else {"type": "Point", "coordinates": [longitude, latitude]}
            lines.append(_dumps({"type": "Feature", "id": name, "geometry": point, "properties": row}))
        if lines:
            yield (("" if first else ",") + ",\n".join(lines)).encode()
            first = False
    yield b"]}\n"


def as_xlsx(
    tables: Tables, names: list[str], rows: int, about: Mapping[str, str], cells: Mapping[str, CellFormat] | None = None
) -> Iterator[bytes]:
    """A workbook: the rows, and a second sheet that says what they cover; `cells` says which columns are more than
    text. A large one is made by a process of its own, and empty portions say that it still is. Raises TooCostly beyond
    a sheet's rows."""
    if rows > XLSX_ROWS:
        raise TooCostly(
            f"A sheet of Excel holds {XLSX_ROWS:,} rows; these are {rows:,}.",
            "Narrow the filters, or take CSV or Parquet.",
        )
    with tempfile.TemporaryDirectory(prefix="bluelamp-") as folder:
        path = Path(folder) / "answer.xlsx"
        if rows > _MADE_HERE:
            for _ in made_apart(path, tables, names, about, cells or {}):
                yield b""
        else:
            write_workbook(path, tables, names, about, cells or {})
        with path.open("rb") as file:
            while part := file.read(1 << 18):
                yield part


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
