"""What is counted of one file of stops, for deciding what its times mean. Used by `stage`; read by the deciders.

A few hundred small numbers stand for the rows, so that a decision about a file and its neighbours costs nothing and
can be made anew whenever a neighbour arrives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.archive.profile.kept import as_plain, from_plain
from bluelamp.domain.month import Month
from bluelamp.storage.local_time import to_local

Instants = npt.NDArray[np.int64]
Lines = npt.NDArray[np.int32]
Owner = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HOUR, DAY = 3_600_000_000, 86_400_000_000
_MINUTE = 60_000_000
_HOURS, _MINUTES = 24, 60
_EXAMPLES = 3
# Days that are looked at on either side of a file's first, and more than they can be; a moment that no stop is of.
_NEAR, _DAYS, _NEVER = 400 * DAY, 1_000, np.iinfo(np.int64).min // 2
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
        return as_plain(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None) -> StopEvidence | None:
        """What `as_json` gave; None of what another program counted otherwise."""
        return from_plain(cls, plain)


def count_stops(month: Month, instants: Instants, lines: Lines) -> StopEvidence:
    """The evidence of one file. `instants` are its published times in microseconds since 1970, read as the UTC that
    they say, rows without a time left out; `lines` are their lines in the file."""
    return count_stops_of([month], instants, lines, np.zeros(len(instants), np.int64))[0]


def count_stops_of(months: Sequence[Month], instants: Instants, lines: Lines, owner: Owner) -> list[StopEvidence]:
    """The same of several files at once, which costs a fraction of one after the other: `owner` is the place of each
    row's month in `months`."""
    rows = _Rows(months, instants, owner.astype(np.int64))
    hours = {(summer, whole): rows.by(rows.hour, _HOURS, (rows.summer == summer) & (rows.whole | (not whole)))
             for summer in (False, True) for whole in (False, True)}  # fmt: skip
    same = ~rows.whole & (rows.minute == rows.hour)
    following = ~rows.whole & rows.summer & (rows.minute == (rows.hour + 1) % _HOURS)
    outside = {
        of: (clock < rows.begins) | (clock >= rows.ends) for of, clock in (("utc", rows.local), ("local", instants))
    }
    counted = {
        "rows": rows.count(),
        "early": rows.count((instants >= rows.begins - HOUR) & (instants < rows.begins) & rows.summer),
        "late": rows.count((instants >= rows.ends - HOUR) & (instants < rows.ends) & rows.summer),
        "gap": rows.count((instants >= rows.spring + HOUR) & (instants < rows.spring + 2 * HOUR)),
        "hours_summer": hours[True, False],
        "hours_winter": hours[False, False],
        "whole_summer": hours[True, True],
        "whole_winter": hours[False, True],
        "minutes": rows.by(rows.minute, _MINUTES),
        "same": rows.count(same & rows.summer),
        "next": rows.count(following),
        "echo_winter": rows.count(same & ~rows.summer),
        "echo_to_the_second": rows.count((same | following) & (instants % _MINUTE == 0)),
        "midnight_days": np.column_stack([rows.days(of_summer, at) for of_summer, at in _MIDNIGHTS]),
        "outside_utc": rows.count(outside["utc"]),
        "outside_local": rows.count(outside["local"]),
    }
    plain = {name: values.tolist() for name, values in counted.items()}
    found = []
    for file in range(len(months)):
        own: dict[str, Any] = {name: values[file] for name, values in plain.items()}
        examples: dict[str, Any] = {
            f"examples_{of}": _examples(instants, lines, mask & (owner == file)) if own[f"outside_{of}"] else []
            for of, mask in outside.items()
        }
        found.append(StopEvidence(**own, **examples))
    return found


class _Rows:
    """The rows of several files with what is worked out of each; arrays of (rows,), counts of (files, …)."""

    def __init__(self, months: Sequence[Month], instants: Instants, owner: Owner) -> None:
        self.files, self.instants, self.owner = len(months), instants, owner
        self.local = to_local(instants)
        self.summer = self.local != instants
        minutes = instants // _MINUTE
        self.minute, self.hour = minutes % _MINUTES, minutes // _MINUTES % _HOURS
        self.whole = instants % HOUR == 0
        bounds = np.array([month_bounds(month) for month in months], np.int64).reshape(-1, 2)
        self.begins, self.ends = bounds[owner, 0], bounds[owner, 1]
        springs = [spring_day(month) for month in months]
        self.spring = np.array([_NEVER if day is None else day for day in springs], np.int64)[owner]

    def count(self, chosen: Mask | None = None) -> npt.NDArray[np.int64]:
        """(files,) the rows that are chosen."""
        return np.bincount(self.owner if chosen is None else self.owner[chosen], minlength=self.files)

    def by(self, key: npt.NDArray[np.int64], size: int, chosen: Mask | None = None) -> npt.NDArray[np.int64]:
        """(files, size) the same by a small number of each row."""
        cells = self.owner * size + key
        counted = np.bincount(cells if chosen is None else cells[chosen], minlength=self.files * size)
        return counted.reshape(self.files, size)

    def days(self, of_summer: bool, at: int) -> npt.NDArray[np.int64]:
        """(files,) the days with a row at exactly this full hour."""
        near = np.abs(self.instants - self.begins) < _NEAR  # a date of another century is no day of this file
        chosen = self.whole & (self.summer == of_summer) & (self.hour == at) & near
        of = (self.instants[chosen] - self.begins[chosen] + _NEAR) // DAY
        days = np.unique(self.owner[chosen] * _DAYS + of)
        return np.bincount(days // _DAYS, minlength=self.files)


def _examples(instants: Instants, lines: Lines, chosen: Mask) -> list[dict[str, Any]]:
    return [
        {"line": int(lines[row]), "value": f"{np.datetime64(int(instants[row]), 'us').astype('datetime64[s]')}Z"}
        for row in np.flatnonzero(chosen)[:_EXAMPLES].tolist()
    ]


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
