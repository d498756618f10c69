"""Reads a CSV of ONS (a lookup or a census table) into checked columns. Called by `read.py` only.

A row that does not fit is left out and becomes an issue with its reason; a file of which many rows do not fit, or
which says two things about one area, is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bluelamp.errors import SourceError
from bluelamp.sources.reference.catalogue import ReferenceFile

# Above this share of rows that do not fit, the file is not what its header says it is.
MAX_BAD_SHARE = 0.05
# Below this many rows a share means little.
_FEW_ROWS = 20


@dataclass(frozen=True, slots=True)
class LookupIssue:
    """One row that did not fit. `row` counts from 1, a header included; `kept`: mended and used after all."""

    row: int
    column: str
    value: str
    reason: str
    kept: bool = False

    def sentence(self, name: str) -> str:
        where = f"“{name}”, row {self.row}" + (f", column “{self.column}”" if self.column else "")
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Our column name → its values, in the file's order; `footnote_rows` are the blank rows and notes that end it."""

    columns: dict[str, list[str] | list[int]]
    issues: tuple[LookupIssue, ...]
    footnote_rows: int
    vintage: str


def header_of(text: str) -> list[str]:
    """The first record, each name without outer blanks; empty where there is none."""
    try:
        return [head.strip() for head in next(_records(text), (0, []))[1]]
    except csv.Error:
        return []


def first_row_of(text: str) -> list[str]:
    """The first record after the header."""
    try:
        records = _records(text)
        next(records, None)
        return next(records, (0, []))[1]
    except csv.Error:
        return []


def read_lookup(name: str, text: str, kind: ReferenceFile) -> Lookup:
    """Every row of a lookup that fits. `name` is for messages. Raises SourceError for a file that cannot be trusted."""
    try:
        records = list(_records(text))
    except csv.Error as problem:
        raise SourceError(f"“{name}” cannot be read as CSV: {problem}.", "Download it again.") from problem
    heads = [head.strip() for head in records[0][1]] if records else []
    found = kind.heads_in(heads)
    if found is None:
        absent = ", ".join(column.words for column in kind.absent_from(heads))
        raise SourceError(f"“{name}”, row 1: the header lacks {absent}.")
    places = {ours: heads.index(theirs) for ours, theirs in found.items()}
    body, footnote_rows = _without_footnotes(records[1:], [places[one] for one in _identifying(kind)])
    columns: dict[str, list[str]] = {column.name: [] for column in kind.columns}
    issues: list[LookupIssue] = []
    seen: dict[tuple[str, ...], tuple[int, list[str]]] = {}
    for line, cells in body:
        if not any(cell.strip() for cell in cells):
            continue
        values, issue = _checked(line, cells, len(heads), kind, found, places)
        if issue is not None:
            issues.append(issue)
            continue
        key = tuple(values[position] for position, column in enumerate(kind.columns) if column.name in kind.key)
        before = seen.setdefault(key, (line, values))
        if before[0] != line:
            issues.append(_repeated(name, line, key, before, values, found[kind.key[0]]))
            continue
        for column, value in zip(kind.columns, values, strict=True):
            columns[column.name].append(value)
    refuse_bad(name, len(seen), issues)
    typed: dict[str, list[str] | list[int]] = {
        column.name: [int(value) for value in columns[column.name]] if column.number else columns[column.name]
        for column in kind.columns
    }
    return Lookup(typed, tuple(issues), footnote_rows, kind.vintage(found))


def refuse_bad(name: str, good: int, issues: list[LookupIssue]) -> None:
    """Raise SourceError, naming the first misfit, where nothing fits or more than MAX_BAD_SHARE of the rows do not."""
    bad = [issue for issue in issues if not issue.kept]
    if good and (not bad or good + len(bad) <= _FEW_ROWS or len(bad) <= MAX_BAD_SHARE * (good + len(bad))):
        return
    if not bad:
        raise SourceError(f"“{name}” has a header and no row.", "Download it again.")
    raise SourceError(
        f"{bad[0].sentence(name)} {len(bad):,} of {good + len(bad):,} rows do not fit.",
        "Check that the file is the one it says it is, or download it again.",
    )


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(row in the file, cells) of each record. Any line ending will do: copies with CRLF or bare CR exist."""
    reader = csv.reader(io.StringIO(text, newline=None), strict=True)
    return ((reader.line_num, cells) for cells in reader)


def _identifying(kind: ReferenceFile) -> list[str]:
    """The columns whose emptiness makes a row no data row: its key, and its number where it has one."""
    return [*kind.key, *(column.name for column in kind.columns if column.number)]


def _without_footnotes(
    body: list[tuple[int, list[str]]], telling: list[int]
) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows without those at the end that state neither a code nor a number: blanks and the publisher's notes.

    Only at the end: a row without a code among the others is a fault of the file and stays, to become an issue.
    """
    end = len(body)
    while end and not any(body[end - 1][1][place].strip() for place in telling if place < len(body[end - 1][1])):
        end -= 1
    return body[:end], len(body) - end


def _checked(
    line: int, cells: list[str], width: int, kind: ReferenceFile, found: dict[str, str], places: dict[str, int]
) -> tuple[list[str], LookupIssue | None]:
    if len(cells) != width:
        return [], LookupIssue(
            line, "", ",".join(cells)[:80], f"it has {len(cells)} cells where the header has {width}."
        )
    values = []
    for column in kind.columns:
        value = cells[places[column.name]].strip()
        if not re.fullmatch(column.values, value, re.DOTALL | re.ASCII):
            reason = f"“{value[:40]}” is no {column.words}." if value else f"the {column.words} is blank."
            return [], LookupIssue(line, found[column.name], value[:80], reason)
        values.append(value)
    return values, None


def _repeated(
    name: str, line: int, key: tuple[str, ...], before: tuple[int, list[str]], values: list[str], head: str
) -> LookupIssue:
    issue = LookupIssue(line, head, key[0], f"{' and '.join(key)} stood in row {before[0]} already.")
    if before[1] != values:
        raise SourceError(f"{issue.sentence(name)} The two rows differ.", "Keep the right one, or download it again.")
    return issue
