"""What of the incident reports could say an answer: cities × months, held from the first to the last month of a city's
file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bluelamp.domain.month import Month, month_range, runs
from bluelamp.messages import say, span
from bluelamp.questions.families.incidents.datasets import FAMILY_INFO, INCIDENTS
from bluelamp.questions.families.incidents.version import IncidentsVersion
from bluelamp.questions.model.coverage import Coverage, MonthCoverage
from bluelamp.questions.model.holdings import Holdings
from bluelamp.questions.model.question import Question, filters_keep

HELD, NOT_HELD = "held", "not held"
_STATES = (HELD, NOT_HELD)


@dataclass(frozen=True, slots=True)
class CityGap:
    """A run of months for which a city's file has no report, being before its first or after its last."""

    city: str
    first: Month
    last: Month

    def words(self) -> str:
        """One sentence for a person."""
        return say("incidents.gap", who=self.city, when=span(self.first.words(), self.last.words()))

    def as_json(self) -> dict[str, Any]:
        """In the form of every gap."""
        months = self.last.index - self.first.index + 1
        return {
            "publisher": self.city, "force": self.city, "name": self.city, "state": NOT_HELD, "from": str(self.first),
            "to": str(self.last), "units": months, "months": months, "words": self.words(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CityMonthCoverage(Coverage):
    """The coverage of an answer about incident reports; see `Coverage`."""

    @property
    def unit(self) -> str:
        return FAMILY_INFO.unit

    def words(self) -> str:
        if not self.expected:
            return say("incidents.coverage.nothing")
        if self.is_complete:
            return say("incidents.coverage.complete", count=self.expected)
        return say("incidents.coverage.part", held=self.held, count=self.expected)


def holdings_of(version: IncidentsVersion, question: Question) -> Holdings:
    """The cities that the filters leave, over the months that are asked: an open end is that of what is held."""
    key = ("holdings", question.first, question.last, question.filters)
    return version.often(key, lambda: _holdings_of(version, question))


def _holdings_of(version: IncidentsVersion, question: Question) -> Holdings:
    files = [one for one in version.files if filters_keep(question.filters, "city", one.city)]
    first = question.first or min(version.months[0], question.last or version.months[0])
    last = question.last or max(version.months[-1], first)
    times = tuple(month for month in month_range(first, last) if _keeps_month(question, month))
    codes = np.array(
        [[0 if one.months[0] <= month <= one.months[1] else 1 for month in times] for one in files], np.int8
    ).reshape(len(files), len(times))
    held = codes == 0
    names = tuple(one.city for one in files)
    return Holdings(INCIDENTS.name, names, names, times, codes, _STATES, codes >= 0, held, held, held)


def coverage_of(version: IncidentsVersion, question: Question) -> CityMonthCoverage:
    """The city-months that the answer should contain, and those it does."""
    holdings = holdings_of(version, question)
    months = [time for time in holdings.times if isinstance(time, Month)]
    held = holdings.held.sum(axis=0)
    by_month = tuple(
        MonthCoverage(month, len(holdings.publishers), int(its)) for month, its in zip(months, held, strict=True)
    )
    return CityMonthCoverage(holdings.codes.size, int(holdings.held.sum()), tuple(_gaps(holdings, months)), by_month)


def _gaps(holdings: Holdings, months: list[Month]) -> Iterator[CityGap]:
    for row, city in enumerate(holdings.names):
        lacking = [months[at] for at in np.flatnonzero(~holdings.held[row]).tolist()]
        for first, last in runs(lacking):
            yield CityGap(city, first, last)


def _keeps_month(question: Question, month: Month) -> bool:
    days = [one for one in question.filters if one.dimension.name == "date" and not one.negated]
    in_days = all(any(value.startswith(str(month)) for value in one.values) for one in days)
    names = {"month": str(month), "year": str(month.year)}
    return in_days and all(filters_keep(question.filters, name, value) for name, value in names.items())
