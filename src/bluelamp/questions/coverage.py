"""How complete an answer is: which of the force-months that it should contain are held, and which are not. Used by
`answer`; the states themselves were derived from the ledger when the data version was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month, runs
from bluelamp.questions.cells import STATES
from bluelamp.questions.data_version import DataVersion


class ToldGap(Protocol):
    """What every gap can say of itself."""

    def words(self) -> str: ...

    def as_json(self) -> dict[str, Any]: ...


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
            State.NOT_HELD: "is not held for",
            State.NOT_COVERED: "is covered by no release that is held for",
            State.NOT_YET: "had not published, by the newest release that is held,",
            State.BEFORE: "had not begun to publish in",
            State.OUT_OF_SCOPE: "is outside what this installation holds for",
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
    gaps: tuple[ToldGap, ...]
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
    key = ("coverage", dataset, None if force_ids is None else tuple(force_ids), first, last, _key(months))
    return version.often(key, lambda: _counted(version, dataset, force_ids, first, last, months))


def _key(months: Sequence[Month] | None) -> tuple[Month, ...] | None:
    return None if months is None else tuple(months)


def _counted(
    version: DataVersion,
    dataset: str,
    force_ids: Sequence[int] | None,
    first: Month | None,
    last: Month | None,
    months: Sequence[Month] | None,
) -> Coverage:
    cells = version.cells[dataset]
    rows = cells.rows_of(force_ids)
    columns = cells.columns_of(
        first.index if first else 0,
        last.index if last else 1 << 16,
        None if months is None else [month.index for month in months],
    )
    part = np.ix_(rows, columns)
    expected, held = cells.expected[part], cells.held[part]
    forces = [force for force, its in zip(cells.forces, rows.tolist(), strict=True) if its]
    span = [month for month, its in zip(cells.months, columns.tolist(), strict=True) if its]
    absent: dict[tuple[str, str, str], list[Month]] = {}
    codes = cells.codes[part]
    for row, column in np.argwhere(expected & ~held).tolist():
        state = STATES[codes[row, column]]
        absent.setdefault((*version.forces[forces[row]], str(state)), []).append(Month(span[column]))
    gaps = tuple(
        Gap(slug, name, state, begins, ends)
        for (slug, name, state), gone in absent.items()
        for begins, ends in runs(gone)
    )
    by_month = tuple(
        MonthCoverage(Month(month), its_expected, its_held)
        for month, its_expected, its_held in zip(
            span, expected.sum(axis=0).tolist(), held.sum(axis=0).tolist(), strict=True
        )
        if its_expected
    )
    return Coverage(int(expected.sum()), int(held.sum()), gaps, by_month)
