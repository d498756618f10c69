"""The rows of a load task, and how findings are written down. Used by `findings` and `era_findings`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bluelamp.archive.columns import Mask, Numbers, column
from bluelamp.archive.points import Keys
from bluelamp.archive.reader import Extracted
from bluelamp.domain.dataset import Dataset

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one load task with what was worked out about them. `files` is the number of files."""

    dataset: Dataset
    force: str  # slug of the publisher
    extracted: Extracted
    files: int
    point_keys: Keys
    located: Mask
    row_ids: Keys  # crime keys, or the microseconds of stops; 0 where there is none
    out_of_month: Mask | None  # of stops it follows from their clock, which is decided later
    months: Numbers  # that of each file, as Month.index


Findings = list[list[dict[str, Any]]]


class Noter:
    """Writes down a finding of the rows that a mask marks, in each file that has any."""

    def __init__(self, rows: Rows, found: Findings) -> None:
        self._rows, self._found = rows, found

    def __call__(
        self,
        check: str,
        mask: Mask,
        field: str = "",
        value: Callable[[int], str] | None = None,
        own_ids: Keys | None = None,
    ) -> None:
        """Finds the rows of `mask`. `own_ids` are the rows' crime IDs, each file's its own: they are counted too."""
        if not mask.any():
            return
        owner, line = self._rows.extracted.owner, self._rows.extracted.line
        counts = np.bincount(owner[mask], minlength=self._rows.files)
        hits = np.flatnonzero(mask)
        starts = np.searchsorted(owner[hits], np.arange(self._rows.files))
        ids = None
        if own_ids is not None:
            _, firsts = np.unique(own_ids[hits], return_index=True)
            ids = np.bincount(owner[hits[firsts]], minlength=self._rows.files)
        for index in np.flatnonzero(counts).tolist():
            examples = hits[starts[index] : starts[index] + min(_EXAMPLES, counts[index])]
            finding: dict[str, Any] = {"check": check, "count": int(counts[index])}
            if ids is not None:
                finding["ids"] = int(ids[index])
            if field:
                finding["field"] = field
            finding["examples"] = [
                {"line": int(line[row]), "value": value(row) if value else self._cell(field, row)}
                for row in examples.tolist()
            ]
            self._found[index].append(finding)

    def last_of(self, file: int) -> dict[str, Any]:
        """The finding that was written down last in a file."""
        return self._found[file][-1]

    def _cell(self, field: str, row: int) -> str:
        if not field:
            return ""
        found = column(self._rows.extracted.table, field)[row].as_py()
        return "" if found is None else str(found)
