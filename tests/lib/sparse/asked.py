"""A question as the walk over the sparse archives puts it, and the words that it is put in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bluelamp.domain.force import FORCES

Unit = tuple[str, str]  # force, month

DATASETS = ("crimes", "outcomes", "stops")
EVERYONE = tuple(force.slug for force in FORCES)
# Fields that name a place, which has a force of its own.
PLACES = ("local_authority", "lsoa")

# What needs crimes and outcomes both.
_JOINED = {
    "crimes": {"with_outcome", "still_open", "median_months_to_outcome", "outcomes_disagree"},
    "outcomes": {"matched", "ambiguous", "crime_not_held", "median_months_after"},
}
_JOINING = {
    "crimes": {"outcome_status", "latest_outcome", "months_to_outcome"},
    "outcomes": {"crime_type", "crime_month", "months_after", "time_to_outcome", "match"},
}


@dataclass(frozen=True)
class Asked:
    """A question, as a person would put it: filters as `field=value` or `field!=value`, months as YYYY-MM."""

    dataset: str
    measure: str = "count"
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    order: str = ""

    def words(self) -> str:
        """As the parameters of the API."""
        parts = [f"measure={self.measure}", *([f"by={','.join(self.by)}"] if self.by else [])]
        parts += [f"where={one}" for one in self.where]
        parts += [f"{name}={value}" for name, value in (("from", self.first), ("to", self.last)) if value]
        return f"{self.dataset}?{'&'.join(parts)}" + (f"&order={self.order}" if self.order else "")

    def filters(self) -> dict[tuple[str, bool], set[str]]:
        """(field, negated) → values."""
        found: dict[tuple[str, bool], set[str]] = {}
        for one in self.where:
            name, _, value = one.partition("=")
            found.setdefault((name.rstrip("!"), name.endswith("!")), set()).add(value)
        return found

    def fields(self) -> set[str]:
        """What it is grouped or filtered by."""
        return {*self.by, *(field for field, _ in self.filters())}

    @property
    def joins(self) -> bool:
        """Whether it needs crimes and outcomes both."""
        joined, joining = _JOINED.get(self.dataset, set()), _JOINING.get(self.dataset, set())
        return self.measure in joined or bool(self.fields() & joining)

    @property
    def other(self) -> str:
        """The dataset that it needs beside its own, where it needs one."""
        return "outcomes" if self.dataset == "crimes" else "crimes"


def number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def months(first: str, last: str) -> list[str]:
    """Every month from the first to the last."""
    return [f"{at // 12}-{at % 12 + 1:02d}" for at in range(number(first), number(last) + 1)]


def later(month: str, by: int) -> str:
    at = number(month) + by
    return f"{at // 12}-{at % 12 + 1:02d}"


def by_force(units: Iterable[Unit]) -> dict[str, list[str]]:
    """force → its months."""
    found: dict[str, list[str]] = {}
    for force, month in units:
        found.setdefault(force, []).append(month)
    return found
