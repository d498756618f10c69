"""Reads records in the order of the data version, from any place on: for a page, or for all of them in portions.

A version never changes, so the number of a row in it is a cursor that stays good while the version is kept.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.month import Month
from bluelamp.questions.engines.sql import Compiler
from bluelamp.questions.families.archive.datasets import STOPS
from bluelamp.questions.families.archive.records.extents import INSIDE, extents_of
from bluelamp.questions.families.archive.records.published import (
    UK_TIME,
    cells_of,
    from_lake,
    published,
    selected,
    words_of,
)
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import PORTION, Portion, first_rows
from bluelamp.questions.records.texts import DEGREES, as_published, local_times

# Rows of the version that are looked at in one go: a bound on memory and on the time to the first portion.
_FIRST_WINDOW = 100_000
_WINDOW = 2_000_000


@dataclass(frozen=True, slots=True)
class PublishedPortion(Portion):
    """Records of the archive; `uk_times` are, of stops, when they were on UK clocks, as text."""

    uk_times: pa.Array | None = None

    @property
    def with_uk_times(self) -> pa.Table:
        """The table with UK_TIME before the published time, which may be of another clock than it says."""
        if self.uk_times is None:
            return self.table
        return self.table.add_column(self.table.schema.get_field_index("Date"), UK_TIME, self.uk_times)


class Records:
    """The records that a question's filters leave. `lake` is the folder of the lake."""

    def __init__(self, version: ArchiveVersion, question: Question, lake: Path) -> None:
        self.version, self.question, self._lake = version, question, _LakeColumns(version, lake)
        compiler = Compiler(version, question, mart=False)
        self._conditions = compiler.conditions()
        self._parameters = compiler.parameters

    def page(self, after: int, limit: int) -> PublishedPortion:
        """At most `limit` records whose rows come after `after` (-1 for the first)."""
        return self._portion(first_rows(self._windows(after, limit), limit))

    def one(self, place: int) -> PublishedPortion:
        """The record of one row, whatever the filters say."""
        spec = self.question.dataset
        columns = selected(self.version, spec)
        statement = f"SELECT r.rowid AS place, r.file_id, r.line, {columns} FROM {spec.table} AS r WHERE {INSIDE}"
        window = extents_of(self.version, spec).at(place)
        return self._portion(self.version.arrow(statement, window.parameters, light=True))

    def portions(self, after: int = -1) -> Iterator[PublishedPortion]:
        """All records, in portions of at most PORTION; one without rows, but with its columns, where there are none."""
        some = False
        for rows in self._windows(after, None):
            for start in range(0, rows.num_rows, PORTION):
                some = True
                yield self._portion(rows.slice(start, PORTION))
        if not some:
            yield self._portion(None)

    def file_portions(self, format_: str) -> Iterator[Portion]:
        """All records as a file of this format holds them; see `RecordSet`."""
        for portion in self.portions():
            yield replace(portion, table=portion.with_uk_times) if format_ == "xlsx" else portion

    def file_columns(self, format_: str) -> list[str]:
        """The columns of such a file."""
        names = [name for name, _ in words_of(self.question.dataset)]
        if format_ == "xlsx" and self.question.dataset.name == STOPS.name:
            names.insert(names.index("Date"), UK_TIME)
        return names

    def as_text(self, table: pa.Table) -> pa.Table:
        """The table with its coordinates as they are published."""
        return as_published(self.question.dataset.name, table)

    def cells(self) -> Mapping[str, CellFormat]:
        """What of the columns is more than text in a workbook."""
        return cells_of(self.question.dataset)

    def _windows(self, after: int, limit: int | None) -> Iterator[pa.Table]:
        """Rows of the version as numbers, window by window; those without rows are left out."""
        spec = self.question.dataset
        columns = selected(self.version, spec)
        cut = " LIMIT $most" if limit is not None else ""
        statement = (
            f"SELECT r.rowid AS place, r.file_id, r.line, {columns} FROM {spec.table} AS r{self._conditions} "
            f"AND {INSIDE} ORDER BY r.rowid{cut}"
        )
        most = {} if limit is None else {"most": limit}
        extents = extents_of(self.version, spec)
        for window in extents.windows(self.version, self.question, after, _FIRST_WINDOW, _WINDOW):
            rows = self.version.arrow(statement, {**self._parameters, **window.parameters, **most})
            if rows.num_rows:
                yield rows

    def _portion(self, rows: pa.Table | None) -> PublishedPortion:
        spec = self.question.dataset
        if rows is None or not rows.num_rows:
            types = {name: pa.float64() if name in DEGREES else pa.string() for name in BY_NAME[spec.name].columns}
            times = pa.array([], pa.string()) if spec.name == "stops" else None
            return PublishedPortion([], pa.schema(types).empty_table(), -1, times)
        rows = rows.combine_chunks()
        files, lines = rows.column("file_id").to_numpy(), rows.column("line").to_numpy()
        table = published(self.version, spec, rows, self._lake.of(spec.name, files, lines))
        stems = self._lake.stems
        names = [f"{stems[file]}-{line}" for file, line in zip(files.tolist(), lines.tolist(), strict=True)]
        times = local_times(rows.column("local_time")) if spec.name == "stops" else None
        return PublishedPortion(names, table, int(rows.column("place")[-1].as_py()), times)


class _LakeColumns:
    """Published columns that only the lake holds, looked up by file and line. Keeps the row groups it read last:
    records come in the order of the lake's files."""

    def __init__(self, version: ArchiveVersion, lake: Path) -> None:
        self._version, self._lake = version, lake
        self._path, self._keys = "", np.empty(0, np.int64)
        self._columns: dict[str, pa.Array] = {}

    @property
    def stems(self) -> dict[int, str]:
        """file → `2021-03-kent-street`."""
        return file_stems(self._version)

    def of(self, dataset: str, files: npt.NDArray[Any], lines: npt.NDArray[Any]) -> dict[str, pa.Array]:
        wanted = from_lake(BY_NAME[dataset])
        if not wanted:
            return {}
        keys = files.astype(np.int64) << 32 | lines
        paths = lake_paths(self._version)
        parts: list[dict[str, pa.Array]] = []
        edges = [0, *(np.flatnonzero(np.diff(files)) + 1).tolist(), len(files)]
        for start, end in pairwise(edges):
            file = int(files[start])
            parts.append(self._run(dataset, paths[file], file, keys[start:end]))
        return {column.header: pa.concat_arrays([part[column.header] for part in parts]) for column in wanted}

    def _run(self, dataset: str, path: str, file: int, keys: npt.NDArray[np.int64]) -> dict[str, pa.Array]:
        if path != self._path or not len(self._keys) or not self._holds(keys):
            self._read(dataset, path, file)
        at = pa.array(np.searchsorted(self._keys, keys))
        taken = {column: self._columns[column.name].take(at) for column in from_lake(BY_NAME[dataset])}
        return {
            column.header: _hexadecimal(values) if column.kind == "id" else values.cast(pa.string())
            for column, values in taken.items()
        }

    def _holds(self, keys: npt.NDArray[np.int64]) -> bool:
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return bool((self._keys[at] == keys).all())

    def _read(self, dataset: str, path: str, file: int) -> None:
        """The row groups of a lake file that hold a force-month file's rows."""
        source = pq.ParquetFile(self._lake / path, pre_buffer=False, memory_map=True)
        at = source.schema_arrow.names.index("file_id")
        groups = []
        for number in range(source.metadata.num_row_groups):
            statistics = source.metadata.row_group(number).column(at).statistics
            if statistics is None or statistics.min <= file <= statistics.max:
                groups.append(number)
        names = ["file_id", "line", *(column.name for column in from_lake(BY_NAME[dataset]))]
        rows = source.read_row_groups(groups, columns=names, use_threads=False).combine_chunks()
        keys = rows.column("file_id").to_numpy().astype(np.int64) << 32 | rows.column("line").to_numpy()
        if len(keys) > 1 and not bool((keys[1:] > keys[:-1]).all()):
            order = np.argsort(keys, kind="stable")
            rows, keys = rows.take(pa.array(order)), keys[order]
        self._path, self._keys = path, keys
        self._columns = {name: _one(rows.column(name)) for name in names[2:]}


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined


def _hexadecimal(packed: pa.Array) -> pa.Array:
    """Crime IDs as published: 64 hexadecimal digits, null where blank."""
    if not len(packed):
        return pa.array([], pa.string())
    blank = packed.is_null()
    filled = packed.fill_null(bytes(32))
    data = memoryview(filled.buffers()[1])[filled.offset * 32 : (filled.offset + len(filled)) * 32]
    digits = pa.py_buffer(binascii.hexlify(data))
    text = pa.FixedSizeBinaryArray.from_buffers(pa.binary(64), len(filled), [None, digits])
    return pc.if_else(blank, pa.scalar(None, pa.string()), text.cast(pa.binary()).cast(pa.string()))


def file_stems(version: ArchiveVersion) -> dict[int, str]:
    """file → the name of the published file without its ending; a file from the API has none."""

    def read() -> dict[int, str]:
        rows = version.rows("SELECT file_id, dataset, slug, month FROM included_file JOIN dim_force USING (force_id)")
        return {
            file: f"{Month(month)}-{slug or 'none'}-{BY_NAME[dataset].suffix}" for file, dataset, slug, month in rows
        }

    return version.once("file stems", read)


def lake_paths(version: ArchiveVersion) -> dict[int, str]:
    return version.once("lake paths", lambda: dict(version.rows("SELECT file_id, lake_path FROM included_file")))
