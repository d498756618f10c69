"""The scope of the installation, as a data version has it: what an answer about everything is counted within. Used by
the API; computed from the cells, so that it says the same as every coverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.domain.scope import DatasetScope, Scope, publishers_of
from bluelamp.domain.scope_words import outside_words, scope_words
from bluelamp.questions.families.archive.version import ArchiveVersion


@dataclass(frozen=True, slots=True)
class Installed:
    """What the installation is set up to hold of one dataset; `scope` is None where that is nothing."""

    dataset: str
    scope: DatasetScope | None

    def words(self) -> str:
        """One sentence for a person."""
        return scope_words(self.dataset, self.scope)

    def as_json(self) -> dict[str, Any]:
        """`forces` by their short names, `of` how many publish the dataset at all."""
        forces = sorted(self.scope.forces) if self.scope else []
        return {
            "forces": forces,
            "count": len(forces),
            "of": len(publishers_of(self.dataset)),
            "first": str(self.scope.first) if self.scope else None,
            "last": str(self.scope.last) if self.scope else None,
            "words": self.words(),
        }


def installed(version: ArchiveVersion) -> dict[str, Installed]:
    """What the installation is set up to hold, by dataset."""
    scope = _scope(version)
    return {name: Installed(name, scope.get(name)) for name in version.cells}


def outside(version: ArchiveVersion) -> str:
    """What it is not set up to hold, in one sentence."""
    return outside_words(_scope(version))


def _scope(version: ArchiveVersion) -> Scope:
    found = {}
    for name, cells in version.cells.items():
        months = cells.scope_months
        if months is not None:
            forces = frozenset(version.forces[force][0] for force in cells.scope_forces)
            found[name] = DatasetScope(forces, Month(months[0]), Month(months[1]))
    return found
