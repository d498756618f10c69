"""Hundreds of feeds in one process: a bounded crew, one lease holder, and no feed that falls silent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.errors import Overloaded
from bluelamp.live.capture import Capture, Captured
from bluelamp.live.health import Looker
from bluelamp.live.runner import Runner
from bluelamp.live.workflow import LiveFlow
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.relational import database as databases
from bluelamp.storage.relational import pool
from tests.lib.live.home import FEED, engine_of, make_home, open_flow, unit
from tests.lib.loopback import Loopback, Reply

_MANY, _THREADS = 200, 8


@pytest.fixture(scope="module")
def publisher() -> Iterator[str]:
    body = json.dumps([unit(1, "A"), unit(2, "B"), unit(2, "C")]).encode()
    server = Loopback(lambda _request: Reply(200, body, {"Content-Type": "application/json"}))
    yield f"{server.url}/calls.json"
    server.close()


@contextmanager
def _flow(folder: Path, database: str, publisher: str, feeds: int) -> Iterator[LiveFlow]:
    url = "" if database.startswith("sqlite") else database
    flow = open_flow(make_home(folder / "home", publisher, database=url, pollers=_THREADS))
    city = flow.agencies[FEED]
    flow.agencies = {name: replace(city, name=name) for name in (f"city-{number:03d}" for number in range(feeds))}
    flow.locator = None
    yield flow
    flow.close()


def _until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.02)


def _asked(engine: sa.Engine, words: tuple[str, ...] = ()) -> list[str]:
    """Fills with the statements that the database is asked from now on, or with those that begin with some words."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not words or statement.split()[0] in words:
            found.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    return found


def test_hundreds_of_feeds_are_served_by_a_few_threads(tmp_path: Path, database: str, publisher: str) -> None:
    with _flow(tmp_path, database, publisher, _MANY) as flow:
        taken: set[str] = set()
        runner = flow.runner(list(flow.agencies), lambda feed, _step: taken.add(feed))
        runner.start()
        _until(lambda: len(taken) == _MANY)
        assert sum(thread.name.startswith("poll-") for thread in threading.enumerate()) <= _THREADS
        assert not any(poller.problem for poller in runner.pollers.values())
        assert {head.seq for head in flow.log.heads().values()} == {2}, "two calls were opened in each"
        runner.stop()
        with engine_of(flow).connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM feed WHERE holder <> ''")).scalar() == 0
            assert connection.execute(sa.text("SELECT count(*) FROM holder")).scalar() == 0


def test_all_leases_are_taken_and_renewed_together_and_whoever_stands_by_writes_nothing(engine: sa.Engine) -> None:
    feeds = [f"city-{number}" for number in range(300)]
    mine, other = Leases(engine), Leases(engine)
    other.holder = "elsewhere/1/x"
    assert set(other.acquire_all(feeds)) == set(feeds)
    written = _asked(engine, ("INSERT", "UPDATE", "DELETE"))
    assert mine.acquire_all(feeds) == {}
    assert written == [], "standing by is reading"
    assert other.renew_all() == dict.fromkeys(feeds, 1)
    assert len(written) == 1, "one statement, however many there are"
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE holder SET until = '2000-01-01T00:00:00.000Z'"))
    assert {lease.fence for lease in mine.acquire_all(feeds).values()} == {2}
    assert other.renew_all() == {}, "all are lost, and that is known"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (RuntimeError("a defect"), "unforeseen: RuntimeError('a defect')"),
        (sa.exc.TimeoutError("QueuePool limit"), "unforeseen: TimeoutError('QueuePool limit')"),
        (MemoryError(), "unforeseen: MemoryError()"),
        (SystemExit(3), "unforeseen: SystemExit(3)"),
        (Overloaded("All connections are in use."), "All connections are in use."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_a_turn_that_fails_in_any_way_is_told_and_tried_again(
    tmp_path: Path, publisher: str, monkeypatch: pytest.MonkeyPatch, fault: BaseException, words: str
) -> None:
    monkeypatch.setattr("bluelamp.live.runner._LOOK", 0.05)
    once, fails = Capture.once, [True]

    def failing(capture: Capture, validators: dict[str, str]) -> Captured:
        if fails[0] and capture._agency.name == "city-000":
            raise fault
        return once(capture, validators)

    monkeypatch.setattr(Capture, "once", failing)
    with _flow(tmp_path, "sqlite", publisher, 3) as flow:
        taken: list[str] = []
        runner = flow.runner(list(flow.agencies), lambda feed, _step: taken.append(feed))
        runner.start()
        look = Looker(flow.log, flow.snapshots)
        _until(lambda: look.health(flow.agencies["city-000"]).problem == words)
        assert look.health(flow.agencies["city-000"]).state == "silent"
        _until(lambda: {"city-001", "city-002"} <= set(taken))
        fails[0] = False
        _until(lambda: "city-000" in taken and look.health(flow.agencies["city-000"]).problem == "")
        assert runner.pollers["city-000"].problem == ""
        runner.stop()


def test_what_fails_here_another_process_may_try(
    tmp_path: Path, publisher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_capture: Capture, _validators: dict[str, str]) -> Captured:
        raise RuntimeError("of this process alone")

    monkeypatch.setattr(Capture, "once", failing)
    with _flow(tmp_path, "sqlite", publisher, 1) as flow:
        runner = flow.runner(list(flow.agencies))
        runner.look()
        _until(lambda: runner.pollers["city-000"].problem != "" and runner.pollers["city-000"].lease is None)
        _until(lambda: Leases(engine_of(flow)).acquire("city-000") is not None, 10)
        runner.stop()


def test_a_turn_that_does_not_end_loses_its_lease(
    tmp_path: Path, publisher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def stuck(_capture: Capture, _validators: dict[str, str]) -> Captured:
        begun.set()
        go_on.wait(60)
        raise RuntimeError("at last")

    monkeypatch.setattr(Capture, "once", stuck)
    with _flow(tmp_path, "sqlite", publisher, 1) as flow:
        now = [1000.0]
        made = flow.runner(list(flow.agencies))
        runner = Runner(list(flow.agencies.values()), made._parts, clock=lambda: now[0])
        runner.look()
        assert begun.wait(30)
        runner.look()
        assert Leases(engine_of(flow)).acquire("city-000") is None, "it is at work"
        now[0] += 301
        runner.look()
        assert Leases(engine_of(flow)).acquire("city-000") is not None
        health = Looker(flow.log, flow.snapshots).health(flow.agencies["city-000"])
        assert health.problem == "This process did not get its turn done in 300 s."
        go_on.set()
        runner.stop()


def test_the_life_of_a_process_that_does_no_work_ends(tmp_path: Path, publisher: str) -> None:
    """The thread that renews is the one that sees that the work goes on: leases outlive neither."""
    with _flow(tmp_path, "sqlite", publisher, 2) as flow:
        runner = flow.runner(list(flow.agencies))
        runner.look()
        assert all(poller.lease for poller in runner.pollers.values())
        with engine_of(flow).connect() as connection:
            until = connection.execute(sa.text("SELECT until FROM holder")).scalar_one()
        assert until < datetime.fromtimestamp(time.time() + 21, UTC).isoformat()
        runner.stop()


def test_a_pool_that_runs_dry_says_so(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_PATIENCE", 0.05)
    engine = databases.open_database(database, connections=2)
    with engine.connect(), engine.connect(), pytest.raises(Overloaded, match="All 2 connections of this process"):
        engine.connect()
    with engine.connect():
        pass
    engine.dispose()


def test_a_process_that_stands_by_asks_one_question_and_writes_nothing(tmp_path: Path, publisher: str) -> None:
    with _flow(tmp_path, "sqlite", publisher, 50) as flow:
        assert len(Leases(engine_of(flow)).acquire_all(list(flow.agencies))) == 50
        runner = flow.runner(list(flow.agencies))
        asked = _asked(engine_of(flow))
        runner.look()
        assert [statement.split()[0] for statement in asked] == ["SELECT"]
        runner.stop()
