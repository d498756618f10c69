"""What the surfaces say, read into one form, whatever they say it in: JSON, CSV, Parquet, Excel, GeoJSON, Arrow, a
table on the terminal. Names of columns stand in this file and in no other of the walk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.lib.sparse.asked import Asked
from tests.lib.sparse.rows import NOT_RECORDED

# The columns that carry the coverage of a row, in every format.
HELD, EXPECTED, STATE, LOCATED = "held", "expected", "state", "located_share"
_MARKS = ("–", "-", "—")


@dataclass(frozen=True)
class SaidRow:
    """One row: what it is about, its figure, its coverage. `bare` says that it carries none."""

    key: dict[str, str]
    value: float | None
    held: int | None = None
    expected: int | None = None
    state: str | None = None
    located_share: float | None = None
    bare: bool = False


@dataclass(frozen=True)
class Said:
    """An answer. `surface` is where it was read, with the words to ask again."""

    surface: str
    asked: Asked
    rows: list[SaidRow]
    held: int | None = None
    expected: int | None = None
    complete: bool | None = None
    words: tuple[str, ...] = field(default=())


def of_json(surface: str, asked: Asked, told: Mapping[str, Any]) -> Said:
    """The API's JSON and the command's: rows, and the coverage of all of it."""
    coverage = told["coverage"]
    words = (coverage["words"], *told["caveats"])
    rows = of_rows(asked, told["rows"])
    return Said(surface, asked, rows, coverage["held"], coverage["expected"], coverage["complete"], words)


def of_rows(asked: Asked, rows: Sequence[Mapping[str, Any]]) -> list[SaidRow]:
    """Rows as dictionaries with values of their own types."""
    return [
        SaidRow(
            {name: word(row[name]) for name in asked.by},
            _number(row[asked.measure]),
            _whole(row.get(HELD)),
            _whole(row.get(EXPECTED)),
            row.get(STATE) or None,
            _number(row.get(LOCATED)),
            bare=STATE not in row,
        )
        for row in rows
    ]


def of_csv(surface: str, asked: Asked, text: str) -> Said:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return Said(surface, asked, of_rows(asked, [_typed(row) for row in rows]))


def of_table(surface: str, asked: Asked, table: pa.Table) -> Said:
    return Said(surface, asked, of_rows(asked, table.to_pylist()))


def of_parquet(surface: str, asked: Asked, body: bytes) -> Said:
    return of_table(surface, asked, pq.read_table(io.BytesIO(body)))


def of_xlsx(surface: str, asked: Asked, body: bytes) -> Said:
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
    names, *lines = list(sheet.iter_rows(values_only=True))
    return Said(surface, asked, of_rows(asked, [dict(zip(names, line, strict=False)) for line in lines]))


def of_geojson(surface: str, asked: Asked, body: bytes) -> Said:
    return Said(surface, asked, of_rows(asked, [one["properties"] for one in json.loads(body)["features"]]))


def of_terminal(surface: str, asked: Asked, text: str) -> Said:
    """A table on the terminal: columns by where their names stand."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines) if line.startswith("─")), None)
    words = tuple(line for line in lines if line.startswith(("Coverage:", "Note:", "  ")))
    if at is None:
        return Said(surface, asked, [], words=words)
    starts = [0] + [n + 2 for n in range(len(lines[at])) if lines[at].startswith("  ", n) and n > 0]
    cells = [_cut(line, starts) for line in [lines[at - 1], *_until_blank(lines[at + 1 :])]]
    names, *rows = cells
    return Said(
        surface, asked, of_rows(asked, [_typed(dict(zip(names, row, strict=True))) for row in rows]), words=words
    )


def _until_blank(lines: list[str]) -> list[str]:
    return lines[: lines.index("")] if "" in lines else lines


def _cut(line: str, starts: list[int]) -> list[str]:
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def _typed(row: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: None if text in ("", *_MARKS) else text for name, text in row.items() if name}
    if " of " in (found.get(HELD) or ""):  # as a terminal has it
        found[HELD], _, found[EXPECTED] = found[HELD].partition(" of ")
    return found


def word(value: Any) -> str:
    """A value of a field as text, the same from every format."""
    if value is None:
        return NOT_RECORDED
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m}"  # a workbook's months are dates
    text = str(value).removesuffix(".0") if isinstance(value, float) else str(value)
    return text.lower() if text in ("True", "False", "TRUE", "FALSE") else text.removeprefix("'")


def _number(value: Any) -> float | None:
    if value in (None, ""):
        return None
    return float(str(value).replace(",", ""))


def _whole(value: Any) -> int | None:
    found = _number(value)
    return None if found is None else int(found)
