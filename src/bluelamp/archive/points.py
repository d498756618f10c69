"""Snap points: one key for each distinct (longitude, latitude, location, LSOA) that files publish. Used by `load`.

Each row of the lake names its point by a 64-bit key, a hash of the five published values, so that workers need not
agree on numbers and the values are written once instead of millions of times. Two different points would share a
key with a probability of one in ten million for the two million points that exist; the warehouse checks for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.archive.columns import column
from bluelamp.storage.lake import POINT, SCHEMAS

Keys = npt.NDArray[np.uint64]

# Odd constants of the splitmix64 generator: multiplying by them spreads every bit.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SPREAD_AGAIN = np.uint64(0xBF58476D1CE4E5B9)
_HALF = np.uint64(32)
_SLOTS = 1 << 21


def mix(hashes: Keys, more: Keys | np.uint64) -> Keys:
    """Fold one more column of 64-bit values into a column of hashes."""
    mixed = (hashes ^ more) * _SPREAD
    mixed ^= mixed >> _HALF
    mixed *= _SPREAD_AGAIN
    mixed ^= mixed >> _HALF
    return mixed


class WordHashes:
    """A stable 64-bit hash of words (BLAKE2b), remembered, because the same words come in every file."""

    def __init__(self) -> None:
        self._known: dict[str | None, int] = {None: 0, "": 0}

    def of(self, words: Iterable[str | None]) -> Keys:
        known = self._known
        words = list(words)
        found = list(map(known.get, words))
        if None in found:
            for place, word in enumerate(words):
                if found[place] is None:
                    assert word is not None
                    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                    found[place] = known[word] = int.from_bytes(digest, "little")
        return np.array(found, np.uint64)

    def of_column(self, values: pa.DictionaryArray) -> Keys:
        """The hash of each value of a dictionary column."""
        hashes = self.of(values.dictionary.to_pylist())
        return hashes[values.indices.to_numpy()] if len(hashes) else np.zeros(len(values), np.uint64)


class PointWriter:
    """Gives rows their point keys and remembers which points this process has written already."""

    def __init__(self, words: WordHashes) -> None:
        self._words = words
        # A table with one slot per hash: a point that was pushed out is written again, never lost.
        self._written = np.zeros(_SLOTS, np.uint64)

    def keys(self, table: pa.Table) -> tuple[Keys, npt.NDArray[np.bool_]]:
        """(the key of each row's point, whether the row has coordinates)."""
        longitude, latitude = column(table, "Longitude"), column(table, "Latitude")
        located = ~(longitude.is_null().to_numpy(False) | latitude.is_null().to_numpy(False))
        # Mixed one after the other: a plain combination of the two would take a swapped pair for the same point.
        keys = mix(mix(_bits(longitude), np.uint64(1)), _bits(latitude))
        for name in ("Location", "LSOA code", "LSOA name"):
            if name in table.schema.names:
                keys = mix(keys, self._words.of_column(column(table, name)))
        return keys, located

    def new_points(self, table: pa.Table, keys: Keys) -> tuple[pa.Table, Keys]:
        """The points among these rows that were not written yet; call `mark_written` once they are on disk."""
        slots = (keys & np.uint64(_SLOTS - 1)).astype(np.int64)
        fresh = np.flatnonzero(self._written[slots] != keys)
        order = fresh[np.argsort(keys[fresh])]
        ordered = keys[order]
        first = np.ones(len(order), bool)
        first[1:] = ordered[1:] != ordered[:-1]
        unique, rows = ordered[first], pa.array(order[first])
        published = ("Longitude", "Latitude", "Location", "LSOA code", "LSOA name")
        columns = [_label_at(table, name, rows) for name in published]
        return pa.Table.from_arrays([pa.array(unique), *columns], schema=SCHEMAS[POINT]), unique

    def mark_written(self, keys: Keys) -> None:
        self._written[(keys & np.uint64(_SLOTS - 1)).astype(np.int64)] = keys


def _bits(values: pa.Array) -> Keys:
    # A null becomes NaN, whose bits are a value like any other.
    numbers = values.fill_null(float("nan")).to_numpy(zero_copy_only=False)
    bits: Keys = (numbers + 0.0).view(np.uint64)  # adding zero turns -0.0, a different pattern of bits, into 0.0
    return bits


def _label_at(table: pa.Table, name: str, rows: pa.Array) -> pa.Array:
    if name not in table.schema.names:
        return pa.nulls(len(rows), pa.string())
    values = column(table, name)
    if not pa.types.is_dictionary(values.type):
        return values.take(rows)
    return blank_as_null(values).take(rows).cast(pa.string())


def blank_as_null(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same column with blank cells as nulls."""
    words = values.dictionary.to_pylist()
    if "" not in words:
        return values
    blank = words.index("")
    indices = values.indices.to_numpy()
    words[blank] = None
    mask = indices == blank
    return pa.DictionaryArray.from_arrays(
        pa.array(np.where(mask, 0, indices), mask=mask), pa.array(["" if w is None else w for w in words])
    )
