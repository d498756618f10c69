"""When calls were opened, day by day, as small as it can be kept: for the figures that compare with past weeks. Used by
`feed_state`."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFacts, CallFilter
from bluelamp.domain.moment import seconds_between

_NOWHERE = float("nan")
HOURS = 24
Labels = tuple[str | None, str | None, str | None, str | None]


def opened_at(call: Call) -> str:
    """The moment at which a call was first listed."""
    found = call["opened_between"][1]
    assert found is not None, "a call has been seen"
    return found


def seen_to_open(after: str | None, by: str | None, longest: float) -> bool:
    """Whether it is known when a call was opened: two answers at most `longest` seconds apart tell it."""
    return after is not None and by is not None and seconds_between(after, by) <= longest


class DayOpenings:
    """The openings of one local day in order: some 40 bytes each, as their labels are shared."""

    def __init__(self, openings: Iterable[tuple[str, CallFacts]], zone: ZoneInfo, shared: dict[Labels, Labels]) -> None:
        self._at, self._lat, self._lon = array("d"), array("d"), array("d")
        self._hour = array("b")
        self._labels: list[Labels] = []
        for moment, facts in sorted(openings, key=lambda one: one[0]):
            when = datetime.fromisoformat(moment)
            self._at.append(when.timestamp())
            self._hour.append(when.astimezone(zone).hour)
            self._lat.append(_NOWHERE if facts.lat is None else facts.lat)
            self._lon.append(_NOWHERE if facts.lon is None else facts.lon)
            labels = (facts.division, facts.beat, facts.priority, facts.nature)
            self._labels.append(shared.setdefault(labels, labels))

    def __len__(self) -> int:
        return len(self._at)

    def by_hour(self, through: CallFilter) -> list[int]:
        """How many were opened in each of the day's 24 hours on the agency's clocks."""
        found = [0] * HOURS
        for place, hour in enumerate(self._hour):
            if not through or through.lets(self._facts(place)):
                found[hour] += 1
        return found

    def between(self, begin: datetime, end: datetime, through: CallFilter) -> int:
        """How many were opened after one moment and up to another."""
        places = range(bisect_right(self._at, begin.timestamp()), bisect_right(self._at, end.timestamp()))
        return sum(1 for place in places if not through or through.lets(self._facts(place)))

    def _facts(self, place: int) -> CallFacts:
        lat, lon = self._lat[place], self._lon[place]
        nowhere = lat != lat or lon != lon
        return CallFacts(*self._labels[place], None if nowhere else lat, None if nowhere else lon)


def days_within(begin: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    """The local days that a stretch of time of less than a day touches."""
    return sorted({begin.astimezone(zone).date(), end.astimezone(zone).date()})
