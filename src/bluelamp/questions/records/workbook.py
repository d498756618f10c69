"""Records and answers as an Excel workbook: dates are dates, booleans are booleans, numbers are numbers, and all else
is the published text, so that `10-17` stays an age. Used by `files`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from bluelamp.questions.model.cells import CellFormat, CellKind

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# The most characters of a cell.
_LONGEST = 32_767
# Excel knows no day before this one.
_FIRST_DAY = date(1900, 3, 1)
# The same answer is the same file, whenever it is made.
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - workbooks know no zones
_FORMATS: dict[CellKind, str] = {
    "month": "yyyy-mm", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss", "local": "yyyy-mm-dd hh:mm:ss",
    "degrees": "0.000000",
}  # fmt: skip
_WIDTHS: dict[CellKind, int] = {"month": 9, "day": 11, "moment": 20, "local": 20, "degrees": 12}


_TEXT = CellFormat("text")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    heading: str
    cells: CellFormat


def write_workbook(
    path: Path,
    tables: Iterable[pa.Table],
    names: Sequence[str],
    about: Mapping[str, str],
    cells: Mapping[str, CellFormat],
) -> None:
    """The rows of `tables`, and a second sheet that says what they cover."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("Data")
        sheet.freeze_panes(1, 0)
        columns = list(_columns(names, cells))
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        writers = [_writer(sheet, one.cells, formats) for one in columns]
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.heading)
            if column.cells.kind in _WIDTHS:
                sheet.set_column(at, at, max(_WIDTHS[column.cells.kind], len(column.heading)))
        line = 1
        for table in tables:
            for row in table.to_pylist():
                for at, column in enumerate(columns):
                    value = row[column.name]
                    if value is not None:
                        writers[at](line, at, value)
                line += 1
        notes = book.add_worksheet("About")
        for at, (name, text) in enumerate(_notes(about, columns)):
            notes.write_string(at, 0, name)
            notes.write_string(at, 1, text[:_LONGEST])


def _columns(names: Sequence[str], cells: Mapping[str, CellFormat]) -> Iterable[_Column]:
    for name in names:
        its = cells.get(name, _TEXT)
        yield _Column(name, its.heading or name, its)
        if its.exact:
            yield _Column(name, its.exact, _TEXT)


def _notes(about: Mapping[str, str], columns: Sequence[_Column]) -> Iterable[tuple[str, str]]:
    yield from about.items()
    zones = [f"“{one.heading}” is on the clocks of {one.cells.zone}" for one in columns if one.cells.zone]
    if zones:
        yield "times", "; ".join(zones)


Write = Callable[[int, int, Any], object]


def _writer(sheet: Worksheet, cells: CellFormat, formats: Mapping[CellKind, Format]) -> Write:
    """What writes (line, column, value) of one column."""
    read, its = _READERS.get(cells.kind), formats.get(cells.kind)
    zone = ZoneInfo(cells.zone) if cells.zone else None

    def write(line: int, at: int, value: Any) -> object:
        found = read(value, zone) if read is not None and isinstance(value, str) else value
        if isinstance(found, bool):
            return sheet.write_boolean(line, at, found)
        if isinstance(found, (int, float)):
            return sheet.write_number(line, at, found, its)
        if isinstance(found, date):
            return sheet.write_datetime(line, at, found, its)
        return sheet.write_string(line, at, str(found)[:_LONGEST])

    return write


Read = Callable[[str, "ZoneInfo | None"], Any]


@functools.lru_cache(4096)
def _day(text: str, zone: ZoneInfo | None) -> Any:
    del zone
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return found if found >= _FIRST_DAY else text


def _month(text: str, zone: ZoneInfo | None) -> Any:
    found = _day(f"{text}-01", zone)
    return text if isinstance(found, str) else found


def _moment(text: str, zone: ZoneInfo | None) -> Any:
    """A time with its offset, on the clocks of a zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    if found.tzinfo is None or zone is None or found.date() < _FIRST_DAY:
        return text
    return found.astimezone(zone).replace(tzinfo=None)


def _local(text: str, zone: ZoneInfo | None) -> Any:
    """A time without an offset: it is on local clocks already."""
    del zone
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if found.tzinfo is not None or found.date() < _FIRST_DAY else found


def _flag(text: str, zone: ZoneInfo | None) -> Any:
    del zone
    return {"true": True, "false": False}.get(text.lower(), text)


_READERS: dict[CellKind, Read] = {"month": _month, "day": _day, "moment": _moment, "local": _local, "flag": _flag}
