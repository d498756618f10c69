"""Turns rows of the lake into coded rows of the warehouse: words and places as numbers, outcomes joined to crimes.

Called by `build`, force by force. The engine could do this by joins; sorting and gathering whole columns here takes a
quarter of the time, and a bounded amount of memory whatever the size of the archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.dataset import DATASETS, Dataset
from bluelamp.errors import Damaged
from bluelamp.storage.lake import CRIME, OUTCOME, STOP, TABLE_OF
from bluelamp.storage.parquet import read_parquet
from bluelamp.storage.warehouse.stop_clocks import TIME_COLUMNS, StopClocks

Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]

MATCHES = ("matched", "ambiguous", "crime not held", "no crime ID")
_MATCHED, _AMBIGUOUS, _NOT_HELD, _NO_ID = range(4)


def _words(dataset: Dataset) -> list[str]:
    """The lake's columns that become numbers; the warehouse's name for each is the lake's with `_id`."""
    return [column.name for column in dataset.of_kind("publisher", "word")]


# What is read of each table: the identifiers' 32 bytes and the columns that files repeat in their name stay behind.
_WORDS = {TABLE_OF[dataset.name]: _words(dataset) for dataset in DATASETS}
_READ = {
    CRIME: ["file_id", "line", "crime_key", "point", *_WORDS[CRIME]],
    OUTCOME: ["file_id", "line", "crime_key", "point", *_WORDS[OUTCOME]],
    STOP: ["file_id", "line", *TIME_COLUMNS, "point", *_WORDS[STOP]],
}


@dataclass(frozen=True, slots=True)
class PointDimension:
    """The point dimension as columns sorted by key."""

    key: Keys
    point_id: npt.NDArray[np.uint32]
    lsoa_id: npt.NDArray[np.uint32]
    town_id: Codes
    area_id: Codes
    located: Mask

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The place of each key. Raises Damaged where a row names a point that the lake does not have."""
        # Looked up in sorted order: neighbours in the table are then neighbours in the cache.
        order = np.argsort(keys)
        ordered = keys[order]
        at = np.minimum(np.searchsorted(self.key, ordered), len(self.key) - 1)
        if not bool((self.key[at] == ordered).all()):
            raise Damaged("The lake has records whose snap point it lacks.", "bluelamp archive rebuild makes it anew.")
        found = np.empty(len(keys), np.int64)
        found[order] = at
        return found


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What codes are made from. `month_of_file` is 0 for files that are not part of the version."""

    points: PointDimension
    words: Mapping[str, Mapping[str, int]]
    month_of_file: Codes
    clocks: StopClocks


@dataclass(frozen=True, slots=True)
class Linked:
    """How crimes and outcomes of one force belong together, row by row in the order of their lake files."""

    several: Mask  # of crimes: the ID stands on more than one row
    outcomes: Codes  # of crimes: matched outcome rows
    first_month: Codes  # of crimes: of the first outcome, 0 for none
    latest: Codes  # of crimes: code of the latest outcome's type, 0 for none
    match: npt.NDArray[np.uint8]  # of outcomes: index into MATCHES
    crime_month: Codes  # of outcomes: 0 where not matched
    crime_type: Codes  # of outcomes: 0 where not matched


@dataclass(frozen=True, slots=True)
class _Side:
    """The columns of crimes or outcomes that linking needs; `key` is 0 where there is no ID."""

    key: Keys
    month: Codes
    kind: Codes


class Coder:
    """Codes the rows of one force at a time."""

    def __init__(self, dimensions: Dimensions) -> None:
        self._dimensions = dimensions

    def link(self, crime_files: Sequence[Path], outcome_files: Sequence[Path]) -> Linked:
        """Join one force's outcomes to its crimes by crime ID, where the ID names exactly one crime row."""
        crimes, outcomes = self._side(crime_files, "crime_type"), self._side(outcome_files, "outcome_type")
        repeated = _repeated(crimes.key)
        several, _ = _found_in(repeated, crimes.key)
        order = np.argsort(crimes.key)
        # Both sides in sorted order: each look-up then lands beside the one before it.
        by_key = np.argsort(outcomes.key)
        held, at = np.zeros(len(by_key), bool), np.zeros(len(by_key), np.int64)
        held[by_key], at[by_key] = _found_in(crimes.key[order], outcomes.key[by_key])
        match = np.where(held, _MATCHED, _NOT_HELD).astype(np.uint8)
        match[_found_in(repeated, outcomes.key)[0]] = _AMBIGUOUS
        match[outcomes.key == 0] = _NO_ID
        matched = np.flatnonzero(match == _MATCHED)
        crime_of = order[at[matched]]
        crime_month, crime_type = np.zeros((2, len(outcomes.key)), np.uint16)
        crime_month[matched], crime_type[matched] = crimes.month[crime_of], crimes.kind[crime_of]
        counts, first, latest = _histories(crime_of, matched, outcomes, len(crimes.key))
        return Linked(several, counts, first, latest, match, crime_month, crime_type)

    def _side(self, files: Sequence[Path], kind: str) -> _Side:
        keys, months, kinds = [np.empty(0, np.uint64)], [np.empty(0, np.uint16)], [np.empty(0, np.uint16)]
        for path in files:
            rows, month = self._live(path, ["file_id", "crime_key", kind])
            keys.append(_plain(rows.column("crime_key")))
            months.append(month)
            kinds.append(self._codes(rows, kind, kind))
        return _Side(np.concatenate(keys), np.concatenate(months), np.concatenate(kinds))

    def crimes(self, files: Sequence[Path], force_id: int, linked: Linked) -> Iterator[pa.Table]:
        """Coded crimes, one table a lake file, with the columns of the warehouse's table."""
        start = 0
        for path in files:
            rows, month = self._live(path, _READ[CRIME])
            part = slice(start, start + rows.num_rows)
            start += rows.num_rows
            first = linked.first_month[part]
            yield pa.table(
                {
                    **self._common(rows, month, force_id),
                    **self._word_columns(rows, CRIME),
                    "crime_key": rows.column("crime_key"),
                    "id_names_several": linked.several[part],
                    "outcomes": linked.outcomes[part],
                    "first_outcome_month": pa.array(first, mask=first == 0),
                    "latest_outcome_id": linked.latest[part],
                }
            )

    def outcomes(self, files: Sequence[Path], force_id: int, linked: Linked) -> Iterator[pa.Table]:
        """Coded outcomes, one table a lake file."""
        start = 0
        for path in files:
            rows, month = self._live(path, _READ[OUTCOME])
            part = slice(start, start + rows.num_rows)
            start += rows.num_rows
            crime_month = linked.crime_month[part]
            yield pa.table(
                {
                    **self._common(rows, month, force_id),
                    **self._word_columns(rows, OUTCOME),
                    "crime_key": rows.column("crime_key"),
                    "match": pa.DictionaryArray.from_arrays(pa.array(linked.match[part]), pa.array(MATCHES)),
                    "crime_month": pa.array(crime_month, mask=crime_month == 0),
                    "crime_type_id": linked.crime_type[part],
                }
            )

    def stops(self, files: Sequence[Path], force_id: int) -> Iterator[pa.Table]:
        """Coded stops, one table a lake file."""
        for path in files:
            rows, month = self._live(path, _READ[STOP])
            place = self._dimensions.points.find(_plain(rows.column("point")))
            points = self._dimensions.points
            yield pa.table(
                {
                    "file_id": rows.column("file_id"),
                    "line": rows.column("line"),
                    "month": month,
                    "force_id": np.full(rows.num_rows, force_id, np.uint8),
                    **self._dimensions.clocks.columns(rows),
                    "point_id": points.point_id[place],
                    "town_id": points.town_id[place],
                    "area_id": points.area_id[place],
                    "located": points.located[place],
                    **self._word_columns(rows, STOP),
                }
            )

    def _common(self, rows: pa.Table, month: Codes, force_id: int) -> dict[str, Any]:
        points = self._dimensions.points
        place = points.find(_plain(rows.column("point")))
        return {
            "file_id": rows.column("file_id"),
            "line": rows.column("line"),
            "month": month,
            "force_id": np.full(rows.num_rows, force_id, np.uint8),
            "point_id": points.point_id[place],
            "lsoa_id": points.lsoa_id[place],
            "town_id": points.town_id[place],
            "area_id": points.area_id[place],
            "located": points.located[place],
        }

    def _live(self, path: Path, columns: list[str]) -> tuple[pa.Table, Codes]:
        """(rows of files that are part of the version, the month of each)."""
        rows = read_parquet(path, columns)
        file_ids = rows.column("file_id").to_numpy()
        months = self._dimensions.month_of_file[np.minimum(file_ids, len(self._dimensions.month_of_file) - 1)]
        live = months != 0
        if not bool(live.all()):
            rows, months = rows.filter(pa.array(live)), months[live]
        return rows, months

    def _word_columns(self, rows: pa.Table, table: str) -> dict[str, Codes]:
        return {f"{name}_id": self._codes(rows, name, name) for name in _WORDS[table]}

    def _codes(self, rows: pa.Table, name: str, field: str) -> Codes:
        """The code of each word of a dictionary column; 0 for none."""
        if name not in rows.schema.names:  # the file was written before the column was declared
            return np.zeros(rows.num_rows, np.uint16)
        numbers = self._dimensions.words.get(field, {})
        parts = [np.empty(0, np.uint16)]
        for chunk in rows.column(name).chunks:
            table = np.array([numbers[word] if word else 0 for word in chunk.dictionary.to_pylist()] + [0], np.uint16)
            # The last place of the table stands for “none”.
            parts.append(table[chunk.indices.fill_null(len(table) - 1).to_numpy(zero_copy_only=False)])
        return np.concatenate(parts)


def _plain(values: pa.ChunkedArray) -> Keys:
    numbers: Keys = values.fill_null(0).to_numpy()
    return numbers


def _found_in(ordered: Keys, keys: Keys) -> tuple[Mask, npt.NDArray[np.int64]]:
    """(whether each key stands in the ordered ones, at which place)."""
    if not len(ordered):
        return np.zeros(len(keys), bool), np.zeros(len(keys), np.int64)
    at = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    return ordered[at] == keys, at


def _repeated(keys: Keys) -> Keys:
    """The keys that stand more than once, 0 (no ID) apart."""
    ordered = np.sort(keys)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    found: Keys = repeated[repeated != 0]
    return found


def _histories(
    crime_of: npt.NDArray[np.int64], matched: npt.NDArray[np.int64], outcomes: _Side, crimes: int
) -> tuple[Codes, Codes, Codes]:
    """For each crime: the number of its outcomes, the month of the first, the type of the latest.

    Of several outcomes in the latest month, the one listed last counts.
    """
    counts, first, latest = np.zeros((3, crimes), np.uint16)
    if not len(crime_of):
        return counts, first, latest
    # One number holds crime, month and order of listing: sorting it is several times as fast as a stable sort of two.
    assert crimes < 1 << 24
    assert len(matched) < 1 << 24
    month = outcomes.month[matched].astype(np.int64)
    place = np.arange(len(matched), dtype=np.int64)
    order = np.argsort((crime_of << 36) | ((month - month.min()) << 24) | place)
    owner, row = crime_of[order], matched[order]
    begins = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    ends = np.concatenate([begins[1:], [len(owner)]]) - 1
    counts[owner[begins]] = np.minimum(ends - begins + 1, 0xFFFF)
    first[owner[begins]] = outcomes.month[row[begins]]
    latest[owner[begins]] = outcomes.kind[row[ends]]
    return counts, first, latest
