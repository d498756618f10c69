"""The event log on real databases: one transaction a snapshot, numbers without gaps, any moment of the past."""

from __future__ import annotations

import random
import shutil
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.snapshot import Row
from bluelamp.errors import Busy, NoSuchThing, NotKept
from bluelamp.storage.live import log_positions, log_writer
from bluelamp.storage.live.event_log import EventLog
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.live.log_writer import LogWriter
from bluelamp.storage.relational.database import open_database
from bluelamp.storage.tables.live import CALL
from tests.lib.live.feed_in_memory import at, row
from tests.lib.live.stored_feed import StoredFeed
from tests.lib.postgres import Postgres


def _busy_night(feed: StoredFeed, snapshots: int, *, restarts: bool = False, seed: int = 7) -> None:
    """Calls come and go, units too; now and then an answer is empty, cut or fails."""
    chance = random.Random(seed)
    calls: dict[int, list[Row]] = {}
    for number in range(snapshots):
        calls = {key: rows for key, rows in calls.items() if chance.random() > 0.15}
        for _ in range(chance.randrange(4)):
            key = chance.randrange(200)
            units = [row(f"26-{key}", f"U{chance.randrange(40)}", location=f"{key} St") for _ in range(2)]
            calls[key] = units[: 1 + chance.randrange(2)]
        rows = [one for group in calls.values() for one in group]
        fault = chance.random()
        if fault < 0.05:
            feed.show(salt=str(number))
        elif fault < 0.1:
            feed.show(status=500)
        else:
            feed.show(*rows, salt=str(number))
        if restarts and chance.random() < 0.3:
            feed.reopen()


@pytest.mark.parametrize("restarts", [False, True], ids=["one run", "restarted again and again"])
def test_the_log_says_what_happened(engine: sa.Engine, restarts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "KEYFRAME_CHANGES", 20)
    feed = StoredFeed(engine)
    _busy_night(feed, 120, restarts=restarts)
    head, calls = feed.log.current("city")
    assert calls == feed.open_calls
    logged = feed.log.changes(head, 0)
    assert [one.change for one in logged] == feed.changes
    assert [one.seq for one in logged] == list(range(1, len(feed.changes) + 1))
    assert head.seq == len(feed.changes) > 200
    with engine.connect() as connection:
        frames = connection.execute(sa.text("SELECT count(*) FROM keyframe")).scalar_one()
    assert frames >= 5


def test_the_calls_of_any_moment(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "KEYFRAME_CHANGES", 15)
    feed = StoredFeed(engine)
    _busy_night(feed, 60)
    assert feed.log.as_of("city", at(-1))[1] == []
    for moment, calls in feed.history:
        assert feed.log.as_of("city", moment)[1] == calls
    assert feed.log.as_of("city", at(100_000))[1] == feed.open_calls


def test_changes_and_calls_of_an_interval(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    _busy_night(feed, 60)
    first, last = at(40), at(80)
    told = [one.change for one in feed.log.between("city", first, last)]
    assert told == [one for one in feed.changes if first <= one["at"] <= last]
    found = {call["id"] for call in feed.log.calls_between("city", first, last)}
    open_at_first = {call["id"] for call in feed.log.as_of("city", first)[1]}
    assert open_at_first | {one["call"] for one in told if one["kind"] in ("opened", "reopened")} <= found
    paged: list[str] = []
    after = ""
    while page := feed.log.calls_between("city", first, last, after, 7):
        paged += [call["id"] for call in page]
        after = f"{page[-1]['opened_between'][1]} {page[-1]['id']}"
    assert len(paged) == len(set(paged)) == len(found)


def test_a_call_has_its_whole_timeline_for_ever(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    feed.show(row("1", "A"), row("2", "B"))
    feed.show(row("1", "A"), row("1", "C"), row("2", "B"))
    feed.show(row("2", "B"))
    feed.show(row("2", "B"), salt="again")
    id_ = feed.changes[0]["call"] if feed.changes[0]["details"]["incident_number"] == "1" else feed.changes[1]["call"]  # type: ignore[index]
    assert [one.kind for one in feed.log.timeline("city", id_)] == ["opened", "unit_joined", "closed"]
    call = feed.log.call("city", id_)
    assert call is not None
    assert call["closed_between"] == [at(4), at(6)]
    assert [unit["left_between"] for unit in call["units"]] == [[at(4), at(6)]] * 2
    assert feed.log.call("city", "nothing") is None


def test_a_feed_that_there_is_not(engine: sa.Engine) -> None:
    with pytest.raises(NoSuchThing, match="no feed “atlantis”"):
        EventLog(engine).current("atlantis")


def test_a_poller_that_lost_its_lease_writes_nothing(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    feed.show(row("1", "A"))
    assert Leases(engine).acquire("city") is None, "the feed is taken"
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE holder SET until = '2000-01-01T00:00:00.000Z'"))
    other = Leases(engine).acquire("city")
    assert other is not None
    assert not feed.leases.renew(feed.lease)
    with pytest.raises(Busy, match="taken over the feed city"):
        feed.show(row("1", "A"), row("2", "B"))
    assert feed.log.heads()["city"].seq == 1
    Leases(engine).release(other)


def test_of_many_who_ask_for_a_lease_at_once_one_has_it(engine: sa.Engine) -> None:
    found = []
    gate = threading.Barrier(8)

    def ask() -> None:
        leases = Leases(engine)
        gate.wait()
        found.append(leases.acquire("city"))

    with engine.begin() as connection:  # the feed is known already: its row is what they fight for
        connection.execute(sa.text("INSERT INTO feed (name, log) VALUES ('city', 0)"))
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert sum(lease is not None for lease in found) == 1


def test_the_lease_of_a_process_that_died_is_free_at_once(engine: sa.Engine) -> None:
    dead = Leases(engine)
    dead.holder = dead.holder.split("/")[0] + "/4194000/abc"
    assert dead.acquire("city") is not None
    assert Leases(engine).acquire("city") is not None


def test_a_lease_given_by_a_clock_in_the_future_is_no_lease(engine: sa.Engine) -> None:
    far = Leases(engine)
    far.holder = "elsewhere/1/x"
    assert far.acquire("city") is not None
    assert Leases(engine).acquire("city") is None
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE holder SET until = '2099-01-01T00:00:00.000Z'"))
    assert Leases(engine).acquire("city") is not None


def test_old_changes_are_let_go_and_the_rest_stands(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    _busy_night(feed, 80)
    moment = at(80)
    before = {when: calls for when, calls in feed.history if when >= moment}
    gone = feed.writer.forget_before("city", moment)
    assert gone == sum(1 for one in feed.changes if one["at"] < moment) > 0
    head, calls = feed.log.current("city")
    assert (head.tail, calls) == (gone, feed.open_calls)
    for when, expected in before.items():
        assert feed.log.as_of("city", when)[1] == expected
    with pytest.raises(NotKept, match="not kept one by one"):
        feed.log.as_of("city", at(10))
    feed.reopen()
    feed.let_go = gone
    feed.show(row("999", "Z"))
    assert feed.log.current("city")[0].seq == head.seq + len(feed.changes) - head.seq


def test_a_copied_log_has_another_epoch(tmp_path: Path) -> None:
    file = tmp_path / "home" / "ledger.sqlite"
    feed = StoredFeed(open_database(f"sqlite:///{file}"))
    _busy_night(feed, 20)
    epoch, seq = feed.stored.epoch, feed.stored.seq
    feed.reopen()
    assert feed.stored.epoch == epoch, "opening it again is no reason"
    feed.leases.release(feed.lease)
    elsewhere = tmp_path / "other" / "ledger.sqlite"
    elsewhere.parent.mkdir()
    with sa.create_engine(f"sqlite:///{file}").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(file, elsewhere)
    engine = open_database(f"sqlite:///{elsewhere}")
    lease = Leases(engine).acquire("city")
    assert lease is not None
    restored = LogWriter(engine).open(lease)
    assert (restored.seq, restored.epoch == epoch) == (seq, False)


def test_a_rebuild_that_was_killed_leaves_the_old_log(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    _busy_night(feed, 20)
    before = feed.log.current("city")
    feed.writer.begin_rebuild(feed.lease)
    assert feed.log.current("city") == before
    feed.reopen()
    feed.show(row("1234", "Q"))
    assert feed.log.head("city").epoch == before[0].epoch
    again = feed.writer.begin_rebuild(feed.lease)
    feed.writer.finish_rebuild(feed.lease, again)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM event_log")).scalar_one() == 1
        assert connection.execute(sa.text("SELECT count(*) FROM change")).scalar_one() == 0


def test_readers_see_no_error_while_postgresql_restarts(postgres: Postgres) -> None:
    engine = open_database(postgres.migrated_database())
    feed = StoredFeed(engine, FeedRules("city"))
    _busy_night(feed, 20)
    errors: list[Exception] = []
    answers = 0
    stop = threading.Event()

    def ask() -> None:
        nonlocal answers
        log = EventLog(engine)
        while not stop.is_set():
            try:
                assert log.current("city")[1] == feed.open_calls
                answers += 1
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()

    def wait_for_another_answer() -> int:
        least, until = answers + 1, time.monotonic() + 60
        while answers < least and not errors and time.monotonic() < until:
            time.sleep(0.02)
        return answers

    try:
        before = wait_for_another_answer()
        postgres.restart()
        wait_for_another_answer()
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert errors == []
    assert answers > before > 0
    engine.dispose()


def test_a_place_names_another_call_when_the_first_one_was_corrected(engine: sa.Engine) -> None:
    feed = StoredFeed(engine)
    feed.show(row(None, "A"), row(None, "B", location="Oak St"))
    feed.show(row("1", "A"), row("2", "B", location="Oak St"))
    feed.show(row("1", "A", nature="19 - Shooting"), row("2", "B", location="Oak St"))
    step = feed.show(row(None, "A", nature="19 - Shooting"), row(None, "B", location="Oak St"), row(None, "C"))
    assert [change["kind"] for change in step.changes] == ["opened"]
    assert len({call["id"] for call in feed.log.current("city")[1]}) == 3


def test_numbers_that_begin_anew_while_the_old_ones_are_open(engine: sa.Engine) -> None:
    """Two open calls of one number: each has an id of its own, and the number is the newer one's."""
    feed = StoredFeed(engine, FeedRules("city", numbers_restart="daily"))
    yesterday = row("0337", "A", reported_local="2026-02-10T23:50:00", reported_at="2026-02-10T23:50:00.000Z")
    today = row("0337", "B", reported_local="2026-02-11T00:01:00", reported_at="2026-02-11T00:01:00.000Z")
    feed.show(yesterday)
    feed.show(yesterday, today)
    feed.reopen()
    feed.show(yesterday, today, salt="after a restart")
    assert [call["incident_number"] for call in feed.open_calls] == ["0337", "0337"]
    ids = [call["id"] for call in feed.open_calls]
    feed.show(today)
    feed.show(today)
    assert [call["id"] for call in feed.open_calls] == ids[1:]
    feed.show(yesterday, today)
    assert sorted(call["id"] for call in feed.open_calls) == sorted(ids), "yesterday's comes back as itself"
    head, calls = feed.log.current("city")
    assert calls == feed.open_calls
    assert [one.change for one in feed.log.changes(head, 0)] == feed.changes


def test_a_moment_is_found_by_halving(engine: sa.Engine) -> None:
    """However the changes lie in time: many in one moment, and moments without any."""
    feed = StoredFeed(engine)
    _busy_night(feed, 50)
    head = feed.log.head("city")
    known = sorted({one["at"] for one in feed.changes})
    with engine.connect() as connection:
        for moment in [at(-5), *known, *(f"{one[:-1]}5Z" for one in known), at(9_999)]:
            upto = sum(1 for one in feed.changes if one["at"] <= moment)
            assert log_positions.seq_at(connection, head.log, moment) == upto
            assert log_positions.seq_before(connection, head.log, moment) == sum(
                1 for one in feed.changes if one["at"] < moment
            )


def test_open_calls_are_found_by_an_index_of_theirs(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with engine.connect() as connection:
        query = sa.select(CALL.c.body).where(CALL.c.log == 1, CALL.c.open)
        plan = connection.execute(
            sa.text(f"EXPLAIN QUERY PLAN {query.compile(engine, compile_kwargs={'literal_binds': True})}")
        )
        assert "call_open" in str(plan.all())
    engine.dispose()
