from __future__ import annotations

import pytest

from bluelamp.archive.profile.time_of_day import Times, times_of_day
from bluelamp.domain.file_property import SUMMER_EVENING, SUMMER_MIDNIGHT, WINTER_MIDNIGHT
from bluelamp.domain.month import Month
from tests.lib.archive.file_times import evidence_of, nights

JANUARY, JUNE = "2021-01", "2021-06"
DAYS = range(1, 31)


def times(month: str, published: list[str], **around: list[str]) -> Times:
    files = {month: published} | {name.removeprefix("m").replace("_", "-"): its for name, its in around.items()}
    found = times_of_day({Month.parse(name): evidence_of(name, its) for name, its in files.items()})
    return found[Month.parse(month)]


def at(month: str, clock: str, days: object = DAYS) -> list[str]:
    return [f"{month}-{day:02d} {clock}" for day in days]  # type: ignore[attr-defined]


def test_whole_hours_make_midnight_an_hour_like_others() -> None:
    """Two stops at each hour of the night: midnight is no more common than the hours beside it."""
    published = [one for hour in (20, 21, 22, 23, 0, 1, 2, 14) for one in at(JANUARY, f"{hour:02d}:00", (5, 6))]
    found = times(JANUARY, published)
    assert (found.time_of_day.value, found.blanks) == ("known", ())
    assert (found.precision.value, found.precision.finding) == ("hours", "hours_only")


@pytest.mark.parametrize(("month", "hours"), [(JANUARY, range(1, 13)), (JUNE, range(12)), (JUNE, range(1, 13))])
def test_a_clock_with_twelve_hours_does_not_say_which_half_of_the_day(month: str, hours: range) -> None:
    """By the wall 1 to 12; in summer 0 to 11 where the file is in UTC."""
    published = [one for hour in hours for one in at(month, f"{hour:02d}:{hour * 4 + 11}", (5, 16))]
    found = times(month, published)
    assert (found.precision.value, found.precision.finding) == ("half days", "half_days")
    assert found.precision.reason == "24 of 24 stops with a time are of the hours 1 to 12"
    assert times(month, [*published, *at(month, "20:10", (1, 2, 3))]).precision.value == "minutes"
    assert times(month, published[:15]).precision.value == "minutes", "so few may all be of a morning"


def test_dates_alone_beside_a_clock_with_twenty_four_hours_are_no_half_days() -> None:
    """Stops without a time are taken from where they stand, and from nowhere else."""
    timed = [one for hour in (1, 9, 14, 18, 20, 22) for one in at(JUNE, f"{hour:02d}:{hour * 2 + 13}", range(1, 6))]
    found = times(JUNE, [*timed, *at(JUNE, "00:00"), *at(JUNE, "00:00")])
    assert (found.time_of_day.value, found.precision.value) == ("in part", "minutes")


@pytest.mark.parametrize(
    ("month", "clock", "blanks"),
    [
        (JANUARY, "00:00", (WINTER_MIDNIGHT,)),
        (JUNE, "00:00", (SUMMER_MIDNIGHT,)),
        (JUNE, "23:00", (SUMMER_EVENING,)),
    ],
)
def test_dates_alone_have_no_time_of_day(month: str, clock: str, blanks: tuple[str, ...]) -> None:
    found = times(month, at(month, clock))
    assert (found.time_of_day.value, found.blanks) == ("not known", blanks)
    assert found.time_of_day.rows == len(DAYS)
    assert found.time_of_day.finding == "dates_only"


def test_midnights_beyond_the_usual_have_no_time_of_day() -> None:
    ordinary = [*nights(JUNE, local=True), *at(JUNE, "22:00", (3, 4)), *at(JUNE, "01:00", (5, 6))]
    found = times(JUNE, [*ordinary, *at(JUNE, "00:00")])
    assert (found.time_of_day.value, found.blanks, found.time_of_day.rows) == ("in part", (SUMMER_MIDNIGHT,), 30)
    assert times(JUNE, [*ordinary, *at(JUNE, "00:00", (7, 8))]).time_of_day.value == "known"


def test_a_crowd_that_is_searched_at_midnight_is_no_want_of_a_time() -> None:
    crowd = ["2021-01-09 00:00"] * 25
    assert times(JANUARY, [*nights(JANUARY, local=True), *crowd]).time_of_day.value == "known"


def test_few_midnights_are_read_as_the_months_around_them() -> None:
    ordinary = nights(JANUARY, local=True)
    few = [*ordinary, *at(JANUARY, "00:00", (3, 9, 12, 20))]
    many = {
        "m2020_12": [*nights("2020-12", local=True), *at("2020-12", "00:00")],
        "m2021_02": [*nights("2021-02", local=True), *at("2021-02", "00:00", range(1, 28))],
    }
    alone, beside = times(JANUARY, few), times(JANUARY, few, **many)
    assert alone.time_of_day.value == "known"
    assert (beside.time_of_day.value, beside.time_of_day.decided_by) == ("in part", "months around it")


@pytest.mark.parametrize(
    ("minutes", "reason"),
    [
        (lambda hour: 1, "are 01"),
        (lambda hour: 6, "the number of the month"),
        (lambda hour: hour, "repeat the hour"),
    ],
)
def test_minutes_that_are_none_leave_the_hour(minutes: object, reason: str) -> None:
    published = [f"{JUNE}-{day:02d} {hour:02d}:{minutes(hour):02d}" for day in DAYS for hour in (9, 13, 18, 22)]  # type: ignore[operator]
    found = times(JUNE, published)
    assert (found.precision.value, found.time_of_day.value) == ("hours", "known")
    assert reason in found.precision.reason


def test_where_minutes_repeat_the_hour_midnight_is_an_hour_like_others() -> None:
    """00:00 is the hour of midnight then, as 23:23 is the one before."""
    published = [f"{JANUARY}-{day:02d} {hour:02d}:{hour:02d}" for day in DAYS for hour in (21, 22, 23, 0, 1, 2)]
    found = times(JANUARY, published)
    assert (found.time_of_day.value, found.precision.value) == ("known", "hours")


def test_ordinary_files_have_hours_and_minutes() -> None:
    found = times(JUNE, nights(JUNE, local=False))
    assert (found.time_of_day.value, found.precision.value) == ("known", "minutes")
    assert found.time_of_day.finding == found.precision.finding == ""
