"""A calendar month, the finest date that a street crime has. Used by every room above the domain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from bluelamp.messages import say

_PATTERN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@total_ordering
@dataclass(frozen=True, slots=True)
class Month:
    """A month as the number of months since January of year 0, so that arithmetic and storage are integers."""

    index: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month of a year (1 to 12)."""
        if not 1 <= month <= 12:
            raise ValueError(f"a month is 1 to 12, not {month}")
        return cls(year * 12 + month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `YYYY-MM`. Raises ValueError with a sentence that names the text."""
        found = _PATTERN.fullmatch(text)
        if not found:
            raise ValueError(f"“{text}” is not a month: write it as YYYY-MM, for example 2024-03")
        return cls.of(int(found[1]), int(found[2]))

    @property
    def year(self) -> int:
        return self.index // 12

    @property
    def number(self) -> int:
        """1 for January to 12 for December."""
        return self.index % 12 + 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def name(self) -> str:
        """`September`, in the language of the catalogue whatever the locale of the machine."""
        return say(f"month.{self.number}")

    def words(self) -> str:
        """`September 2021`."""
        return say("month", month=self.name, year=f"{self.year}")

    def __add__(self, months: int) -> Month:
        return Month(self.index + months)

    def __sub__(self, months: int) -> Month:
        return Month(self.index - months)

    def __lt__(self, other: Month) -> bool:
        return self.index < other.index

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month_range(first: Month, last: Month) -> Iterator[Month]:
    """Every month from first to last, both included; nothing where last comes before first."""
    return (Month(index) for index in range(first.index, last.index + 1))


def runs(months: list[Month]) -> list[tuple[Month, Month]]:
    """Months folded into unbroken runs (first, last), in order: how a list of gaps is told to a person."""
    found: list[tuple[Month, Month]] = []
    for month in sorted(set(months)):
        if found and found[-1][1] + 1 == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found
