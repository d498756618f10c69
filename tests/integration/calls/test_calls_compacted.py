"""Closed days become rows of the lake: all calls, once, right on every night, the same bytes again."""

from __future__ import annotations

import hashlib
import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bluelamp.errors import Busy, NoSuchThing, UsageError
from tests.lib.calls.city import (
    DALLAS,
    FEBRUARY,
    FEED,
    STEP,
    City,
    Incident,
    about,
    days_of,
    incidents,
    lake_bytes,
    lake_rows,
    lake_rows_of_days,
    make_home,
    polled_city,
)


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (DALLAS, FEBRUARY),
        (DALLAS, (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9))),
        (DALLAS, (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2))),
        ("Europe/London", (date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30))),
        ("Europe/London", (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))),
    ],
    ids=["winter", "Dallas March", "Dallas November", "London March", "London October"],
)
def test_every_call_is_a_row_and_right(tmp_path: Path, zone: str, days: tuple[date, ...]) -> None:
    made = polled_city(tmp_path / "home", zone=zone, days=days)
    assert made.compact(made.looked[-1] + timedelta(hours=23)) == [str(day) for day in days[:-1]]
    rows, expected = lake_rows(tmp_path / "home"), made.expected()
    assert len(rows) == len(expected) >= 110
    by_number = {row["incident_number"]: row for row in rows}
    for wanted in expected:
        row = by_number[wanted["incident_number"]]
        assert {name: row[name] for name in wanted} == wanted
    assert {row["ended"] for row in rows} == {"closed"}
    assert all(row["month"] == row["day"].year * 12 + row["day"].month - 1 for row in rows)
    for row in rows:
        if row["minutes_on_scene"] is not None:
            assert row["minutes_on_scene_least"] <= row["minutes_on_scene"] <= row["minutes_on_scene_most"]
            assert row["minutes_on_scene_most"] <= row["minutes_open_most"]
    for path in (tmp_path / "home" / "lake" / "calls").glob("feed=*/day=*.parquet"):
        told = about(path)
        first, last = days_of(
            made.zone, date.fromisoformat(told["day"]), date.fromisoformat(told["day"]) + timedelta(1)
        )
        assert sum(told["watched"]["watched"]) == (last - first).total_seconds() / 60
        assert hashlib.sha256(path.read_bytes()).hexdigest()[:12] in path.name


@pytest.mark.parametrize("many", [0, 1, 24, 25, 26, 50, 101, 300])
def test_as_many_come_out_as_go_in(tmp_path: Path, many: int) -> None:
    """At the sizes of batches at which rows were once lost: multiples of 25."""
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, last = days_of(made.zone, *FEBRUARY[:2])
    calls = [
        Incident(
            f"26-{n:07d}",
            first,
            first + timedelta(minutes=15),
            "40 - Other",
            "40 - Other",
            "111",
            [(f"U{n}", first, last)],
        )
        for n in range(many)
    ]
    made.poll(calls, first, first + timedelta(minutes=50))
    made.compact(last + timedelta(hours=25))
    rows = lake_rows(tmp_path / "home")
    assert sorted(row["incident_number"] for row in rows) == [call.number for call in calls]
    with made.history() as history:
        assert [day.rows for day in history.stores.days.all()][:1] == [many]


def test_on_both_databases_again_changes_nothing(tmp_path: Path, database: str) -> None:
    made = polled_city(tmp_path / "home", database)
    now = made.looked[-1] + timedelta(hours=23)
    assert len(made.compact(now)) == 2
    before = lake_bytes(tmp_path / "home")
    assert len(before) == 2
    assert made.compact(now + timedelta(minutes=30)) == []
    assert lake_bytes(tmp_path / "home") == before
    # From the same snapshots another home has the same bytes.
    other = polled_city(tmp_path / "other")
    other.compact(now)
    assert lake_bytes(tmp_path / "other") == before


def test_a_call_that_comes_back_makes_its_day_anew(tmp_path: Path) -> None:
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(made.zone, *FEBRUARY)
    calls = incidents(5, first, 10, 20)
    made.poll(calls, first, second)
    with made.history() as history:
        history.compact([FEED], [FEBRUARY[0]], force=True, now=second)
    before = lake_bytes(tmp_path / "home")
    back = calls[0]
    back.begin, back.end = second + timedelta(hours=1), second + timedelta(hours=2)
    back.units = [("LATE", back.begin, back.end)]
    made.poll([back], second + timedelta(minutes=STEP), third)
    assert FEBRUARY[0].isoformat() in made.compact(second + timedelta(hours=13))
    rows = {row["incident_number"]: row for row in lake_rows_of_days(made)}
    assert len(rows) == len(calls)
    assert rows[back.number]["reopened"] == 1
    assert "LATE" in rows[back.number]["units"]  # type: ignore[operator]
    # The file before stays a while for those who read it.
    assert set(before) < set(lake_bytes(tmp_path / "home"))


def test_what_no_day_names_goes_once_its_time_is_over(tmp_path: Path) -> None:
    made = polled_city(tmp_path / "home")
    made.compact(made.looked[-1] + timedelta(hours=23))
    folder = tmp_path / "home" / "lake" / "calls" / f"feed={FEED}"
    stray = folder / "day=2026-02-11.000000000000.parquet"
    stray.write_bytes(b"half")
    os.utime(stray, (time.time(), time.time()))
    made.compact(made.looked[-1] + timedelta(hours=23.5))
    assert stray.exists()
    os.utime(stray, (0, 0))
    made.compact(made.looked[-1] + timedelta(hours=23.6))
    assert not stray.exists()
    assert len(lake_rows_of_days(made)) == len(made.expected())


def test_gaps_are_told_and_missing_days_are_there(tmp_path: Path) -> None:
    """Nobody looks from 10:00 to 15:30 of the first day, and on the whole second day."""
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(made.zone, *FEBRUARY)
    away = (first + timedelta(hours=10), first + timedelta(hours=15.5))
    made.poll([], first, third + timedelta(hours=1), lambda at: away[0] < at < away[1] or second <= at < third)
    made.compact(third + timedelta(days=3))
    with made.history() as history:
        one, two, three, *_ = history.stores.days.all()
    assert [sum(day.watched["watched"]) for day in (one, two, three)] == [1440 - 330 - STEP, 0, 60]
    assert one.watched["watched"][10:16] == [0, 0, 0, 0, 0, 30]
    assert (one.path, two.path, one.rows) == ("", "", 0)


def test_failed_and_older_answers_watch_nothing(tmp_path: Path) -> None:
    from bluelamp.bootstrap import open_live
    from bluelamp.domain.moment import moment_of
    from tests.lib.live.home import answer

    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second = days_of(made.zone, *FEBRUARY[:2])
    flow = open_live(made.settings)
    for number in range(24 * 6):
        at = first + timedelta(minutes=STEP * number)
        parts = answer(b"", status=500) if 60 <= number < 120 else answer(b"[]" if number % 2 else [])
        flow.keep(FEED, parts, moment_of(at), "polled")
    flow.take_waiting(FEED)
    flow.close()
    made.compact(second + timedelta(days=2))
    with made.history() as history:
        day = history.stores.days.all()[0]
    assert sum(day.watched["watched"]) == (59 + 23) * STEP


def test_wrong_words_and_a_second_writer(tmp_path: Path) -> None:
    made = polled_city(tmp_path / "home", many=3)
    with made.history() as history:
        with pytest.raises(UsageError, match="is not over"):
            history.compact([FEED], [date(2031, 1, 1)])
        with pytest.raises(NoSuchThing):
            history.compact(["nowhere"])
        with made.history() as other, other.stores.lake.writing():
            with pytest.raises(Busy):
                history.compact()
            assert history.compact_closed() == []
        assert history.compact_closed() != []


def test_a_rebuilt_log_changes_nothing(tmp_path: Path) -> None:
    from bluelamp.bootstrap import open_live
    from bluelamp.live.rebuild import rebuild

    made = polled_city(tmp_path / "home")
    now = made.looked[-1] + timedelta(hours=23)
    made.compact(now)
    before = lake_bytes(tmp_path / "home")
    flow = open_live(made.settings)
    rebuild(flow, FEED, lambda _done, _of: None)
    flow.close()
    assert made.compact(now) == []
    assert lake_bytes(tmp_path / "home") == before


# -- retention ---------------------------------------------------------------------------------------------------------


def test_what_goes_is_in_the_lake_and_stays_there(tmp_path: Path, database: str) -> None:
    made = polled_city(tmp_path / "home", database)
    now = made.looked[-1] + timedelta(days=40)
    made.settings = made.settings.model_copy(update={"live_keep_days": 30})
    with made.history() as history:
        assert history.retain(now=now) == {FEED: 0}, "nothing is in the lake yet"
        history.compact(now=now)
        log = history.stores.log
        changes = log.head(FEED).seq
        before = lake_bytes(tmp_path / "home")
        assert history.retain(now=now) == {FEED: changes}
        assert log.calls_between(FEED, "2026", "2027") == []
        assert log.head(FEED).tail == changes
        # Neither again, nor by force, does a day lose what only its file has.
        assert history.compact(now=now) == []
        assert history.compact([FEED], list(FEBRUARY[:2]), force=True, now=now) == []
        assert lake_bytes(tmp_path / "home") == before
        assert history.retain(now=now) == {FEED: 0}


def test_nothing_goes_whose_file_is_not_what_was_written(tmp_path: Path) -> None:
    made = polled_city(tmp_path / "home")
    now = made.looked[-1] + timedelta(days=40)
    made.settings = made.settings.model_copy(update={"live_keep_days": 1})
    with made.history() as history:
        history.compact(now=now)
        first, second, *_ = [history.stores.lake.path(day.path) for day in history.stores.days.all()]
        whole = second.read_bytes()
        second.write_bytes(whole[:-9] + b"?" + whole[-8:])
        gone = history.retain(now=now)[FEED]
        begin = days_of(made.zone, FEBRUARY[1])[0]
        assert 0 < gone < history.stores.log.head(FEED).seq
        kept = history.stores.log.between(FEED, "2026", "2027")
        assert min(change.at for change in kept) >= f"{begin:%Y-%m-%dT%H:%M:%S}"
        second.unlink()
        assert history.retain(now=now)[FEED] == 0
        second.write_bytes(whole)
        assert history.retain(now=now)[FEED] > 0
        assert first.exists()


def test_a_call_that_comes_back_after_its_neighbours_went(tmp_path: Path) -> None:
    """The day's file keeps those that the log has let go, and how the call was first listed."""
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(made.zone, *FEBRUARY)
    calls = incidents(6, first, 8, 30)
    long = Incident("26-long", first + timedelta(hours=9), second + timedelta(hours=2), "A", "B", None, [])
    long.units = [("LONG", long.begin, long.end)]
    made.poll([*calls, long], first, third)
    now = third + timedelta(days=2)
    with made.history() as history:
        history.compact(now=now)
        log = history.stores.log
        # Everything of the first day goes but the call that ended on the second.
        history.writer.forget_before(FEED, f"{second:%Y-%m-%dT%H:%M:%S}.000Z")
        assert len(log.calls_opened_between(FEED, "2026", f"{second:%Y-%m-%dT%H:%M:%S}.000Z")) == 1
    long.begin, long.end = third + timedelta(minutes=STEP), third + timedelta(minutes=3 * STEP)
    long.units, long.nature = [("AGAIN", long.begin, long.end)], "C"
    made.poll([long], third + timedelta(minutes=STEP), third + timedelta(hours=2))
    assert made.compact(now + timedelta(days=1))[0] == FEBRUARY[0].isoformat()
    rows = {row["incident_number"]: row for row in lake_rows_of_days(made)}
    assert len(rows) == len(calls) + 1
    assert rows["26-long"]["reopened"] == 1
    assert (rows["26-long"]["first_nature"], rows["26-long"]["nature"]) == ("A", "C")


def test_random_compactions_end_the_same(tmp_path: Path) -> None:
    """Whenever it is done, and however often: in the end the lake is the same."""
    chance = random.Random(11)
    plain = polled_city(tmp_path / "plain")
    end = plain.looked[-1] + timedelta(days=3)
    plain.compact(end)
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, _, last = days_of(made.zone, *FEBRUARY)
    calls = incidents(5, first, (last - first).total_seconds() / 3600 - 10, 120)
    at = first
    while at <= last + timedelta(minutes=STEP):
        then = min(at + timedelta(hours=chance.uniform(1, 9)), last + timedelta(minutes=STEP))
        steps = int((then - at) / timedelta(minutes=STEP))
        made.poll(calls, at, at + steps * timedelta(minutes=STEP))
        at += (steps + 1) * timedelta(minutes=STEP)
        with made.history() as history:
            past = history.waiting(FEED, at)
            history.compact([FEED], past, force=chance.random() < 0.5, now=at) if past else history.compact(now=at)
    made.compact(end)
    assert lake_rows_of_days(made) == lake_rows_of_days(plain)
    assert {day: about_day(made, day) for day in ("2026-02-11", "2026-02-12")} == {
        day: about_day(plain, day) for day in ("2026-02-11", "2026-02-12")
    }


def about_day(made: City, day: str) -> str:
    with made.history() as history:
        return next(one.sha256 for one in history.stores.days.all() if one.day == day)


def test_when_a_day_is_over_is_local(tmp_path: Path) -> None:
    made = polled_city(tmp_path / "home", many=1)
    (midnight,) = days_of(made.zone, FEBRUARY[1])
    with made.history() as history:
        assert history.waiting(FEED, midnight - timedelta(seconds=1)) == []
        assert history.waiting(FEED, midnight) == [FEBRUARY[0]]
    assert midnight == datetime(2026, 2, 12, 6, tzinfo=UTC)
