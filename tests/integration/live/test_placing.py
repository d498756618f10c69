"""Calls appear at once and their places follow; a rebuild gives the places back without asking anybody."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bluelamp.live.doctor import check_up
from bluelamp.live.rebuild import rebuild
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.server import CityServer, running
from tests.lib.live.home import FEED, engine_of, everything, make_home, open_flow

_START = datetime(2026, 3, 6, 22, tzinfo=UTC)


def test_places_follow_the_calls(tmp_path: Path, database: str) -> None:
    url = "" if database.startswith("sqlite") else database
    with CityServer(Publisher(SyntheticCity(5), _START), now=running(_START, 1200)) as city:
        flow = open_flow(make_home(tmp_path / "home", city.url, database=url))
        flow.agencies = {FEED: replace(flow.agency(FEED), interval_seconds=0.1)}
        runner = flow.runner([FEED])
        runner.start()
        try:
            until = time.monotonic() + 30
            while FEED not in flow.log.heads() or sum(1 for call in flow.log.current(FEED)[1] if call["place"]) <= 10:
                assert time.monotonic() < until, "no places come"
                time.sleep(0.1)
        finally:
            runner.stop()
        assert runner.placing is not None
        assert runner.placing.locator.health()["failed"] == 0
        changes = [one.change for one in flow.log.changes(flow.log.head(FEED), 0)]
        opened = {change["call"]: change["seq"] for change in changes if change["kind"] == "opened"}
        located = [change for change in changes if change["kind"] == "located"]
        assert len(located) > 10
        assert all(change["seq"] > opened[change["call"]] for change in located)
        # Nothing is known here of the streets of this city, so a call is placed as the beat that it names, if it does.
        places = {change["call"]: change["place"]["kind"] for change in located if change["place"]}
        beats = {call["id"]: call["beat"] for call in flow.log.current(FEED)[1]}
        assert "area" in places.values()
        assert all(places[call] == ("area" if beats[call] else "none") for call in places.keys() & beats.keys())
        flow.take_waiting(FEED)
        before = everything(engine_of(flow))
        rebuild(flow, FEED, lambda _count, _of: None)
        assert everything(engine_of(flow)) == before
        assert all(check.ok for check in check_up(flow, lambda _count, _of: None))
        flow.close()
