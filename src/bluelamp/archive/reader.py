"""The fast path: files in the published form, read many at once by Arrow's CSV parser. Used by `extract`.

It finds the rows that are not in the published form by looking at whole columns, and has the `judge` look at just
those, one by one. When anything else is not as a usual file promises, it reads nothing and says so; then the careful
path takes the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from bluelamp.archive.columns import Mask, Numbers, column, column_types
from bluelamp.archive.judge import Judge, Mends
from bluelamp.archive.odd import as_values, odd_rows
from bluelamp.archive.respell import Respelt
from bluelamp.archive.shape import canonical_header
from bluelamp.archive.sieve import Issue, cells_of, misfit, wrong_width
from bluelamp.domain.dataset import Dataset

# A block of 1 MB halves the time that parsing takes against 8 MB: the parser's tables stay in the cache.
_BLOCK = 1 << 20
_PIECE = 1 << 17
_LARGEST_BLOCK = 1 << 26
# More odd rows than this in one go are no accident: the careful path gives every one its due.
_MOST_ODD_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Extracted:
    """The rows of several files as one table in published column order.

    `owner` says for each row which of the given files it came from (index), `line` its line in that file.
    """

    table: pa.Table
    owner: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]
    respelt: tuple[Respelt, ...] = ()


@dataclass(slots=True)
class ReadRows:
    """What the fast path read: the rows in parts; by file, the issues of rows that do not fit, and what was mended."""

    parts: list[Extracted]
    issues: dict[int, list[Issue]] = field(default_factory=dict)
    mends: dict[int, Mends] = field(default_factory=dict)


def read_usual(files: Sequence[bytes], owners: Sequence[int], dataset: Dataset) -> ReadRows | None:
    """Files in the published form, parsed at once; None where any of them turns out not to be.

    `owners` are the numbers by which the caller knows the files; rows and issues come back under them.
    """
    header = canonical_header(dataset)
    counts = np.array([_line_ends(data) - 1 for data in files], np.int64)
    body = b"".join([header, *(memoryview(data)[len(header) :] for data in files)])
    if not _is_utf8(body):
        return None
    skipped: list[int] = []
    table = _parse(body, dataset, skipped)
    # A record over two lines or an empty line makes fewer rows than line ends, and nothing makes more.
    if table is None or table.num_rows + len(skipped) != counts.sum():
        return None
    odd = odd_rows(table, dataset)
    places = np.arange(counts.sum(), dtype=np.int64)
    if skipped:
        places = np.delete(places, np.array(skipped) - 2)
    files_of = _Files(files, owners, counts, dataset)
    read = ReadRows([])
    if skipped or odd.any():
        doubtful = np.sort(np.concatenate([np.array(skipped, np.int64) - 2, places[odd]]))
        if len(doubtful) > _MOST_ODD_ROWS:
            return None
        files_of.judge(doubtful, read)
        if odd.any():
            table, places = _without(table, odd), places[~odd]
    read.parts.append(files_of.extracted(as_values(table, dataset), places))
    return read


class _Files:
    """The files that are read in one go: where each of their rows stands. A place counts rows over all files."""

    def __init__(self, files: Sequence[bytes], owners: Sequence[int], counts: Numbers, dataset: Dataset) -> None:
        self._files, self._owners, self._dataset = files, np.array(owners, np.int32), dataset
        self._position = np.repeat(np.arange(len(files)), counts)
        self._starts = np.cumsum(counts) - counts

    def extracted(self, table: pa.Table, places: Numbers) -> Extracted:
        position = self._position[places]
        return Extracted(table, self._owners[position], (places - self._starts[position] + 2).astype(np.int32))

    def judge(self, places: Numbers, read: ReadRows) -> None:
        """Have the rows at these places judged one by one: those that fit are a part of `read`, the others issues."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        kept: list[int] = []
        for position in np.unique(self._position[places]).tolist():
            owner = int(self._owners[position])
            judge = Judge(self._dataset, read.mends.setdefault(owner, Mends()))
            lines = self._files[position].split(b"\n")
            for place in places[self._position[places] == position].tolist():
                number = int(place - self._starts[position]) + 2
                text = lines[number - 1].decode("utf-8", "surrogateescape")
                cells = cells_of(text)
                issue = _issue(judge, number, text, cells, len(self._dataset.columns))
                if issue is None:
                    writer.writerow(cells or ())
                    kept.append(place)
                else:
                    read.issues.setdefault(owner, []).append(issue)
        if kept:
            table = parse_sieved(out.getvalue().encode("utf-8"), self._dataset)
            read.parts.append(self.extracted(table, np.array(kept, np.int64)))


def _issue(judge: Judge, line: int, text: str, cells: list[str] | None, width: int) -> Issue | None:
    if cells is None or len(cells) != width:
        return wrong_width(line, text, cells, width)
    problem = judge(line, cells)
    return misfit(problem, line, text) if problem else None


def _without(table: pa.Table, odd: Mask) -> pa.Table:
    """The table without odd rows, and its dictionaries without the words that only those had."""
    kept = table.filter(pa.array(~odd)).combine_chunks()
    for at, field_ in enumerate(kept.schema):
        if pa.types.is_dictionary(field_.type):
            kept = kept.set_column(at, field_.name, column(kept, field_.name).cast(pa.string()).dictionary_encode())
    return kept


def _is_utf8(body: bytes) -> bool:
    """Whether all of it is UTF-8, judged without a copy. Arrow's parser cannot hand over a bad row that is not."""
    if body.isascii():
        return True
    ends = pa.py_buffer(np.array([0, len(body)], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(body)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _parse(body: bytes, dataset: Dataset, skipped: list[int]) -> pa.Table | None:
    """The rows as a table; `skipped` receives the line of each row with too few or too many cells."""
    for as_text in (False, True):
        skipped.clear()

        def note(row: pa_csv.InvalidRow) -> str:
            skipped.append(row.number)
            return "skip"

        try:
            return _read_csv(body, column_types(dataset, as_text=as_text), note)
        except pa.ArrowInvalid:
            # Some cell is no number, no time or no UTF-8: read cells as text once, to find out which rows.
            continue
    return None


def _read_csv(body: bytes, types: dict[str, pa.DataType], note: object, *, over_lines: bool = False) -> pa.Table:
    # A block must hold one record whole. Only small bodies can have a record near the size of a block: look there.
    block = max(_BLOCK, len(body)) if len(body) < 4 * _BLOCK else _BLOCK
    if over_lines:
        block = max(_BLOCK, min(len(body), _LARGEST_BLOCK))
    table = pa_csv.read_csv(
        pa.BufferReader(body),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=block),
        parse_options=pa_csv.ParseOptions(newlines_in_values=over_lines, invalid_row_handler=note),
        convert_options=pa_csv.ConvertOptions(
            # Only a blank is “none”: left to itself the parser takes “NULL”, “nan” and the like for it as well.
            column_types=types,
            null_values=[""],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    return table.unify_dictionaries().combine_chunks()


def parse_sieved(body: bytes, dataset: Dataset) -> pa.Table:
    """The rows that a judge let through, as a table. Every one of them fits, or the judge has a defect."""
    skipped: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        skipped.append(row.number)
        return "skip"

    table = _read_csv(canonical_header(dataset) + body, column_types(dataset), note, over_lines=True)
    if skipped or odd_rows(table, dataset).any():
        raise AssertionError("the judge let a row through that the typed reading refuses")
    return table


def _line_ends(data: bytes) -> int:
    """The number of line feeds, four times as fast as `bytes.count`: compared in pieces that fit the cache."""
    text = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(text[start : start + _PIECE] == 10)) for start in range(0, len(text), _PIECE))
