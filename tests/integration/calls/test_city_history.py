"""The demo's city has a past: taken in by the real flow, placed, closed by day, and the city goes on where it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bluelamp
from bluelamp.bootstrap import open_live_half
from bluelamp.settings import read_settings
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.history import GrownCity, grown_city, prepare
from bluelamp.synthetic.city.model import SyntheticCity

_SINCE = datetime(2026, 11, 12, 20, 30, tzinfo=UTC)
_TWO_LOOKS = timedelta(minutes=13)  # a call is over when the second look lacks it


_CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 2, 0, 5, tzinfo=_CHICAGO),
        datetime(2026, 3, 9, 7, 30, tzinfo=_CHICAGO),
        datetime(2028, 2, 29, 23, 59, tzinfo=_CHICAGO),
    ],
    ids=["after the night of 25 hours", "after the night of 23 hours", "at the end of 29 February"],
)
def test_days_of_the_past_are_closed_watched_and_placed(tmp_path: Path, now: datetime) -> None:
    """By a clock of its own. A day that is over is in the history at once, whatever is still open: before, one open
    call kept it out, and on most dates of the year there was one."""
    home, marker = tmp_path / "home", tmp_path / "since.txt"
    streets, calls = prepare(home, marker, tempo=4.0, interval=5.0, days=1, now=now)
    assert streets > 100
    assert prepare(home, marker, tempo=4.0, interval=5.0, days=1)[1] == 0, "it has a past already"
    city = grown_city(marker)
    assert city.since == now
    yesterday = now.date() - timedelta(days=1)
    answer = bluelamp.ask("calls", home=home, by="date", measure=["calls", "open_calls", "unlocated"])
    (row,) = answer.rows
    assert row["date"] == str(yesterday)
    assert calls >= row["calls"] > 500, "those of today are not closed"
    assert list(answer.coverage.gaps) == [], "watched from midnight to midnight"
    begin = datetime(now.year, now.month, now.day, tzinfo=_CHICAGO)
    listed = {one.number for one in city.incidents(begin, now) if one.opened < begin.timestamp() - 600}
    open_now, open_before = (
        {row["incident_number"] for row in city.snapshot(now - back)} & listed for back in (timedelta(), _TWO_LOOKS)
    )
    assert len(open_now) <= row["open_calls"] <= len(open_before | open_now) + 20, "those just opened may be more"
    assert 0 < row["unlocated"] < calls / 4
    methods = bluelamp.ask("calls", home=home, by="place_method").rows
    assert methods[0]["place_method"].startswith("gazetteer"), "placed as the poller does"
    half = open_live_half(read_settings({"home": home}, {})[0])
    told = half.accuracy.standing(half.flow.agency(FEED))
    half.close()
    (scored,) = told["history"]
    assert scored["official"] > 100, "calls are found by their numbers"
    assert scored["points"] > 0.7 * scored["official"]
    assert scored["share_near"] > 0.95


def test_the_city_grows_without_a_jump(tmp_path: Path) -> None:
    city = GrownCity(1, _SINCE, tempo=4.0)
    before, after = city.listed(_SINCE - timedelta(seconds=1)), city.listed(_SINCE + timedelta(seconds=1))
    assert len(before) > 10
    assert len(before ^ after) < len(before) / 5, "who was called is seen to the end"
    for minutes in (-30, 5, 600):
        at = _SINCE + timedelta(minutes=minutes)
        rows = city.snapshot(at)
        assert city.listed(at) == {(row["incident_number"], row["unit_number"]) for row in rows}
        assert {row["incident_number"] for row in rows} <= {one.number for one in city.incidents(at, at)}
    late = _SINCE + timedelta(days=2)
    assert city.snapshot(late) == SyntheticCity(1, tempo=4.0).snapshot(late)
    marker = tmp_path / "since.txt"
    assert grown_city(marker).since == grown_city(marker).since, "the same city at the next start"
