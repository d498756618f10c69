"""The latest month that is complete, and what it may be compared with (promise 3). Used by `cards`.

A month is complete when every force that still publishes is held for it. A force that has published nothing for a year
is told of by name and left out of every comparison, so that its silence does not make every month incomplete for ever.
Two months are compared over the same forces only; where one of them is missing from the other month, nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bluelamp.domain.month import Month
from bluelamp.questions.data_version import DataVersion

# A force is silent at a month when none of the files of this many months up to it is held.
SILENT_MONTHS = 12
# So many names are told; then how many more.
_NAMED = 3

CountOf = Callable[[Month, Collection[int]], int]


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
    """Which forces are held in which month, of one dataset and the forces concerned."""

    def __init__(self, version: DataVersion, dataset: str, forces: Collection[int] | None) -> None:
        self._names = {number: name for number, (_, name) in version.forces.items()}
        self._held = {
            force: {month for month, state in states.items() if state.has_data}
            for force, states in version.cells[dataset].items()
            if forces is None or force in forces
        }
        self._expected = {force: set(version.cells[dataset][force]) for force in self._held}
        self._first = min((min(months) for months in self._expected.values() if months), default=0)

    def active(self, month: Month) -> set[int]:
        """The forces that are not silent at the month: those held in any of the year up to it, or, where what is held
        goes less far back, of the first year held."""
        begin = max(month.index - SILENT_MONTHS + 1, self._first)
        year = range(begin, max(month.index, self._first + SILENT_MONTHS - 1) + 1)
        return {force for force, held in self._held.items() if not held.isdisjoint(year)}

    def forces(self) -> list[int]:
        return list(self._held)

    def expected(self, month: Month) -> set[int]:
        """The forces of which a file of the month is expected, silent or not."""
        return {force for force, months in self._expected.items() if month.index in months}

    def holds(self, force: int, month: Month) -> bool:
        return month.index in self._held[force]

    def held(self, month: Month) -> set[int]:
        return {force for force, months in self._held.items() if month.index in months}

    def missing(self, month: Month) -> set[int]:
        """The forces that still publish and are not held for the month."""
        return self.active(month) - self.held(month)

    def is_complete(self, month: Month) -> bool:
        return bool(self.held(month)) and not self.missing(month)

    def spans(self, month: Month) -> bool:
        return any(month.index in months for months in self._expected.values())

    def silent(self, month: Month) -> list[str]:
        """A sentence for each force that is silent at the month."""
        found = []
        for force in sorted(self._held.keys() - self.active(month), key=self._names.__getitem__):
            earlier = [one for one in self._held[force] if one <= month.index]
            since = f"since {Month(max(earlier)).words()}" if earlier else "in the months held"
            found.append(f"{self._names[force]} has published nothing {since} and is in none of these figures.")
        return found

    def names(self, forces: Collection[int]) -> str:
        """`Kent Police and Essex Police`; of many, the first few and how many more."""
        names = sorted(self._names[force] for force in forces)
        if len(names) > _NAMED:
            names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more forces"]
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


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
        _later(publishing, [later for later in months if later > month]),
        tuple(publishing.silent(month)),
    )


def _later(publishing: Publishing, months: Sequence[Month]) -> tuple[str, ...]:
    """Why the months after the latest complete one are not compared: each by itself, or many in one sentence."""
    if len(months) > _NAMED:
        between = f"{months[0].words()} to {months[-1].words()}"
        return (f"The {len(months)} months since, {between}, are incomplete and are not compared.",)
    return tuple(_told(publishing, month) for month in months)


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
