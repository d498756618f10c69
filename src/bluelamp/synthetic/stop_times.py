"""The times of the stops of one file: when they were, and what the file makes of it. Called by stops.

A file has a clock, UTC or the one on the wall, and a way of telling the time of day: in full, in whole hours, in halves
of days that look alike, not at all, or from some day on not at all. All of it belongs to the force and the month.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import Indices, Words, below, bits, fraction, fractions, key, words
from bluelamp.synthetic.hours import DAY, HOUR, MINUTE, habits, in_summer, past_the_gap, start_of
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.truth import DATE_ONLY, HALF_DAYS, KNOWN, LOCAL, ODD, PARTLY, PLAIN, UTC, WHOLE_HOURS

Mask = NDArray[np.bool_]
_SHARE = 1 << 12

# Whose clock is the one on the wall: always; or by turns of so many months, so that every window of two years sees it
# change whatever the seed. In the years that were counted it changes when it really did, as a table that ships says so.
_ALWAYS_LOCAL = frozenset({"avon-and-somerset"})
_SWITCHES = {"lincolnshire": (14, Month.of(2020, 6)), "south-wales": (20, Month.of(2020, 9))}
_COUNTED = (Month.of(2019, 1), Month.of(2021, 11))
# The share of rows whose time is not known. Avon and Somerset has single ones, at midnight by its own clock.
_UNTIMED = {"dyfed-powys": 1.0, "sussex": 0.89, "avon-and-somerset": 0.04}
# (months that share a fate, how often that is to have no times at all)
_DATE_ONLY = {
    "dorset": (7, 0.6), "wiltshire": (9, 0.6), "cleveland": (1, 0.12), "durham": (2, 0.12), "cumbria": (4, 0.12),
    "cambridgeshire": (1, 0.06), "hampshire": (1, 0.06), "cheshire": (3, 0.08),
}  # fmt: skip
# Once in so many months there is a stretch of days in which nearly all rows are dates alone.
_STRETCHES = {"thames-valley": 12, "suffolk": 15, "northamptonshire": 18}
_STRETCH, _IN_STRETCH = 40, 0.95
# (share of rows at whole hours, how often a month is so)
_WHOLE_HOURS = {"gwent": (0.96, 1.0), "btp": (1.0, 0.08), "south-wales": (0.96, 0.08), "leicestershire": (1.0, 0.05)}
_HALF_DAYS = frozenset({"city-of-london"})
# (what stands in the minutes, in which share of the rows)
_MINUTES = {
    "north-yorkshire": ("month", 1.0), "essex": ("one or month", 1.0), "cleveland": ("hour", 1.0),
    "nottinghamshire": ("hour", 0.62),
}  # fmt: skip
_ESSEX_TURN = 15


@dataclass(frozen=True)
class Lots:
    """What chance says of the stops of one file, kind by kind of question. `index` numbers the stops."""

    seed: int
    force: str
    month: Month
    index: Indices

    def words(self, kind: str) -> Words:
        """(stops,) a word each."""
        return words(key(self.seed, "stop", kind, self.force, self.month.index), self.index)

    def share(self, kind: str, share: float) -> Mask:
        """(stops,) true in about this share of them."""
        found: Mask = bits(self.words(kind), 0, 12) < share * _SHARE
        return found


class StopTimes:
    """(stops,) `wall`: when they were by the clock on the wall, `written`: what the file says; seconds since 1970.

    `untimed` marks those of which the file tells the day alone, `strayed` numbers those of another month.
    """

    def __init__(self, plan: TwinPlan, lots: Lots) -> None:
        self.plan, self.lots = plan, lots
        self.force, self.month = lots.force, lots.month
        self.start, self.stop = start_of(self.month), start_of(self.month + 1)
        self._years = sorted({(self.month + ahead).year for ahead in (-2, 0, 2)})
        self.wall = self._walls()
        self.untimed = self._habitual | self._dated | self._stretch
        self.strayed = np.flatnonzero(lots.share("strayed", 0.0006 if plan.has("out_of_month") else 0.0))
        self.wall[self.strayed] += np.where(self.strayed % 2 == 0, -45, 40) * DAY
        self.wall = past_the_gap(self.wall, self._years)
        self.clock = clock_of(plan, self.force, self.month)
        self.hourly = self._hourly()
        self.written = self._written()

    def _walls(self) -> Indices:
        """When the stops were made: where no row may be early, never in the first hour of a month in summer."""
        lots = self.lots
        day = below(lots.words("day"), (self.stop - self.start) // DAY)
        time = habits(self.plan.seed, self.force).times(fractions(lots.words("time")))
        wall: Indices = self.start + day * DAY + time
        if not self.plan.has("utc_dates"):
            early = (wall < self.start + HOUR) & in_summer(wall, self._years)
            wall[early] += HOUR
        return wall

    @cached_property
    def _habitual(self) -> Mask:
        share = _UNTIMED.get(self.force, 0.0) if self.plan.has("midnight_times") else 0.0
        return self.lots.share("untimed", share)

    @cached_property
    def _dated(self) -> Mask:
        """(stops,) all of them in a month that has no times."""
        length, often = _DATE_ONLY.get(self.force, (1, 0.0))
        drawn = fraction(self.plan.seed, "dates", self.force, self.month.index // length)
        return np.full(len(self.lots.index), self.plan.has("date_only_months") and drawn < often)

    @cached_property
    def _stretch(self) -> Mask:
        """(stops,) most of those from one day of a month to one of the next."""
        found = np.zeros(len(self.lots.index), dtype=bool)
        every = _STRETCHES.get(self.force)
        if not (every and self.plan.has("partly_dated_months")):
            return found
        for turn in {(self.month - 1).index // every, self.month.index // every}:
            drawn = key(self.plan.seed, "stretch", self.force, turn)
            first = start_of(Month(turn * every + drawn % every)) + (8 + drawn // 1000 % 14) * DAY
            found |= (self.wall >= first) & (self.wall < first + _STRETCH * DAY)
        return found & self.lots.share("stretch", _IN_STRETCH)

    def _hourly(self) -> Mask:
        share, often = _WHOLE_HOURS.get(self.force, (0.0, 0.0))
        drawn = fraction(self.plan.seed, "whole hours", self.force, self.month.index)
        here = self.plan.has("whole_hours") and drawn < often
        return self.lots.share("whole hours", share if here else 0.0) & ~self.untimed

    def _written(self) -> Indices:
        """What the file says, from the wrong times of day to the clock, and what stands in the minutes at the end."""
        wall = self.wall - np.where(self.untimed, self.wall % DAY, 0) - np.where(self.hourly, self.wall % HOUR, 0)
        hours = wall % DAY // HOUR
        if self._is_halved:
            wall = wall + np.where(self.untimed, 0, ((hours - 1) % 12 + 1 - hours) * HOUR)
        written = wall - in_summer(wall, self._years) * HOUR if self.clock == UTC else wall
        minutes = self._in_minutes(hours)
        found: Indices = np.where(self._spoilt, written - written % HOUR + minutes * MINUTE, written)
        return found

    @property
    def _is_halved(self) -> bool:
        return self.plan.has("half_days") and self.force in _HALF_DAYS

    def _in_minutes(self, hours: Indices) -> Indices:
        """(stops,) what stands in the minutes of a force that publishes none."""
        kind = _MINUTES.get(self.force, ("", 0.0))[0]
        if kind == "hour":
            return hours
        always_one = kind == "one or month" and self.month.index // _ESSEX_TURN % 2 == 0
        return np.full(len(hours), 1 if always_one else self.month.number)

    @cached_property
    def _spoilt(self) -> Mask:
        share = _MINUTES.get(self.force, ("", 0.0))[1] if self.plan.has("odd_minutes") else 0.0
        return self.lots.share("minutes", share) & ~self.untimed

    @property
    def properties(self) -> dict[str, str]:
        """What is true of the file as a whole, in words of truth.py."""
        return {
            "clock": self.clock,
            "time_of_day": self._time_of_day,
            "minutes": ODD if self._spoilt.any() else PLAIN,
        }

    @property
    def _time_of_day(self) -> str:
        if self._is_halved:
            return HALF_DAYS
        if len(self.untimed) and self.untimed.all():
            return DATE_ONLY
        if self._stretch.any() or (self._habitual.any() and _UNTIMED[self.force] > 0.1):
            return PARTLY
        return WHOLE_HOURS if self.hourly.any() else KNOWN

    @property
    def labels(self) -> dict[str, Mask]:
        """Fault → (stops,) whether a stop has it; where two take the time from one stop, the first has it."""
        return {
            "date_only_months": self._dated,
            "partly_dated_months": self._stretch & ~self._dated,
            "midnight_times": self._habitual & ~self._dated & ~self._stretch,
            "whole_hours": self.hourly,
            "odd_minutes": self._spoilt,
            "half_days": ~self.untimed & self._is_halved,
        }

    @property
    def early(self) -> Indices:
        """The numbers of the stops of this month that the file dates in the month before."""
        own = (self.wall >= self.start) & (self.wall < self.stop)
        return np.flatnonzero(own & (self.written < self.start))


def clock_of(plan: TwinPlan, force: str, month: Month) -> str:
    """Which clock the stops of a force-month are written by."""
    if not plan.has("local_clocks"):
        return UTC
    if force not in _SWITCHES:
        return LOCAL if force in _ALWAYS_LOCAL else UTC
    turn, first = _SWITCHES[force]
    if _COUNTED[0] <= month <= _COUNTED[1]:
        return LOCAL if month >= first else UTC
    shift = key(plan.seed, "clock", force) % (2 * turn)
    return LOCAL if (month.index + shift) // turn % 2 else UTC
