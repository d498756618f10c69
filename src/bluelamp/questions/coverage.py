"""How complete an answer is: which of the force-months that it should contain are held, and which are not. Used by
`answer`; the states themselves were derived from the ledger when the data version was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month, runs
from bluelamp.questions.data_version import DataVersion


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of months that a force's records are absent for, and why."""

    force: str
    name: str
    state: str
    first: Month
    last: Month

    @property
    def months(self) -> int:
        return self.last.index - self.first.index + 1

    def words(self) -> str:
        """One sentence for a person."""
        when = self.first.words() if self.first == self.last else f"{self.first.words()} to {self.last.words()}"
        how = {
            State.MISSING: "published nothing for",
            State.QUARANTINED: "published a file that cannot be read for",
            State.NOT_FETCHED: "was not fetched for",
        }[State(self.state)]
        return f"{self.name} {how} {when}"

    def as_json(self) -> dict[str, Any]:
        return {
            "force": self.force,
            "name": self.name,
            "state": self.state,
            "from": str(self.first),
            "to": str(self.last),
            "months": self.months,
            "words": self.words(),
        }


@dataclass(frozen=True, slots=True)
class MonthCoverage:
    """How many force-months of one month are expected, and how many are held."""

    month: Month
    expected: int
    held: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """`expected` and `held` count force-months; `gaps` names every one that is expected and not held."""

    expected: int
    held: int
    gaps: tuple[Gap, ...]
    by_month: tuple[MonthCoverage, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.held == self.expected

    def words(self) -> str:
        if not self.expected:
            return "No force-month of this kind is expected in what is held."
        if self.is_complete:
            return f"Complete: all {self.expected:,} force-months are held."
        return f"{self.held:,} of {self.expected:,} force-months are held; {self.expected - self.held:,} are not."

    def brief(self) -> dict[str, Any]:
        """The counts alone, for where the gaps are named elsewhere in the same answer."""
        return {"expected": self.expected, "held": self.held, "complete": self.is_complete, "words": self.words()}

    def as_json(self) -> dict[str, Any]:
        return {**self.brief(), "gaps": [gap.as_json() for gap in self.gaps]}


def coverage_of(
    version: DataVersion,
    dataset: str,
    *,
    force_ids: Sequence[int] | None,
    first: Month | None = None,
    last: Month | None = None,
    months: Sequence[Month] | None = None,
) -> Coverage:
    """The coverage of a dataset for some forces (all when None) and months (a range, or a list, or all)."""
    wanted = None if months is None else {month.index for month in months}
    begin, end = first.index if first else 0, last.index if last else 1 << 16
    expected = held = 0
    absent: dict[tuple[str, str, str], list[Month]] = {}
    counts: dict[int, list[int]] = {}
    for force, states in version.cells[dataset].items():
        if force_ids is not None and force not in force_ids:
            continue
        for month, state in states.items():
            if not begin <= month <= end or (wanted is not None and month not in wanted):
                continue
            count = counts.setdefault(month, [0, 0])
            count[0] += 1
            expected += 1
            if state.has_data:
                count[1] += 1
                held += 1
            else:
                absent.setdefault((*version.forces[force], str(state)), []).append(Month(month))
    gaps = tuple(
        Gap(slug, name, state, begins, ends)
        for (slug, name, state), gone in absent.items()
        for begins, ends in runs(gone)
    )
    by_month = tuple(MonthCoverage(Month(month), *counts[month]) for month in sorted(counts))
    return Coverage(expected, held, gaps, by_month)
