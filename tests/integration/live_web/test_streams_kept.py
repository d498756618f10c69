"""How streams are kept: alive, in number, in memory; how they end, and that nothing is left of them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from bluelamp.web.streams import hub as hub_module
from bluelamp.web.streams.ring import CHUNK
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]
Listen = Callable[..., Listener]


def test_a_quiet_stream_is_kept_alive(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.streams.stream.HEARTBEAT", (0.2, 0.4))
    server = serve(city)
    client = listen(server.events)
    until(lambda: client.comments >= 4)
    assert client.events == []


def test_a_quiet_filter_does_not_fall_behind(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.streams.stream.HEARTBEAT", (0.2, 0.4))
    server = serve(city, stream_ring=100)
    client = listen(f"{server.events}?beat=none")
    client.begun.wait(10)
    city.open(150)
    until(lambda: client.last_id == city.cursor)
    assert client.events == []
    client.close()
    again = listen(f"{server.events}?beat=none", Last_Event_ID=client.last_id)
    city.open(1, beat="none")
    again.wait(1)
    assert again.kinds == ["opened"]


def test_an_old_stream_is_rotated_and_goes_on_elsewhere(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.streams.stream.ROTATION", (1.0, 1.5))
    server = serve(city)
    client = listen(server.events)
    client.begun.wait(10)
    city.open(1)
    assert client.ended.wait(10)
    assert client.kinds == ["opened", "bye"]
    assert client.events[-1].data["reason"] == "rotation"
    assert 300 <= client.retry <= 3_000
    assert client.error == ""
    city.open(1)
    again = listen(server.events, Last_Event_ID=client.last_id)
    again.wait(1)
    assert again.changes[0]["seq"] == 2


def test_at_the_end_every_stream_is_told(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city, streams_per_address=100)
    clients = [listen(server.events) for _ in range(50)]
    for client in clients:
        client.begun.wait(10)
    server.stop()
    for client in clients:
        assert client.ended.wait(5)
        assert client.kinds == ["bye"]
        assert client.events[0].data["reason"] == "shutdown"
        assert client.error == ""


def test_nothing_is_left_of_streams_that_are_gone(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city, streams_per_address=200)
    httpx.get(f"{server.api}/calls")
    before = server.tasks
    clients = [listen(f"{server.events}?beat={place % 3}") for place in range(100)]
    for client in clients:
        client.begun.wait(10)
    until(lambda: len(server.hub.streams) == 100)
    assert server.tasks == before + 100  # one for each, and none beside
    city.open(2, beat="1")
    for client in clients:
        client.close()
    until(lambda: server.tasks <= before, 5)
    assert not server.hub.streams
    assert not server.hub.admission.addresses
    assert not any(server.hub._groups.values())
    assert not server.hub.boards[FEED].ring._sieves


def test_an_address_has_so_many_streams_and_no_more(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city, streams_per_address=3)
    clients = [listen(server.events) for _ in range(3)]
    for client in clients:
        client.begun.wait(10)
    refused = listen(server.events)
    assert refused.status == 503
    assert 5 <= int(refused.headers["retry-after"]) <= 15
    assert refused.headers["content-type"] == "application/problem+json"
    assert httpx.get(server.events).json()["title"] == "Too many streams at once"
    clients[0].close()
    until(lambda: len(server.hub.streams) == 2)
    assert listen(server.events).status == 200


def test_a_process_has_so_many_streams_and_no_more(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city, streams_total=2)
    for _ in range(2):
        listen(server.events).begun.wait(10)
    assert httpx.get(server.events).status_code == 503
    assert httpx.get(f"{server.api}/calls").status_code == 200


def test_a_feed_has_so_many_filters_and_no_more(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.streams.admission.MOST_FILTERS", 2)
    server = serve(city)
    for beat in ("1", "2"):
        listen(f"{server.events}?beat={beat}").begun.wait(10)
    refused = httpx.get(f"{server.events}?beat=3")
    assert refused.status_code == 503
    assert "different filters" in refused.json()["detail"]
    assert listen(f"{server.events}?beat=2").status == 200
    assert listen(server.events).status == 200


@contextlib.contextmanager
def deaf(server: ThreadServer, query: str = "") -> Iterator[socket.socket]:
    """A client that asks and then reads nothing."""
    with socket.socket() as its:
        its.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        its.connect(("127.0.0.1", server.port))
        its.sendall(f"GET /api/v1/feeds/city/events{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield its


def test_a_slow_client_costs_little_and_is_cut_off(
    city: CityFeed, serve: Serve, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SEND_TIMEOUT", 1.5)
    server = serve(city, stream_ring=1_000)
    quick = listen(server.events)
    quick.begun.wait(10)
    with deaf(server) as its:
        until(lambda: len(server.hub.streams) == 2)
        (slow,) = [one for one in server.hub.streams if one.transport.get_extra_info("peername") == its.getsockname()]
        for count in range(1, 21):
            city.open(100, location="A very long name of a street " * 20)
            until(lambda count=count: len(quick.events) == 100 * count)  # type: ignore[misc]
        until(lambda: slow.busy_since or slow.closed)
        assert slow.transport.get_write_buffer_size() <= 2 * (CHUNK + 5_000)
        until(lambda: slow.closed)
        assert slow.ending == "too slow"
    # The ring of 1,000 is far ahead of it; the other has everything.
    quick.wait(2_000)
    assert [change["seq"] for change in quick.changes] == list(range(1, 2_001))
    again = listen(server.events, Last_Event_ID=f"{city.epoch}:3")
    assert again.wait(1)[0]["reason"] == "too far behind"


def test_a_slow_client_that_reads_again_is_told_to_resync(
    city: CityFeed, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(city, stream_ring=100)
    with deaf(server) as its:
        until(lambda: server.hub.streams)
        for _ in range(15):
            city.open(100, location="A very long name of a street " * 20)
            time.sleep(0.15)
        until(lambda: server.hub.boards[FEED].ring.head == 1_500)
        its.settimeout(10)
        found = b""
        while b"event: resync\n" not in found:
            found += its.recv(1 << 16)
        city.open(1)
        while f"id: {city.epoch}:1501".encode() not in found:
            found += its.recv(1 << 16)
    assert b"too far behind" in found


def test_a_peer_that_is_gone_without_a_word_is_noticed(city: CityFeed, serve: Serve, listen: Listen) -> None:
    """A laptop that sleeps closes nothing: the kernel must give up on it in seconds, not in a quarter of an hour."""
    server = serve(city)
    listen(server.events).begun.wait(10)
    until(lambda: server.hub.streams)
    (stream,) = server.hub.streams
    its = stream.transport.get_extra_info("socket")
    assert its.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


def test_a_head_is_answered_and_opens_nothing(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    answer = httpx.head(server.events)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert not server.hub.streams


def test_other_methods_are_answered_in_words(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    asked = httpx.options(server.events, headers={"Origin": "https://example.org"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "Last-Event-ID" in asked.headers["access-control-allow-headers"]
    for method in ("PUT", "POST", "DELETE"):
        refused = httpx.request(method, server.events)
        assert refused.status_code == 405
        assert refused.headers["allow"] == "GET, HEAD, OPTIONS"
        assert refused.headers["content-type"] == "application/problem+json"


def test_an_unknown_feed_and_a_wrong_filter_are_told_in_words(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    unknown = httpx.get(f"{server.url}/api/v1/feeds/nowhere/events")
    assert unknown.status_code == 404
    assert "/api/v1/feeds" in unknown.json()["hint"]
    assert httpx.get(f"{server.events}?bbox=1,2").status_code == 400
    assert httpx.get(f"{server.events}?beat={'x' * 9_000}").status_code == 400


def test_metrics_tell_of_streams(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    clients = [listen(server.events) for _ in range(2)]
    for client in clients:
        client.begun.wait(10)
    city.open(3)
    for client in clients:
        client.wait(3)
    listen(server.events, Last_Event_ID="other:1").wait(1)
    httpx.get(f"{server.url}/api/v1/feeds/nowhere/events")
    text = httpx.get(f"{server.url}/metrics").text
    for line in (
        'bluelamp_streams_open{feed="city"} 3.0',
        'bluelamp_stream_ring_head{feed="city"} 3.0',
        'bluelamp_stream_ring_tail{feed="city"} 0.0',
        'bluelamp_stream_resyncs_total{feed="city"} 1.0',
        'bluelamp_stream_delivery_seconds_count{feed="city"} 2.0',
        'bluelamp_stream_lag_seconds_count{feed="city"} 1.0',
        'bluelamp_feed_snapshots_total{feed="city",verdict="good"} 2.0',
        'bluelamp_feed_open_calls{feed="city"} 3.0',
        "bluelamp_logs_followed 1.0",
        'bluelamp_requests_total{route="/api/v1/feeds/{feed}/events",status="404"} 1.0',
    ):
        assert line in text, line
    for name in ("bluelamp_stream_bytes_total", "bluelamp_tasks", "bluelamp_feed_snapshot_age_seconds"):
        assert name in text
