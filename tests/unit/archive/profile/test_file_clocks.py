from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.archive.profile.clock import clocks
from bluelamp.archive.profile.evidence import StopEvidence, month_bounds, spring_day, summer_at_the_ends, summer_days
from bluelamp.domain.file_property import FileProperty
from bluelamp.domain.month import Month
from tests.lib.archive.file_times import evidence_of, nights


def series(**clock_of: bool) -> dict[Month, StopEvidence]:
    """Files by month, `m2021_06=True` for one that writes local time."""
    found = {}
    for name, local in clock_of.items():
        month = name.removeprefix("m").replace("_", "-")
        found[Month.parse(month)] = evidence_of(month, nights(month, local=local))
    return found


def decided(found: dict[Month, FileProperty]) -> dict[str, str]:
    return {str(month): one.value for month, one in found.items()}


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("month", ["2019-04", "2020-06", "2021-09", "2022-08"])
def test_a_summers_file_tells_its_clock_by_itself(month: str, local: bool) -> None:
    one = clocks({Month.parse(month): evidence_of(month, nights(month, local=local))})[Month.parse(month)]
    assert one.value == ("local" if local else "utc")
    assert one.decided_by == "file"
    assert "in the hour before the month" in one.reason
    assert one.rows == sum(evidence_of(month, nights(month, local=local)).hours_summer)


def test_a_winters_file_is_of_both_clocks() -> None:
    for local in (False, True):
        month = Month.parse("2021-01")
        one = clocks({month: evidence_of("2021-01", nights("2021-01", local=local))})[month]
        assert (one.value, one.confidence, one.finding) == ("utc or local", 1.0, "")


def test_a_file_that_is_silent_is_as_the_months_around_it() -> None:
    """Three stops at noon say nothing; between summers of local time they are taken for that, and it is told."""
    found = series(m2020_06=True, m2020_07=True, m2020_09=True)
    found[Month.parse("2020-08")] = evidence_of("2020-08", [f"2020-08-{day} 12:00" for day in (10, 11, 12)])
    silent = clocks(found)[Month.parse("2020-08")]
    assert (silent.value, silent.decided_by) == ("local", "months around it")
    alone = clocks({Month.parse("2020-08"): found[Month.parse("2020-08")]})[Month.parse("2020-08")]
    assert alone.value == "undecided", "alone it is likely of UTC, as most are, but nothing says so"
    assert alone.evidence["local"] < 0.5
    assert alone.finding == "clock_undecided"


def test_a_force_that_changes_its_clock_is_followed() -> None:
    found = decided(clocks(series(m2019_05=False, m2019_08=False, m2020_06=True, m2020_07=True, m2021_05=True)))
    assert found == {"2019-05": "utc", "2019-08": "utc", "2020-06": "local", "2020-07": "local", "2021-05": "local"}


def test_stops_in_the_hour_that_spring_leaves_out_are_of_utc() -> None:
    times = [*nights("2021-03", local=True), *[f"2021-03-28 01:{minute}" for minute in (10, 20, 30, 40)]]
    one = clocks({Month.parse("2021-03"): evidence_of("2021-03", times)})[Month.parse("2021-03")]
    assert one.evidence["hour_left_out_in_spring"] == 4
    assert one.value != "local"


def test_dates_alone_tell_their_clock_by_the_midnight_at_which_they_stand() -> None:
    days = range(1, 31)
    evening = [f"2021-06-{day:02d} 23:00" for day in days[:-1]]
    midnight = [f"2021-06-{day:02d} 00:00" for day in days]
    for times, clock in ((["2021-05-31 23:00", *evening], "utc"), (midnight, "local")):
        one = clocks({Month.parse("2021-06"): evidence_of("2021-06", times)})[Month.parse("2021-06")]
        assert one.value == clock


def test_minutes_that_repeat_the_local_hour_show_that_utc_was_made_of_it() -> None:
    for shift, clock in ((1, "utc"), (0, "local")):
        times = [f"2021-07-{day:02d} {hour:02d}:{hour + shift:02d}" for day in range(2, 30) for hour in (10, 14, 19)]
        one = clocks({Month.parse("2021-07"): evidence_of("2021-07", times)})[Month.parse("2021-07")]
        assert (one.value, "repeats the hour" in one.reason) == (clock, True)


def test_one_stray_stop_decides_nothing_against_the_others() -> None:
    times = [*nights("2021-06", local=False), "2021-06-30 23:30"]
    around = series(m2021_05=False, m2021_07=False)
    assert (
        clocks(around | {Month.parse("2021-06"): evidence_of("2021-06", times)})[Month.parse("2021-06")].value == "utc"
    )


@settings(max_examples=25, deadline=None)
@given(st.permutations(["2019-06", "2019-09", "2020-03", "2020-07", "2021-08", "2022-01"]))
def test_the_order_of_files_changes_nothing(order: list[str]) -> None:
    def local(month: str) -> bool:
        return month >= "2020"

    files = {month: evidence_of(month, nights(month, local=local(month))) for month in sorted(order)}
    expected = clocks({Month.parse(month): files[month] for month in sorted(order)})
    assert clocks({Month.parse(month): files[month] for month in order}) == expected


def test_the_calendar_of_months() -> None:
    assert spring_day(Month.parse("2021-03")) == month_bounds(Month.parse("2021-03"))[0] + 27 * 86_400_000_000
    assert spring_day(Month.parse("2021-04")) is None
    assert summer_days(Month.parse("2021-03")) == (4, 31)
    assert summer_days(Month.parse("2021-12")) == (0, 31)
    ends = {month: summer_at_the_ends(Month.of(2021, month)) for month in (3, 4, 10, 11)}
    assert ends == {3: (False, True), 4: (True, True), 10: (True, False), 11: (False, False)}
