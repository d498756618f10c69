"""The periods that an answer is grouped by, as far as they are not whole and so cannot be compared with the others.

A period that is not whole is named as such: it is never left to look like a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.domain.month import Month


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year of an answer; `expected` and `held` count force-months, `closed` those of another era than what
    is asked."""

    name: str
    months: tuple[Month, ...]
    of_months: int
    expected: int
    held: int
    closed: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing of what is asked could be recorded in it."""
        return not self.held and self.closed == self.expected > 0

    @property
    def is_part(self) -> bool:
        return len(self.months) < self.of_months

    @property
    def has_gaps(self) -> bool:
        return self.held < self.expected

    def as_json(self) -> dict[str, Any]:
        return {
            "period": self.name,
            "months": len(self.months),
            "of_months": self.of_months,
            "expected": self.expected,
            "held": self.held,
        }
