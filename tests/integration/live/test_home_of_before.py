"""A home that the version of before has written (home_of_before.sql, its schema and rows): it opens, tells the same to
the byte, goes on, and is made anew the same, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bluelamp.domain.call import Call
from bluelamp.live.doctor import check_up
from bluelamp.live.rebuild import rebuild
from bluelamp.live.workflow import LiveFlow
from bluelamp.settings import Settings
from bluelamp.storage.live.event_log import project
from bluelamp.storage.relational import database as databases
from bluelamp.storage.vault.vault import Vault
from tests.lib.live.home import FEED, answer, engine_of, make_home, minute, open_flow, unit
from tests.lib.postgres import Postgres

_DUMP = Path(__file__).parent / "home_of_before.sql"
_REVISION = "0007"
_TABLES = ("feed", "event_log", "change", "call", "keyframe", "snapshot")
# What was listed, as it lies in the vault of that home.
_LISTED = [
    [unit(1, "A"), unit(2, "B"), unit(2, "C"), unit(3, "Ö")],
    [unit(1, "A", status="En Route"), unit(2, "B"), unit(3, "Ö")],
    [unit(1, "A", status="En Route"), unit(3, "Ö"), unit(4, "D")],
    [unit(3, "Ö"), unit(4, "D"), unit(None, "E")],
    [unit(3, "Ö"), unit(4, "D"), unit(None, "E", priority="1")],
    [unit(4, "D")],
    [unit(4, "D"), unit(5, "F")],
]
_PLACE = {
    "confidence": 0.9, "kind": "point", "lat": 32.7, "lon": -96.8, "matched": "3 Elm St", "radius_m": 50.0,
    "reasons": [], "source": "gazetteer",
}  # fmt: skip


def _written_before() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.executescript(_DUMP.read_text(encoding="utf-8"))
    return connection


def _changes_before() -> list[str]:
    with closing(_written_before()) as connection:
        return [row["body"] for row in connection.execute("SELECT body FROM change ORDER BY seq")]


def _calls_before() -> dict[str, Call]:
    with closing(_written_before()) as connection:
        return {row["id"]: json.loads(row["body"]) for row in connection.execute("SELECT id, body FROM call")}


def _put_into_postgresql(url: str) -> None:
    """The rows of the home in a database of PostgreSQL, as that version had it."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(databases.__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, _REVISION)
    tables = sa.MetaData()
    tables.reflect(engine, only=_TABLES)
    with closing(_written_before()) as source, engine.begin() as target:
        for name in _TABLES:
            table = tables.tables[name]
            for row in source.execute(f'SELECT * FROM "{name}"'):
                target.execute(table.insert().values({key: _value(table, key, row[key]) for key in row.keys()}))  # noqa: SIM118
        target.execute(sa.text("SELECT setval('event_log_id_seq', 10)"))
    engine.dispose()


def _value(table: sa.Table, column: str, value: object) -> object:
    kind = table.c[column].type
    if isinstance(kind, sa.JSON) and isinstance(value, str):
        return json.loads(value)
    return bool(value) if isinstance(kind, sa.Boolean) else value


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        settings = make_home(tmp_path / "home")
        (tmp_path / "home" / "live.sqlite").unlink(missing_ok=True)
        with closing(sqlite3.connect(tmp_path / "home" / "live.sqlite")) as connection:
            connection.executescript(_DUMP.read_text(encoding="utf-8"))
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = server.new_database()
        _put_into_postgresql(database)
        settings = make_home(tmp_path / "home", database=database)
    vault = Vault(settings.vault_url, tmp_path / "cache")
    placed = next(json.loads(body)["call"] for body in _changes_before() if json.loads(body)["kind"] == "located")
    places = json.dumps({placed: _PLACE}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for body in [*(json.dumps(rows) for rows in _LISTED), places]:
        vault.keep_body(f"{FEED}/2026-02-11", body.encode())
    return settings


def _told(flow: LiveFlow) -> tuple[list[str], list[str]]:
    """Every change as it is sent, and every call, to the byte."""
    log = flow.log
    changes = [one.body.decode() for one in log.changes(log.head(FEED), 0)]
    calls = [log.call(FEED, id_) for id_ in sorted({json.loads(body)["call"] for body in changes})]
    return changes, [json.dumps(call) for call in calls]


def test_it_tells_the_same_and_goes_on_and_is_made_anew_to_the_byte(home: Settings) -> None:
    flow = open_flow(home)
    before = _changes_before()
    assert _told(flow)[0] == before
    assert {call["id"]: call for call in map(json.loads, _told(flow)[1])} == _calls_before()
    early = [one for one in map(json.loads, before) if one["at"] <= minute(5)]
    assert flow.log.as_of(FEED, minute(5))[1] == project((), early)
    step = flow.take(FEED, answer([unit(4, "D"), unit(5, "F"), unit(6, "G")]), minute(18), "polled")
    assert [change["kind"] for change in step.changes] == ["opened"]
    told = _told(flow)
    assert told[0][:-1] == before
    assert flow.snapshots.pack_closed(FEED, datetime(2026, 3, 1, tzinfo=UTC)) == 9, "it is made anew out of a pack"
    assert all(check.ok for check in check_up(flow, lambda _count, _of: None))
    rebuild(flow, FEED, lambda _count, _of: None)
    assert _told(flow) == told
    with engine_of(flow).connect() as connection:
        kept = [bytes(row[0]) for row in connection.execute(sa.text("SELECT body FROM change"))]
    assert sum(map(len, kept)) < 0.4 * sum(len(body.encode()) for body in told[0]), "made anew it is packed"
    flow.close()
