"""Values that stand in files of months in which, by the table of eras, nobody uses them: counted while the rows are at
hand. Used by `findings`. LSOA codes, whose census reference data tells, are looked at when the warehouse is modelled.

Words are looked at once for each file, not once for each row: of most files none is outside its era.
"""

from __future__ import annotations

import numpy as np

from bluelamp.archive.columns import column
from bluelamp.archive.finding_notes import Noter, Rows
from bluelamp.domain.eras import changes, eras_of, silent_in
from bluelamp.domain.month import Month

CHECK = "outside_era"


def outside_era(rows: Rows, note: Noter) -> None:
    """Notes the rows of each file whose words are not of its month, whose ID none should have, or whose publisher is
    known to have been silent."""
    months = [Month(index) for index in rows.months.tolist()]
    for name in rows.dataset.vocabularies:
        _words_outside(rows, note, name, months)
    _ids_outside(rows, note, months)
    spoke = [silent_in(rows.dataset.name, rows.force, month) is not None for month in months]
    if any(spoke):
        note(CHECK, np.array(spoke)[rows.extracted.owner], value=lambda _row: "a month that was known as silent")


def _words_outside(rows: Rows, note: Noter, name: str, months: list[Month]) -> None:
    values = column(rows.extracted.table, name)
    eras = eras_of(rows.dataset.name, name)
    bound = [(code, era) for code, word in enumerate(values.dictionary.to_pylist()) if (era := eras.get(word))]
    # A row for each word, a column for each file of the task.
    outside = np.zeros((len(values.dictionary), rows.files), bool)
    for code, era in bound:
        outside[code] = [not era.holds(month) for month in months]
    if outside.any():
        note(CHECK, outside[values.indices.to_numpy(), rows.extracted.owner], name)


def _ids_outside(rows: Rows, note: Noter, months: list[Month]) -> None:
    for change in changes():
        if rows.dataset.name in change.datasets and "Crime ID" in change.columns:
            before = np.array([not change.open_in(month) for month in months])
            if before.any():
                note(CHECK, before[rows.extracted.owner] & (rows.row_ids != 0), "Crime ID")
