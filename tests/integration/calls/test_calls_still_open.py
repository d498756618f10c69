"""A day that is over is in the history the next morning, whatever is still open: a call that has not ended is a row
that says so, counted and told, in no median; when it ends, its day is made anew, without anybody asking."""

from __future__ import annotations

import statistics
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import bluelamp
from bluelamp.cli import main
from bluelamp.errors import Damaged
from tests.lib.calls.city import (
    DALLAS,
    FEBRUARY,
    FEED,
    STEP,
    City,
    Incident,
    days_of,
    incidents,
    lake_rows,
    lake_rows_of_days,
    make_home,
)

_STUCK = "26-stuck"


def open_city(home: Path, ends: timedelta, zone: str = DALLAS, days: tuple[date, ...] = FEBRUARY) -> City:
    """A city that was looked at for two days and ten minutes. Of the first day one call is stuck: it ends so long
    after the third day has begun, or never."""
    made = City(make_home(home, zone), ZoneInfo(zone))
    first, *_, last = days_of(made.zone, *days)
    made.poll([*_ordinary(first), _stuck(first, last + ends)], first, last + timedelta(minutes=STEP))
    return made


def _ordinary(first: datetime) -> list[Incident]:
    return incidents(5, first, 52, 130)


def _stuck(first: datetime, end: datetime) -> Incident:
    begin = first + timedelta(hours=11)
    return Incident(_STUCK, begin, end, "A", "B", None, [("U-stuck", begin, end)])


_NEVER = timedelta(days=400)


def hashes(made: City) -> dict[str, str]:
    with made.history() as history:
        return {day.day: day.sha256 for day in history.stores.days.all() if day.rows}


def stuck_row(made: City) -> dict[str, Any]:
    (row,) = (row for row in lake_rows_of_days(made) if row["incident_number"] == _STUCK)
    return row


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        (DALLAS, FEBRUARY),
        (DALLAS, (date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10))),
        ("Europe/London", (date(2026, 10, 25), date(2026, 10, 26), date(2026, 10, 27))),
        (DALLAS, (date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1))),
        (DALLAS, (date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1))),
    ],
    ids=["winter", "23 hours", "25 hours", "29 February", "New Year"],
)
def test_counted_told_and_in_no_median(tmp_path: Path, zone: str, days: tuple[date, ...]) -> None:
    made = open_city(tmp_path / "home", _NEVER, zone, days)
    assert made.compact(days_of(made.zone, days[2])[0] + timedelta(hours=1)) == [str(day) for day in days[:2]]
    rows = lake_rows(tmp_path / "home")
    row = stuck_row(made)
    assert (row["ended"], row["closed_after"], row["closed_by"]) == ("open", None, None)
    assert all(row[name] is None for name in row if name.startswith("minutes_"))
    measures = ["calls", "open_calls", "closed_calls", "with_minutes_open", "median_minutes_open"]
    answer = bluelamp.ask("calls", home=made.settings.home, by="date", measure=measures)
    first = next(one for one in answer.rows if one["date"] == str(days[0]))
    its = [row for row in rows if row["day"] == days[0]]
    assert first["calls"] == len(its)
    assert (first["open_calls"], first["closed_calls"]) == (1, len(its) - 1)
    minutes = [row["minutes_open"] for row in its if row["minutes_open"] is not None]
    assert first["with_minutes_open"] == len(minutes) < len(its)
    assert first["median_minutes_open"] == pytest.approx(round(statistics.median(minutes), 1))
    told = [one for one in answer.caveats if one.startswith("Still open: ")]
    assert len(told) == 1, "once"
    still_open = sum(row["ended"] == "open" for row in rows)
    assert still_open > 2
    assert f"{still_open} calls of these days, the oldest of {days[0]}." in told[0]
    only = bluelamp.ask("calls", home=made.settings.home, where=[f"date={days[0]}"])
    assert f"Still open: 1 call of {days[0]}." in " ".join(only.caveats)


def test_a_call_that_ends_days_later_makes_its_day_anew(tmp_path: Path) -> None:
    made = open_city(tmp_path / "home", timedelta(days=6, hours=3))
    first, *_, last = days_of(made.zone, *FEBRUARY)
    made.compact(last + timedelta(hours=1))
    version = bluelamp.ask("calls", home=made.settings.home).data_version
    # Nobody looks for four days: it is open all the while.
    stuck = _stuck(first, last + timedelta(days=6, hours=3))
    made.poll([stuck], last + timedelta(days=4), last + timedelta(days=5))
    made.compact(last + timedelta(days=5, hours=1))
    assert stuck_row(made)["ended"] == "open"
    made.poll([stuck], last + timedelta(days=5, minutes=STEP), last + timedelta(days=6, hours=4))
    assert str(FEBRUARY[0]) in made.compact(last + timedelta(days=6, hours=5))
    row = stuck_row(made)
    assert (row["ended"], row["first_nature"], row["nature"]) == ("closed", "A", "B")
    assert row["minutes_open"] == pytest.approx((stuck.end - stuck.begin).total_seconds() / 60, abs=STEP)
    answer = bluelamp.ask("calls", home=made.settings.home, measure=["open_calls"])
    assert [row["open_calls"] for row in answer.rows] == [0]
    assert not any("Still open" in one for one in answer.caveats)
    assert answer.data_version != version, "another state of the calls has another name"
    # Another home, to which nothing was done before all had ended, has the same files.
    late = City(make_home(tmp_path / "late"), made.zone)
    late.take(dict(zip(made.looked, made.shown, strict=True)))
    late.compact(last + timedelta(days=6, hours=5))
    assert hashes(late) == hashes(made)
    assert made.compact(last + timedelta(days=6, hours=6)) == [], "and stays so"


def test_one_that_never_ends_keeps_nothing_back(tmp_path: Path) -> None:
    """Neither its own day, nor those after it, nor what the event log lets go; and when it ends all the same, its day
    has all of its calls."""
    made = open_city(tmp_path / "home", timedelta(days=50))
    made.settings = made.settings.model_copy(update={"live_keep_days": 30})
    first, *_, last = days_of(made.zone, *FEBRUARY)
    stuck = _stuck(first, last + timedelta(days=50))
    made.compact(last + timedelta(hours=1))
    before = {row["incident_number"]: row for row in lake_rows_of_days(made) if row["day"] == FEBRUARY[0]}
    made.poll([stuck], last + timedelta(days=40), last + timedelta(days=40, hours=1))
    made.compact(last + timedelta(days=41))
    with made.history() as history:
        head = history.stores.log.head(FEED)
        assert head.tail > 0, "older changes were let go"
        assert [call["incident_number"] for call in history.stores.log.current(FEED)[1]] == [_STUCK]
    made.poll([stuck], last + timedelta(days=40, hours=1, minutes=STEP), last + timedelta(days=40, hours=3))
    made.poll([], last + timedelta(days=50), last + timedelta(days=50, hours=1))
    assert str(FEBRUARY[0]) in made.compact(last + timedelta(days=50, hours=2))
    after = {row["incident_number"]: row for row in lake_rows_of_days(made) if row["day"] == FEBRUARY[0]}
    assert after.pop(_STUCK)["ended"] == "closed"
    assert before.pop(_STUCK)["first_nature"] == "A"
    assert after == before


def test_a_damaged_day_keeps_no_other_one_out(tmp_path: Path) -> None:
    """The stuck call ends after its neighbours were let go, and the file that has them is damaged."""
    made = open_city(tmp_path / "home", timedelta(days=40))
    first, *_, last = days_of(made.zone, *FEBRUARY)
    stuck = _stuck(first, last + timedelta(days=40))
    made.compact(last + timedelta(hours=1))
    with made.history() as history:
        history.writer.forget_before(FEED, f"{last:%Y-%m-%dT%H:%M:%S}.000Z")
        path = history.stores.lake.path(history.stores.days.all(FEED)[0].path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9] + b"?" + whole[-8:])
    made.poll([stuck], last + timedelta(minutes=2 * STEP), last + timedelta(hours=1))
    made.poll([], last + timedelta(days=40), last + timedelta(days=40, hours=1))
    now = last + timedelta(days=40, hours=2)
    assert made.compact(now) == [], "it is logged"
    with made.history() as history:
        assert str(FEBRUARY[2]) in {day.day for day in history.stores.days.all(FEED)}
        with pytest.raises(Damaged, match="is not what was written"):
            history.compact([FEED], now=now)
    path.write_bytes(whole)
    assert str(FEBRUARY[0]) in made.compact(now), "and nothing was forgotten meanwhile"
    assert stuck_row(made)["ended"] == "closed"


def test_what_is_still_to_be_taken_in_is_waited_for(tmp_path: Path) -> None:
    """A day that is over without an answer after it: how much of its last minutes was watched is not known yet."""
    made = City(make_home(tmp_path / "home"), ZoneInfo(DALLAS))
    first, second, third = days_of(made.zone, *FEBRUARY)
    made.poll(_ordinary(first), first, second - timedelta(minutes=4))
    with made.history() as history:
        assert made.compact(second + timedelta(minutes=1)) == []
        assert history.waiting(FEED, second + timedelta(minutes=1)) == [FEBRUARY[0]]
        made.poll(_ordinary(first), second, second)
        assert made.compact(second + timedelta(minutes=1)) == [str(FEBRUARY[0])]
        (day,) = history.stores.days.all()
        assert sum(day.watched["watched"]) == 1440
        # Nobody looks any more: then it is as it is, after three intervals.
        made.poll(_ordinary(first), second + timedelta(minutes=STEP), third - timedelta(minutes=STEP))
        assert str(FEBRUARY[1]) not in made.compact(third + timedelta(minutes=2 * STEP - 1))
        made.take({third - timedelta(minutes=STEP): []}, taken=False)
        assert made.compact(third + timedelta(hours=9)) == [], "an answer waits to be taken in"
        (forced,) = history.compact([FEED], [FEBRUARY[1]], force=True, now=third + timedelta(hours=9))
    assert sum(forced.watched["watched"]) == 1440 - STEP


def test_places_are_no_looks(tmp_path: Path) -> None:
    """A place that somebody gives to a call weeks later does not make days on which nobody looked."""
    from bluelamp.bootstrap import open_live

    made = open_city(tmp_path / "home", _NEVER)
    last = days_of(made.zone, FEBRUARY[2])[0]
    flow = open_live(made.settings)
    flow.now = lambda: last + timedelta(days=20)
    call = flow.log.current(FEED)[1][0]["id"]
    flow.place(FEED, {call: {"kind": "point", "lat": 32.7, "lon": -96.8, "uncertainty_m": 60.0, "method": "person",
                             "confidence": 1.0, "version": "1"}})  # fmt: skip
    flow.close()
    assert made.compact(last + timedelta(days=21)) == [str(day) for day in FEBRUARY]


def test_a_rebuilt_log_gives_the_same(tmp_path: Path) -> None:
    from bluelamp.bootstrap import open_live
    from bluelamp.live.rebuild import rebuild

    made = open_city(tmp_path / "home", _NEVER)
    now = made.looked[-1] + timedelta(minutes=1)
    made.compact(now)
    before = hashes(made)
    flow = open_live(made.settings)
    rebuild(flow, FEED, lambda _done, _of: None)
    flow.close()
    assert made.compact(now) == []
    assert hashes(made) == before


def test_the_command_tells_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = open_city(tmp_path / "home", _NEVER)
    made.compact(made.looked[-1] + timedelta(minutes=1))
    assert main(["--home", str(made.settings.home), "live", "compact"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    open_ = sum(row["ended"] == "open" for row in lake_rows_of_days(made))
    assert f"Still open: {open_} calls of 3 days, the oldest of {FEBRUARY[0]}." in said
