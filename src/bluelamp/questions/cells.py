"""The state of every force-month of one dataset, as a table of small numbers: what coverage is counted over. Made by
`data_version`, read by `coverage`, `trend` and the cards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State

STATES = tuple(State)
_NOT_EXPECTED = -1
_HAS_DATA = np.array([state.has_data for state in STATES])


@dataclass(frozen=True, slots=True)
class Cells:
    """`codes` has a row for each force of `forces` and a column for each month from `first_month` on; a code is a place
    in STATES, or -1 where nothing is expected (never in the publisher's remit)."""

    forces: tuple[int, ...]
    first_month: int
    codes: npt.NDArray[np.int8]
    expected: npt.NDArray[np.bool_]
    held: npt.NDArray[np.bool_]

    @property
    def months(self) -> range:
        return range(self.first_month, self.first_month + self.codes.shape[1])

    def rows_of(self, forces: Collection[int] | None) -> npt.NDArray[np.bool_]:
        """Which rows are of these forces; all for None."""
        if forces is None:
            return np.ones(len(self.forces), bool)
        wanted = set(forces)
        return np.array([force in wanted for force in self.forces], bool)

    def columns_of(self, first: int, last: int, months: Collection[int] | None = None) -> npt.NDArray[np.bool_]:
        """Which columns are of these months, ends included."""
        every = np.arange(self.first_month, self.first_month + self.codes.shape[1])
        inside = (every >= first) & (every <= last)
        return inside if months is None else inside & np.isin(every, list(months))


def make_cells(rows: Iterable[tuple[int, int, State]]) -> Cells:
    """From (force, month, state) in the order in which forces shall stand; what was never in a remit is left out."""
    found = [(force, month, state) for force, month, state in rows if state is not State.NOT_PUBLISHED]
    forces = tuple(dict.fromkeys(force for force, _, _ in found))
    first = min((month for _, month, _ in found), default=0)
    last = max((month for _, month, _ in found), default=-1)
    places = {force: place for place, force in enumerate(forces)}
    numbers = {state: number for number, state in enumerate(STATES)}
    codes = np.full((len(forces), last - first + 1), _NOT_EXPECTED, np.int8)
    for force, month, state in found:
        codes[places[force], month - first] = numbers[state]
    expected = codes != _NOT_EXPECTED
    return Cells(forces, first, codes, expected, expected & _HAS_DATA[codes])
