"""The careful path: reads an unusual file row by row and parts the rows that fit from those that do not. Used by
`extract` where the fast path cannot be taken.

Rows that fit come out in the published form, so that one fast reader serves all. A row that does not fit becomes an
issue with its line, field, value and reason: bad rows are data too (promise 5).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bluelamp.archive.shape import BrokenFile, Shape
from bluelamp.domain.dataset import STOPS, Dataset
from bluelamp.domain.month import Month

# A record that spans lines is only believed up to this many: beyond, a quote was never closed.
_MAX_RECORD_LINES = 20
# What the fast path's parser takes for a number and for an instant: a row must not count by one path alone.
NUMBER = r"[ \t]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t]*"
INSTANT = (
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?"
    r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
)
_NUMBER = re.compile(NUMBER, re.ASCII)
_CRIME_ID = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(INSTANT, re.ASCII)


@dataclass(frozen=True, slots=True)
class Issue:
    """One row that does not fit. `line` counts from 1, the header being line 1; `text` is the row as published."""

    line: int
    field: str
    value: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Sieved:
    """The rows that fit, as canonical CSV without a header, the line of each, and the issues."""

    body: bytes
    lines: list[int]
    issues: list[Issue]


def sieve(data: bytes, shape: Shape, dataset: Dataset) -> Sieved:
    """Part the rows of a file. Raises BrokenFile where the last row is incomplete: then the file was cut."""
    check = _checker(dataset)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    lines: list[int] = []
    issues: list[Issue] = []
    for number, text, row, is_last in _records(data[shape.body :], shape.width):
        if is_last:
            _refuse_cut_file(row, shape, dataset)
        if row is None or len(row) != shape.width:
            issues.append(_wrong_width(number, text, row, shape.width))
            continue
        cells = [row[position] for position in shape.positions]
        problem = check(cells)
        if problem:
            name, value, reason = problem
            issues.append(Issue(number, name, _printable(value), reason, _printable(text)))
            continue
        writer.writerow(cells)
        lines.append(number)
    return Sieved(out.getvalue().encode("utf-8"), lines, issues)


def explain(number: int, line: bytes, dataset: Dataset) -> Issue | None:
    """Why one row of a file in the published form does not fit; None where it does."""
    text = line.decode("utf-8", "surrogateescape")
    row = _cells(text)
    if row is None or len(row) != len(dataset.columns):
        return _wrong_width(number, text, row, len(dataset.columns))
    problem = _checker(dataset)(row)
    if problem is None:
        return None
    name, value, reason = problem
    return Issue(number, name, _printable(value), reason, _printable(text))


def _records(body: bytes, width: int) -> Iterator[tuple[int, str, list[str] | None, bool]]:
    """(line number, text, cells or None, is this an unfinished last line) of each record; empty lines are skipped.

    Bytes that are not UTF-8 survive as surrogates, so that the row that holds them can be named.
    """
    text = body.decode("utf-8", "surrogateescape")
    ended = text.endswith(("\n", "\r"))
    lines = re.split(r"\r\n|\n|\r", text)
    if ended:
        lines.pop()
    at = 0
    while at < len(lines):
        record, cells, taken = _one_record(lines, at, width)
        is_last = not ended and at + taken >= len(lines)
        if record:
            yield at + 2, record, cells, is_last
        at += taken


def _one_record(lines: list[str], at: int, width: int) -> tuple[str, list[str] | None, int]:
    """(text, cells, number of lines taken). A quote that never closes costs its own line only."""
    line = lines[at]
    if line.count('"') % 2 == 0:
        return line, _cells(line), 1
    for taken in range(2, min(_MAX_RECORD_LINES, len(lines) - at) + 1):
        joined = "\n".join(lines[at : at + taken])
        if joined.count('"') % 2 == 0:
            cells = _cells(joined)
            if cells is not None and len(cells) == width:
                return joined, cells, taken
            break
    return line, None, 1


def _cells(text: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except csv.Error:
        return None


def _refuse_cut_file(row: list[str] | None, shape: Shape, dataset: Dataset) -> None:
    """A last line without a line end is a cut file, unless it is whole: all cells there, the last one plausible."""
    if row is not None and len(row) == shape.width:
        last = dataset.columns[-1]
        value = row[shape.positions[-1]]
        known = dataset.vocabularies.get(last)
        if not value or known is None or value in known:
            return
    raise BrokenFile("ends in the middle of a row: it was cut off, and what is lost cannot be known")


def _wrong_width(number: int, text: str, row: list[str] | None, width: int) -> Issue:
    if row is None:
        too_long = text.count('"') % 2 == 0 and len(text) > csv.field_size_limit()
        reason = "has a cell too long to be believed" if too_long else "a quotation mark is never closed"
        return Issue(number, "", "", reason, _printable(text))
    return Issue(number, "", str(len(row)), f"has {len(row)} fields instead of {width}", _printable(text))


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\0")


Problem = tuple[str, str, str]


def _checker(dataset: Dataset) -> Callable[[list[str]], Problem | None]:
    names = dataset.columns
    longitude, latitude = names.index("Longitude"), names.index("Latitude")

    def check_all(cells: list[str]) -> Problem | None:
        for name, cell in zip(names, cells, strict=True):
            if "\0" in cell:
                return name, cell, "contains a NUL byte"
            if not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell):
                return name, cell, "is not UTF-8 text"
        return (
            _coordinate("Longitude", cells[longitude], 180)
            or _coordinate("Latitude", cells[latitude], 90)
            or check_own(cells)
        )

    check_own = _check_stop if dataset == STOPS else _check_crime
    return check_all


def _coordinate(name: str, cell: str, limit: int) -> Problem | None:
    if not cell:
        return None
    if not _NUMBER.fullmatch(cell):
        return name, cell, "is not a number of degrees"
    if abs(float(cell)) > limit:
        return name, cell, f"is not between -{limit} and {limit} degrees"
    return None


def _check_crime(cells: list[str]) -> Problem | None:
    if cells[0] and not _CRIME_ID.fullmatch(cells[0]):
        return "Crime ID", cells[0], "is not 64 hexadecimal digits"
    try:
        Month.parse(cells[1])
    except ValueError:
        return "Month", cells[1], "is not a month (YYYY-MM)"
    return None


def _check_stop(cells: list[str]) -> Problem | None:
    if not cells[1]:
        return None
    if _INSTANT.fullmatch(cells[1]):
        try:
            datetime.fromisoformat(cells[1]).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            return None
    return "Date", cells[1], "is not a date and time with its zone"
