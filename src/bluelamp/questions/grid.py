"""What is held of each part of a grouped answer, counted once for all the publishers' and times' values together. Used
by `figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State
from bluelamp.questions.axes import Axis
from bluelamp.questions.concern import own_forces
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.datasets import Measure
from bluelamp.questions.holdings import Holdings, Mask
from bluelamp.questions.question import Question

Table = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one publisher's (or place's) value and one time's stand on; `told` says for each dataset whether anything is
    held that could say a figure."""

    held: int
    whole: int
    expected: int
    told: list[bool]


class Grid:
    """What is held of each part of a grouped answer: counted once for all publishers' and times' values together."""

    def __init__(
        self,
        version: DataVersion,
        question: Question,
        holdings: Sequence[Holdings],
        publishers: Axis | None,
        times: Axis | None,
    ) -> None:
        self.holdings, self.publishers, self.times = holdings, publishers, times
        first = holdings[0]
        self.rows = publishers.masks if publishers is not None else first.which(None)[None, :]
        self.columns = times.masks if times is not None else np.ones((1, len(first.times)), bool)
        self.own = self._own(version, question)
        # Plain numbers from here on: they are looked up for every row, one by one.
        self._held = self._summed([one.expected & one.held for one in holdings]).tolist()
        self._whole = self._summed([one.expected & one.whole for one in holdings]).tolist()
        self._expected = self._all_expected().tolist()
        owned = np.asarray(self.own.any(axis=1))
        saying = np.where(owned[:, None], self.own, self.rows)
        self._told = [(_sums(saying, one.tells, self.columns) > 0).tolist() for one in holdings]
        self._owned = owned.tolist()
        # Datasets that every measure needs, because a field or a filter is worked out from them.
        named = [*question.by, *(filter_.dimension for filter_ in question.filters)]
        self.common = {one.joins for one in named if one.joins}

    def _own(self, version: DataVersion, question: Question) -> Mask:
        if self.publishers is not None and self.publishers.own is not None:
            return self.publishers.own
        found = np.zeros(self.rows.shape, bool)
        if self.publishers is None:
            found[0] = self.holdings[0].which(own_forces(version, question)) if version.forces else False
        return found

    def needed(self, measure: Measure) -> list[int]:
        """Which of the holdings a measure cannot be known without."""
        return [
            at
            for at, one in enumerate(self.holdings)
            if at == 0 or one.dataset in self.common or one.dataset == measure.joins
        ]

    def _summed(self, tables: Sequence[Mask]) -> Table:
        found = np.zeros((len(self.rows), len(self.columns)), np.int64)
        for table in tables:
            found += _sums(self.rows, table, self.columns)
        return found

    def _all_expected(self) -> Table:
        """Force-months expected of each part; of a year that was asked about as a whole also those beyond the months
        that the answer spans."""
        found = self._summed([one.expected for one in self.holdings])
        for one in self.holdings:
            if self.times is not None and self.times.outside is not None:
                remit = self.rows.astype(np.int64) @ (one.codes >= 0).any(axis=1).astype(np.int64)
                found += remit[:, None] * self.times.outside[None, :]
        return found

    def at(self, publisher: Any, time: Any) -> tuple[int, int, bool]:
        """(row, column, whether nothing can be known of it): where a row's figures stand in the grid."""
        row = self.publishers.row_of(publisher) if self.publishers is not None else 0
        closed = self.publishers is not None and publisher in self.publishers.closed
        return row, self.times.row_of(time) if self.times is not None else 0, closed

    def is_placed(self, row: int, closed: bool) -> bool:
        """Whether a row is about a place that has a force of its own."""
        return closed or bool(self._owned[row])

    def cell(self, row: int, column: int, closed: bool) -> Cell:
        told = [False if closed else one[row][column] for one in self._told]
        return Cell(self._held[row][column], self._whole[row][column], self._expected[row][column], told)

    def why(self, row: int, column: int, closed: bool, measure: Measure) -> str:
        """Why a measure of a row is not known."""
        if closed:
            return str(State.OUT_OF_SCOPE)
        own = self.own[row] if self._owned[row] else self.rows[row]
        parts = self.needed(measure)
        lacking = next((part for part in parts if not self._told[part][row][column]), parts[0])
        return self.holdings[lacking].why(own, self.columns[column])


def _sums(rows: Mask, table: Mask, columns: Mask) -> Table:
    found: Table = rows.astype(np.int64) @ table.astype(np.int64) @ columns.T.astype(np.int64)
    return found
