"""Coverage: for each dataset × force × month, whether we hold it and if not, why. Derived from which files were
published and received, never from counts. Pure; fed from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.scope import DEFAULT_SCOPE, DatasetScope, Scope, ScopeChoice, scope_of
from bluelamp.domain.whole import ReceiptWindow
from bluelamp.messages import say


class State(StrEnum):
    """What is known of one force-month of one dataset. The words are shown to people as they stand."""

    HELD = "held"
    EMPTY = "empty"  # a file with a header and no row
    QUARANTINED = "quarantined"  # received, but broken as a file
    NOT_FETCHED = "not fetched"  # published, or possibly published, but left out by a selection
    MISSING = "missing"  # a whole release that covers the month has no such file
    NOT_HELD = "not held"  # what was received of the month is a part of a release, and has no such file
    NOT_COVERED = "not covered"  # no release that is held covers the month
    NOT_YET = "not yet published"  # after the newest release that is held
    BEFORE = "before publication"  # before December 2010, when publication began
    OUTSIDE_ERA = "could not be recorded"  # a file is or may be there, and what is asked did not exist in its month
    OUT_OF_SCOPE = "out of scope"  # outside what this installation was set up to hold: expected only when asked for
    NOT_PUBLISHED = "not published"  # never in that publisher's remit

    @property
    def words(self) -> str:
        """What the state means, for people."""
        return say(f"state.{self}")

    @property
    def has_data(self) -> bool:
        """Whether figures include this force-month; an empty file is a published zero."""
        return self in (State.HELD, State.EMPTY)

    @property
    def is_expected(self) -> bool:
        """Whether an installation as a whole lacks something where it has no data for this force-month."""
        return self not in (State.OUT_OF_SCOPE, State.NOT_PUBLISHED)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """The file that answers for a force-month: its id in the ledger, the release it came in, its rows."""

    file_id: int
    release: Month
    rows: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One force-month's state; `release` is the one it is held from, or the newest that tells of its absence."""

    unit: ForceMonth
    state: State
    release: Month | None
    rows: int = 0


def cells(
    held: Mapping[ForceMonth, HeldFile],
    quarantined: Mapping[ForceMonth, Month],
    not_fetched: Mapping[ForceMonth, Month],
    windows: Iterable[ReceiptWindow],
    chosen: ScopeChoice = DEFAULT_SCOPE,
) -> Iterator[Cell]:
    """Every force-month with its state: 45 publishers × 3 datasets × every month from the first to the last that the
    installation knows of, none left out between. `NOT_YET` and `BEFORE` are never among them: they are said of months
    that lie outside; nor is `OUTSIDE_ERA`, which is said of what is asked.

    `quarantined` and `not_fetched` map a force-month to the newest release in which it was so; `chosen` is what a
    person said of the scope. A month that has left a later release's window stays held: the file that was received
    then still answers.
    """
    windows = list(windows)
    releases = [window.release for window in windows] + [file.release for file in held.values()]
    scope = scope_of([*held, *quarantined], windows, chosen, max(releases, default=None))
    known = _Known(held, quarantined, not_fetched, windows, scope)
    months = _months_of(held, windows, scope)
    for dataset in DATASETS:
        for force in FORCES:
            for month in months:
                yield known.cell(ForceMonth(dataset.name, force.slug, month), force.publishes(dataset))


def scope_of_cells(every: Iterable[Cell]) -> Scope:
    """The scope that the cells of a version have, by dataset; with what is held outside of the one that was chosen."""
    found: dict[str, tuple[set[str], list[Month]]] = {}
    for cell in every:
        if cell.state.is_expected:
            forces, months = found.setdefault(cell.unit.dataset, (set(), []))
            forces.add(cell.unit.force)
            months.append(cell.unit.month)
    return {name: DatasetScope(frozenset(forces), min(months), max(months)) for name, (forces, months) in found.items()}


def _months_of(held: Iterable[ForceMonth], windows: Iterable[ReceiptWindow], scope: Scope) -> list[Month]:
    """Every month of the installation, in order."""
    ends = [unit.month for unit in held]
    ends += [end for window in windows for end in (window.first, window.last)]
    ends += [end for its in scope.values() for end in (its.first, its.last)]
    return list(month_range(min(ends), max(ends))) if ends else []


class _Known:
    """What was received, and what each receipt says of the rest."""

    def __init__(
        self,
        held: Mapping[ForceMonth, HeldFile],
        quarantined: Mapping[ForceMonth, Month],
        not_fetched: Mapping[ForceMonth, Month],
        windows: list[ReceiptWindow],
        scope: Scope,
    ) -> None:
        self.held, self.quarantined, self.not_fetched, self.scope = held, quarantined, not_fetched, scope
        self.whole = _newest_by_month(window for window in windows if window.whole)
        self.spanned = _newest_by_month(windows)

    def cell(self, unit: ForceMonth, publishes: bool) -> Cell:
        """The state of one force-month. What is held is held, whatever else is known of it."""
        found = self.held.get(unit)
        if found is not None:
            return Cell(unit, State.HELD if found.rows else State.EMPTY, found.release, found.rows)
        its_scope = self.scope.get(unit.dataset)
        inside = its_scope is not None and its_scope.covers(unit)
        if inside and unit in self.quarantined:
            return Cell(unit, State.QUARANTINED, self.quarantined[unit])
        if inside and unit in self.not_fetched:
            return Cell(unit, State.NOT_FETCHED, self.not_fetched[unit])
        if not publishes:
            return Cell(unit, State.NOT_PUBLISHED, None)
        if not inside:
            return Cell(unit, State.OUT_OF_SCOPE, None)
        spoken_for = (unit.dataset, unit.month)
        if spoken_for in self.whole:
            return Cell(unit, State.MISSING, self.whole[spoken_for])
        if spoken_for in self.spanned:
            return Cell(unit, State.NOT_HELD, self.spanned[spoken_for])
        return Cell(unit, State.NOT_COVERED, None)


def _newest_by_month(windows: Iterable[ReceiptWindow]) -> dict[tuple[str, Month], Month]:
    """(dataset, month) → the newest release whose window has it."""
    newest: dict[tuple[str, Month], Month] = {}
    for window in windows:
        for month in month_range(window.first, window.last):
            key = window.dataset, month
            newest[key] = max(newest.get(key, window.release), window.release)
    return newest
