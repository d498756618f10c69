"""Local days and durations of calls: both nights when the clocks change, intervals, what was watched."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.call import Between
from bluelamp.domain.duration import Minutes, minutes_between, minutes_of
from bluelamp.domain.local_day import bounds, day_of, spans_of, watched
from bluelamp.domain.moment import moment_of

DALLAS, LONDON = ZoneInfo("America/Chicago"), ZoneInfo("Europe/London")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def moment(minutes: float) -> str:
    return moment_of(BEGIN + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("zone", "day", "begin", "hours"),
    [
        (DALLAS, date(2026, 3, 8), "2026-03-08T06:00:00.000Z", 23),
        (DALLAS, date(2026, 11, 1), "2026-11-01T05:00:00.000Z", 25),
        (DALLAS, date(2026, 2, 11), "2026-02-11T06:00:00.000Z", 24),
        (LONDON, date(2026, 3, 29), "2026-03-29T00:00:00.000Z", 23),
        (LONDON, date(2026, 10, 25), "2026-10-24T23:00:00.000Z", 25),
        (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 5), "2026-04-04T13:00:00.000Z", 24.5),
        (ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), "2018-11-04T03:00:00.000Z", 23),  # has no midnight
    ],
)
def test_a_day_has_the_hours_that_it_has(zone: ZoneInfo, day: date, begin: str, hours: float) -> None:
    first, last = bounds(day, zone)
    assert moment_of(first) == begin
    assert last - first == timedelta(hours=hours)
    assert bounds(day + timedelta(days=1), zone)[0] == last
    whole = watched(day, zone, [(first, last)])
    assert sum(whole["expected"]) == sum(whole["watched"]) == hours * 60
    assert whole["gaps"] == []


def test_the_hours_of_both_nights() -> None:
    spring = watched(date(2026, 3, 8), DALLAS, [])["expected"]
    assert (spring[1], spring[2], spring[3]) == (60, 0, 60)
    autumn = watched(date(2026, 11, 1), DALLAS, [])["expected"]
    assert (autumn[0], autumn[1], autumn[2]) == (60, 120, 60)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["America/Chicago", "Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_every_moment_lies_in_the_bounds_of_its_day(naive: datetime, name: str) -> None:
    zone, when = ZoneInfo(name), naive.replace(tzinfo=UTC)
    first, last = bounds(day_of(when, zone), zone)
    assert first <= when < last


def test_answers_close_to_each_other_cover_the_time_between() -> None:
    at = [BEGIN + timedelta(minutes=minutes) for minutes in (0, 2, 8, 20, 22)]
    spans = spans_of(at, timedelta(minutes=6))
    assert spans == [(at[0], at[2]), (at[3], at[4])]
    assert spans_of(at[:1], timedelta(minutes=6)) == []


def test_a_gap_is_told_and_counts_in_its_hours() -> None:
    day, zone = date(2026, 2, 11), DALLAS
    first, last = bounds(day, zone)
    noon, evening = first + timedelta(hours=12), first + timedelta(hours=18.5)
    seen = watched(day, zone, [(first - timedelta(hours=3), noon), (evening, last + timedelta(hours=1))])
    assert seen["gaps"] == [[moment_of(noon), moment_of(evening)]]
    assert seen["watched"] == [60.0] * 12 + [0.0] * 6 + [30.0] + [60.0] * 5


@given(st.data())
def test_what_is_watched_and_the_gaps_are_the_day(data: st.DataObject) -> None:
    day = data.draw(st.sampled_from([date(2026, 3, 8), date(2026, 11, 1), date(2026, 5, 5)]))
    first, last = bounds(day, DALLAS)
    steps = data.draw(st.lists(st.integers(1, 400), min_size=1, max_size=20))
    answers = [first - timedelta(hours=2)]
    for step in steps:
        answers.append(answers[-1] + timedelta(minutes=step))
    seen = watched(day, DALLAS, spans_of(answers, timedelta(minutes=100)))
    gaps = sum(
        (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() / 60
        for begin, end in seen["gaps"]
    )
    assert sum(seen["watched"]) + gaps == pytest.approx((last - first).total_seconds() / 60, abs=0.1)
    assert all(0 <= its <= of for its, of in zip(seen["watched"], seen["expected"], strict=True))


# -- durations ---------------------------------------------------------------------------------------------------------


def test_a_duration_is_an_interval() -> None:
    found = minutes_between([moment(0), moment(2)], [moment(30), moment(32)])
    assert found == Minutes(28, 32)
    assert found.middle == 30
    assert minutes_between([None, moment(2)], [moment(30), moment(32)]) == (28, None)
    assert minutes_between([None, moment(2)], [moment(30), moment(32)]).middle is None
    assert minutes_between([moment(0), moment(2)], None) == (None, None)
    assert minutes_between([moment(0), moment(2)], [moment(2), moment(4)]) == (0, 4), "seen once"


@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ("2026-03-08T01:50:00-06:00", "2026-03-08T03:10:00-05:00"),  # Dallas, the hour that is not there
        ("2026-11-01T01:50:00-05:00", "2026-11-01T01:10:00-06:00"),  # Dallas, the hour that comes twice
        ("2026-03-29T00:50:00+00:00", "2026-03-29T02:10:00+01:00"),  # London
        ("2026-10-25T01:50:00+01:00", "2026-10-25T01:10:00+00:00"),
    ],
)
def test_twenty_minutes_are_twenty_minutes_on_every_night(opened: str, closed: str) -> None:
    first, last = (moment_of(datetime.fromisoformat(text)) for text in (opened, closed))
    assert minutes_between([first, first], [last, last]) == (20, 20)


def test_units_at_once_count_once_and_times_without_any_do_not() -> None:
    stays: list[tuple[Between, Between]] = [
        ([moment(0), moment(2)], [moment(20), moment(22)]),
        ([moment(10), moment(12)], [moment(30), moment(32)]),
        ([moment(50), moment(52)], [moment(60), moment(62)]),
    ]
    assert minutes_of(stays) == (28 + 8, 32 + 12)
    assert minutes_of([([None, moment(2)], [moment(20), moment(22)])]) == (18, None)


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=8), st.data())
def test_whatever_the_truth_was_it_lies_in_the_interval(stays: list[tuple[int, ...]], data: st.DataObject) -> None:
    """Each stay really began and ended somewhere in its intervals: the minutes that are in any stay are between."""
    told: list[tuple[Between, Between]] = []
    covered: set[int] = set()
    for before, lag, length, later in stays:
        joined = (before, before + lag)
        left = (joined[1] + length, joined[1] + length + later)
        told.append(([moment(joined[0]), moment(joined[1])], [moment(left[0]), moment(left[1])]))
        begin, end = data.draw(st.integers(*joined)), data.draw(st.integers(*left))
        covered |= set(range(begin, end))
    found = minutes_of(told)
    assert found.least is not None
    assert found.most is not None
    assert found.middle is not None
    assert found.least <= len(covered) <= found.most
    assert found.least <= found.middle <= found.most
