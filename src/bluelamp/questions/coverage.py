"""How complete an answer is: which of the force-months that it should contain are held, and which are not. Used by
`answer`; the states themselves were derived from the ledger when the data version was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month, runs

if TYPE_CHECKING:
    import duckdb


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

    def as_json(self) -> dict[str, Any]:
        return {
            "expected": self.expected,
            "held": self.held,
            "complete": self.is_complete,
            "words": self.words(),
            "gaps": [
                {
                    "force": gap.force,
                    "state": gap.state,
                    "from": str(gap.first),
                    "to": str(gap.last),
                    "months": gap.months,
                    "words": gap.words(),
                }
                for gap in self.gaps
            ],
        }


def coverage_of(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    *,
    force_ids: Sequence[int] | None,
    first: Month | None,
    last: Month | None,
    months: Sequence[Month] | None = None,
) -> Coverage:
    """The coverage of a dataset for some forces (all when None) and months (a range, or a list, or all)."""
    conditions, values = (
        ["dataset = $dataset", "state <> $never"],
        {"dataset": dataset, "never": str(State.NOT_PUBLISHED)},
    )
    parameters: dict[str, Any] = dict(values)
    if force_ids is not None:
        conditions.append("list_contains($forces, force_id)")
        parameters["forces"] = list(force_ids)
    if first is not None:
        conditions.append("month >= $first")
        parameters["first"] = first.index
    if last is not None:
        conditions.append("month <= $last")
        parameters["last"] = last.index
    if months is not None:
        conditions.append("list_contains($months, month)")
        parameters["months"] = [month.index for month in months]
    rows = connection.execute(
        f"""
        SELECT slug, name, state, month
        FROM mart_coverage__force_month JOIN dim_force USING (force_id)
        WHERE {" AND ".join(conditions)} ORDER BY slug, month
        """,
        parameters,
    ).fetchall()
    held = sum(State(state).has_data for _, _, state, _ in rows)
    absent: dict[tuple[str, str, str], list[Month]] = {}
    for slug, name, state, month in rows:
        if not State(state).has_data:
            absent.setdefault((slug, name, state), []).append(Month(month))
    gaps = tuple(
        Gap(slug, name, state, begin, end) for (slug, name, state), gone in absent.items() for begin, end in runs(gone)
    )
    states_of_months: dict[Month, list[State]] = {}
    for _, _, state, month in rows:
        states_of_months.setdefault(Month(month), []).append(State(state))
    by_month = tuple(
        MonthCoverage(month, len(states), sum(state.has_data for state in states))
        for month, states in sorted(states_of_months.items())
    )
    return Coverage(len(rows), held, gaps, by_month)
