"""The state of every force-month of one dataset, as a table of small numbers: what coverage is counted over. Made by
`data_version`, read by `coverage`, `trend` and the cards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State

STATES = tuple(State)
NOT_EXPECTED = -1
_OUT_OF_SCOPE = STATES.index(State.OUT_OF_SCOPE)
_HAS_DATA = np.array([state.has_data for state in STATES])


@dataclass(frozen=True)
class CoverageGrid:
    """`codes` has a row for each force of `forces` and a column for each month from `first_month` on; a code is a place
    in STATES, or -1 for what was never in the publisher's remit. `expected` is what is in the scope of the
    installation and in the remit; `held` is a part of it."""

    forces: tuple[int, ...]
    first_month: int
    codes: npt.NDArray[np.int8]
    expected: npt.NDArray[np.bool_]
    held: npt.NDArray[np.bool_]

    @property
    def months(self) -> range:
        return range(self.first_month, self.first_month + self.codes.shape[1])

    @cached_property
    def scope_months(self) -> tuple[int, int] | None:
        """(first, last) of the months in which anything is expected; None where nothing ever is."""
        columns = np.flatnonzero(np.logical_or.reduce(self.expected, axis=0))
        return (self.first_month + int(columns[0]), self.first_month + int(columns[-1])) if len(columns) else None

    @cached_property
    def scope_forces(self) -> tuple[int, ...]:
        """The forces of which anything is expected, in their order."""
        rows = np.logical_or.reduce(self.expected, axis=1)
        return tuple(force for force, its in zip(self.forces, rows.tolist(), strict=True) if its)

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


def make_cells(rows: Iterable[tuple[int, int, State]], months: tuple[int, int] | None = None) -> CoverageGrid:
    """From (force, month, state) in the order in which forces shall stand; a force that has the dataset nowhere in its
    remit is left out. `months` are the first and last column; those of the rows where it is None. What no row tells
    of is as if it were in no remit."""
    found = list(rows)
    publishing = {force for force, _, state in found if state is not State.NOT_PUBLISHED}
    found = [row for row in found if row[0] in publishing]
    forces = tuple(dict.fromkeys(force for force, _, _ in found))
    first, last = months or (
        min((month for _, month, _ in found), default=0),
        max((month for _, month, _ in found), default=-1),
    )
    places = {force: place for place, force in enumerate(forces)}
    numbers = {state: number for number, state in enumerate(STATES)} | {State.NOT_PUBLISHED: NOT_EXPECTED}
    codes = np.full((len(forces), last - first + 1), NOT_EXPECTED, np.int8)
    for force, month, state in found:
        codes[places[force], month - first] = numbers[state]
    expected = (codes != NOT_EXPECTED) & (codes != _OUT_OF_SCOPE)
    return CoverageGrid(forces, first, codes, expected, expected & _HAS_DATA[codes])
