"""Two files of one force-month, row by row, as published. Pure; used by `diff`, and to list the rows that differ.

Rows have no key (a crime ID may be blank, or stand on several rows), so two files are compared as bags of rows,
whatever their order: equal rows cancel out; of the rest, rows that are equal in all columns but one are the same
record changed; then rows that share a crime ID, then rows that differ in nothing but their ID; what is left was
added or removed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bluelamp.archive.shape import canonical_header, shape_of
from bluelamp.archive.sieve import sieve
from bluelamp.domain.dataset import Dataset

# Columns that publishers revise are tried first, so that a revision is told by its own name.
_REVISED_FIRST = ("Last outcome category", "Outcome type", "Outcome")

# What a revision is about: an outcome, a place, or else the column itself.
OUTCOME, PLACE = "outcome", "place"
_ABOUT = dict.fromkeys(_REVISED_FIRST, OUTCOME) | dict.fromkeys(
    ("Longitude", "Latitude", "Location", "LSOA code", "LSOA name"), PLACE
)

Row = tuple[str, ...]
_Rows = Counter[Row]


def about_of(column: str) -> str:
    """What a change of this column is about: `outcome`, `place`, or the column's own name."""
    return _ABOUT.get(column, column)


@dataclass(frozen=True, slots=True)
class Pair:
    """One record in both files: `old` and `new` are its published cells, None where that file has it not; `line` is
    where it stands in the newer file (None for a record that was removed)."""

    old: Row | None
    new: Row | None
    line: int | None

    def columns(self, dataset: Dataset) -> list[str]:
        """The columns in which it differs; none for a record that only one file has."""
        if self.old is None or self.new is None:
            return []
        return [name for name, a, b in zip(dataset.columns, self.old, self.new, strict=True) if a != b]


@dataclass(slots=True)
class Differences:
    """How two files differ. `moved` says that equal rows stand in another order."""

    rows_old: int
    rows_new: int
    moved: bool = False
    changed: list[Pair] = field(default_factory=list)
    added: list[Pair] = field(default_factory=list)
    removed: list[Pair] = field(default_factory=list)


def differences(dataset: Dataset, old: bytes, new: bytes) -> Differences:
    """Compare two files. Records come in the order of the newer file. Raises BrokenFile for what cannot be read."""
    old_lines, _ = _lines(old, dataset)
    new_lines, numbers = _lines(new, dataset)
    before, after = Counter(old_lines), Counter(new_lines)
    gone, come = before - after, after - before
    found = Differences(len(old_lines), len(new_lines), moved=old_lines != new_lines)
    places = _Places(come, new_lines, numbers)
    left, joined = _cells(gone.elements()), _cells(come.elements())
    for key in _keys(dataset):
        for row, partner in _paired(left, joined, key, len(dataset.columns)):
            found.changed.append(Pair(row, partner, places.take(partner)))
    found.added = [Pair(None, row, places.take(row)) for row in joined.elements()]
    found.removed = [Pair(row, None, None) for row in sorted(left.elements())]
    found.changed.sort(key=lambda pair: (pair.line or 0, pair.old))
    found.added.sort(key=lambda pair: (pair.line or 0, pair.new))
    return found


class _Places:
    """The lines of the newer file at which rows stand that the older one lacks."""

    def __init__(self, come: Counter[bytes], lines: list[bytes], numbers: Sequence[int]) -> None:
        self._at: dict[Row, list[int]] = {}
        # From the end: of equal rows the first ones are taken for those that stood there before.
        for line, number in zip(reversed(lines), reversed(numbers), strict=True):
            if line in come:
                self._at.setdefault(_row(line), []).append(number)

    def take(self, row: Row) -> int:
        return self._at[row].pop(0)


def _keys(dataset: Dataset) -> list[Callable[[Row], Row]]:
    """By what rows are paired, one after the other; an empty key pairs with nothing."""
    order = sorted(range(len(dataset.columns)), key=lambda at: dataset.columns[at] not in _REVISED_FIRST)
    keys: list[Callable[[Row], Row]] = [_all_but(at) for at in order if dataset.columns[at] != "Crime ID"]
    if "Crime ID" in dataset.columns:
        keys.append(lambda row: row[:1] if row[0] else ())
        # Only then: an ID that stands on both sides belongs to its own record, however alike another one is.
        keys.append(lambda row: row[1:])
    return keys


def _all_but(at: int) -> Callable[[Row], Row]:
    return lambda row: row[:at] + row[at + 1 :]


def _lines(data: bytes, dataset: Dataset) -> tuple[list[bytes], Sequence[int]]:
    """The rows of a file as canonical CSV lines, and the line of each; a record over several lines stays one."""
    shape = shape_of(data, dataset)
    if shape.usual and data.count(b'"') == 0:
        lines = data[len(canonical_header(dataset)) : -1].split(b"\n")
        if all(lines):
            return lines, range(2, len(lines) + 2)
        numbered = [(line, number) for number, line in enumerate(lines, 2) if line]
        return [line for line, _ in numbered], [number for _, number in numbered]
    sieved = sieve(data, shape, dataset)
    rows = [_as_line(row).encode() for row in csv.reader(io.StringIO(sieved.body.decode(), newline=""))]
    # Rows that do not fit are compared as well, as they stand.
    rows += [issue.text.encode() for issue in sieved.issues]
    return rows, [*sieved.lines, *(issue.line for issue in sieved.issues)]


def _as_line(row: Sequence[str]) -> str:
    # The same text that a usual file has wherever a usual file could have the row.
    return ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set('",\r\n') else cell for cell in row)


def _cells(lines: Iterable[bytes]) -> _Rows:
    return Counter(_row(line) for line in lines)


def _row(line: bytes) -> Row:
    text = line.decode("utf-8", "backslashreplace")
    try:
        (row,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        row = [text]
    return tuple(row)


def _paired(gone: _Rows, come: _Rows, key: Callable[[Row], Row], width: int) -> list[tuple[Row, Row]]:
    """Take the rows of `gone` and `come` that have the same key out of both, as pairs. Rows with key () stay, and so
    do rows that do not have one cell for each column."""
    waiting: dict[Row, list[Row]] = {}
    for row in sorted(come.elements()):
        if len(row) == width and key(row) != ():
            waiting.setdefault(key(row), []).append(row)
    pairs = []
    for row in sorted(gone.elements()):
        partners = waiting.get(key(row)) if len(row) == width else None
        if partners:
            pairs.append((row, partners.pop(0)))
    gone.subtract(Counter(row for row, _ in pairs))
    come.subtract(Counter(partner for _, partner in pairs))
    return pairs
