"""When in the day stops are made, and how a moment is written down. Read by stops and mixtures.

A force has a profile of its own: few stops from four to eight in the morning, many from three in the afternoon to
midnight; and a habit of its own of rounding minutes. So a clock can be told by the shape of its days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import Indices, generator

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Stops of each hour of the day, in thousandths, of an ordinary force.
_HOURS = (63, 52, 39, 28, 18, 11, 7, 6, 10, 15, 23, 33, 38, 44, 52, 58, 61, 62, 60, 59, 65, 67, 62, 67)
_FROM_HOUR_TO_HOUR = 0.2  # how far, as a logarithm, a force's hours depart from it
# Minutes to which people round, and how often to each.
_ROUND = {0: 20, 5: 4, 10: 7, 15: 9, 20: 7, 25: 4, 30: 17, 35: 4, 40: 7, 45: 9, 50: 7, 55: 4}


@dataclass(frozen=True)
class Habits:
    """The days of a force: how many of its stops are made in each of the 1,440 minutes, as sums that end with 1."""

    sums: NDArray[np.float64]

    def times(self, chances: NDArray[np.float64]) -> Indices:
        """(stops,) seconds since midnight, in whole minutes, for numbers from 0 up to 1."""
        return np.minimum(np.searchsorted(self.sums, chances, side="right"), 1_439).astype(np.int64) * MINUTE


def habits_of(chance: np.random.Generator) -> Habits:
    """The habits of one more force. Between one stop in forty and one in six is then at a full hour."""
    hours = np.array(_HOURS) * np.exp(chance.normal(0, _FROM_HOUR_TO_HOUR, 24))
    rounded = chance.uniform(0.05, 0.75)
    minutes = np.full(60, (1 - rounded) / 60)
    for minute, often in _ROUND.items():
        minutes[minute] += rounded * often / sum(_ROUND.values())
    sums = np.cumsum(np.outer(hours, minutes))
    return Habits(sums / sums[-1])


@lru_cache(maxsize=256)
def habits(seed: int, force: str) -> Habits:
    """The habits of a force of the twin."""
    return habits_of(generator(seed, "habits", force))


def start_of(month: Month) -> int:
    """Midnight of the first day, in seconds since 1970."""
    first = month.first_day
    return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())


@lru_cache(maxsize=256)
def summer_time(year: int) -> tuple[int, int]:
    """When British Summer Time begins and ends, in seconds since 1970 UTC: 01:00, last Sunday of March, of October."""
    ends = []
    for number in (3, 10):
        last = datetime(year, number, 31, 1, tzinfo=UTC)
        ends.append(int(last.timestamp()) - (last.isoweekday() % 7) * DAY)
    return ends[0], ends[1]


def in_summer(wall: Indices, years: Iterable[int]) -> NDArray[np.bool_]:
    """(stops,) whether summer time was in force by the wall clock of those years. The hour that autumn has twice counts
    as the first of the two."""
    found = np.zeros(len(wall), dtype=bool)
    for year in years:
        begins, ends = summer_time(year)
        found |= (wall >= begins + HOUR) & (wall < ends + HOUR)
    return found


def past_the_gap(wall: Indices, years: Iterable[int]) -> Indices:
    """(stops,) the same times, those of the hour that spring leaves out an hour later: no clock ever showed them."""
    found = wall.copy()
    for year in years:
        begins, _ = summer_time(year)
        found[(wall >= begins) & (wall < begins + HOUR)] += HOUR
    return found
