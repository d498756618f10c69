"""The published columns of each dataset, made from the numbers of a data version. Used by `reading`.

Rows come as numbers; words are put back column by column, so that a million rows cost what a thousand words cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.kinds import WORD
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.cells import Cells
from bluelamp.questions.model.dataset import DatasetSpec, Dimension
from bluelamp.questions.records.texts import instants

# What is read of a row, beside its place: the columns of the warehouse that the published ones are made from.
COLUMNS = {
    "crimes": ("month", "reported_by_id", "falls_within_id", "point_id", "lsoa_id", "crime_type_id", "last_outcome_id"),
    "outcomes": ("month", "reported_by_id", "falls_within_id", "point_id", "lsoa_id", "outcome_type_id"),
    "stops": (
        "month", "published_time", "local_time", "time_known", "point_id", "stop_type_id", "part_of_operation_id",
        "operation_id", "gender_id", "age_range_id", "self_ethnicity_id", "officer_ethnicity_id", "legislation_id",
        "object_id", "outcome_id", "outcome_linked_id", "clothing_removed_id",
    ),
}  # fmt: skip
# Published columns that the warehouse does not hold: they are read from the lake, row by row.
FROM_LAKE = {"crimes": ("Crime ID", "Context"), "outcomes": ("Crime ID",), "stops": ()}


def selected(version: ArchiveVersion, spec: DatasetSpec) -> str:
    """The SQL of the columns that are read of a row. Versions of before knew only one time of a stop."""
    of_before = spec.name == "stops" and "published_time" not in version.columns(spec.table)
    return ", ".join(
        "r.utc_time AS published_time" if of_before and name == "published_time" else f"r.{name}"
        for name in COLUMNS[spec.name]
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


def published(version: ArchiveVersion, spec: DatasetSpec, rows: pa.Table, from_lake: dict[str, pa.Array]) -> pa.Table:
    """The published columns, in published order, of rows with the numbers of COLUMNS. `from_lake` holds the others."""
    makers = _makers(version, spec)
    columns = {
        name: from_lake[name] if name in from_lake else makers[name](rows) for name in BY_NAME[spec.name].columns
    }
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
    known = {one.column: one.words for one in spec.dimensions if one.column}
    return [(name, known.get(name, _WORDS.get(name, ""))) for name in BY_NAME[spec.name].columns]


_WORDS = {
    "Crime ID": "the publisher's ID of the crime, blank for anti-social behaviour; not always of one crime alone",
    "Longitude": "of the anonymised map point, not of an address",
    "Latitude": "of the anonymised map point, not of an address",
    "Location": "the street or place that the map point stands for",
    "LSOA name": "the LSOA's name: a local authority and a number",
    "Context": "a remark of the publisher; always empty in newer files",
    "Date": "when the stop was made, as published; it says UTC, and in some files is UK local time",
}


def cells_of(spec: DatasetSpec) -> dict[str, Cells]:
    """What of the published columns is more than text in a workbook."""
    return {**_CELLS, **{name: Cells("flag") for name in flags_of(spec)}}


def flags_of(spec: DatasetSpec) -> Sequence[str]:
    """The published columns that say true or false."""
    known = BY_NAME[spec.name].vocabularies if spec.name in BY_NAME else {}
    return [name for name, words in known.items() if words == {"True", "False"}]


_CELLS = {
    "Month": Cells("month"),
    UK_TIME: Cells("local", zone="Europe/London"),
    "Date": Cells("text", "Date as published"),
    "Longitude": Cells("degrees"),
    "Latitude": Cells("degrees"),
}
