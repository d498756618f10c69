"""What time it is when clocks disagree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bluelamp.live.clock import SteadyClock

NOON = datetime(2026, 2, 11, 12, tzinfo=UTC)


class Machine:
    """A machine's clock and its count of seconds, and the source's clock beside them."""

    def __init__(self) -> None:
        self.wall, self.count, self.source = NOON, 1000.0, NOON
        self.clock = SteadyClock(lambda: self.wall, lambda: self.count)

    def passes(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall += timedelta(seconds=seconds)
        self.source += timedelta(seconds=seconds)
        self.count += 0 if asleep else seconds

    def tell(self, *, date: bool = True, age: int = 0) -> datetime:
        stated = format_datetime(self.source - timedelta(seconds=age), usegmt=True)
        headers = ({"date": stated} if date else {}) | ({"age": str(age)} if age else {})
        return self.clock.time_of(headers)[0]


def test_all_agree() -> None:
    machine = Machine()
    assert machine.tell() == NOON
    machine.passes(120)
    assert machine.tell() == NOON + timedelta(minutes=2)


@pytest.mark.parametrize("hours", [-3, 3])
def test_this_machines_clock_jumps_and_is_not_believed(hours: int) -> None:
    machine = Machine()
    machine.tell()
    machine.passes(120)
    machine.wall += timedelta(hours=hours)
    assert abs(machine.tell() - (NOON + timedelta(minutes=2))) < timedelta(seconds=2)
    machine.passes(120)
    assert abs(machine.tell() - (NOON + timedelta(minutes=4))) < timedelta(seconds=2)


def test_the_sources_clock_is_wrong_and_this_one_right() -> None:
    machine = Machine()
    machine.source += timedelta(hours=5)
    machine.tell()
    machine.passes(120)
    assert machine.tell() == NOON + timedelta(minutes=2)
    assert machine.clock.time_of({"date": format_datetime(machine.source, usegmt=True)})[1] == -5 * 3600


def test_a_laptop_that_slept_knows_the_time_again() -> None:
    machine = Machine()
    machine.tell()
    machine.passes(9 * 3600, asleep=True)
    assert machine.tell() == NOON + timedelta(hours=9)


def test_what_a_cache_has_kept_is_older_than_it_says() -> None:
    machine = Machine()
    machine.tell(age=600)
    machine.passes(120)
    assert machine.tell(age=600) == NOON + timedelta(minutes=2)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Foo 2026 99:99:99 GMT"])
def test_a_source_that_states_no_time(date: str) -> None:
    machine = Machine()
    when, skew = machine.clock.time_of({"date": date})
    assert (when, skew) == (NOON, None)
