"""The careful path: reads an unusual file row by row and parts the rows that fit from those that do not. Used by
`extract` where the fast path cannot be taken.

Rows that fit come out in the published form, so that one fast reader serves all. A row that does not fit becomes an
issue with its line, field, value and reason: bad rows are data too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bluelamp.archive.judge import Judge, Mends, Problem
from bluelamp.archive.shape import BrokenFile, Shape
from bluelamp.domain.dataset import Dataset

# A record that spans lines is only believed up to this many: beyond, a quote was never closed.
_MAX_RECORD_LINES = 20


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
    mends: Mends


def sieve(data: bytes, shape: Shape, dataset: Dataset) -> Sieved:
    """Part the rows of a file. Raises BrokenFile where the last row is incomplete: then the file was cut."""
    mends = Mends()
    judge = Judge(dataset, mends)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    lines: list[int] = []
    issues: list[Issue] = []
    for number, text, row, is_last in _records(data[shape.body :], shape):
        if is_last:
            _refuse_cut_file(row, shape, dataset)
        if row is None or len(row) != shape.width:
            issues.append(wrong_width(number, text, row, shape.width))
            continue
        cells = shape.cells(row)
        problem = judge(number, cells)
        if problem:
            issues.append(misfit(problem, number, text))
            continue
        writer.writerow(cells)
        lines.append(number)
    return Sieved(out.getvalue().encode("utf-8"), lines, issues, mends)


def _records(body: bytes, shape: Shape) -> Iterator[tuple[int, str, list[str] | None, bool]]:
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
        record, cells, taken = _one_record(lines, at, shape)
        is_last = not ended and at + taken >= len(lines)
        if record:
            yield at + 2, record, cells, is_last
        at += taken


def _one_record(lines: list[str], at: int, shape: Shape) -> tuple[str, list[str] | None, int]:
    """(text, cells, number of lines taken). A quote that never closes costs its own line only."""
    line = lines[at]
    if line.count('"') % 2 == 0:
        return line, cells_of(line, shape.separator), 1
    for taken in range(2, min(_MAX_RECORD_LINES, len(lines) - at) + 1):
        joined = "\n".join(lines[at : at + taken])
        if joined.count('"') % 2 == 0:
            cells = cells_of(joined, shape.separator)
            if cells is not None and len(cells) == shape.width:
                return joined, cells, taken
            break
    return line, None, 1


def cells_of(text: str, separator: str = ",") -> list[str] | None:
    """The cells of one record, None where it is none."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _refuse_cut_file(row: list[str] | None, shape: Shape, dataset: Dataset) -> None:
    """A last line without a line end is a cut file, unless it is whole: all cells there, the last one plausible."""
    if row is not None and len(row) == shape.width:
        columns = zip(dataset.columns, shape.positions, strict=True)
        last, position = [(name, at) for name, at in columns if at is not None][-1]
        value = row[position]
        known = dataset.vocabularies.get(last)
        if not value or known is None or value in known:
            return
    raise BrokenFile("ends in the middle of a row: it was cut off, and what is lost cannot be known")


def wrong_width(number: int, text: str, row: list[str] | None, width: int) -> Issue:
    """The issue of a row that has no cell for each column; `row` is None where it cannot be cut into cells."""
    if row is None:
        too_long = text.count('"') % 2 == 0 and len(text) > csv.field_size_limit()
        reason = "has a cell too long to be believed" if too_long else "a quotation mark is never closed"
        return Issue(number, "", "", reason, _printable(text))
    return Issue(number, "", str(len(row)), f"has {len(row)} fields instead of {width}", _printable(text))


def misfit(problem: Problem, line: int, text: str) -> Issue:
    """The issue that a judge's verdict makes of a row."""
    name, value, reason = problem
    return Issue(line, name, _printable(value), reason, _printable(text))


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\0")
