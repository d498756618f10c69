"""The stream over HTTP: nothing missing, nothing twice, or a word that says so."""

from __future__ import annotations

import threading
from collections.abc import Callable

import httpx
import pytest

from bluelamp.live.rebuild import rebuild
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.cutting_proxy import CuttingProxy
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer, until
from tests.lib.web.watching_client import Page, Told

Serve = Callable[..., ThreadServer]
Listen = Callable[..., Listener]


def numbers(listener: Listener) -> list[int]:
    return [change["seq"] for change in listener.changes]


def test_a_stream_begins_at_once_and_is_told_how_to_come_back(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    client = listen(server.events)
    assert client.begun.wait(2)
    until(lambda: client.last_id == city.cursor)
    assert 2_000 <= client.retry <= 5_000
    assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert client.headers["cache-control"] == "no-store, no-transform"
    assert client.headers["x-accel-buffering"] == "no"
    assert client.headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in client.headers


def test_it_carries_the_security_headers_of_every_answer(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    client = listen(server.events)
    other = httpx.get(f"{server.api}/calls").headers
    of_the_body = ("date", "server", "etag", "cache-control", "bluelamp-cursor", "vary", "content-encoding",
                   "ratelimit", "ratelimit-policy")  # fmt: skip
    common = [name for name in other if name not in (*of_the_body, "content-type", "content-length")]
    assert len(common) >= 7
    assert {name: client.headers.get(name) for name in common} == {name: other[name] for name in common}


@pytest.mark.parametrize("way", ["header", "cursor", "last_event_id", "header over cursor"])
def test_a_reconnect_is_complete(city: CityFeed, serve: Serve, listen: Listen, way: str) -> None:
    server = serve(city)
    first = listen(server.events)
    first.begun.wait(10)
    city.open(3)
    first.wait(3)
    first.close()
    city.open(4)
    city.change(0, beat="7")
    if way == "header":
        again = listen(server.events, Last_Event_ID=first.last_id)
    elif way == "header over cursor":
        again = listen(f"{server.events}?cursor={city.epoch}:0", Last_Event_ID=first.last_id)
    else:
        again = listen(f"{server.events}?{way}={first.last_id}")
    city.open(1)
    again.wait(6)
    assert numbers(first) + numbers(again) == list(range(1, 10))
    assert "resync" not in again.kinds


def test_a_stream_that_is_cut_before_its_first_change_comes_back_to_its_place(
    city: CityFeed, serve: Serve, listen: Listen
) -> None:
    server = serve(city)
    city.open(2)
    until(lambda: server.hub.boards[FEED].ring.head == 2)
    first = listen(server.events)
    first.begun.wait(10)
    until(lambda: first.last_id)
    first.close()
    city.open(2)
    again = listen(server.events, Last_Event_ID=first.last_id)
    again.wait(2)
    assert numbers(again) == [3, 4]


def test_a_restart_of_the_server_loses_nothing(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    first = listen(server.events)
    first.begun.wait(10)
    city.open(2)
    first.wait(2)
    server.stop()
    assert first.ended.wait(5)
    assert first.kinds[-1] == "bye"
    city.open(3)
    again = listen(serve(city).events, Last_Event_ID=first.last_id)
    again.wait(3)
    assert numbers(again) == [3, 4, 5]


def test_between_calls_and_stream_nothing_is_lost(city: CityFeed, serve: Serve, listen: Listen) -> None:
    """The calls are loaded and the stream is opened while changes come: together they show what the log says."""
    server = serve(city)
    city.open(5)
    over = threading.Event()

    def go_on() -> None:
        place = 0
        while not over.is_set():
            place += 1
            city.open(1)
            city.change(place % 5, beat=str(place))

    writer = threading.Thread(target=go_on)
    writer.start()
    pages: list[tuple[Page, Listener]] = []
    try:
        for _ in range(12):
            found = httpx.get(f"{server.api}/calls").json()
            page = Page()
            page.load(found["calls"])
            pages.append((page, listen(f"{server.events}?cursor={found['cursor']}")))
    finally:
        over.set()
        writer.join()
    seq = int(city.cursor.split(":")[1])
    truth = {call["id"]: call for call in city.flow.log.current(FEED)[1]}
    for page, client in pages:
        until(lambda client=client: client.last_id == f"{city.epoch}:{seq}")  # type: ignore[misc]
        for event in client.events:
            page.take(Told(event.kind, event.data, event.id))
        assert page.calls == truth
        assert page.seen == sorted(set(page.seen))


def test_an_epoch_that_nobody_knows_is_told_to_resync(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    city.open(3)
    client = listen(server.events, Last_Event_ID="feedfacecafe:2")
    (told,) = client.wait(1)
    assert client.kinds == ["resync"]
    assert told["cursor"] == client.last_id == city.cursor
    calls = httpx.get(server.url + told["calls"]).json()
    assert (calls["cursor"], len(calls["calls"])) == (told["cursor"], 3)
    city.open(1)
    client.wait(2)
    assert numbers(client) == [4]


def test_a_header_that_is_no_cursor_is_told_to_resync_and_an_address_is_refused(
    city: CityFeed, serve: Serve, listen: Listen
) -> None:
    server = serve(city)
    client = listen(server.events, Last_Event_ID="17")
    client.wait(1)
    assert client.kinds == ["resync"]
    for text in ("17", "x", "a:b", ":1", "a:-1", "a:1:2"):
        answer = httpx.get(server.events, params={"cursor": text})
        assert answer.status_code == 400
        assert "is no cursor" in answer.json()["detail"]


def test_who_fell_off_the_ring_is_told_to_resync(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city, stream_ring=100)
    city.open(150)
    until(lambda: server.hub.boards[FEED].ring.head == 150)
    behind = listen(f"{server.events}?cursor={city.epoch}:49")
    assert behind.wait(1)[0]["reason"] == "too far behind"
    held = listen(f"{server.events}?cursor={city.epoch}:50")
    held.wait(100)
    assert numbers(held) == list(range(51, 151))


def test_a_cursor_beyond_the_log_is_told_to_resync_after_a_while(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.streams.stream.AHEAD", 0.5)
    server = serve(city)
    city.open(2)
    client = listen(f"{server.events}?cursor={city.epoch}:99")
    assert client.wait(1)[0]["reason"] == "ahead of the log"
    assert client.last_id == city.cursor


def test_a_rebuilt_log_is_told_to_every_stream(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    city.open(3)
    clients = [listen(f"{server.events}?cursor={city.epoch}:0") for _ in range(3)]
    for client in clients:
        client.wait(3)
    old = city.epoch
    rebuild(city.flow, FEED, lambda _count, _of: None)
    assert city.epoch != old
    for client in clients:
        client.wait(4)
        assert client.kinds[-1] == "resync"
        assert client.last_id == city.cursor
    city.open(1)
    for client in clients:
        client.wait(5)
        assert client.events[-1].id == f"{city.epoch}:4"


def test_filters_over_http(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    north = listen(f"{server.events}?division=North")
    fires = listen(f"{server.events}?nature=Fire&nature=40 - Other&beat=1".replace(" ", "%20"))
    nothing = listen(f"{server.events}?bbox=-97,32,-96,33")
    for client in (north, fires, nothing):
        client.begun.wait(10)
    city.open(1, division="North", beat="1")
    city.open(1, division="South", beat="1")
    city.change(0, division="South")
    city.change(1, division="North")
    city.change(1, beat="2")
    city.end(1)
    until(lambda: len(north.events) >= 5)
    north.wait(5)
    assert north.kinds == ["opened", "removed", "entered", "updated", "closed"]
    assert north.events[2].data["details"]["division"] == "North"
    fires.wait(5)
    assert fires.kinds == ["opened", "opened", "updated", "updated", "removed"]
    nothing.wait(0, 0.1)


def test_a_proxy_that_cuts_streams_loses_nothing_and_doubles_nothing(
    city: CityFeed, serve: Serve, listen: Listen
) -> None:
    server = serve(city)
    found: list[int] = []
    with CuttingProxy(server.port) as proxy:
        address = server.events.replace(str(server.port), str(proxy.port))
        over = threading.Event()

        def follow() -> None:
            last = f"{city.epoch}:0"
            while not over.is_set():
                client = listen(address, Last_Event_ID=last)
                client.ended.wait(5)
                # A browser only takes whole events: what was cut in the middle comes again.
                found.extend(numbers(client))
                last = client.last_id or last
                assert "resync" not in client.kinds

        follower = threading.Thread(target=follow)
        follower.start()
        for _ in range(25):
            city.open(4)
        until(lambda: found[-1:] == [100], 60)
        over.set()
        follower.join()
        assert proxy.cuts > 5
    assert found == list(range(1, 101))
