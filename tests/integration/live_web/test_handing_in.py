"""Handing a snapshot in over HTTP: who may, what is kept, what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bluelamp.web.live import snapshots
from bluelamp.web.live.schemas import ReceivedModel
from tests.lib.live.city_feed import FEED, CityFeed, unit
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer

Serve = Callable[..., ThreadServer]
Listen = Callable[..., Listener]
TOKEN = "a-token-of-more-than-20-letters"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def server(city: CityFeed, serve: Serve) -> ThreadServer:
    return serve(city, push_token=TOKEN)


@pytest.fixture
def address(server: ThreadServer) -> str:
    return f"{server.api}/snapshots"


def rows(count: int) -> bytes:
    return json.dumps([unit(number, f"U{number}") for number in range(1, count + 1)]).encode()


def kept(city: CityFeed) -> int:
    newest = city.flow.snapshots.newest(FEED)
    assert newest is not None
    return newest.number


def test_a_snapshot_that_is_handed_in_reaches_every_browser(
    city: CityFeed, server: ThreadServer, address: str, listen: Listen
) -> None:
    clients = [listen(server.events) for _ in range(3)]
    for client in clients:
        client.begun.wait(10)
    answer = httpx.post(address, content=rows(3), headers={**SHOWN, "X-SODA2-Truth-Last-Modified": "x", "ETag": '"7"'})
    assert answer.status_code == 200
    ReceivedModel.model_validate(answer.json())
    assert (answer.json()["verdict"], answer.json()["feed"]) == ("good", FEED)
    for client in clients:
        assert [change["kind"] for change in client.wait(3)] == ["opened"] * 3
    entry = city.flow.snapshots.recent(FEED, 1)[0]
    assert (entry.number, entry.origin) == (answer.json()["number"], "pushed")
    assert city.flow.snapshots.bodies(entry)[0].body == rows(3)
    headers = entry.parts[0]["headers"]
    assert (headers["etag"], headers["x-soda2-truth-last-modified"]) == ('"7"', "x")
    assert not {"authorization", "user-agent", "host"} & set(headers)


def test_what_cannot_be_read_is_kept_and_fails(city: CityFeed, address: str) -> None:
    answer = httpx.post(address, content=b"<html>sorry</html>", headers=SHOWN)
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "failed"
    assert city.flow.snapshots.bodies(city.flow.snapshots.recent(FEED, 1)[0])[0].body == b"<html>sorry</html>"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Authorization": b"Bearer \xff\xfe"},
    ],
)
def test_without_the_token_nothing_is_kept(city: CityFeed, address: str, headers: dict[str, Any]) -> None:
    before = kept(city)
    answer = httpx.post(address, content=rows(2), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in answer.text
    assert kept(city) == before


def test_the_token_in_the_address_is_no_token(city: CityFeed, address: str) -> None:
    """An address has no such parameter: it is refused before anything else, and is not repeated."""
    before = kept(city)
    answer = httpx.post(f"{address}?token={TOKEN}", content=rows(2))
    assert answer.status_code == 400
    assert TOKEN not in answer.text
    assert kept(city) == before


def test_the_door_is_shut_where_no_token_is_set(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    for headers in ({}, SHOWN):
        answer = httpx.post(f"{server.api}/snapshots", content=rows(2), headers=headers)
        assert answer.status_code == 403
        assert "push_token" in answer.json()["hint"]


def test_too_much_is_refused_while_it_comes(city: CityFeed, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST", 100_000)
    before = kept(city)
    assert httpx.post(address, content=b"x" * 100_001, headers=SHOWN).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    assert httpx.post(address, content=endless(), headers=SHOWN).status_code == 413
    assert kept(city) == before


def test_a_compressed_body_is_refused_in_words(address: str) -> None:
    answer = httpx.post(address, content=b"x", headers={**SHOWN, "Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_a_feed_that_there_is_not(server: ThreadServer) -> None:
    answer = httpx.post(f"{server.url}/api/v1/feeds/nowhere/snapshots", content=rows(1), headers=SHOWN)
    assert answer.status_code == 404


def test_while_another_process_polls_it_waits_to_be_taken_in(
    city: CityFeed, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.live.workflow._PATIENCE", 0.2)
    lease = city.flow.leases.acquire(FEED)
    assert lease is not None
    before = city.cursor
    answer = httpx.post(address, content=rows(2), headers=SHOWN)
    assert answer.status_code == 202
    assert (answer.json()["verdict"], answer.json()["words"]) == ("", snapshots._WAITS)
    assert city.cursor == before
    city.flow.leases.release(lease)
    city.flow.take_waiting(FEED)
    assert city.cursor != before
