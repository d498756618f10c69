"""The clocks and times of day of the twin's stops: each property and label held against what a plain reader sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import FileTruth, TwinPlan
from bluelamp.synthetic.truth import DATE_ONLY, HALF_DAYS, KNOWN, LOCAL, ODD, PARTLY, UTC, WHOLE_HOURS
from tests.lib.archive.twins import PLAN, Twin, make

LONDON = ZoneInfo("Europe/London")
UNTIMED = ("midnight_times", "date_only_months", "partly_dated_months")


@pytest.fixture(scope="module")
def fuller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    """Two forces with some hundreds of stops in many months."""
    faults = frozenset({"local_clocks", "whole_hours", "utc_dates", "midnight_times"})
    plan = TwinPlan(Month.parse("2021-11"), 24, 30_000, forces=("avon-and-somerset", "gwent"), pathologies=faults)
    made = make(plan, tmp_path_factory.mktemp("fuller"))
    yield made
    made.zip.close()


def rows_of(twin: Twin, file: FileTruth, *names: str) -> int:
    return sum(file.labels[name].rows for name in names if name in file.labels)


def times_of(twin: Twin, file: FileTruth) -> list[datetime]:
    """The times of a file's stops by the clock on the wall, without those that were planted on top."""
    planted = {line for name in ("bad_rows", "markup_cells") if name in file.labels for line in file.labels[name].lines}
    rows = [row for line, row in enumerate(twin.rows(file), 1) if line > 1 and line not in planted]
    published = [datetime.fromisoformat(row[1]) for row in rows]
    if file.properties["clock"] == LOCAL:
        return [moment.replace(tzinfo=None) for moment in published]
    return [moment.astimezone(LONDON).replace(tzinfo=None) for moment in published]


def seen(twin: Twin, *forces: str) -> Iterator[tuple[FileTruth, list[datetime]]]:
    for force in forces or PLAN.forces:
        for file in twin.of("stops", force):
            if file.rows:
                yield file, times_of(twin, file)


def test_every_property_occurs(twin: Twin) -> None:
    clocks, times, minutes = (
        Counter(file.properties[name] for file in twin.of("stops")) for name in ("clock", "time_of_day", "minutes")
    )
    assert set(clocks) == {UTC, LOCAL}
    assert set(times) == {KNOWN, WHOLE_HOURS, DATE_ONLY, PARTLY, HALF_DAYS}
    assert set(minutes) == {"plain", ODD}
    assert times[DATE_ONLY] > 40
    assert not any("clock" in file.properties for file in twin.of("crimes"))


def test_two_forces_change_their_clock_and_one_is_never_in_utc(twin: Twin) -> None:
    for force in PLAN.forces:
        clocks = {file.properties["clock"] for file in twin.of("stops", force) if file.rows}
        if force in {"lincolnshire", "south-wales"}:
            assert clocks == {UTC, LOCAL}
        else:
            assert clocks <= ({LOCAL} if force == "avon-and-somerset" else {UTC})


@pytest.mark.parametrize("seed", range(12))
def test_a_window_of_two_years_sees_a_clock_change_whatever_the_seed(seed: int, tmp_path: Path) -> None:
    plan = TwinPlan(
        Month.parse("2024-03"), 24, 500, seed, forces=("lincolnshire",), pathologies=frozenset({"local_clocks"})
    )
    made = make(plan, tmp_path)
    assert {file.properties["clock"] for file in made.of("stops")} == {UTC, LOCAL}
    made.zip.close()


def test_rows_lie_in_their_month_by_the_clock_of_their_file(twin: Twin) -> None:
    """But for strays."""
    for file, times in seen(twin):
        month = Month.parse(file.month)
        inside = sum(Month.of(each.year, each.month) == month for each in times)
        assert len(times) - inside <= rows_of(twin, file, "out_of_month"), file.member
        assert file.properties["clock"] == UTC or "utc_dates" not in file.labels


def test_the_last_evening_of_a_summer_month_tells_the_clock(fuller: Twin) -> None:
    last, first = Counter[str](), Counter[str]()
    for file in fuller.of("stops"):
        end = (Month.parse(file.month) + 1).first_day
        if 4 <= end.month <= 10:
            for text in (row["Date"] for row in fuller.records(file)):
                last[file.force] += text.startswith(f"{end - timedelta(days=1)}T23")
                first[file.force] += text[:7] < file.month
    assert last["avon-and-somerset"] > 0 == first["avon-and-somerset"]
    assert last["gwent"] == 0 < first["gwent"]


def test_the_hour_that_spring_leaves_out_is_empty_by_the_clock_on_the_wall(twin: Twin) -> None:
    for file, times in seen(twin, "avon-and-somerset", "south-wales", "lincolnshire"):
        if file.properties["clock"] == LOCAL and file.month == "2022-03":
            assert not [each for each in times if each.day == 27 and each.hour == 1 and each.time() != time(0)]


def test_rows_without_a_time_stand_at_midnight(twin: Twin) -> None:
    real, beside = 0, 0.0
    for file, times in seen(twin):
        midnight = sum(each.time() == time(0) for each in times)
        untimed = rows_of(twin, file, *UNTIMED)
        assert midnight >= untimed, file.member
        assert (untimed == len(times)) == (file.properties["time_of_day"] == DATE_ONLY), file.member
        if file.properties["time_of_day"] == PARTLY:
            assert untimed > 0
        if file.force != "avon-and-somerset":
            real += midnight - untimed
            beside += sum(each.time() in {time(23), time(1)} for each in times) / 2
    # Elsewhere midnight is an hour like others.
    assert 0.6 < real / beside < 1.6


def test_forces_without_times_are_those_that_are_known(twin: Twin) -> None:
    assert {file.properties["time_of_day"] for file, _ in seen(twin, "dyfed-powys")} == {DATE_ONLY}
    sussex = [(rows_of(twin, file, "midnight_times"), len(times)) for file, times in seen(twin, "sussex")]
    assert 0.8 < sum(some for some, _ in sussex) / sum(every for _, every in sussex) < 0.95
    for force in ("dorset", "wiltshire"):
        kinds = Counter(file.properties["time_of_day"] for file, _ in seen(twin, force))
        assert kinds[DATE_ONLY] > 3, force


def test_a_stretch_without_times_begins_on_a_day_and_ends_on_one(twin: Twin) -> None:
    for file, times in seen(twin, "thames-valley", "suffolk", "northamptonshire"):
        if "partly_dated_months" in file.labels:
            days = {each.day for each in times if each.time() == time(0)}
            assert max(days) - min(days) < 31
            assert rows_of(twin, file, "partly_dated_months") <= sum(each.time() == time(0) for each in times)


def test_whole_hours_are_nearly_all_of_gwent_and_single_months_of_others(twin: Twin) -> None:
    for file, times in seen(twin, "gwent"):
        full = [each for each in times if each.minute == 0]
        assert rows_of(twin, file, "whole_hours") <= len(full)
        assert file.properties["time_of_day"] == WHOLE_HOURS
    others = Counter(file.properties["time_of_day"] for file, _ in seen(twin, "btp", "south-wales", "leicestershire"))
    assert 0 < others[WHOLE_HOURS] < others[KNOWN]


def test_midnight_of_gwent_is_as_common_as_the_hours_around_it(fuller: Twin) -> None:
    hours = Counter(
        each.hour for file in fuller.of("stops", "gwent") for each in times_of(fuller, file) if each.minute == 0
    )
    assert hours.total() > 500
    assert 0.5 < hours[0] / ((hours[23] + hours[1]) / 2) < 1.5


def test_minutes_that_are_none(twin: Twin) -> None:
    for file, times in seen(twin, "north-yorkshire", "essex"):
        minutes = {each.minute for each in times}
        assert minutes <= {int(file.month[5:]), 1}
        assert len(minutes) == 1
        assert file.properties["minutes"] == ODD
    for _, times in seen(twin, "cleveland"):
        assert all(each.minute == each.hour for each in times)
    doubled = [each.minute == each.hour for _, times in seen(twin, "nottinghamshire") for each in times]
    assert 0.5 < sum(doubled) / len(doubled) < 0.75


def test_the_city_has_a_clock_with_twelve_hours(twin: Twin) -> None:
    hours = {each.hour for file, times in seen(twin, "city-of-london") for each in times}
    assert hours <= set(range(1, 13))
    assert len(hours) > 8


def test_days_have_a_shape_by_which_a_clock_can_be_told(twin: Twin) -> None:
    hours = Counter(
        each.hour for file, times in seen(twin) if file.properties["time_of_day"] == KNOWN for each in times
    )
    share = {hour: hours[hour] / hours.total() for hour in range(24)}
    assert all(share[hour] < 0.025 for hour in range(4, 9))
    assert all(share[hour] > 0.04 for hour in range(14, 24))
