"""Where the rows of each force-month file lie in a data version. Used by `reading` and `record`.

Rows stand file by file, so a row's number tells its file, and what is asked of some files is read from the few blocks
that hold them: the engine skips blocks by file, and not by row number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.question import Question

Ints = npt.NDArray[np.int64]

# What every statement that reads a window says of its place; the parameters are those of `RowRange.parameters`.
INSIDE = "r.file_id BETWEEN $low_file AND $high_file AND r.rowid >= $begin AND r.rowid < $end"


@dataclass(frozen=True, slots=True)
class RowRange:
    """The rows `begin` to `end` (excluded) of a table, which are of files numbered `low` to `high`."""

    begin: int
    end: int
    low: int
    high: int

    @property
    def parameters(self) -> dict[str, int]:
        return {"begin": self.begin, "end": self.end, "low_file": self.low, "high_file": self.high}


@dataclass(frozen=True, slots=True)
class Extents:
    """File by file in the order of rows: its number, its first row and the one after its last, its force and month."""

    files: Ints
    begins: Ints
    ends: Ints
    forces: Ints
    months: Ints

    def file_of(self, place: int) -> int:
        """The file that a row is of."""
        return int(self.files[np.searchsorted(self.begins, place, "right") - 1])

    def at(self, place: int) -> RowRange:
        """One row."""
        file = self.file_of(place)
        return RowRange(place, place + 1, file, file)

    def windows(
        self, version: ArchiveVersion, question: Question, after: int, first: int, then: int
    ) -> Iterator[RowRange]:
        """Windows over the rows after `after`, of files that the question's months and forces leave: the first of about
        `first` rows, the others of `then`."""
        wanted = self._files_read(version, question) & (self.ends > after + 1)
        at, most = 0, first
        kept = np.flatnonzero(wanted).tolist()
        while at < len(kept):
            end, rows = at, 0
            # Files that follow each other make one window; what lies between others is not read.
            while end < len(kept) and rows < most and (end == at or kept[end] == kept[end - 1] + 1):
                rows += int(self.ends[kept[end]] - self.begins[kept[end]])
                end += 1
            its = kept[at:end]
            begin = max(int(self.begins[its[0]]), after + 1)
            yield from _cut(begin, int(self.ends[its[-1]]), self.files[its], then)
            at, most = end, then

    def _files_read(self, version: ArchiveVersion, question: Question) -> npt.NDArray[np.bool_]:
        wanted = np.ones(len(self.files), bool)
        if question.first:
            wanted &= self.months >= question.first.index
        if question.last:
            wanted &= self.months <= question.last.index
        for filter_ in question.filters:
            if filter_.dimension.kind.is_publisher:
                named = np.isin(self.forces, list(version.force_ids(filter_.values)))
                wanted &= ~named if filter_.negated else named | ("" in filter_.values)
        return wanted


def _cut(begin: int, end: int, files: Ints, most: int) -> Iterator[RowRange]:
    """A stretch of rows in windows of at most `most`: one file may be larger than that."""
    low, high = int(files.min()), int(files.max())
    while begin < end:
        yield RowRange(begin, min(begin + most, end), low, high)
        begin += most


def extents_of(version: ArchiveVersion, spec: DatasetSpec) -> Extents:
    """Read once for each version, in a third of a second at full scale."""

    def read() -> Extents:
        rows = version.rows(
            f"SELECT file_id, min(rowid), max(rowid) + 1, any_value(force_id), any_value(month) FROM {spec.table} "
            "GROUP BY file_id ORDER BY 2"
        )
        columns = zip(*rows, strict=True) if rows else [[]] * 5
        return Extents(*(np.array(column, np.int64) for column in columns))

    return version.once(f"extents {spec.name}", read)
