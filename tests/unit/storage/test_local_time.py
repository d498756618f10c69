from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.storage.local_time import from_local, to_local

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = (int(datetime(year, 6, 1, tzinfo=UTC).timestamp()) for year in (2005, 2044))


def micros(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds()) * 1_000_000 + moment.microsecond


def local(text: str) -> str:
    found = to_local(np.array([micros(datetime.fromisoformat(text))], np.int64))
    return str(found.view("datetime64[us]")[0].astype("datetime64[s]"))


@pytest.mark.parametrize(
    ("utc", "wall"),
    [
        ("2021-03-28T00:59:59+00:00", "2021-03-28T00:59:59"),  # the last second of winter
        ("2021-03-28T01:00:00+00:00", "2021-03-28T02:00:00"),  # spring forward: 01:xx does not exist
        ("2021-10-31T00:59:59+00:00", "2021-10-31T01:59:59"),  # the last second of summer
        ("2021-10-31T01:00:00+00:00", "2021-10-31T01:00:00"),  # fall back: 01:xx comes twice
        ("2021-06-30T23:00:00+00:00", "2021-07-01T00:00:00"),  # a stop of 1 July stands in June by UTC
        ("2021-12-31T23:30:00+00:00", "2021-12-31T23:30:00"),
        ("2015-01-01T00:00:00+00:00", "2015-01-01T00:00:00"),
    ],
)
def test_both_switches_and_months(utc: str, wall: str) -> None:
    assert local(utc) == wall


@given(st.lists(st.integers(FIRST, LAST).map(lambda second: EPOCH + timedelta(seconds=second)), min_size=1))
def test_equals_the_time_zone_database(moments: list[datetime]) -> None:
    found = to_local(np.array([micros(moment) for moment in moments], np.int64))
    expected = [micros(moment.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=UTC, fold=0)) for moment in moments]
    assert found.tolist() == expected


@given(st.lists(st.integers(FIRST, LAST).map(lambda second: EPOCH + timedelta(seconds=second)), min_size=1))
def test_the_way_back_ends_where_it_began_but_in_the_hour_that_comes_twice(moments: list[datetime]) -> None:
    instants = np.array([micros(moment) for moment in moments], np.int64)
    walls = to_local(instants)
    assert to_local(from_local(walls)).tolist() == walls.tolist()
    late = from_local(walls) != instants
    assert (instants[late] - from_local(walls)[late] == 3_600_000_000).all()


def test_the_hour_that_spring_leaves_out_is_taken_as_utc() -> None:
    wall = np.array([micros(datetime(2021, 3, 28, 1, 30, tzinfo=UTC))], np.int64)
    assert from_local(wall).tolist() == wall.tolist()
