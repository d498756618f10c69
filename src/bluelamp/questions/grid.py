"""What is held of each part of a grouped answer, counted once for all the publishers' and times' values together. Used
by `row_states`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State
from bluelamp.questions.model.axis import ValueAxis
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import Measure
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.question import Question
from bluelamp.questions.registry import family_of

Table = npt.NDArray[np.int64]


def grid_of(
    version: DataVersion,
    question: Question,
    holdings: tuple[Holdings, ...],
    publishers: ValueAxis | None,
    times: ValueAxis | None,
) -> Grid:
    """The grid of a question's rows, worked out once for all cards of a page that group alike. `publishers` and `times`
    are the question's axes; None where it is grouped by no such field."""
    # Rows that are about no place have own forces only where the whole question is about one.
    own = family_of(question.dataset).own_publishers(version, question) if publishers is None else frozenset()
    key = ("grid", own, publishers, times, *(one.dataset for one in holdings))
    return holdings[0].kept(key, lambda: Grid(holdings, publishers, times, own))


class Grid:
    """Tables with a row for each value of the publishers' axis and a column for each of the times': how many
    force-months are `expected`, `held` and `whole`; `told` says for each of the holdings where anything is held that
    could say a figure. `own` has a row of publishers for each value: those without whom nothing is known of it; `owned`
    marks the values that have any."""

    def __init__(
        self,
        holdings: tuple[Holdings, ...],
        publishers: ValueAxis | None,
        times: ValueAxis | None,
        own: frozenset[int | str],
    ) -> None:
        self.holdings = holdings
        first = holdings[0]
        self.rows = publishers.masks if publishers is not None else first.which(None)[None, :]
        self.columns = times.masks if times is not None else np.ones((1, len(first.times)), bool)
        self.own: Mask = np.zeros(self.rows.shape, bool)
        if publishers is None:
            self.own[0] = first.which(own)
        elif publishers.own is not None:
            self.own = publishers.own
        self.owned: Mask = np.asarray(self.own.any(axis=1))
        self.held = self._summed([one.expected & one.held for one in holdings])
        self.whole = self._summed([one.expected & one.whole for one in holdings])
        self.expected = self._summed([one.expected for one in holdings]) + self._outside(times)
        saying = np.where(self.owned[:, None], self.own, self.rows)
        self.told = [_sums(saying, one.tells, self.columns) > 0 for one in holdings]

    def needed(self, question: Question, measure: Measure) -> list[int]:
        """Which of the holdings a measure cannot be known without: also every dataset that a field or a filter is
        worked out from."""
        fields = [*question.by, *(filter_.dimension for filter_ in question.filters)]
        joined = {measure.joins, *(one.joins for one in fields)}
        return [at for at, one in enumerate(self.holdings) if at == 0 or one.dataset in joined]

    def _summed(self, tables: Sequence[Mask]) -> Table:
        found: Table = np.add.reduce([_sums(self.rows, table, self.columns) for table in tables])
        return found

    def _outside(self, times: ValueAxis | None) -> Table:
        """Of a year that was asked about as a whole, the force-months beyond the months that the answer spans."""
        found = np.zeros((len(self.rows), len(self.columns)), np.int64)
        if times is not None and times.outside is not None:
            for one in self.holdings:
                remit = self.rows.astype(np.int64) @ (one.codes >= 0).any(axis=1).astype(np.int64)
                found += remit[:, None] * times.outside[None, :]
        return found

    def why(self, row: int, column: int, closed: bool, question: Question, measure: Measure) -> str:
        """Why a measure of a row is not known; of a `closed` row nothing can be."""
        if closed:
            return str(State.OUT_OF_SCOPE)
        own = self.own[row] if self.owned[row] else self.rows[row]
        parts = self.needed(question, measure)
        lacking = next((part for part in parts if not self.told[part][row, column]), parts[0])
        return self.holdings[lacking].why(own, self.columns[column])


def _sums(rows: Mask, table: Mask, columns: Mask) -> Table:
    """How many cells of a table (publishers × times) each row's and each column's mask keep. In floating point, whose
    products are quick, and exact for counts this small."""
    found: Table = (rows.astype(np.float64) @ table.astype(np.float64) @ columns.T.astype(np.float64)).astype(np.int64)
    return found
