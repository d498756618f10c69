"""Seeded mixtures of the faults that times of stops have, without the files: for measuring what is decided of a file.

One mixture is a series of months of one force, with what its files say and what is true, in arrays. A thousand of them
take a few seconds. The faults are those of plan.py, and they meet: a series that changes its clock can have months
without a time of day, whole hours, repeated rows and few rows as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import Indices, generator
from bluelamp.synthetic.hours import DAY, HOUR, MINUTE, habits_of, in_summer, past_the_gap, start_of
from bluelamp.synthetic.plan import ALL_FORCES
from bluelamp.synthetic.truth import (
    DATE_ONLY,
    HALF_DAYS,
    KNOWN,
    LOCAL,
    ODD,
    PARTLY,
    PLAIN,
    UTC,
    WHOLE_HOURS,
)

Mask = NDArray[np.bool_]
_MICRO = 1_000_000
_FIRST = Month.of(2012, 1).index
_LAST = Month.of(2024, 12).index
_MONTHS = (6, 36)
_ROWS = (10, 2_000)


@dataclass(frozen=True)
class StopMonth:
    """The times of one file of a mixture: (rows,) arrays, and what is true of the file as a whole.

    `published` are microseconds since 1970 as the file writes them, read as UTC; `wall` are those of the local clock
    when the stop was made, even where the file does not say; `untimed` are the rows of which only the day is published.
    `clock`, `time_of_day` and `minutes` are words of truth.py, `faults` the names of what was done.
    """

    force: str
    month: Month
    published: Indices
    wall: Indices
    untimed: Mask
    clock: str
    time_of_day: str
    minutes: str
    faults: tuple[str, ...]


def stop_times(seed: int) -> Iterator[StopMonth]:
    """The mixture of this number: 6 to 36 months that follow each other, of one force, always the same."""
    series = _Series(generator("mixture", seed))
    for fault in (_event_night, _without_time, _whole_hours, _half_days, _odd_minutes, _strays, _repeats):
        fault(series)
    return series.files()


@dataclass
class _Series:
    """A mixture while it is made: arrays over all rows of all its months, and arrays over the months."""

    chance: np.random.Generator
    force: str = ""
    months: list[Month] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = self.chance
        count = int(chance.integers(_MONTHS[0], _MONTHS[1] + 1))
        first = int(chance.integers(_FIRST, _LAST - count + 2))
        self.force = str(ALL_FORCES[int(chance.integers(len(ALL_FORCES)))])
        self.months = [Month(first + each) for each in range(count)]
        self.starts = np.array([start_of(month) for month in [*self.months, self.months[-1] + 1]])
        self.years = range(self.months[0].year, self.months[-1].year + 1)
        self.faults: list[set[str]] = [set() for _ in self.months]
        self.times = [KNOWN] * count
        self.minutes = [PLAIN] * count
        self.of = np.repeat(np.arange(count), self._sizes(count))
        self.clocks = self._clocks(count)
        lengths = (self.starts[1:] - self.starts[:-1]) // DAY
        day = (chance.random(len(self.of)) * lengths[self.of]).astype(np.int64)
        self.wall = self.starts[self.of] + day * DAY + habits_of(chance).times(chance.random(len(self.of)))
        self.wall = past_the_gap(self.wall, self.years)
        if chance.random() < 0.15:
            self.wall += chance.integers(0, MINUTE, len(self.of))
        self.written = self.wall.copy()
        self.untimed = np.zeros(len(self.of), dtype=bool)
        self.odd: Callable[[Indices, Indices], Indices] | None = None
        self.repeated = np.ones(len(self.of), dtype=np.int64)

    def _sizes(self, count: int) -> Indices:
        chance = self.chance
        typical = np.exp(chance.uniform(*np.log(_ROWS)))
        sizes = typical * np.exp(chance.normal(0, 0.2, count))
        few = chance.random(count) < (0.05 if chance.random() < 0.3 else 0.0)
        sizes[few] *= 0.05
        for month in np.flatnonzero(few):
            self.faults[month].add("tiny_files")
        found: Indices = np.clip(np.rint(sizes), np.where(few, 1, _ROWS[0]), _ROWS[1]).astype(np.int64)
        return found

    def _clocks(self, count: int) -> list[str]:
        drawn = self.chance.random()
        if drawn < 0.2:
            return [LOCAL] * count
        switch = int(self.chance.integers(1, count)) if drawn < 0.5 else count
        before, after = (LOCAL, UTC) if drawn > 0.45 else (UTC, LOCAL)
        return [before] * switch + [after] * (count - switch) if switch < count else [UTC] * count

    def some(self, every: float, single: float, run: float) -> list[int]:
        """The months that have a fault: every one, a run, or single ones, with these chances; mostly none."""
        drawn, count = self.chance.random(), len(self.months)
        if drawn < every:
            return list(range(count))
        if drawn < every + run:
            first = int(self.chance.integers(count))
            return list(range(first, min(count, first + int(self.chance.integers(2, 10)))))
        if drawn < every + run + single:
            return sorted(set(self.chance.integers(0, count, int(self.chance.integers(1, 4))).tolist()))
        return []

    def rows(self, month: int) -> Mask:
        """(rows,) those of one month."""
        found: Mask = self.of == month
        return found

    def files(self) -> Iterator[StopMonth]:
        """The finished files: summer time is taken off where they are in UTC, and minutes are spoilt after that."""
        in_utc = np.array([clock == UTC for clock in self.clocks])[self.of]
        written = self.written - (in_summer(self.written, self.years) & in_utc) * HOUR
        if self.odd:
            timed = ~self.untimed
            written[timed] = self.odd(written, self.of)[timed]
        every = np.repeat(np.arange(len(self.of)), self.repeated)
        ends = np.searchsorted(self.of[every], np.arange(len(self.months) + 1))
        for number, month in enumerate(self.months):
            rows = every[ends[number] : ends[number + 1]]
            yield StopMonth(
                self.force,
                month,
                written[rows] * _MICRO,
                self.wall[rows] * _MICRO,
                self.untimed[rows],
                self.clocks[number],
                self.times[number],
                self.minutes[number],
                tuple(sorted(self.faults[number])),
            )


def _event_night(series: _Series) -> None:
    """One night at a month's end on which the force stops many people, from eight in the evening to three."""
    chance = series.chance
    if chance.random() > 0.4:
        return
    month = int(chance.integers(len(series.months)))
    evening = series.starts[month + 1] - 4 * HOUR
    for number, first, length in ((month, evening, 4 * HOUR), (month + 1, evening + 4 * HOUR, 3 * HOUR)):
        drawn = series.rows(number) & (chance.random(len(series.of)) < chance.uniform(0.05, 0.3))
        minute = chance.integers(0, length // MINUTE, len(series.of)) * MINUTE
        series.wall[drawn] = first + minute[drawn]
    series.written = series.wall.copy()


def _without_time(series: _Series) -> None:
    """Months with nothing but dates, months with dates alone from a day on or in a share of rows, single such rows."""
    chance = series.chance
    missing = chance.random(len(series.of)) < (0.02 if chance.random() < 0.3 else 0.0) * chance.random()
    for month in series.some(0.08, 0.12, 0.1):
        missing |= series.rows(month)
        series.times[month] = DATE_ONLY
        series.faults[month].add("date_only_months")
    for month in series.some(0.03, 0.1, 0.04):
        if series.times[month] == KNOWN:
            missing |= series.rows(month) & _from_a_day_on(series, month)
            series.times[month] = PARTLY
            series.faults[month].add("partly_dated_months")
    series.untimed = missing
    series.written[missing] -= series.written[missing] % DAY


def _from_a_day_on(series: _Series, month: int) -> Mask:
    """Most rows from a day of the month to its end; or, as some forces do, most rows of the whole month."""
    chance = series.chance
    start, stop = series.starts[month], series.starts[month + 1]
    first = start if chance.random() < 0.3 else start + int(chance.integers(3, (stop - start) // DAY - 3)) * DAY
    found: Mask = (series.wall >= first) & (chance.random(len(series.of)) < chance.uniform(0.85, 0.98))
    return found


def _whole_hours(series: _Series) -> None:
    """Months in which nearly every time is a full hour; of those that are date only as well, the other rows."""
    share = series.chance.uniform(0.88, 1.0)
    for month in series.some(0.08, 0.08, 0.04):
        down = series.rows(month) & ~series.untimed & (series.chance.random(len(series.of)) < share)
        series.written[down] -= series.written[down] % HOUR
        if series.times[month] == KNOWN:
            series.times[month] = WHOLE_HOURS
        series.faults[month].add("whole_hours")


def _half_days(series: _Series) -> None:
    """A force that writes the hours of a clock with twelve of them, 1 to 12, without saying which half of the day."""
    if series.chance.random() > 0.03:
        return
    timed = ~series.untimed
    hours = series.written[timed] % DAY // HOUR
    series.written[timed] += ((hours - 1) % 12 + 1 - hours) * HOUR
    for month, known in enumerate(series.times):
        if known != DATE_ONLY:
            series.times[month] = HALF_DAYS
        series.faults[month].add("half_days")


def _odd_minutes(series: _Series) -> None:
    """A force whose minutes are no minutes: the number of the month, always the same, or the local hour again."""
    if series.chance.random() > 0.1 or any("whole_hours" in each for each in series.faults):
        return
    numbers = np.array([month.number for month in series.months])
    constant = int(series.chance.integers(1, 60))
    hours = series.written % DAY // HOUR
    share = 1.0 if series.chance.random() < 0.6 else series.chance.uniform(0.5, 0.7)
    drawn = series.chance.random(len(series.of)) < share
    kind = int(series.chance.integers(3))

    def minutes(written: Indices, of: Indices) -> Indices:
        minute = (numbers[of], np.full(len(of), constant), hours)[kind]
        return np.where(drawn | (kind < 2), written - written % HOUR + minute * MINUTE, written)

    series.odd = minutes
    series.minutes = [ODD] * len(series.months)
    for faults in series.faults:
        faults.add("odd_minutes")


def _strays(series: _Series) -> None:
    """Rows of another month, a few in a thousand."""
    if series.chance.random() > 0.5:
        return
    strayed = series.chance.random(len(series.of)) < series.chance.uniform(0, 0.004)
    days = series.chance.integers(-60, 61, len(series.of)) * DAY
    for times in (series.wall, series.written):
        times[strayed] += days[strayed]
    for month in np.unique(series.of[strayed]).tolist():
        series.faults[month].add("out_of_month")


def _repeats(series: _Series) -> None:
    """Rows that stand more than once: a few everywhere, one of them many times, or every row of a month."""
    chance = series.chance
    series.repeated += chance.random(len(series.of)) < (chance.uniform(0, 0.12) if chance.random() < 0.5 else 0.0)
    if chance.random() < 0.2:
        series.repeated[int(chance.integers(len(series.of)))] = int(chance.integers(5, 60))
    for month in series.some(0.0, 0.06, 0.0):
        series.repeated[series.rows(month)] *= int(chance.integers(2, 4))
        series.faults[month].add("swollen_files")
