"""A selection: which force-months a person asked for. The same everywhere: `--force`, `--from`, `--to`, `--dataset`."""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty sets and None mean everything."""

    forces: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    first: Month | None = None
    last: Month | None = None

    def wants(self, unit: ForceMonth) -> bool:
        return (
            (not self.forces or unit.force in self.forces)
            and (not self.datasets or unit.dataset in self.datasets)
            and (self.first is None or unit.month >= self.first)
            and (self.last is None or unit.month <= self.last)
        )

    @property
    def is_everything(self) -> bool:
        return self == Selection()
