"""From the published columns of a task's rows to those of the lake. Used by `stage`."""

from __future__ import annotations

import binascii

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.archive.columns import Mask, column, text_buffers
from bluelamp.archive.finding_notes import Rows
from bluelamp.archive.points import Keys, blank_as_null
from bluelamp.archive.reader import Extracted
from bluelamp.domain.dataset import DATASETS, STOPS, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.lake import SCHEMAS, TABLE_OF

# The lake's column for each published column that is kept as words.
WORD_COLUMNS = {
    column.name: column.header for dataset in DATASETS for column in dataset.of_kind("publisher", "word", "remark")
}


def lake_rows(
    dataset: Dataset, files: list[tuple[int, ForceMonth]], extracted: Extracted, keys: Keys, located: Mask
) -> tuple[pa.Table, Rows]:
    """(the rows as a table of the lake, what their findings are counted from). `files` gives each file's id and unit;
    all are of one force."""
    table, owner = extracted.table, extracted.owner
    months = np.array([unit.month.index for _, unit in files])
    columns: dict[str, pa.Array] = {
        "file_id": pa.array(np.array([file_id for file_id, _ in files], np.int32)[owner]),
        "line": pa.array(extracted.line),
        "force": _words_by_file([unit.force for _, unit in files], owner),
        "month": _first_days([unit.month for _, unit in files], owner),
        "point": pa.array(keys),
    }
    if dataset == STOPS:
        columns["published_time"] = column(table, "Date").cast(pa.timestamp("us"))
        row_ids, out_of_month = _instants(column(table, "Date")), None
    else:
        columns["crime_id"], columns["crime_key"], row_ids = _identifiers(column(table, "Crime ID"))
        columns["month_published"], out_of_month = _other_months(column(table, "Month"), months[owner])
    schema = SCHEMAS[TABLE_OF[dataset.name]]
    for name in schema.names:
        if name not in columns:
            columns[name] = blank_as_null(column(table, WORD_COLUMNS[name]))
    rows = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
    return rows, Rows(dataset, files[0][1].force, extracted, len(files), keys, located, row_ids, out_of_month, months)


def _words_by_file(words: list[str], owner: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    distinct = sorted(set(words))
    codes = np.array([distinct.index(word) for word in words], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes[owner]), pa.array(distinct))


def _first_days(months: list[Month], owner: npt.NDArray[np.int32]) -> pa.Array:
    days = np.array([np.datetime64(month.first_day, "D") for month in months])
    return pa.array(days[owner], pa.date32())


def _identifiers(ids: pa.Array) -> tuple[pa.Array, pa.Array, Keys]:
    """(the 32 bytes of each ID, its 64-bit key, the key with 0 for blank)."""
    ends, text = text_buffers(ids)
    given = np.diff(ends) == 64
    packed = np.zeros((len(ids), 32), np.uint8)
    packed[given] = np.frombuffer(binascii.unhexlify(text[ends[0] : ends[-1]].tobytes()), np.uint8).reshape(-1, 32)
    # The IDs are SHA-256 hashes: folding their four words keeps 64 evenly spread bits of all of them.
    words = packed.view("<u8")
    keys = words[:, 0] ^ (words[:, 1] * np.uint64(3)) ^ (words[:, 2] * np.uint64(5)) ^ (words[:, 3] * np.uint64(7))
    keys[given & (keys == 0)] = 1
    mask = ~given
    valid = pa.array(given).buffers()[1] if mask.any() else None
    ids_as_bytes = pa.Array.from_buffers(pa.binary(32), len(ids), [valid, pa.py_buffer(packed)])
    return ids_as_bytes, pa.array(keys, mask=mask), keys


def _other_months(published: pa.DictionaryArray, expected: npt.NDArray[np.int64]) -> tuple[pa.Array, Mask]:
    words = published.dictionary.to_pylist()
    codes = published.indices.to_numpy()
    indexes = np.array([Month.parse(word).index for word in words], np.int64)
    differs = indexes[codes] != expected
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=~differs), pa.array(words)), differs


def _instants(published: pa.Array) -> Keys:
    instants: Keys = published.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).view(np.uint64)
    return instants
