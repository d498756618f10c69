"""The demo's city has a past: taken in by the real flow, placed, closed by day, and the city goes on where it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import bluelamp
from bluelamp.bootstrap import open_live
from bluelamp.live.history import open_history
from bluelamp.settings import read_settings
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.history import GrownCity, grown_city, prepare
from bluelamp.synthetic.city.model import City

_SINCE = datetime(2026, 11, 12, 20, 30, tzinfo=UTC)


def test_days_of_the_past_are_closed_watched_and_placed(tmp_path: Path) -> None:
    home, marker = tmp_path / "home", tmp_path / "since.txt"
    streets, calls = prepare(home, marker, tempo=4.0, interval=5.0, days=1)
    assert streets > 100
    assert prepare(home, marker, tempo=4.0, interval=5.0, days=1)[1] == 0, "it has a past already"
    history = open_history(read_settings({"home": home}, {})[0])
    since = grown_city(marker).since
    history.compact([FEED], now=since + timedelta(days=3))
    history.close()
    yesterday = since.astimezone(ZoneInfo("America/Chicago")).date() - timedelta(days=1)
    answer = bluelamp.ask("calls", home=home, by="date", measure=["calls", "unlocated"])
    assert calls > answer.rows[0]["calls"] > 500, "those of today are not closed"
    assert answer.rows[0]["date"] == str(yesterday)
    assert [gap.state for gap in answer.coverage.gaps if gap.begin == yesterday] == [], "watched from midnight on"
    assert 0 < sum(row["unlocated"] for row in answer.rows) < calls / 4
    methods = bluelamp.ask("calls", home=home, by="place_method").rows
    assert methods[0]["place_method"].startswith("gazetteer"), "placed as the poller does"
    flow = open_live(read_settings({"home": home}, {})[0])
    told = flow.place_scores.standing(flow.agency(FEED))
    flow.close()
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
    assert city.snapshot(late) == City(1, tempo=4.0).snapshot(late)
    marker = tmp_path / "since.txt"
    assert grown_city(marker).since == grown_city(marker).since, "the same city at the next start"
