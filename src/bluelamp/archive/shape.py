"""What kind of file is this? The first look at a member's bytes, before any row is read. Used by `extract`.

A file that is broken as a file (`BrokenFile`) is quarantined alone and whole. A file that is sound but not in the
published form (another column order, CRLF, a byte order mark, semicolons) is *unusual*: it goes through the sieve.
"""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass

from bluelamp.domain.dataset import Dataset

_BOM = b"\xef\xbb\xbf"
# What programs write between cells, the published form first, with the words of what is told about it.
_SEPARATORS = {",": "", ";": "has semicolons between its cells", "\t": "has tabs between its cells"}
_WIDE_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class BrokenFile(Exception):
    """A file that cannot be loaded at all; `reason` completes the sentence “it …”."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read a file: the position of each published column, and what was unusual about it."""

    usual: bool  # byte for byte the published form: may be read by the fast path
    body: int  # offset of the first byte after the header line
    positions: tuple[int | None, ...]  # for each published column, its index in the file's own header; None for none
    width: int  # number of columns in the file
    separator: str = ","
    notes: tuple[str, ...] = ()

    def cells(self, row: list[str]) -> list[str]:
        """The cells of a row in the order of the published columns; blank where the file has no such column."""
        return ["" if position is None else row[position] for position in self.positions]


def canonical_header(dataset: Dataset) -> bytes:
    return ",".join(dataset.columns).encode() + b"\n"


def shape_of(data: bytes, dataset: Dataset) -> Shape:
    """The shape of a file's bytes. Raises BrokenFile: empty, not text, no header, a column missing."""
    header = canonical_header(dataset)
    if data.startswith(header) and data.endswith(b"\n") and b"\r" not in data and b"\0" not in data:
        return Shape(True, len(header), tuple(range(len(dataset.columns))), len(dataset.columns))
    return _unusual_shape(data, dataset)


def _unusual_shape(data: bytes, dataset: Dataset) -> Shape:
    if not data.strip(b"\r\n\t \0"):
        raise BrokenFile("is empty: not even a header" if not data else "holds nothing but blanks")
    _refuse_what_is_not_text(data)
    notes = []
    start = 0
    if data.startswith(_BOM):
        start = len(_BOM)
        notes.append("begins with a byte order mark")
    line, end, ending = _first_line(data, start)
    if ending != b"\n":
        notes.append("has CRLF line ends" if ending == b"\r\n" else "has CR line ends")
    separator, names = _header(line, dataset)
    if _SEPARATORS[separator]:
        notes.append(_SEPARATORS[separator])
    positions = _positions(names, dataset, notes)
    return Shape(False, end, positions, len(names), separator, tuple(notes))


def _header(line: bytes, dataset: Dataset) -> tuple[str, list[str]]:
    """(separator, column names): the separator with which most of the published columns are named."""
    published = {_plain(name) for name in dataset.columns}
    found = []
    for separator in _SEPARATORS:
        try:
            names = next(csv.reader([line.decode("utf-8")], delimiter=separator, strict=True))
        except (UnicodeDecodeError, StopIteration, csv.Error):
            continue
        found.append((sum(_plain(name) in published for name in names), separator, names))
    if not found:
        raise BrokenFile("has no header that can be read")
    _, separator, names = max(found, key=lambda one: one[0])  # of equals the first
    return separator, names


def _plain(name: str) -> str:
    """A column's name without regard to capitals, and to what programs put in the place of blanks and hyphens."""
    return re.sub(r"[\s._-]+", " ", name).strip().casefold()


def _refuse_what_is_not_text(data: bytes) -> None:
    for mark, name in _WIDE_BOMS.items():
        if data.startswith(mark):
            raise BrokenFile(f"is {name}, not UTF-8 text: save it as UTF-8 and load it again")
    head = data[: 1 << 16]
    if head.count(b"\0") * 100 > len(head):
        raise BrokenFile("is not text: it is full of NUL bytes")


def _first_line(data: bytes, start: int) -> tuple[bytes, int, bytes]:
    """(the header line, the offset after it, its ending)."""
    feed, carriage = data.find(b"\n", start), data.find(b"\r", start)
    if carriage != -1 and (feed == -1 or carriage < feed):
        ending = b"\r\n" if feed == carriage + 1 else b"\r"
        return data[start:carriage], carriage + len(ending), ending
    if feed == -1:
        return data[start:], len(data), b"\n"
    return data[start:feed], feed + 1, b"\n"


def _positions(names: list[str], dataset: Dataset, notes: list[str]) -> tuple[int | None, ...]:
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(_plain(name), []).append(place)
    known = {_plain(name) for name in dataset.columns}
    absent = [column for column in dataset.declared if _plain(column.header) not in places]
    missing = [column.header for column in absent if not column.added]
    extra = [name.strip() for name in names if _plain(name) not in known]
    if len(absent) == len(dataset.columns):
        raise BrokenFile(f"has no header: its first line begins “{','.join(names)[:60]}”")
    if missing:
        raise BrokenFile(_missing_words(missing, extra))
    for name in dataset.columns:
        if len(places.get(_plain(name), ())) > 1:
            raise BrokenFile(f"has the column “{name}” twice, so it is not known which one counts")
    positions = {name: places[_plain(name)][0] for name in dataset.columns if _plain(name) in places}
    if any(names[place].strip() != name for name, place in positions.items()):
        notes.append("names its columns in other letters")
    if extra:
        notes.append("has columns that are not known, which were left out: " + ", ".join(f"“{n}”" for n in extra))
    if list(positions.values()) != sorted(positions.values()):
        notes.append("has its columns in another order")
    return tuple(positions.get(name) for name in dataset.columns)


def _missing_words(missing: list[str], extra: list[str]) -> str:
    words = []
    for name in missing:
        close = difflib.get_close_matches(name, extra, n=1, cutoff=0.5)
        words.append(f"“{name}”" + (f" (perhaps renamed to “{close[0]}”)" if close else ""))
    return f"lacks the column{'s' if len(missing) > 1 else ''} " + ", ".join(words)
