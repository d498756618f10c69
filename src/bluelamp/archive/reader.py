"""The fast path: files in the published form, read many at once by Arrow's CSV parser. Used by `extract`.

It finds the rows that do not fit by looking at whole columns, and has `sieve` explain just those. When anything is
not as a usual file promises, it reads nothing and says so; then the careful path takes the file.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from bluelamp.archive.shape import canonical_header
from bluelamp.archive.sieve import INSTANT, NUMBER, Issue, explain
from bluelamp.domain.dataset import STOPS, Dataset

_WORD = pa.dictionary(pa.int32(), pa.string())
# A block of 1 MB halves the time that parsing takes against 8 MB: the parser's tables stay in the cache.
_BLOCK = 1 << 20
_PIECE = 1 << 17
# More bad rows than this in one go are no accident: the careful path gives every one its due.
_MOST_BAD_ROWS = 5_000
_NUMBER = rf"^({NUMBER})$"
_INSTANT = rf"^({INSTANT})$"

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Extracted:
    """The rows of several files as one table in published column order.

    `owner` says for each row which of the given files it came from (index), `line` its line in that file.
    """

    table: pa.Table
    owner: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]


@dataclass(slots=True)
class Read:
    """What the fast path read: the rows, and for each file (by position) the issues of rows that do not fit."""

    extracted: Extracted
    issues: dict[int, list[Issue]] = field(default_factory=dict)


def column_types(dataset: Dataset, *, as_text: bool = False) -> dict[str, pa.DataType]:
    """How each published column is read: identifiers as text, numbers as numbers, the rest as dictionaries.

    `as_text` reads numbers and times as text as well, to find the cells that are none.
    """
    types: dict[str, pa.DataType] = dict.fromkeys(dataset.columns, _WORD)
    for name, kind in _valued(dataset).items():
        types[name] = pa.string() if as_text else kind
    if dataset != STOPS:
        types["Crime ID"] = pa.string()
    return types


def _valued(dataset: Dataset) -> dict[str, pa.DataType]:
    valued = {"Longitude": pa.float64(), "Latitude": pa.float64()}
    return valued | {"Date": pa.timestamp("us", "UTC")} if dataset == STOPS else valued


def column(table: pa.Table, name: str) -> pa.Array:
    """A column of a combined table as one array."""
    chunked = table.column(name)
    if chunked.num_chunks == 1:
        return chunked.chunk(0)
    return pa.array([], type=chunked.type) if chunked.num_chunks == 0 else chunked.combine_chunks()


def read_usual(files: Sequence[bytes], owners: Sequence[int], dataset: Dataset) -> Read | None:
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
    bad = _bad_rows(table, dataset)
    places = np.arange(counts.sum(), dtype=np.int64)
    if skipped:
        places = np.delete(places, np.array(skipped) - 2)
    refused = np.concatenate([np.array(skipped, np.int64) - 2, places[bad]]) if skipped or bad.any() else None
    owner_of = np.repeat(np.arange(len(files)), counts)
    starts = np.cumsum(counts) - counts
    read = Read(Extracted(table, np.empty(0, np.int32), np.empty(0, np.int32)))
    if refused is not None:
        issues = _explain(np.sort(refused), files, owner_of, starts, dataset)
        if issues is None:
            return None
        read.issues = {owners[position]: found for position, found in issues.items()}
        if bad.any():
            table, places = _without(table, bad), places[~bad]
    table = _as_values(table, dataset)
    if table is None:
        return None
    position = owner_of[places]
    line = (places - starts[position] + 2).astype(np.int32)
    read.extracted = Extracted(table, np.array(owners, np.int32)[position], line)
    return read


def _without(table: pa.Table, bad: Mask) -> pa.Table:
    """The table without bad rows, and its dictionaries without the words that only bad rows had."""
    kept = table.filter(pa.array(~bad)).combine_chunks()
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


def _read_csv(body: bytes, types: dict[str, pa.DataType], note: object) -> pa.Table:
    # A block must hold one record whole. Only small bodies can have a record near the size of a block: look there.
    block = max(_BLOCK, len(body)) if len(body) < 4 * _BLOCK else _BLOCK
    table = pa_csv.read_csv(
        pa.BufferReader(body),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=block),
        parse_options=pa_csv.ParseOptions(newlines_in_values=False, invalid_row_handler=note),
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
    """The rows that the sieve let through, as a table. Every one of them fits, or the sieve has a defect."""
    skipped: list[int] = []
    table = _parse(canonical_header(dataset) + body, dataset, skipped)
    if table is None or skipped or _bad_rows(table, dataset).any():
        raise AssertionError("the sieve let a row through that the reader refuses")
    values = _as_values(table, dataset)
    assert values is not None
    return values


def _as_values(table: pa.Table, dataset: Dataset) -> pa.Table | None:
    """The same table with numbers and times as such, where they were read as text."""
    for name, kind in _valued(dataset).items():
        at = table.schema.get_field_index(name)
        if pa.types.is_string(table.schema.field(at).type):
            text = column(table, name)
            try:
                values = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text).cast(kind)
            except pa.ArrowInvalid:
                return None
            table = table.set_column(at, name, values)
    return table


def _bad_rows(table: pa.Table, dataset: Dataset) -> Mask:
    bad = np.zeros(table.num_rows, bool)
    for name, limit in (("Longitude", 180.0), ("Latitude", 90.0)):
        bad |= _bad_numbers(column(table, name), limit)
    if dataset == STOPS:
        times = column(table, "Date")
        if pa.types.is_string(times.type):
            bad |= ~_matches(times, _INSTANT)
        return bad
    months = column(table, "Month")
    wrong = [code for code, text in enumerate(months.dictionary.to_pylist()) if not _is_month(text)]
    if wrong:
        bad |= np.isin(months.indices.to_numpy(), wrong)
    return bad | _bad_crime_ids(column(table, "Crime ID"))


def _bad_numbers(values: pa.Array, limit: float) -> Mask:
    if pa.types.is_string(values.type):
        fits = _matches(values, _NUMBER)
        numbers = pc.if_else(pa.array(fits), values, "0")
        values = pc.if_else(pc.equal(numbers, ""), "0", numbers).cast(pa.float64())
        return np.asarray(~fits | (np.abs(values.to_numpy(zero_copy_only=False)) > limit))
    numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False)
    # Arrow reads “nan” and “inf” as numbers; a comparison is false for both.
    return np.asarray(~(np.abs(numbers) <= limit))


def _matches(values: pa.Array, pattern: str) -> Mask:
    """Whether each cell is blank or matches."""
    fits = pc.or_(pc.equal(values, ""), pc.match_substring_regex(values, pattern))
    return np.asarray(fits.to_numpy(zero_copy_only=False))


def _is_month(text: str) -> bool:
    if not (len(text) == 7 and text.isascii() and text[4] == "-" and (text[:4] + text[5:]).isdecimal()):
        return False
    return "01" <= text[5:] <= "12"


def _bad_crime_ids(ids: pa.Array) -> Mask:
    """True for values that are neither blank nor 64 lower-case hexadecimal digits; judged all at once where it goes."""
    ends, text = text_buffers(ids)
    lengths = np.diff(ends)
    bad: Mask = (lengths != 0) & (lengths != 64)
    digits = text[ends[0] : ends[-1]].tobytes()
    if not bad.any():
        try:
            # There and back again is the quickest test: unhexlify alone would let capitals through.
            if binascii.hexlify(binascii.unhexlify(digits)) == digits:
                return bad
        except binascii.Error:
            pass
    fits = pc.match_substring_regex(ids, "^[0-9a-f]{64}$").to_numpy(zero_copy_only=False)
    return np.asarray(bad | (~fits & (lengths != 0)))


def text_buffers(values: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """(offsets, bytes) of a text column: value i is bytes[offsets[i]:offsets[i + 1]]."""
    _, offsets, text = values.buffers()
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return ends, np.frombuffer(text, np.uint8) if text is not None else np.empty(0, np.uint8)


def _explain(
    refused: Numbers, files: Sequence[bytes], owner_of: Numbers, starts: Numbers, dataset: Dataset
) -> dict[int, list[Issue]] | None:
    """For each file (by position) the issues of its refused rows; None where a row cannot be explained."""
    if len(refused) > _MOST_BAD_ROWS:
        return None
    found: dict[int, list[Issue]] = {}
    for position in np.unique(owner_of[refused]).tolist():
        lines = files[position].split(b"\n")
        for place in refused[owner_of[refused] == position].tolist():
            number = int(place - starts[position]) + 2
            issue = explain(number, lines[number - 1], dataset)
            if issue is None:
                return None
            found.setdefault(position, []).append(issue)
    return found


def _line_ends(data: bytes) -> int:
    """The number of line feeds, four times as fast as `bytes.count`: compared in pieces that fit the cache."""
    text = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(text[start : start + _PIECE] == 10)) for start in range(0, len(text), _PIECE))
