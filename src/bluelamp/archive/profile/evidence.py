"""What is counted of one file of stops, for deciding what its times mean. Used by `stage`; read by the deciders.

A few hundred small numbers stand for the rows, so that a decision about a file and its neighbours costs nothing and
can be made anew whenever a neighbour arrives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.storage.local_time import to_local

Instants = npt.NDArray[np.int64]
Lines = npt.NDArray[np.int32]

HOUR, DAY = 3_600_000_000, 86_400_000_000
_MINUTE = 60_000_000
_HOURS, _MINUTES = 24, 60
_EXAMPLES = 3
# Where stops without a time of day may stand: (of summer, hour).
_MIDNIGHTS = ((False, 0), (True, 23), (True, 0))


@dataclass(frozen=True, slots=True)
class StopEvidence:
    """Counts of one file of stops by its published times, as if they were on one clock.

    `rows` are those with a time. `early` stand in the hour before the month, where the first hour of a summer's month
    stands in UTC; `late` in its last hour, which in UTC belongs to the next month by local time; `gap` in the hour
    that local clocks leave out in spring. Lists by hour have 24 entries, `minutes` has 60; `whole_` are rows at a full
    hour to the microsecond. `same` and `next` are rows of summer whose minute repeats the published hour, or the one
    after it, `echo_winter` those of winter whose minute repeats the hour, `echo_to_the_second` all of them without
    seconds.
    `midnight_days` are the days on which stops stand at 00:00 in winter, 23:00 in summer and 00:00 in summer, exactly.
    `outside_utc` and `outside_local` are rows of another month, by either clock, with three examples.
    """

    rows: int
    early: int
    late: int
    gap: int
    hours_summer: Sequence[int]
    hours_winter: Sequence[int]
    whole_summer: Sequence[int]
    whole_winter: Sequence[int]
    minutes: Sequence[int]
    same: int
    next: int
    echo_winter: int
    echo_to_the_second: int
    midnight_days: Sequence[int]
    outside_utc: int
    outside_local: int
    examples_utc: Sequence[Mapping[str, Any]] = ()
    examples_local: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for the ledger."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None) -> StopEvidence | None:
        """What `as_json` gave; None of what another program counted otherwise."""
        if plain is None or set(plain) != {one.name for one in fields(cls)}:
            return None
        return cls(**plain)


def count_stops(month: Month, instants: Instants, lines: Lines) -> StopEvidence:
    """The evidence of one file. `instants` are its published times in microseconds since 1970, read as the UTC that
    they say, rows without a time left out; `lines` are their lines in the file."""
    local = to_local(instants)
    summer = local != instants
    begins, ends = month_bounds(month)
    hour, minute = instants // HOUR % _HOURS, instants // _MINUTE % _MINUTES
    whole = instants % HOUR == 0
    same = ~whole & (minute == hour)
    following = ~whole & summer & (minute == (hour + 1) % _HOURS)
    outside_utc, outside_local = (np.flatnonzero((of < begins) | (of >= ends)) for of in (local, instants))
    spring = spring_day(month)

    def of_day(chosen: npt.NDArray[np.bool_]) -> list[int]:
        counted: list[int] = np.bincount(hour[chosen], minlength=_HOURS).tolist()
        return counted

    def days_of(chosen: npt.NDArray[np.bool_]) -> int:
        return len(np.unique(instants[chosen] // DAY))

    def examples(rows: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
        return [
            {"line": int(lines[row]), "value": f"{np.datetime64(int(instants[row]), 'us').astype('datetime64[s]')}Z"}
            for row in rows[:_EXAMPLES].tolist()
        ]

    return StopEvidence(
        rows=len(instants),
        early=int(((instants >= begins - HOUR) & (instants < begins) & summer).sum()),
        late=int(((instants >= ends - HOUR) & (instants < ends) & summer).sum()),
        gap=0 if spring is None else int(((instants >= spring + HOUR) & (instants < spring + 2 * HOUR)).sum()),
        hours_summer=of_day(summer),
        hours_winter=of_day(~summer),
        whole_summer=of_day(summer & whole),
        whole_winter=of_day(~summer & whole),
        minutes=np.bincount(minute, minlength=_MINUTES).tolist(),
        same=int((same & summer).sum()),
        next=int(following.sum()),
        echo_winter=int((same & ~summer).sum()),
        echo_to_the_second=int(((same | following) & (instants % _MINUTE == 0)).sum()),
        midnight_days=[days_of(whole & (summer == of_summer) & (hour == at)) for of_summer, at in _MIDNIGHTS],
        outside_utc=len(outside_utc),
        outside_local=len(outside_local),
        examples_utc=examples(outside_utc),
        examples_local=examples(outside_local),
    )


def month_bounds(month: Month) -> tuple[int, int]:
    """The first midnight of the month and of the next one, in microseconds since 1970."""
    return _midnight(month), _midnight(month + 1)


def _midnight(month: Month) -> int:
    return int(np.datetime64(month.first_day, "us").astype(np.int64))


def spring_day(month: Month) -> int | None:
    """Midnight of the day on which the clocks go forward, where it is in this month."""
    days = np.arange(*month_bounds(month), DAY)
    shifts = to_local(days + DAY) - to_local(days) > DAY
    return int(days[shifts][0]) if shifts.any() else None


def summer_days(month: Month) -> tuple[int, int]:
    """(days of the month that are in summer time at noon, all its days)."""
    noons = np.arange(*month_bounds(month), DAY) + 12 * HOUR
    return int((to_local(noons) != noons).sum()), len(noons)


def summer_at_the_ends(month: Month) -> tuple[bool, bool]:
    """Whether the first moment of the month is in summer time, and whether the last one is."""
    begins, ends = month_bounds(month)
    moments = np.array([begins, ends - HOUR])
    first, last = (to_local(moments) != moments).tolist()
    return first, last
