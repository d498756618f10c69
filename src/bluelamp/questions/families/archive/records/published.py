"""The published columns of each dataset, made from the numbers of a data version. Used by `reading`.

Rows come as numbers; words are put back column by column, so that a million rows cost what a thousand words cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.published_column import Kind, PublishedColumn
from bluelamp.domain.vocabulary import BOOLEAN
from bluelamp.questions.families.archive.kinds import WORD
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.model.dataset import DatasetSpec, Dimension
from bluelamp.questions.records.texts import instants

# What is read of a row beside the columns of words: what the other published columns are made from.
_WITH_LSOA = ("month", "point_id", "lsoa_id")
_WITH_TIME = ("month", "published_time", "local_time", "time_known", "point_id")


# What stands in for a column in versions of before, which knew only one time of a stop; for others, no word.
_OF_BEFORE = {"published_time": "r.utc_time"}


def read_columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns of the warehouse that are read of a row, beside its place."""
    words = (column.code for column in dataset.of_kind("publisher", "word"))
    return (*(_WITH_TIME if dataset.of_kind("time") else _WITH_LSOA), *words)


def from_lake(dataset: Dataset) -> tuple[PublishedColumn, ...]:
    """The columns that the warehouse does not hold: they are read from the lake, row by row."""
    return dataset.of_kind("id", "remark")


def selected(version: ArchiveVersion, spec: DatasetSpec) -> str:
    """The SQL of the columns that are read of a row."""
    held = version.columns(spec.table)
    return ", ".join(
        f"r.{name}" if name in held else f"{_OF_BEFORE.get(name, '0::USMALLINT')} AS {name}"
        for name in read_columns(BY_NAME[spec.name])
    )


@dataclass(frozen=True, slots=True)
class PointColumns:
    """The snap points as columns; row 0 is nothing, row N the point of number N."""

    longitude: pa.Array
    latitude: pa.Array
    location: pa.Array
    map_point: pa.Array


def point_columns(version: ArchiveVersion) -> PointColumns:
    """Read once for each version: some 60 MB for a million and a half points."""

    def read() -> PointColumns:
        found = version.arrow(
            "SELECT point_id, longitude, latitude, location, printf('%.6f,%.6f', longitude, latitude) AS map_point "
            "FROM dim_point",
            light=True,
        ).combine_chunks()
        at = found.column("point_id").to_numpy()
        row_of = np.full((int(at.max()) + 1) if len(at) else 1, -1, np.int64)
        row_of[at] = np.arange(len(at))
        rows = pa.array(row_of, mask=row_of < 0)
        return PointColumns(*(found.column(name).take(rows).combine_chunks() for name in found.schema.names[1:]))

    return version.once("point columns", read)


def published(version: ArchiveVersion, spec: DatasetSpec, rows: pa.Table, others: dict[str, pa.Array]) -> pa.Table:
    """The published columns, in published order, of rows with the numbers of `read_columns`; `others` holds those that
    are read from the lake."""
    makers = _makers(version, spec)
    columns = {name: others[name] if name in others else makers[name](rows) for name in BY_NAME[spec.name].columns}
    return pa.table(columns)


# The column of workbooks that gives the time of a stop on UK clocks, whichever clock its file is of.
UK_TIME = "Date (UK time)"

Maker = Callable[[pa.Table], pa.Array]


def _makers(version: ArchiveVersion, spec: DatasetSpec) -> dict[str, Maker]:
    points = point_columns(version)
    makers: dict[str, Maker] = {
        "Month": lambda rows: _months(rows.column("month").to_numpy()),
        "Longitude": lambda rows: points.longitude.take(rows.column("point_id").combine_chunks()),
        "Latitude": lambda rows: points.latitude.take(rows.column("point_id").combine_chunks()),
        "Location": lambda rows: points.location.take(rows.column("point_id").combine_chunks()),
        "LSOA code": lambda rows: _lsoas(version)[0].take(rows.column("lsoa_id").combine_chunks()),
        "LSOA name": lambda rows: _lsoas(version)[1].take(rows.column("lsoa_id").combine_chunks()),
        "Date": lambda rows: instants(rows.column("published_time").combine_chunks()),
    }
    for dimension in spec.dimensions:
        if dimension.kind is WORD and dimension.column:
            makers[dimension.column] = _word_maker(version, dimension)
    return makers


def _word_maker(version: ArchiveVersion, dimension: Dimension) -> Maker:
    column = dimension.key.removeprefix("r.")

    def make(rows: pa.Table) -> pa.Array:
        numbers = rows.column(column).to_numpy()
        labels = version.labels(dimension)
        words: list[str | None] = [labels.get(number) for number in range(max(labels, default=0) + 1)]
        words[0] = None
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers.astype(np.int32), mask=numbers == 0), pa.array([word or "" for word in words])
        )

    return make


def _months(numbers: npt.NDArray[np.int64]) -> pa.Array:
    distinct, places = np.unique(numbers, return_inverse=True)
    words = pa.array([str(Month(int(number))) for number in distinct], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), words)


def _lsoas(version: ArchiveVersion) -> tuple[pa.Array, pa.Array]:
    def read() -> tuple[pa.Array, pa.Array]:
        found = version.arrow(
            "SELECT lsoa_id, nullif(code, '') AS code, nullif(name, '') AS name FROM dim_lsoa", light=True
        )
        at = found.column("lsoa_id").to_numpy()
        row_of = np.full(int(at.max()) + 1, -1, np.int64)
        row_of[at] = np.arange(len(at))
        rows = pa.array(row_of, mask=row_of < 0)
        return found.column("code").take(rows).combine_chunks(), found.column("name").take(rows).combine_chunks()

    return version.once("lsoa columns", read)


def words_of(spec: DatasetSpec) -> Sequence[tuple[str, str]]:
    """(published column, what it is) for every column of a dataset."""
    return [(column.header, column.words) for column in BY_NAME[spec.name].declared]


_CELLS: dict[Kind, CellFormat] = {
    "month": CellFormat("month"),
    "time": CellFormat("text", "Date as published"),
    "degrees": CellFormat("degrees"),
}


def cells_of(spec: DatasetSpec) -> dict[str, CellFormat]:
    """What of the published columns is more than text in a workbook."""
    declared = BY_NAME[spec.name].declared
    cells = {column.header: _CELLS[column.kind] for column in declared if column.kind in _CELLS}
    flags = {column.header: CellFormat("flag") for column in declared if column.vocabulary == BOOLEAN}
    return {UK_TIME: CellFormat("local", zone="Europe/London"), **cells, **flags}
