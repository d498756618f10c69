"""The records that a release changed, as pages of JSON and as CSV. Used by `changes`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.archive.diff_records import Difference, DifferenceReader, RecordFilter
from bluelamp.archive.diff_rows import Row
from bluelamp.archive.diff_sums import name_of
from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.errors import TooCostly
from bluelamp.questions.export import spreadsheet_safe

# Each row costs a comparison of its file: whoever wants more takes it force by force.
_MOST_ROWS_OF_CSV = 200_000

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)

# The files of a data version by their number in the ledger: `2021-03-kent-street`.
Stems = Mapping[int, str]


def page_of(reader: DifferenceReader, stems: Stems, chosen: RecordFilter, after: int, limit: int) -> dict[str, Any]:
    """At most `limit` records from number `after` on, as ChangedRecordsModel."""
    rows, following = reader.page(chosen, after, limit)
    dataset = BY_NAME[chosen.dataset]
    return {
        "old": str(reader.before.release),
        "new": str(reader.after.release),
        "dataset": dataset.name,
        "columns": list(dataset.columns),
        "rows": [_described(one, dataset, stems) for one in rows],
        "total": reader.total(chosen),
        "next": following,
    }


def _described(one: Difference, dataset: Dataset, stems: Stems) -> dict[str, Any]:
    old, new = _cells(one.pair.old, dataset), _cells(one.pair.new, dataset)
    row = one.pair.new if one.pair.new is not None else one.pair.old
    told = {
        "what": one.what,
        "force": one.unit.force,
        "name": name_of(one.unit.force),
        "month": str(one.unit.month),
        "id": _id_of(one, stems),
        "columns": one.pair.columns(dataset),
        "old": old,
        "new": new,
    }
    return told if old or new else {**told, "unread": ",".join(row or ())}


def _cells(row: Row | None, dataset: Dataset) -> dict[str, str] | None:
    if row is None or len(row) != len(dataset.columns):
        return None
    return dict(zip(dataset.columns, row, strict=True))


def _id_of(one: Difference, stems: Stems) -> str | None:
    """Its name among the records held now, where they are those of this very file."""
    stem = stems.get(one.file.id)
    fits = one.pair.new is not None and len(one.pair.new) == len(BY_NAME[one.unit.dataset].columns)
    return f"{stem}-{one.pair.line}" if stem and fits else None


def as_csv(reader: DifferenceReader, stems: Stems, chosen: RecordFilter) -> Iterator[bytes]:
    """A line of names, then every record: as the newer release has it (the older one where it was removed), and in
    further columns what the older one said wherever any of them changed. Raises TooCostly before it begins."""
    total = reader.total(chosen)
    if total > _MOST_ROWS_OF_CSV:
        raise TooCostly(
            f"These are {total:,} records; {_MOST_ROWS_OF_CSV:,} are compared for one file.", "Name a force or months."
        )
    return _csv_lines(reader, stems, chosen)


def _csv_lines(reader: DifferenceReader, stems: Stems, chosen: RecordFilter) -> Iterator[bytes]:
    dataset = BY_NAME[chosen.dataset]
    revised = {name for file in reader.files if chosen.count(file) for name in file["columns"]}
    before = [name for name in dataset.columns if name in revised]
    yield _line(["what", "id", "force", *dataset.columns, *(f"{name} ({reader.before.release})" for name in before)])
    for one in reader.all(chosen):
        old = _cells(one.pair.old, dataset) or {}
        now = _cells(one.pair.new, dataset) or old
        was = [old.get(name, "") if one.what == "changed" else "" for name in before]
        yield _line(
            [
                one.what,
                _id_of(one, stems) or "",
                one.unit.force,
                *(now.get(name, "") for name in dataset.columns),
                *was,
            ]
        )


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    # A coordinate west of Greenwich begins with a minus and is no formula.
    safe = [cell if _NUMBER.fullmatch(cell) else spreadsheet_safe(cell) for cell in cells]
    csv.writer(out, lineterminator="\n").writerow(safe)
    return out.getvalue().encode()
