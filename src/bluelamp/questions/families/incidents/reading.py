"""The files of incident reports, read and checked. A file that is not right is refused with a sentence that names file,
line and column; it is then as if it were not there, and the others are read all the same."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bluelamp.domain.month import Month
from bluelamp.errors import Damaged
from bluelamp.questions.families.incidents.datasets import COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

_CITY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POINT = ("latitude", "longitude")
_YEARS = (1950, 2099)  # a year beyond is a slip of the pen, and would make a month of every one between
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class IncidentFile:
    """The reports of one city: `rows` in the order of the file, with a column for each of COLUMNS, `city`, `month` and
    `line`; `months` are the first and the last that it holds."""

    city: str
    sha256: str
    rows: pa.Table
    months: tuple[Month, Month]


def city_files(folder: Path) -> Iterator[Path]:
    """The files in the folder whose names are names of cities, in order."""
    if folder.is_dir():
        yield from sorted(path for path in folder.glob("*.csv") if _CITY.fullmatch(path.stem) and path.is_file())


def read_file(path: Path) -> IncidentFile:
    """One file. Raises Damaged, which says what is wrong, where, and what to do."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _refused(path, f"it is larger than {_MOST_BYTES >> 20:,} MB")
        data = path.read_bytes()
        names = _header(data)
        convert = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        read = pa_csv.read_csv(pa.BufferReader(data), convert_options=convert)
    except (pa.ArrowException, csv.Error, OSError) as error:
        raise _refused(path, str(error).splitlines()[0]) from None
    twice = [one.published for one in COLUMNS if names.count(one.published) > 1]
    if twice:
        raise _refused(path, f"the column “{twice[0]}” stands in it twice")
    lacking = [one.published for one in COLUMNS if one.needed and one.published not in read.column_names]
    if lacking:
        raise _refused(path, f"the column “{lacking[0]}” is missing")
    if not read.num_rows:
        raise _refused(path, "it has no row")
    columns = {
        one.name: read.column(one.published).to_pylist() if one.published in read.column_names else [""] * read.num_rows
        for one in COLUMNS
    }
    days = [_day(path, line, text) for line, text in enumerate(columns["day"], 2)]
    points = [_point(path, line, *pair) for line, pair in enumerate(zip(*(columns[n] for n in _POINT), strict=True), 2)]
    texts = {
        name: pa.array([text or None for text in its], pa.string())
        for name, its in columns.items()
        if name not in ("day", *_POINT)
    }
    months = [Month.of(day.year, day.month) for day in days]
    rows = pa.table(
        {
            **texts,
            "day": pa.array(days, pa.date32()),
            "latitude": pa.array([None if its is None else its[0] for its in points], pa.float64()),
            "longitude": pa.array([None if its is None else its[1] for its in points], pa.float64()),
            "line": pa.array(range(2, len(days) + 2), pa.int64()),
            "month": pa.array([month.index for month in months], pa.int32()),
            "city": pa.array([path.stem] * len(days), pa.string()),
        }
    )
    return IncidentFile(path.stem, hashlib.sha256(data).hexdigest(), rows, (min(months), max(months)))


def _header(data: bytes) -> list[str]:
    """The names of the columns: all of them are read as text."""
    first = data.partition(b"\n")[0].decode("utf-8-sig", "replace")
    return next(csv.reader([first]), [])


def _day(path: Path, line: int, text: str) -> date:
    try:
        if not _DAY.match(text):
            raise ValueError
        found = date.fromisoformat(text[:10])
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            raise ValueError
        return found
    except ValueError:
        raise _refused(
            path, f"line {line}: date1 is a day from {_YEARS[0]} to {_YEARS[1]}, YYYY-MM-DD, not “{text[:40]}”"
        ) from None


def _point(path: Path, line: int, latitude: str, longitude: str) -> tuple[float, float] | None:
    if not latitude and not longitude:
        return None
    try:
        found = float(latitude), float(longitude)
    except ValueError:
        found = (float("nan"), float("nan"))
    if not (-90 <= found[0] <= 90 and -180 <= found[1] <= 180):
        raise _refused(path, f"line {line}: “{latitude[:20]}”, “{longitude[:20]}” is no latitude and longitude")
    return found


def _refused(path: Path, problem: str) -> Damaged:
    return Damaged(
        f"incidents/{path.name} cannot be read: {problem.rstrip('.')}.", "Mend the file, or take it out of the folder."
    )
