"""Single calls of the lake: page by page, all of them in portions, and one with all that is known of it. Used by `web`.

A call's name is its feed and its id in the event log: `dallas-tx-0f3a…`. The number of a row, over all files of a
version in their order, is a cursor that stays good while the version is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bluelamp.domain.call_field import LAKE_COLUMNS
from bluelamp.errors import NoSuchThing
from bluelamp.questions.engines.sql import Compiler
from bluelamp.questions.families.calls.datasets import CALLS
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import PORTION, Portion, first_rows
from bluelamp.questions.parsing import make_question
from bluelamp.storage.calls.days import CallsDay

# Files are read a few at a time: a bound on memory and on the time to the first portion.
_FIRST_ROWS, _ROWS = 5_000, 200_000
# The number of no row.
_BEYOND = 1 << 62
_NAME = re.compile(r"([a-z0-9-]{1,40})-([0-9a-f]{16})")

# What is published, moments first.
_PUBLISHED = sorted(LAKE_COLUMNS, key=lambda column: column.kind != "moment")
COLUMNS = {
    "feed": "the feed that listed the call",
    "call": "the call's id, as in the feed's event log",
    "day": "the local day that it was first listed on",
    "opened_local": "when it was first listed, on the agency's clocks",
    "opened_after": "the last look at which it was not listed, in UTC; blank where nobody had looked before",
    "opened_by": "the first look at which it was listed, in UTC",
    "closed_after": "the last look at which it was listed, in UTC; blank where it had not ended yet",
    "closed_by": "the first look at which it was not listed any more, in UTC; blank where it had not ended yet",
    "ended": "closed; aged_out where it only left a list of the last hours; open where it had not ended yet",
    **{column.name: column.words for column in _PUBLISHED},
    "units": "every unit that was ever on it",
    "unit_count": "how many",
    "minutes_open_least": "minutes from opening to closing, at least",
    "minutes_open_most": "the same, at most; blank where its opening was not seen",
    "minutes_open": "the middle of both",
    "minutes_on_scene_least": "minutes that at least one unit was on it, at least",
    "minutes_on_scene_most": "the same, at most",
    "minutes_on_scene": "the middle of both",
    "reopened": "how often it came back after it had ended",
    "changes": "how many changes of it the event log had",
    "place_kind": "point, area or none",
    "place_method": "how its place was found",
    "place_area": "the area, where its place is one",
    "latitude": "of its point",
    "longitude": "of its point",
    "uncertainty_m": "how far off its point may be, in metres, where that is known",
}
_MOMENTS = ("opened_after", "opened_by", "closed_after", "closed_by", "reported_at")
# What of them is more than text in a workbook.
CELLS = {
    "day": CellFormat("day"),
    "opened_local": CellFormat("local"),
    **{name: CellFormat("moment", f"{name} (UTC)", "UTC") for name in _MOMENTS},
}
# What was worked out from the looks at the feed; all else is as published.
_DERIVED = (
    "day", "opened_local", "opened_after", "opened_by", "closed_after", "closed_by", "ended",
    "minutes_open_least", "minutes_open_most",
    "minutes_open", "minutes_on_scene_least", "minutes_on_scene_most", "minutes_on_scene", "reopened", "changes",
    "place_kind", "place_method", "place_area", "latitude", "longitude", "uncertainty_m",
)  # fmt: skip
_FILES = "read_parquet($calls_files, filename = true, file_row_number = true)"
_CHOSEN = ", ".join(f"r.{name}" for name in COLUMNS)


class CallRecords:
    """The calls that a question's filters leave, in the order of feed, day and moment."""

    def __init__(self, version: CallsVersion, question: Question) -> None:
        self.version, self.question = version, question
        compiler = Compiler(version, question, mart=False)
        self._conditions = compiler.conditions() or " WHERE true"
        self._parameters = compiler.parameters

    def page(self, after: int, limit: int) -> Portion:
        """At most `limit` calls whose rows come after `after` (-1 for the first)."""
        rows = first_rows(self._windows(after, _FIRST_ROWS), limit)
        return Portion([], _texts(_nothing()), -1) if rows is None else _portion(rows)

    def portions(self, *, typed: bool = False) -> Iterator[Portion]:
        """All calls, in portions; `typed` keeps moments and lists as such, which only Parquet can hold. One without
        rows, but with its columns, where there are none."""
        some = False
        for rows in self._windows(-1, _ROWS):
            for start in range(0, rows.num_rows, PORTION):
                some = True
                yield _portion(rows.slice(start, PORTION), typed=typed)
        if not some:
            yield _portion(self._rows([(0, self.version.files[0])], _BEYOND), typed=typed)

    def file_portions(self, format_: str) -> Iterator[Portion]:
        """All calls as a file of this format holds them; see `RecordSet`."""
        for portion in self.portions(typed=format_ == "parquet"):
            yield replace(portion, table=_with_point(portion.table)) if format_ == "geojson" else portion

    def file_columns(self, format_: str) -> list[str]:
        """The columns of such a file."""
        del format_
        return list(COLUMNS)

    def as_text(self, table: pa.Table) -> pa.Table:
        """The table as it is: its texts are made already."""
        return table

    def cells(self) -> Mapping[str, CellFormat]:
        """What of the columns is more than text in a workbook."""
        return CELLS

    def _windows(self, after: int, first: int) -> Iterator[pa.Table]:
        most = first
        window: list[tuple[int, CallsDay]] = []
        for begin, day in self._days():
            if begin + day.rows <= after + 1:
                continue
            window.append((begin, day))
            if sum(one.rows for _, one in window) >= most:
                yield from self._read(window, after)
                window, most = [], _ROWS
        yield from self._read(window, after)

    def _days(self) -> Iterator[tuple[int, CallsDay]]:
        """(number of the first row, day) of the files that can hold what is asked."""
        at = 0
        for day in self.version.files:
            if self.version.concerns(self.question, day.feed, date.fromisoformat(day.day)):
                yield at, day
            at += day.rows

    def _read(self, window: list[tuple[int, CallsDay]], after: int) -> Iterator[pa.Table]:
        rows = self._rows(window, after) if window else None
        if rows is not None and rows.num_rows:
            yield rows

    def _rows(self, window: list[tuple[int, CallsDay]], after: int) -> pa.Table:
        """The rows of the files of a window that come after one."""
        begins = [begin for begin, _ in window]
        paths = [str(self.version.lake.path(day.path)) for _, day in window]
        statement = (
            f"SELECT first_row + r.file_row_number AS place, {_CHOSEN} FROM {_FILES} AS r JOIN "
            "(SELECT unnest($calls_files) AS filename, unnest($begins) AS first_row) AS beginning USING (filename)"
            f"{self._conditions} AND place > $after ORDER BY place"
        )
        given = {**self._parameters, "calls_files": paths, "begins": begins, "after": after}
        return self.version.arrow(statement, given)


def find_call(version: CallsVersion, name: str) -> dict[str, Any]:
    """A call by its name. Raises NoSuchThing."""
    found = _NAME.fullmatch(name)
    feed, call = found.groups() if found else ("", "")
    paths = [str(version.lake.path(day.path)) for day in version.files if day.feed == feed]
    statement = (
        f"SELECT {_CHOSEN}, r.file_row_number AS line, r.filename AS file FROM {_FILES} AS r WHERE r.call = $call "
        "ORDER BY r.day DESC LIMIT 1"
    )
    rows = version.arrow(statement, {"calls_files": paths, "call": call}) if paths else None
    if rows is None or not rows.num_rows:
        raise NoSuchThing(
            f"There is no call “{name[:80]}” in what is held.",
            "Calls of days that are not closed yet are found under /api/v1/feeds.",
        )
    (row,) = _texts(rows.select(list(COLUMNS))).to_pylist()
    path, line = rows.column("file")[0].as_py(), rows.column("line")[0].as_py()
    return _described(version, name, row, path.rpartition("/lake/")[2], int(line) + 1)


def is_call_name(name: str) -> bool:
    """Whether it has the form of a call's name."""
    return _NAME.fullmatch(name) is not None


def _described(version: CallsVersion, name: str, row: dict[str, Any], path: str, line: int) -> dict[str, Any]:
    words = version.feeds[row["feed"]]
    plain = {key: None if value is None else str(value) for key, value in row.items()}
    point = None
    if row["latitude"] is not None:
        place = f"{row['longitude']:.6f},{row['latitude']:.6f}"
        where = " ".join(part for part in (row["block"], row["location"]) if part)
        point = {"lon": row["longitude"], "lat": row["latitude"], "map_point": place, "words": where or None}
    return {
        "id": name,
        "dataset": CALLS.name,
        "dataset_words": CALLS.words,
        "title": f"{row['nature'] or 'Call'}, {row['day']}, {words.title}",
        "published": [{"name": key, "value": value} for key, value in plain.items() if key not in _DERIVED],
        "derived": [{"label": key, "value": plain[key], "words": COLUMNS[key]} for key in _DERIVED],
        "file": {"member": path, "line": line, "release": str(row["day"])},
        "location": point,
        "outcomes": None,
        "outcomes_words": "",
        "caveats": list(CALLS.caveats),
    }


def licence_of(version: CallsVersion) -> str:
    """The sentences that the licences of all feeds ask for."""
    return version.licence(make_question(CALLS.name))


def _nothing() -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})


def _portion(rows: pa.Table, *, typed: bool = False) -> Portion:
    names = [
        f"{feed}-{call}" for feed, call in zip(*(rows.column(one).to_pylist() for one in ("feed", "call")), strict=True)
    ]
    table = rows.select(list(COLUMNS))
    last = int(rows.column("place")[-1].as_py()) if rows.num_rows else -1
    return Portion(names, _zoned(table) if typed else _texts(table), last)


def _zoned(table: pa.Table) -> pa.Table:
    """Moments as such, told to be in UTC."""
    for name in _MOMENTS:
        at = table.schema.get_field_index(name)
        table = table.set_column(
            at, name, table.column(name).cast(pa.timestamp("ms")).cast(pa.timestamp("ms", tz="UTC"))
        )
    return table


def _texts(table: pa.Table) -> pa.Table:
    """Every column as a file of text can hold it: moments as moments are written, lists with commas."""
    columns = []
    for name in table.column_names:
        column = table.column(name)
        if name in _MOMENTS and pa.types.is_timestamp(column.type):
            column = pc.strftime(column.cast(pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
        elif pa.types.is_list(column.type):
            column = pc.binary_join(column, ", ")
        elif name == "opened_local":
            # A local time has no offset, and must not look as if it had one.
            column = pc.strftime(column.cast(pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%S")
        elif pa.types.is_temporal(column.type):
            column = column.cast(pa.string())
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _with_point(table: pa.Table) -> pa.Table:
    """Calls with their point under the names that published records have it by."""
    names = {"latitude": "Latitude", "longitude": "Longitude"}
    return table.rename_columns([names.get(name, name) for name in table.column_names])
