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
        self.held = [_sums(self.rows, one.expected & one.held, self.columns) for one in holdings]
        self.wholes = [_sums(self.rows, one.expected & one.whole, self.columns) for one in holdings]
        self.expected = [_sums(self.rows, one.expected, self.columns) for one in holdings]
        owned = np.asarray(self.own.any(axis=1))[:, None]
        self.told = [
            np.where(owned, _sums(self.own, one.tells, self.columns), _sums(self.rows, one.tells, self.columns)) > 0
            for one in holdings
        ]
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

    def is_placed(self, publisher: Any) -> bool:
        """Whether a value is a place, or of a place, that has a force of its own."""
        if self.publishers is not None and publisher in self.publishers.closed:
            return True
        return bool(self.own[self._at(publisher, None)[0]].any())

    def _at(self, publisher: Any, time: Any) -> tuple[int, int]:
        row = self.publishers.row_of(publisher) if self.publishers is not None else 0
        return row, self.times.row_of(time) if self.times is not None else 0

    def cell(self, publisher: Any, time: Any) -> Cell:
        row, column = self._at(publisher, time)
        told = [bool(one[row, column]) for one in self.told]
        if self.publishers is not None and publisher in self.publishers.closed:
            told = [False] * len(told)
        held, whole, expected = (
            sum(int(one[row, column]) for one in part) for part in (self.held, self.wholes, self.expected)
        )
        return Cell(held, whole, expected + self._outside(row, column), told)

    def _outside(self, row: int, column: int) -> int:
        """Force-months of a year that was asked about as a whole, beyond the months that the answer spans."""
        if self.times is None or self.times.outside is None:
            return 0
        remit = sum(int(self.rows[row][(one.codes >= 0).any(axis=1)].sum()) for one in self.holdings)
        return int(self.times.outside[column]) * remit

    def why(self, publisher: Any, time: Any, measure: Measure) -> str:
        """Why a measure of a value is not known."""
        row, column = self._at(publisher, time)
        if self.publishers is not None and publisher in self.publishers.closed:
            return str(State.OUT_OF_SCOPE)
        own = self.own[row] if self.own[row].any() else self.rows[row]
        parts = self.needed(measure)
        lacking = next((part for part in parts if not self.told[part][row, column]), parts[0])
        return self.holdings[lacking].why(own, self.columns[column])


def _sums(rows: Mask, table: Mask, columns: Mask) -> Table:
    found: Table = rows.astype(np.int64) @ table.astype(np.int64) @ columns.T.astype(np.int64)
    return found
