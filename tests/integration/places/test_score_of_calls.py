"""Official coordinates find their call by its number in the event log, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from bluelamp.places.scoring import read_official, score
from bluelamp.storage.places.store import PlaceStore
from bluelamp.storage.tables.live import CALL, EVENT_LOG, FEED
from tests.lib.places.ground import KnownBlocks, at, call, desk_on


def keep_call(engine: sa.Engine, number: str, location: str) -> None:
    body = json.dumps(call(f"id-{number}", location, incident_number=number))
    with engine.begin() as connection:
        if not connection.execute(sa.select(FEED.c.log)).scalar():
            empty = {"epoch": "e", "seq": 0, "tail": 0, "taken": 0, "tracking": {}}
            connection.execute(EVENT_LOG.insert().values(id=1, feed="dallas-tx", **empty))
            connection.execute(FEED.insert().values(name="dallas-tx", log=1))
        connection.execute(
            CALL.insert().values(
                log=1, id=f"id-{number}", open=False, opened_at="2026", number_key=f"n:{number}", place_key="p",
                occurrence=1, body=body,
            )
        )  # fmt: skip


def test_calls_are_found_by_their_number(engine: sa.Engine, places: PlaceStore, tmp_path: Path) -> None:
    keep_call(engine, "26-1", "STREET 1")
    keep_call(engine, "26-2", "STREET 2")
    lat, lon = at(1)
    file = tmp_path / "official.jsonl"
    rows = [{"cfs_number": number, "lat": lat, "lon": lon + 0.002} for number in ("26-1", "26-2", "26-404")]
    file.write_text("\n".join(map(json.dumps, rows)))
    desk = desk_on(places, (), None, KnownBlocks({"1900 STREET 1": (lat, lon)}))
    scores = score(desk, read_official(file))
    every = next(one for one in scores if one.source == "shown" and one.kind == "all")
    assert (every.official, every.points, every.areas, every.far) == (2, 1, 1, 0)
    assert every.median_m is not None
    assert 150 < every.median_m < 200
    assert every.within == 0  # it had claimed 40 metres
