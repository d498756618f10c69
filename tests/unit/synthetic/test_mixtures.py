"""Mixtures of faults of times: the same each time, true to what they say of themselves, and of every kind."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import numpy as np

from bluelamp.storage.local_time import to_local
from bluelamp.synthetic.mixtures import StopMonth, stop_times
from bluelamp.synthetic.truth import DATE_ONLY, HALF_DAYS, KNOWN, LOCAL, ODD, PARTLY, PLAIN, UTC, WHOLE_HOURS

DAY, HOUR, MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000
LONDON = ZoneInfo("Europe/London")


def made(count: int = 150) -> list[list[StopMonth]]:
    return [list(stop_times(seed)) for seed in range(count)]


def as_read(file: StopMonth) -> np.ndarray:
    """Local times of the rows, by the clock that the file really has."""
    return file.published if file.clock == LOCAL else to_local(file.published)


def test_the_same_number_gives_the_same_mixture() -> None:
    for first, second in zip(stop_times(5), stop_times(5), strict=True):
        assert (first.force, first.month, first.clock, first.faults) == (
            second.force, second.month, second.clock, second.faults,
        )  # fmt: skip
        assert (first.published == second.published).all()


def test_months_follow_each_other_and_every_kind_of_truth_occurs() -> None:
    kinds: Counter[str] = Counter()
    switches = 0
    for series in made():
        indices = [file.month.index for file in series]
        assert 6 <= len(series) <= 36
        assert indices == list(range(indices[0], indices[0] + len(series)))
        switches += len({file.clock for file in series}) == 2
        for file in series:
            kinds.update({file.clock, file.time_of_day, file.minutes})
    assert set(kinds) == {UTC, LOCAL, KNOWN, WHOLE_HOURS, DATE_ONLY, PARTLY, HALF_DAYS, PLAIN, ODD}
    assert switches > 30


def test_what_is_published_is_the_wall_clock_as_far_as_the_truth_says() -> None:
    for file in (file for series in made(80) for file in series):
        read = as_read(file)
        assert (read[file.untimed] == file.wall[file.untimed] // DAY * DAY).all()
        timed, wall = read[~file.untimed], file.wall[~file.untimed]
        if "half_days" in file.faults:
            # Half a day away may be the other side of a change of clocks.
            day = wall // DAY * DAY
            plain = to_local(day) - day == to_local(day + DAY) - (day + DAY)
            assert ((timed // HOUR - wall // HOUR)[plain] % 12 == 0).all()
        else:
            assert (timed // HOUR == wall // HOUR).all(), (file.force, file.month, file.faults)
        if not {"half_days", "whole_hours", "odd_minutes"} & set(file.faults):
            assert (timed == wall).all()


def test_shares_are_what_the_words_say() -> None:
    for file in (file for series in made(80) for file in series if len(file.published) >= 100):
        untimed = file.untimed.mean()
        full = (file.published % HOUR == 0)[~file.untimed]
        assert (untimed == 1) == (file.time_of_day == DATE_ONLY)
        if file.time_of_day == WHOLE_HOURS:
            assert full.mean() > 0.8
        if file.time_of_day == KNOWN:
            # A single row without a time can stand dozens of times.
            assert untimed < 0.4
            assert file.minutes == ODD or full.mean() < 0.45
