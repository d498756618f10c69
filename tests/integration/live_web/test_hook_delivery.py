"""What webhooks are sent: all of it, in order, signed; again until it is taken; and what becomes of what is not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.domain.call_filter import facts_of, make_filter
from bluelamp.domain.moment import moment_of
from bluelamp.errors import SourceUnavailable
from bluelamp.follow.delivery import RETRIES
from bluelamp.live.rebuild import rebuild
from bluelamp.sources.http import HttpClient
from bluelamp.storage.follow.hooks import NewHook
from tests.lib.hooks.courier import Desk
from tests.lib.hooks.receiver import Receiver, Sent
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.postgres import Postgres

BOTH = pytest.mark.parametrize("city", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CityFeed]:
    """On SQLite, unless a test asks for both databases."""
    database = ""
    if getattr(request, "param", "sqlite") == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        database = server.migrated_database()
    feed = CityFeed(tmp_path / "home", database)
    yield feed
    feed.close()


@pytest.fixture
def desk(city: CityFeed) -> Iterator[Desk]:
    made = Desk(city)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def changes(sent: list[Sent]) -> list[dict[str, Any]]:
    return [change for one in sent for change in one.told["changes"]]


def logged(city: CityFeed, after: int = 0) -> list[dict[str, Any]]:
    head = city.flow.log.head(FEED)
    return [json.loads(one.body) for one in city.flow.log.changes(head, after)]


@BOTH
def test_every_change_comes_once_in_order_and_signed(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    city.open(2)
    hook = desk.hook(f"{receiver.url}/in?x=1")
    begun = hook.seq
    city.open(250)
    city.change(0, status="Gone")
    city.end(1)
    assert desk.run(hook) == "nothing"
    assert changes(receiver.sent) == logged(city, begun)
    assert [len(one.told["changes"]) for one in receiver.sent] == [100, 100, 53]
    ends = [begun, *(one.told["to"] for one in receiver.sent)]
    assert [one.told["from"] for one in receiver.sent] == ends[:-1]
    assert len({one.id for one in receiver.sent}) == 3
    for one in receiver.sent:
        assert one.is_signed_with(hook.secret)
        assert not one.is_signed_with(desk.hook(receiver.url).secret)
        assert int(one.headers["webhook-timestamp"]) == int(desk.now.timestamp())
        assert one.headers["content-type"] == "application/json"
        assert one.path == "/in?x=1"
        assert one.told.keys() == {"hook", "feed", "epoch", "from", "to", "changes"}
        assert (one.told["hook"], one.told["feed"], one.told["epoch"]) == (hook.id, FEED, city.epoch)
    kept = desk.hooks.get(hook.id)
    assert (kept.delivered, kept.told, kept.last_delivered_at) == (3, ends[-1], moment_of(desk.now))
    assert desk.run(hook) == "nothing"
    assert len(receiver.sent) == 3


def test_a_webhook_that_was_made_before_the_first_snapshot_is_told_everything(
    city: CityFeed, desk: Desk, receiver: Receiver
) -> None:
    hook = desk.hooks.make(NewHook(1, FEED, receiver.url, {}), None)
    city.open(3)
    assert desk.run(hook) == "nothing"
    assert changes(receiver.sent) == logged(city)


@BOTH
def test_what_is_not_taken_is_sent_again_the_same_and_then_is_a_dead_letter(
    city: CityFeed, desk: Desk, receiver: Receiver
) -> None:
    hook = desk.hook(receiver.url)
    city.open(2)
    receiver.status = 500
    waits = []
    for wait in RETRIES:
        assert desk.run(hook) == "failed"
        kept = desk.hooks.get(hook.id)
        assert kept.next_try_at == moment_of(desk.now + wait)
        assert kept.problem == "The receiver answered 500: “no”."
        waits.append(wait)
        desk.later(seconds=wait.total_seconds() - 0.001)
        assert desk.run(hook) == "nothing"
        desk.later(seconds=0.001)
        city.open(1)  # what comes meanwhile waits, and does not change what is sent
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2)]
    assert desk.once(hook) == "died"
    assert len(receiver.sent) == 7
    assert len({(one.id, one.body) for one in receiver.sent}) == 1
    (letter,) = desk.hooks.letters(hook.id)
    assert (letter.message, letter.body.encode(), letter.tries) == (receiver.sent[0].id, receiver.sent[0].body, 7)
    assert (letter.reason, letter.died_at) == ("The receiver answered 500: “no”.", moment_of(desk.now))
    # It goes on with what follows, and the receiver sees that something is missing.
    receiver.status = 204
    receiver.sent.clear()
    assert desk.run(hook) == "nothing"
    assert changes(receiver.sent) == logged(city, json.loads(letter.body)["to"])
    assert receiver.sent[0].told["from"] == json.loads(letter.body)["to"]
    assert desk.hooks.get(hook.id).problem == ""
    # The letter, once more.
    assert desk.hooks.retry(hook.id) == 1
    ((_, again),) = desk.courier.progress.letters_again()
    receiver.status = 503
    assert desk.courier.again(desk.lease, hook, again) == "failed"
    assert [(one.reason, one.again) for one in desk.hooks.letters(hook.id)] == [
        ("The receiver answered 503: “no”.", False)
    ]
    receiver.status = 200
    desk.hooks.retry(hook.id)
    ((_, again),) = desk.courier.progress.letters_again()
    assert desk.courier.again(desk.lease, hook, again) == "taken"
    assert desk.hooks.letters(hook.id) == []
    assert (receiver.sent[-1].id, receiver.sent[-1].body) == (letter.message, letter.body.encode())
    assert receiver.sent[-1].is_signed_with(hook.secret)


def test_a_retry_that_is_asked_for_does_not_wait(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    city.open(1)
    receiver.statuses = [500]
    assert desk.run(hook) == "failed"
    assert desk.hooks.retry(hook.id) == 0
    assert desk.once(hook) == "taken"
    assert receiver.sent[0].id == receiver.sent[1].id


def test_a_process_that_begins_sends_what_was_under_way_as_it_was(
    city: CityFeed, desk: Desk, receiver: Receiver
) -> None:
    hook = desk.hook(receiver.url, {"beat": ["1"]})
    city.open(1, beat="1")
    progress, head = desk.courier.progress, city.flow.log.head(FEED)
    assert progress.begin(desk.lease, hook, head.seq)
    desk.courier.deliver(desk.lease, desk.hooks.get(hook.id), head)
    first = receiver.sent[-1]
    # Killed after it was taken and before that was kept: put back to where it then stood.
    assert progress.delivered(desk.lease, hook, hook.seq, "")
    assert progress.begin(desk.lease, hook, head.seq)
    city.open(2, beat="1")
    desk.restart()
    assert desk.once(hook) == "taken"
    assert (receiver.sent[-1].id, receiver.sent[-1].body) == (first.id, first.body)
    assert desk.run(hook) == "nothing"
    assert len(changes(receiver.sent[1:])) == 3


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        (410, "gone", "410"),
        (301, "failed", "redirect"),
        (307, "failed", "redirect"),
        (404, "failed", "404"),
        (200, "taken", ""),
        (202, "taken", ""),
    ],
)
def test_what_an_answer_means(
    city: CityFeed, desk: Desk, receiver: Receiver, status: int, outcome: str, words: str
) -> None:
    hook = desk.hook(receiver.url)
    city.open(1)
    receiver.status = status
    assert desk.once(hook) == outcome
    kept = desk.hooks.get(hook.id)
    assert words in kept.problem
    assert kept.state == ("gone" if status == 410 else "active")
    assert [one.path for one in receiver.sent] == ["/"]
    if status == 410:
        assert desk.courier.progress.active() == []
        city.open(1)
        receiver.status = 204
        kept = desk.hooks.change(hook.id, 1, state="active")
        assert desk.run(kept) == "nothing"
        assert changes(receiver.sent[1:]) == logged(city)


def test_a_receiver_that_is_not_there_fails_in_words(city: CityFeed, desk: Desk) -> None:
    hook = desk.hook("http://127.0.0.1:9/")
    city.open(1)
    assert desk.run(hook) == "failed"
    assert "cannot be reached" in desk.hooks.get(hook.id).problem


def test_a_receiver_that_does_not_answer_is_given_up(receiver: Receiver) -> None:
    receiver.held["/"] = threading.Event()
    with HttpClient(allow_private=True) as client, pytest.raises(SourceUnavailable, match="too long"):
        client.post(receiver.url, b"{}", headers={"webhook-id": "x"}, total=0.1)


# -- filters ----------------------------------------------------------------------------------------------------------


def test_a_change_that_crosses_the_filter_is_told_as_such(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url, {"beat": ["1"]})
    (opened,) = city.open(1, beat="1")
    city.open(1, beat="2")
    (moved,) = city.change(0, beat="2")
    city.change(0, status="Out of sight")
    (back,) = city.change(0, beat="1")
    city.end(0)
    desk.run(hook)
    found = changes(receiver.sent)
    assert [one["kind"] for one in found] == ["opened", "removed", "entered", "closed"]
    assert found[0]["details"]["beat"] == "1"
    assert found[1] == {"seq": found[0]["seq"] + 2, "kind": "removed", "call": opened["call"], "at": moved["at"]}
    assert found[2]["details"]["status"] == "Out of sight"
    assert found[2]["at"] == back["at"]


def test_kinds_choose_what_is_told(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    some = desk.hook(f"{receiver.url}/some", kinds=["closed", "opened"])
    edges = desk.hook(f"{receiver.url}/edges", {"beat": ["1"]}, kinds=["removed"])
    city.open(1, beat="1")
    city.change(0, status="Elsewhere")
    city.change(0, beat="2")
    city.end(0)
    desk.run(some)
    desk.run(edges)
    assert [one["kind"] for one in changes(receiver.of("/some"))] == ["opened", "closed"]
    assert [one["kind"] for one in changes(receiver.of("/edges"))] == ["removed"]
    assert desk.hooks.get(edges.id).seq == city.flow.log.head(FEED).seq


MOVES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("123"), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES)
def test_whoever_lags_is_told_the_same_and_ends_with_what_the_filter_shows(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, moves: list[tuple[int, str, bool]]
) -> None:
    city = CityFeed(tmp_path_factory.mktemp("city") / "home")
    desk = Desk(city)
    receiver.sent.clear()
    through = {"beat": ["1", "2"]}
    prompt, lagging = (desk.hook(f"{receiver.url}/{name}", through) for name in ("prompt", "lagging"))
    shown = make_filter(beat=["1", "2"])
    city.open(4, beat="3")
    for place, beat, restart in moves:
        city.change(place, beat=beat)
        desk.run(prompt)
        if restart:
            desk.restart()
    desk.run(lagging)
    told = changes(receiver.of("/prompt"))
    assert changes(receiver.of("/lagging")) == told
    seen: set[str] = set()
    for change in told:
        if change["kind"] in ("removed", "closed"):
            seen.remove(change["call"])
        elif change["kind"] in ("entered", "opened"):
            assert change["call"] not in seen
            seen.add(change["call"])
        else:
            assert change["call"] in seen
    assert seen == {call["id"] for call in city.flow.log.current(FEED)[1] if shown.lets(facts_of(call))}
    desk.close()
    city.close()


# -- another log ------------------------------------------------------------------------------------------------------


@BOTH
def test_a_log_that_was_made_anew_is_told_as_a_resync(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url, {"division": ["North & West"]})
    city.open(2, division="North & West")
    rebuild(city.flow, FEED, lambda _done, _of: None)
    head = city.flow.log.head(FEED)
    assert desk.run(hook) == "nothing"
    (sent,) = receiver.sent
    assert sent.told["changes"] == []
    assert (sent.told["epoch"], sent.told["from"], sent.told["to"]) == (head.epoch, head.seq, head.seq)
    assert "made anew" in sent.told["resync"]["reason"]
    assert sent.told["resync"]["calls"] == (
        f"/api/v1/feeds/city/calls?division=north+%26+west&at_least={head.epoch}:{head.seq}"
    )
    city.open(1, division="North & West")
    desk.run(hook)
    assert "resync" not in receiver.sent[-1].told
    assert [one["kind"] for one in changes(receiver.sent)] == ["opened"]


def test_changes_that_were_let_go_are_told_as_a_resync(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(receiver.url)
    city.open(2)
    city.end(0)
    assert city.flow.writer.forget_before(FEED, city.now) > 0
    assert desk.run(hook) == "nothing"
    assert "not kept" in receiver.sent[0].told["resync"]["reason"]
    assert receiver.sent[-1].told["to"] == city.flow.log.head(FEED).seq


# -- owners -----------------------------------------------------------------------------------------------------------


def test_a_webhook_that_is_changed_goes_on_from_where_it_was(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    hook = desk.hook(f"{receiver.url}/old")
    city.open(1)
    receiver.statuses = [500]
    assert desk.run(hook) == "failed"
    desk.hooks.change(hook.id, 1, state="paused")
    city.open(1)
    assert desk.courier.progress.active() == []
    desk.hooks.change(hook.id, 1, state="active", url=f"{receiver.url}/new")
    assert desk.run(hook) == "nothing"
    assert changes(receiver.of("/new")) == logged(city)


def test_a_delivery_for_a_webhook_as_it_was_moves_nothing(city: CityFeed, desk: Desk, receiver: Receiver) -> None:
    before = desk.hook(receiver.url)
    city.open(1)
    desk.hooks.change(before.id, 1, description="otherwise")
    assert desk.courier.deliver(desk.lease, before, city.flow.log.head(FEED)) == "changed"
    assert receiver.sent == []
    assert desk.run(before) == "nothing"
    assert len(receiver.sent) == 1
