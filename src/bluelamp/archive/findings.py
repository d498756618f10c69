"""The data-quality findings of a file that its own rows show: counted while the rows are at hand. Used by `stage`.

A finding never changes a row. Findings that need other tables (areas, distances) are added when the warehouse is
modelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bluelamp.archive.columns import Mask, column
from bluelamp.archive.era_findings import outside_era
from bluelamp.archive.finding_notes import Findings, Noter, Rows
from bluelamp.archive.points import Keys, WordHashes, mix
from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS
from bluelamp.domain.force import named_force

Floats = npt.NDArray[np.float64]
# The United Kingdom with its islands, in degrees, some kilometres wider than its outermost points.
_UK_LONGITUDE, _UK_LATITUDE = (-8.8, 1.95), (49.75, 61.0)
# Fewer rows than this that each stand twice are an accident.
_FEWEST_TWICE = 4
_NOT_IN_IDENTITY = {"Crime ID", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name", "Date"}


def findings(rows: Rows, words: WordHashes) -> Findings:
    """For each file, its findings: [{check, count, ids?, field?, examples: [{line, value}]}]. `ids` is how many crime
    IDs the counted rows bear."""
    found: Findings = [[] for _ in range(rows.files)]
    note = Noter(rows, found)
    table = rows.extracted.table
    note("unlocated", ~rows.located)
    _outside_uk(rows, note)
    if rows.out_of_month is not None:
        note("out_of_month", rows.out_of_month, "Month")
    if "LSOA code" in table.schema.names:
        without = _equal_to(column(table, "LSOA code"), "")
        note("no_lsoa", without & rows.located)
        note("no_street_name", _equal_to(column(table, "Location"), "On or near "), "Location")
        _other_force(rows, note)
    for one in rows.extracted.respelt:
        note(one.check, one.rows, one.field, lambda row, words=one.words: str(words[row].as_py()))  # type: ignore[misc]
    _unknown_values(rows, note)
    outside_era(rows, note)
    _duplicates(rows, words, note)
    return found


def _equal_to(values: pa.DictionaryArray, word: str) -> Mask:
    dictionary = values.dictionary.to_pylist()
    if word not in dictionary:
        return np.zeros(len(values), bool)
    return np.asarray(values.indices.to_numpy() == dictionary.index(word))


def _outside_uk(rows: Rows, note: Noter) -> None:
    """Points that are nowhere in the United Kingdom, whatever reference data is held."""
    if _all_within(rows, "Longitude", _UK_LONGITUDE) and _all_within(rows, "Latitude", _UK_LATITUDE):
        return
    longitude, latitude = (_numbers(rows, name) for name in ("Longitude", "Latitude"))
    inside = _within(longitude, _UK_LONGITUDE) & _within(latitude, _UK_LATITUDE)

    def words(row: int) -> str:
        place = f"{longitude[row]:g}, {latitude[row]:g}"
        swapped = _within(latitude[row], _UK_LONGITUDE) and _within(longitude[row], _UK_LATITUDE)
        return f"{place}: longitude and latitude swapped?" if swapped else place

    note("outside_uk", rows.located & ~inside, value=words)


def _all_within(rows: Rows, name: str, bounds: tuple[float, float]) -> bool:
    found = pc.min_max(column(rows.extracted.table, name)).as_py()
    return found["min"] is None or (found["min"] >= bounds[0] and found["max"] <= bounds[1])


def _numbers(rows: Rows, name: str) -> Floats:
    found: Floats = column(rows.extracted.table, name).to_numpy(zero_copy_only=False)
    return found


def _within(degrees: Any, bounds: tuple[float, float]) -> Any:
    return (degrees >= bounds[0]) & (degrees <= bounds[1])


def _other_force(rows: Rows, note: Noter) -> None:
    """Rows that name another publisher than the file's. A name that is none of the publishers' says nothing."""
    values = column(rows.extracted.table, "Reported by")
    named = [named_force(word) for word in values.dictionary.to_pylist()]
    others = [code for code, slug in enumerate(named) if slug and slug != rows.force]
    if others:
        note("other_force", np.isin(values.indices.to_numpy(), others), "Reported by")


def _unknown_values(rows: Rows, note: Noter) -> None:
    for name, known in rows.dataset.vocabularies.items():
        values = column(rows.extracted.table, name)
        dictionary = values.dictionary.to_pylist()
        strange = [code for code, word in enumerate(dictionary) if word and word not in known]
        if strange:
            note("unknown_value", np.isin(values.indices.to_numpy(), strange), name)


def _duplicates(rows: Rows, words: WordHashes, note: Noter) -> None:
    table, owner = rows.extracted.table, rows.extracted.owner
    if table.num_rows < 2:
        return
    identity = mix(mix(rows.point_keys, rows.row_ids), owner.astype(np.uint64))
    for name in table.schema.names:
        if name not in _NOT_IN_IDENTITY:
            identity = mix(identity, words.of_column(column(table, name)))
    repeated = _repeats(identity)
    blank = np.zeros(table.num_rows, bool) if rows.dataset == STOPS else rows.row_ids == 0
    note("exact_duplicate", repeated & ~blank)
    # Identical rows without an ID are normal: many reports of one kind on one map point.
    note("identical_without_id", repeated & blank)
    _stands_twice(rows, identity, repeated, ~blank, note)
    own_id = mix(rows.row_ids, owner.astype(np.uint64))
    if rows.dataset == CRIMES:
        note("crime_id_repeated", _shared(own_id) & ~blank, "Crime ID", own_ids=own_id)
    elif rows.dataset == OUTCOMES:
        same = _shared(mix(own_id, words.of_column(column(table, "Outcome type"))))
        note("outcome_repeated", same & ~blank, "Crime ID", own_ids=own_id)


def _stands_twice(rows: Rows, identity: Keys, repeated: Mask, telling: Mask, note: Noter) -> None:
    """Files of which every telling row stands at least twice: somebody put one file after itself."""
    owner = rows.extracted.owner
    of_file = np.bincount(owner[telling], minlength=rows.files)
    # Where every row has its like, at least half of the rows repeat an earlier one: few files are looked at closely.
    again = np.bincount(owner[telling & repeated], minlength=rows.files)
    suspects = np.flatnonzero((of_file >= _FEWEST_TWICE) & (2 * again >= of_file))
    if not len(suspects):
        return
    looked_at = telling & np.isin(owner, suspects)
    alone = looked_at.copy()
    alone[looked_at] = ~_shared(identity[looked_at])
    single = np.bincount(owner[alone], minlength=rows.files)
    twice = [file for file in suspects.tolist() if not single[file]]
    note("stands_twice", repeated & telling & np.isin(owner, twice))
    for file in twice:
        _, times = np.unique(identity[telling & (owner == file)], return_counts=True)
        note.last_of(file)["times"] = int(times.min())


def _repeats(values: Keys) -> Mask:
    """True for every value that an earlier row has already."""
    mask = np.zeros(len(values), bool)
    ordered = np.sort(values)  # a plain sort is ten times as fast as a stable one that keeps positions
    twice = ordered[1:] == ordered[:-1]
    if not twice.any():
        return mask
    candidates = np.flatnonzero(np.isin(values, np.unique(ordered[1:][twice])))
    order = candidates[np.argsort(values[candidates], kind="stable")]
    mask[order[1:]] = values[order[1:]] == values[order[:-1]]
    return mask


def _shared(values: Keys) -> Mask:
    """True for every value that stands more than once."""
    ordered = np.sort(values)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.isin(values, np.unique(twice)) if len(twice) else np.zeros(len(values), bool)


def file_findings(notes: Sequence[str]) -> list[dict[str, Any]]:
    """Findings about a file's form, such as columns in another order."""
    return [{"check": "unusual_form", "count": 1, "examples": [{"line": 1, "value": note}]} for note in notes]
