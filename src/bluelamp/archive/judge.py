"""Does a row fit its columns, and what of it is mended first? One judge for both paths, so that a row never counts by
one of them alone. Used by `sieve` and `reader`.

What a judge lets through is written in the one form that the typed reading takes: nothing that was let through can fail
there. A cell that only lacks a value costs that value, not its row: a crime without a readable longitude is a crime.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bluelamp.archive.respell import WORD_FOR_BLANK, stands_for_blank
from bluelamp.domain.dataset import STOPS, Dataset
from bluelamp.domain.month import Month

BAD_COORDINATE, OTHER_CHARACTER_SET = "bad_coordinate", "other_character_set"
LIMITS = {"Longitude": 180, "Latitude": 90}
EXAMPLES = 3

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_CRIME_ID = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?"
    r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)",
    re.ASCII,
)
# The forms that the files have: such a cell stays as it stands, so that files can be compared by their text.
_PUBLISHED_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,15})?", re.ASCII)
_PUBLISHED_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00", re.ASCII)
_AROUND = " \t"  # what the typed reading passes over around a value

Problem = tuple[str, str, str]  # (column, value, reason)


@dataclass(slots=True)
class _Mended:
    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Mends:
    """What was mended in the rows of one file, by (finding, column)."""

    by_kind: dict[tuple[str, str], _Mended] = field(default_factory=dict)

    def add(self, check: str, column: str, line: int, value: str) -> None:
        mended = self.by_kind.setdefault((check, column), _Mended())
        mended.count += 1
        if len(mended.examples) < EXAMPLES:
            mended.examples.append({"line": line, "value": value})

    def findings(self) -> Iterator[dict[str, Any]]:
        """As the ledger keeps findings: check, count, field, examples."""
        for (check, column), mended in sorted(self.by_kind.items()):
            yield {"check": check, "count": mended.count, "field": column, "examples": mended.examples}


class Judge:
    """Judges the rows of one file, in published column order; `mends` gathers what was mended in rows that fit."""

    def __init__(self, dataset: Dataset, mends: Mends) -> None:
        self._names = dataset.columns
        self._mends = mends
        self._check_own = self._check_stop if dataset == STOPS else self._check_crime
        self._degrees = [(self._names.index(name), name, limit) for name, limit in LIMITS.items()]

    def __call__(self, line: int, cells: list[str]) -> Problem | None:
        """None where the row fits, with `cells` mended in place; else why it does not."""
        mended: list[tuple[str, str, str]] = []
        problem = self._read_text(cells, mended) or self._check_own(cells, mended)
        if problem:
            return problem
        for at, name, limit in self._degrees:
            cells[at] = _degrees(name, cells[at], limit, mended)
        for check, name, value in mended:
            self._mends.add(check, name, line, value)
        return None

    def _read_text(self, cells: list[str], mended: list[tuple[str, str, str]]) -> Problem | None:
        for at, (name, cell) in enumerate(zip(self._names, cells, strict=True)):
            if "\0" in cell:
                return name, cell, "contains a NUL byte"
            if not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell):
                cells[at] = cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
                mended.append((OTHER_CHARACTER_SET, name, cells[at]))
        return None

    def _check_crime(self, cells: list[str], mended: list[tuple[str, str, str]]) -> Problem | None:
        if stands_for_blank(cells[0]):
            mended.append((WORD_FOR_BLANK, "Crime ID", cells[0]))
            cells[0] = ""
        if cells[0] and not _CRIME_ID.fullmatch(cells[0]):
            return "Crime ID", cells[0], "is not 64 hexadecimal digits"
        try:
            Month.parse(cells[1])
        except ValueError:
            return "Month", cells[1], "is not a month (YYYY-MM)"
        return None

    def _check_stop(self, cells: list[str], mended: list[tuple[str, str, str]]) -> Problem | None:
        text = cells[1].strip(_AROUND)
        if stands_for_blank(text):
            mended.append((WORD_FOR_BLANK, "Date", cells[1]))
            text = ""
        if text:
            instant = _instant(text)
            if instant is None:
                return "Date", cells[1], "is not a date and time with its zone"
            text = text if _PUBLISHED_INSTANT.fullmatch(text) else instant.isoformat()
        cells[1] = text
        return None


def _instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _degrees(name: str, cell: str, limit: int, mended: list[tuple[str, str, str]]) -> str:
    """The cell as a number that any reader takes, or "" where it is none; then it says so among `mended`."""
    text = cell.strip(_AROUND)
    if not text:
        return ""
    if stands_for_blank(text):
        mended.append((WORD_FOR_BLANK, name, cell))
    elif _NUMBER.fullmatch(text) and abs(number := float(text)) <= limit:
        return text if _PUBLISHED_NUMBER.fullmatch(text) else repr(number)
    else:
        mended.append((BAD_COORDINATE, name, cell))
    return ""
