"""The latest month that is complete, and what it may be compared with (promise 3). Used by `cards`.

A month is complete when every force that still publishes is held for it. A force that has published nothing for a year
is told of by name and left out of every comparison, so that its silence does not make every month incomplete for ever.
Two months are compared over the same forces only; where one of them is missing from the other month, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.questions.cells import Cells
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.question import Question
from bluelamp.questions.scope import forces_concerned, own_forces

# A force is silent at a month when none of the files of this many months up to it is held.
SILENT_MONTHS = 12
# So many names are told; then how many more.
_NAMED = 3

CountOf = Callable[[Month, Collection[int]], int]
Table = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Compared:
    """An earlier month beside the latest one: `value` and `change` (a share) are None where they cannot be compared."""

    month: Month
    value: int | None
    change: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest complete month with its figure, over `forces` forces; `later` and `silent` are sentences."""

    month: Month
    value: int
    forces: int
    before: Compared
    year_before: Compared
    later: tuple[str, ...]
    silent: tuple[str, ...]


class Publishing:
    """Which forces are held in which month, of one dataset and the forces concerned. `own` are the territorial forces
    of the area that it is about, if it is about one."""

    def __init__(
        self, cells: Cells, names: Mapping[int, str], forces: Collection[int] | None, own: Collection[int] = ()
    ) -> None:
        rows = cells.rows_of(forces)
        self._forces = np.array([force for force, its in zip(cells.forces, rows.tolist(), strict=True) if its], int)
        self._names = names
        self._first = cells.first_month
        self._held, self._expected = cells.held[rows], cells.expected[rows]
        months = self._held.shape[1]
        # For each month the year up to it, or, where what is held goes less far back, the first year held.
        before = np.concatenate([np.zeros((len(self._forces), 1), int), np.cumsum(self._held, axis=1)], axis=1)
        begin = np.maximum(np.arange(months) - SILENT_MONTHS + 1, 0)
        end = np.minimum(np.maximum(np.arange(months), SILENT_MONTHS - 1), months - 1) + 1 if months else begin
        self._active = before[:, end] > before[:, begin]
        # The police of an area are expected there however long they have been silent: without them nothing is known.
        self._own = np.isin(self._forces, list(own))
        self._active[self._own] = True
        self._absent = self._expected & ~self._held
        incomplete: Table = np.logical_or.reduce(self._active & ~self._held, axis=0)
        self._complete: Table = np.logical_or.reduce(self._held, axis=0) & ~incomplete

    def _column(self, table: Table, month: Month) -> npt.NDArray[np.bool_]:
        at = month.index - self._first
        inside = 0 <= at < table.shape[1]
        return table[:, at] if inside else np.zeros(len(self._forces), bool)

    def _which(self, table: Table, month: Month) -> set[int]:
        return set(self._forces[self._column(table, month)].tolist())

    def active(self, month: Month) -> set[int]:
        """The forces that are not silent at the month."""
        return self._which(self._active, month)

    def expected(self, month: Month) -> set[int]:
        """The forces of which a file of the month is expected, silent or not."""
        return self._which(self._expected, month)

    def held(self, month: Month) -> set[int]:
        return self._which(self._held, month)

    def absent(self, month: Month) -> set[int]:
        """The forces of which a file of the month is expected and not held."""
        return self._which(self._absent, month)

    def is_complete(self, month: Month) -> bool:
        """Whether some force is held for the month, and none that still publishes is missing."""
        at = month.index - self._first
        return 0 <= at < len(self._complete) and bool(self._complete[at])

    def lacks_own(self, month: Month) -> bool:
        """Whether it is about an area and none of its own forces is held for the month."""
        return bool(self._own.any()) and not bool((self._column(self._held, month) & self._own).any())

    def spans(self, month: Month) -> bool:
        return bool(self._column(self._expected, month).any())

    def held_columns(self, months: Sequence[Month]) -> dict[int, npt.NDArray[np.bool_]]:
        """force → for each of these months whether it is held."""
        table = np.array([self._column(self._held, month) for month in months]).reshape(len(months), -1)
        return {force: table[:, at] for at, force in enumerate(self._forces.tolist())}

    def silent(self, month: Month) -> list[str]:
        """A sentence for each force that is silent at the month."""
        found = []
        at = month.index - self._first
        silent = np.flatnonzero(~self._column(self._active, month)).tolist()
        for row in sorted(silent, key=lambda row: self._names[int(self._forces[row])]):
            force = int(self._forces[row])
            earlier = np.flatnonzero(self._held[row, : at + 1])
            since = f"since {Month(self._first + int(earlier[-1])).words()}" if len(earlier) else "in the months held"
            found.append(f"{self._names[force]} has published nothing {since} and is in none of these figures.")
        return found

    def names(self, forces: Collection[int]) -> str:
        """`Kent Police and Essex Police`; of many, the first few and how many more."""
        names = sorted(self._names[force] for force in forces)
        if len(names) > _NAMED:
            names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more forces"]
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def publishing_of(version: DataVersion, question: Question) -> Publishing:
    """Who publishes what a question is about."""
    forces, own = forces_concerned(version, question), own_forces(version, question)
    dataset = question.dataset.name
    key = ("publishing", dataset, None if forces is None else tuple(sorted(forces)), tuple(sorted(own)))
    names = {number: name for number, (_, name) in version.forces.items()}
    return version.often(key, lambda: Publishing(version.cells[dataset], names, forces, own))


def latest(publishing: Publishing, months: Sequence[Month], count_of: CountOf) -> Latest | None:
    """The latest complete month of `months` and its comparisons; None where none is complete.

    `count_of(month, forces)` counts the records of one month that these forces publish.
    """
    complete = [month for month in months if publishing.is_complete(month)]
    if not complete:
        return None
    month = complete[-1]
    forces = publishing.held(month)
    value = count_of(month, forces)
    return Latest(
        month,
        value,
        len(forces),
        _compared(publishing, month - 1, forces, value, count_of),
        _compared(publishing, month - 12, forces, value, count_of),
        tuple(_told(publishing, later) for later in months if later > month),
        tuple(publishing.silent(month)),
    )


def _told(publishing: Publishing, month: Month) -> str:
    held, of = len(publishing.held(month)), len(publishing.active(month))
    return f"{month.words()} is incomplete ({held} of {of} forces) and is not compared."


def _compared(publishing: Publishing, month: Month, forces: Collection[int], value: int, count_of: CountOf) -> Compared:
    if not publishing.spans(month):
        return Compared(month, None, None, f"{month.words()} is not held.")
    absent = set(forces) - publishing.held(month)
    if absent:
        verb = "has" if len(absent) == 1 else "have"
        return Compared(
            month, None, None,
            f"Not comparable with {month.words()}: {publishing.names(absent)} {verb} no file for that month.",
        )  # fmt: skip
    before = count_of(month, forces)
    change = (value - before) / before if before else None
    if change is None:
        return Compared(month, before, None, f"{before:,} in {month.words()}.")
    how = "the same as" if value == before else f"{abs(change):.1%} {'more' if change > 0 else 'fewer'} than"
    return Compared(month, before, change, f"{how.capitalize()} {before:,} in {month.words()}.")
