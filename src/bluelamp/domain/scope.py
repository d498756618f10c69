"""The scope of an installation: the forces and months of each dataset that it is set up to hold. By default what was
chosen on loading; a person may say otherwise. Coverage is counted within it. Pure; fed from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.release import FIRST_MONTH, ForceMonth
from bluelamp.domain.whole import ReceiptWindow


@dataclass(frozen=True, slots=True)
class DatasetScope:
    """The forces and the months, ends included, of one dataset. Never without a force."""

    forces: frozenset[str]
    first: Month
    last: Month

    def covers(self, unit: ForceMonth) -> bool:
        return unit.force in self.forces and self.first <= unit.month <= self.last


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What a person said that the scope is. None leaves a part of it to what was received."""

    forces: frozenset[str] | None = None
    datasets: frozenset[str] | None = None
    first: Month | None = None
    last: Month | None = None

    @property
    def is_default(self) -> bool:
        return self == DEFAULT_SCOPE


DEFAULT_SCOPE = ScopeChoice()
Scope = Mapping[str, DatasetScope]
EVERY_FORCE = frozenset(BY_SLUG)


def publishers_of(dataset: str) -> frozenset[str]:
    """The forces in whose remit a dataset is."""
    return frozenset(force.slug for force in FORCES if force.publishes(BY_NAME[dataset]))


def scope_of(
    received: Iterable[ForceMonth], windows: Iterable[ReceiptWindow], chosen: ScopeChoice, newest: Month | None
) -> Scope:
    """The scope by dataset; one of which nothing belongs to it is absent.

    `received` are the force-months of which a file came, readable or not; `newest` is the newest release held: what
    it could not have yet is in no scope.
    """
    return _as_chosen(_as_received(received, windows), chosen, newest)


def _as_received(received: Iterable[ForceMonth], windows: Iterable[ReceiptWindow]) -> dict[str, DatasetScope]:
    """Of a whole release that was read without leaving forces out, every publisher is meant to be held; of anything
    else those that were chosen and those that came."""
    forces: dict[str, set[str]] = {}
    months: dict[str, list[Month]] = {}
    for unit in received:
        if unit.force in BY_SLUG:
            forces.setdefault(unit.dataset, set()).add(unit.force)
            months.setdefault(unit.dataset, []).append(unit.month)
    for window in windows:
        span = window.chosen_span()
        if span is None:
            continue
        months.setdefault(window.dataset, []).extend(span)
        if window.choice.forces or window.whole:
            meant = window.choice.forces or EVERY_FORCE
            forces.setdefault(window.dataset, set()).update(meant & publishers_of(window.dataset))
    return {
        name: DatasetScope(frozenset(its_forces), max(min(months[name]), FIRST_MONTH), max(months[name]))
        for name, its_forces in forces.items()
        if its_forces and max(months[name]) >= FIRST_MONTH
    }


def _as_chosen(received: dict[str, DatasetScope], chosen: ScopeChoice, newest: Month | None) -> Scope:
    if chosen.is_default or not received:
        return received
    everything = DatasetScope(
        frozenset().union(*(one.forces for one in received.values())),
        min(one.first for one in received.values()),
        max(one.last for one in received.values()),
    )
    found = {}
    for dataset in DATASETS:
        if dataset.name not in (received if chosen.datasets is None else chosen.datasets):
            continue
        base = received.get(dataset.name, everything)
        forces = (base.forces if chosen.forces is None else chosen.forces) & publishers_of(dataset.name)
        first = max(chosen.first or base.first, FIRST_MONTH)
        last = min(chosen.last or base.last, max(newest or base.last, base.last))
        if forces and first <= last:
            found[dataset.name] = DatasetScope(forces, first, last)
    return found
