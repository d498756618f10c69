"""The whole flow without a network: kept before anything is done, taken in once, made anew the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.domain.call import Place
from bluelamp.domain.moment import parse_moment
from bluelamp.errors import Busy, NoSuchThing, UsageError
from bluelamp.live.doctor import check_up
from bluelamp.live.rebuild import rebuild
from bluelamp.live.replay import read_history, replay
from bluelamp.live.workflow import LiveFlow
from tests.lib.live.home import FEED, answer, engine_of, everything, make_home, minute, open_flow, unit


@pytest.fixture
def flow(tmp_path: Path, database: str) -> Iterator[LiveFlow]:
    url = "" if database.startswith("sqlite") else database
    opened = open_flow(make_home(tmp_path / "home", database=url))
    yield opened
    opened.close()


def _night(flow: LiveFlow, snapshots: int, *, take: bool = True) -> None:
    """Calls that come and go, and now and then an answer that is not as it should be."""
    chance = random.Random(3)
    rows: list[dict[str, str]] = []
    for number in range(snapshots):
        rows = [row for row in rows if chance.random() > 0.2]
        rows += [unit(chance.randrange(500), f"U{chance.randrange(30)}") for _ in range(chance.randrange(5))]
        bad = chance.random()
        parts = answer(rows)
        if bad < 0.05:
            parts = answer([])
        elif bad < 0.1:
            parts = answer(b"[{", status=200)
        elif bad < 0.13:
            parts = answer(b"", status=500)
        elif bad < 0.16:
            parts = answer(b"", status=304)
        step = flow.take if take else flow.keep
        step(FEED, parts, minute(2 * number), "polled")


def test_made_anew_it_is_the_same_byte_for_byte(flow: LiveFlow) -> None:
    _night(flow, 60)
    before, epoch = everything(engine_of(flow)), flow.log.head(FEED).epoch
    assert len(before["change"]) > 150
    told: list[tuple[int, int]] = []
    done = rebuild(flow, FEED, lambda count, of: told.append((count, of)))
    assert (done.snapshots, told[-1]) == (60, (60, 60))
    assert everything(engine_of(flow)) == before
    assert flow.log.head(FEED).epoch != epoch, "streams of the old log are told to start afresh"


def test_what_was_kept_and_not_taken_in_is_taken_in_later_the_same(flow: LiveFlow, tmp_path: Path) -> None:
    _night(flow, 40, take=False)
    assert FEED not in flow.log.heads()
    flow.take_waiting(FEED)
    undisturbed = open_flow(make_home(tmp_path / "undisturbed"))
    _night(undisturbed, 40)
    assert everything(engine_of(flow)) == everything(engine_of(undisturbed))
    undisturbed.close()


def test_the_bytes_are_kept_as_they_came_with_their_headers(flow: LiveFlow) -> None:
    body = b'[ {"unit_number" :"A1",\n "location": "Elm St"} ]'
    flow.take(FEED, answer(body, headers={"etag": '"x"', "x-soda2-data-out-of-date": "false"}), minute(0), "polled")
    entry = flow.snapshots.recent(FEED, 1)[0]
    assert flow.snapshots.bodies(entry)[0].body == body
    assert entry.parts[0]["headers"]["etag"] == '"x"'
    assert (entry.verdict, entry.rows, entry.changes) == ("good", 1, 1)


def test_what_could_not_be_read_is_kept_too_and_says_why(flow: LiveFlow) -> None:
    flow.take(FEED, answer([unit(1, "A")]), minute(0), "polled")
    flow.take(FEED, answer(b"<html>busy</html>"), minute(2), "polled")
    entry = flow.snapshots.recent(FEED, 1)[0]
    assert entry.verdict == "failed"
    assert "a web page where JSON should be" in entry.reasons[0]
    assert flow.snapshots.bodies(entry)[0].body == b"<html>busy</html>"
    assert len(flow.log.current(FEED)[1]) == 1


def test_a_damaged_body_is_a_failed_answer_never_another_one(flow: LiveFlow, tmp_path: Path) -> None:
    flow.keep(FEED, answer([unit(1, "A")]), minute(0), "polled")
    file = next((tmp_path / "home" / "vault" / "snapshots").rglob("*.gz"))
    file.write_bytes(file.read_bytes()[:-6])
    flow.take_waiting(FEED)
    entry = flow.snapshots.recent(FEED, 1)[0]
    assert (entry.verdict, "not what was received" in entry.reasons[0]) == ("failed", True)


def test_time_never_goes_back(flow: LiveFlow) -> None:
    flow.take(FEED, answer([unit(1, "A")]), minute(60), "polled")
    flow.take(FEED, answer([unit(1, "A"), unit(2, "B")]), minute(10), "polled")
    flow.take(FEED, answer([unit(1, "A"), unit(2, "B"), unit(3, "C")]), minute(62), "polled")
    moments = [one.at for one in flow.log.changes(flow.log.head(FEED), 0)]
    assert moments == [minute(60), minute(60), minute(62)]


def test_a_delay_is_kept_to(tmp_path: Path) -> None:
    settings = make_home(tmp_path / "home")
    file = settings.home / "feeds" / f"{FEED}.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[privacy]\ndelay_minutes = 30\n", encoding="utf-8")
    flow = open_flow(settings)
    from bluelamp.live.feed_flow import FeedFlow

    lease = flow.leases.acquire(FEED)
    assert lease is not None
    feed_flow = FeedFlow(flow.agency(FEED), lease, flow.writer, flow.snapshots)
    flow.keep(FEED, answer([unit(1, "A")]), minute(0), "polled")
    flow.keep(FEED, answer([unit(1, "A"), unit(2, "B")]), minute(20), "polled")
    assert feed_flow.take_waiting(minute(29)) == []
    assert len(feed_flow.take_waiting(minute(31))) == 1
    assert len(flow.log.current(FEED)[1]) == 1
    assert len(feed_flow.take_waiting(minute(50))) == 1
    flow.close()


def test_a_snapshot_that_was_handed_in_is_taken_in_at_once(flow: LiveFlow) -> None:
    received = flow.receive(FEED, answer([unit(1, "A")]))
    assert (received.number, received.verdict) == (1, "good")
    assert flow.receive(FEED, answer(b"nonsense")).verdict == "failed"
    with pytest.raises(NoSuchThing, match="no feed “atlantis”"):
        flow.receive("atlantis", answer([]))


def test_one_answer_that_is_brought_again_and_again_is_one_answer(flow: LiveFlow) -> None:
    """An empty list, polled and then handed in within an interval with whatever headers, closed every call."""
    flow.take(FEED, answer([unit(number, f"U{number}") for number in range(12)]), minute(0), "polled")
    flow.take(FEED, answer([]), minute(2), "polled")
    for second, headers in enumerate(({}, {"etag": '"1"'}, {"etag": '"2"'}, {"last-modified": "x"}, {})):
        flow.now = lambda second=second: parse_moment(minute(2 + second / 60))  # type: ignore[misc]
        assert flow.receive(FEED, answer([], headers=headers)).verdict in ("unchanged", "suspicious")
    flow.now = lambda: parse_moment(minute(3.9))
    assert flow.receive(FEED, answer(b" [ ] ")).verdict == "suspicious"
    assert len(flow.log.current(FEED)[1]) == 12
    before = everything(engine_of(flow))
    rebuild(flow, FEED, lambda _count, _of: None)
    assert everything(engine_of(flow)) == before
    flow.now = lambda: parse_moment(minute(4.1))
    assert flow.receive(FEED, answer([])).verdict == "good"
    assert flow.log.current(FEED)[1] == []


def test_nothing_is_rebuilt_or_replayed_under_a_poller(flow: LiveFlow) -> None:
    flow.take(FEED, answer([unit(1, "A")]), minute(0), "polled")
    from bluelamp.storage.live.leases import Leases

    other = Leases(engine_of(flow))
    assert other.acquire(FEED) is not None
    with pytest.raises(Busy, match="Another process polls"):
        rebuild(flow, FEED, lambda _count, _of: None)
    with pytest.raises(Busy, match="Another process polls"):
        replay(flow, FEED, [], lambda _step, _number: None)


def test_a_history_in_any_of_its_forms_gives_the_same(tmp_path: Path) -> None:
    snapshots = [(minute(2 * number), [unit(one, f"U{one}") for one in range(number % 3, 5)]) for number in range(9)]
    lines = tmp_path / "history.jsonl"
    lines.write_text("".join(json.dumps({"fetched_at": at, "data": rows}) + "\n" for at, rows in snapshots), "utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    for at, rows in snapshots:
        (folder / f"{at.replace(':', '')}.json").write_text(json.dumps(rows), "utf-8")
    envelopes = tmp_path / "envelopes"
    envelopes.mkdir()
    for number, (at, rows) in enumerate(snapshots):
        (envelopes / f"{number}.json").write_text(json.dumps({"fetched_at": at, "rows": rows}), "utf-8")
    found = []
    for number, path in enumerate((lines, folder, envelopes)):
        flow = open_flow(make_home(tmp_path / f"home{number}"))
        counts = replay(flow, FEED, read_history(path), lambda _step, _number: None)
        assert sum(counts.verdicts.values()) == 9
        found.append([one.body for one in flow.log.changes(flow.log.head(FEED), 0)])
        flow.close()
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 5


def test_a_history_cannot_come_before_what_is_held(flow: LiveFlow) -> None:
    flow.take(FEED, answer([unit(1, "A")]), minute(60), "polled")
    with pytest.raises(UsageError, match="older than what city holds"):
        replay(flow, FEED, [(minute(0), b"[]")], lambda _step, _number: None)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", '{"fetched_at": "2026-02-11T00:00:00Z", "data": []}\n{"data"', "line 2: this is not JSON"),
        ("a.jsonl", "[1]\n", "line 1: an object with “fetched_at” is expected"),
        ("a.jsonl", '{"fetched_at": "2026-02-11T00:00:00Z"}\n', "one of body, data, rows"),
        ("a.jsonl", '{"fetched_at": "soon", "data": []}\n', "“soon” is not a moment"),
        ("nameless.json", "[]", "does not say when it was fetched"),
    ],
)
def test_a_history_that_cannot_be_read_is_told_in_one_sentence(
    tmp_path: Path, name: str, content: str, why: str
) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(Exception, match=why):
        list(read_history(tmp_path / name))


def test_the_doctor_finds_what_is_damaged_and_names_the_repair(flow: LiveFlow, tmp_path: Path) -> None:
    _night(flow, 30)

    def wrong() -> list[str]:
        return [f"{one.words} {one.mend}" for one in check_up(flow, lambda _count, _of: None) if not one.ok]

    assert wrong() == []
    with engine_of(flow).begin() as connection:
        connection.execute(sa.text("UPDATE call SET open = :no WHERE open = :yes"), {"yes": True, "no": False})
    assert ["not the sum of the changes" in words and "bluelamp live rebuild city" in words for words in wrong()] == [
        True
    ]
    rebuild(flow, FEED, lambda _count, _of: None)
    assert wrong() == []
    with engine_of(flow).begin() as connection:
        connection.execute(sa.text("DELETE FROM change WHERE seq = 7"))
    assert ["missing after number 6" in words for words in wrong()] == [True]
    rebuild(flow, FEED, lambda _count, _of: None)
    file = next((tmp_path / "home" / "vault" / "snapshots").rglob("*.gz"))
    file.write_bytes(b"x")
    assert ["are damaged: snapshot" in words for words in wrong()] == [True]


def test_places_come_later_and_a_rebuild_gives_them_back(flow: LiveFlow) -> None:
    flow.take(FEED, answer([unit(1, "A"), unit(2, "B")]), minute(0), "polled")
    first, second = (call["id"] for call in flow.log.current(FEED)[1])
    point: Place = {"kind": "point", "lat": 32.7, "lon": -96.8, "uncertainty_m": 50.0, "method": "gazetteer"}
    flow.place(FEED, {first: point, "nobody": point})
    flow.place(FEED, {first: point})
    assert [one.kind for one in flow.log.timeline(FEED, first)] == ["opened", "located"]
    now = flow.snapshots.recent(FEED, 9)
    assert [entry.verdict for entry in now] == ["good"], "a place is no snapshot"
    for number in (1, 2):
        flow.take(FEED, answer([unit(2, "B", priority=str(number))]), minute(10_000_000 + number), "polled")
    ended = flow.log.call(FEED, first)
    assert ended is not None
    assert (ended["ended"], ended["place"]) == ("closed", point)
    flow.place(FEED, {first: {**point, "lat": 32.8}, second: {"kind": "area", "area": "beat 123", "method": "beat"}})
    ended = flow.log.call(FEED, first)
    assert ended is not None
    assert (ended["ended"], ended["place"]) == ("closed", {**point, "lat": 32.8})
    assert [call["id"] for call in flow.log.current(FEED)[1]] == [second]
    before = everything(engine_of(flow))
    rebuild(flow, FEED, lambda _count, _of: None)
    assert everything(engine_of(flow)) == before
