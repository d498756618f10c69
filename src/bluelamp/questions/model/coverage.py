"""How complete an answer is: how many of the units that it asks for are held, and which are not. A unit is what a
family holds or lacks as a whole: a force-month of the archive, a day of a feed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol

from bluelamp.domain.month import Month


class Gap(Protocol):
    """A run of times that records of a publisher are absent for, and why."""

    def words(self) -> str: ...

    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class MonthCoverage:
    """How many units of one month are expected, and how many are held."""

    month: Month
    expected: int
    held: int
    closed: int = 0  # of those expected: how many could not say what is asked, being of another era


@dataclass(frozen=True, slots=True)
class Coverage(ABC):
    """`expected` and `held` count units (see `unit`); `gaps` names every one that is expected and not held. `reason`
    says why where nothing is held; `parts` are (dataset, held, expected) where the files of two datasets are needed. Of
    what is not held, `closed` is what could not be recorded in its month: no file could say it."""

    expected: int
    held: int
    gaps: tuple[Gap, ...]
    by_month: tuple[MonthCoverage, ...] = ()
    reason: str = ""
    parts: tuple[tuple[str, int, int], ...] = ()
    closed: int = 0

    @property
    @abstractmethod
    def unit(self) -> str:
        """What is counted: `force-months`, `feed-days`."""

    @property
    def is_complete(self) -> bool:
        return self.held == self.expected > 0

    @abstractmethod
    def words(self) -> str:
        """One sentence: how much of what is asked is held."""

    def brief(self) -> dict[str, Any]:
        """The counts alone, for where the gaps are named elsewhere in the same answer."""
        return {
            "expected": self.expected,
            "held": self.held,
            "closed": self.closed,
            "complete": self.is_complete,
            "unit": self.unit,
            "words": self.words(),
        }

    def as_json(self) -> dict[str, Any]:
        return {**self.brief(), "gaps": [gap.as_json() for gap in self.gaps]}
