"""What the synthetic city reports of its calls when they are over, and how it reaches the places while it is served."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bluelamp.storage.places.store import PlaceStore
from bluelamp.storage.relational.database import open_database
from bluelamp.synthetic.city import reports as module
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.reports import reporting, reports
from bluelamp.synthetic.city.showing import show_city, write_feed

_START = datetime(2026, 2, 9, 6, tzinfo=UTC)


def test_reports_are_of_calls_that_are_over_where_they_truly_were() -> None:
    city = SyntheticCity(3)
    last = _START + timedelta(hours=12)
    over = {one.number: one for one in city.incidents(_START, last) if one.closed <= last.timestamp()}
    found = reports(city, _START, last)
    assert 0.8 < len(found) / len(over) < 0.95, "some do not name their call"
    spots = [over[str(one.number)].spot for one in found]
    assert [(one.lat, one.lon) for one in found] == [(spot.lat, spot.lon) for spot in spots]
    middle = _START + timedelta(hours=5)
    assert sorted(map(str, found)) == sorted(map(str, reports(city, _START, middle) + reports(city, middle, last)))


def test_they_follow_while_the_city_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.05)
    monkeypatch.setattr(module, "_LOOKS", 2)
    with show_city(tempo=4, every=5) as server:
        write_feed(tmp_path / "feeds", server, interval=5)
        wanted = reports(server.publisher.city, server.now() - timedelta(minutes=50), server.now())
        engine = open_database(f"sqlite:///{tmp_path / 'live.sqlite'}")
        places = PlaceStore(engine)
        with reporting(tmp_path, server):
            until = time.monotonic() + 30
            while places.officials.of(FEED, str(wanted[0].number)) is None:
                assert time.monotonic() < until, "nothing was reported"
                time.sleep(0.05)
        found = [places.officials.of(FEED, str(one.number)) for one in wanted]
        assert [(one.lat, one.lon) for one in found if one] == [(one.lat, one.lon) for one in wanted]
        engine.dispose()
