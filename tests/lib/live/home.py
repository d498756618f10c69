"""A home with a feed of the real form, and its snapshots, for tests of the whole flow without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bluelamp.bootstrap import open_live
from bluelamp.domain.moment import moment_of
from bluelamp.live.workflow import LiveFlow
from bluelamp.settings import Settings, read_settings
from bluelamp.sources.feeds.agency import shipped
from bluelamp.sources.feeds.fetching import Part
from bluelamp.storage.relational.database import LIVE_FILE
from tests.lib.migrated import write_migrated

BEGIN = datetime(2026, 2, 11, 6, tzinfo=UTC)
FEED = "city"


def make_home(folder: Path, url: str = "https://example.org/calls.json", more: str = "", **values: Any) -> Settings:
    """A home whose only own feed is `city`: Dallas's form at another address. `more` stands before the first table."""
    feeds = folder / "feeds"
    feeds.mkdir(parents=True, exist_ok=True)
    if not values.get("database"):
        write_migrated(folder / LIVE_FILE)
    text = shipped()["dallas-tx"].replace("https://www.dallasopendata.com/resource/9fxf-t2tr.json", url)
    (feeds / f"{FEED}.toml").write_text(more + text, encoding="utf-8")
    return read_settings({"home": folder, "allow_private_addresses": True, **values}, {})[0]


def open_flow(settings: Settings) -> LiveFlow:
    return open_live(settings)


def unit(number: int | None, name: str, **more: str) -> dict[str, str]:
    """A row as Dallas publishes it: what is null is not there."""
    row = {
        "unit_number": name,
        "location": f"{number} Elm St",
        "nature_of_call": "40 - Other",
        "status": "At Scene",
        "date": "2026-02-11T00:00:00.000",
        "time": "00:10:00",
        **more,
    }
    return row if number is None else {"incident_number": f"26-{number:07d}", **row}


def answer(
    rows: Sequence[object] | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> tuple[Part, ...]:
    body = rows if isinstance(rows, bytes) else json.dumps(list(rows)).encode()
    return (Part("https://example.org/calls.json", status, dict(headers or {}), body),)


def minute(minutes: float) -> str:
    return moment_of(BEGIN + timedelta(minutes=minutes))


TABLES = {
    "change": "SELECT seq, id, call, kind, at, body FROM change ORDER BY seq",
    "call": "SELECT id, open, opened_at, ended_at, number_key, place_key, occurrence, body FROM call ORDER BY id",
    "keyframe": "SELECT seq, calls FROM keyframe ORDER BY seq",
    "log": "SELECT seq, at, taken, tracking, keyframe FROM event_log JOIN feed ON feed.log = event_log.id",
    "snapshot": "SELECT number, fetched_at, verdict, reasons, version, rows, changes FROM snapshot ORDER BY number",
}


def everything(engine: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that the live half keeps, but for epochs and ids of logs."""
    with engine.connect() as connection:
        return {
            name: [tuple(_plain(value) for value in row) for row in connection.execute(sa.text(query))]
            for name, query in TABLES.items()
        }


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, str) and value.startswith(("{", "[")):
        return json.dumps(json.loads(value))  # PostgreSQL gives JSON back as values, SQLite as text
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def engine_of(flow: LiveFlow) -> sa.Engine:
    return flow.log._engine
