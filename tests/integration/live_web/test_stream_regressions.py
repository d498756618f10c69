"""Faults that pushes of changes to browsers have had, one test for each: none of them may happen here."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from tests.lib.live.city_feed import CityFeed
from tests.lib.web.listeners import Listener
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]
Listen = Callable[..., Listener]


def test_every_client_gets_every_change(city: CityFeed, serve: Serve, listen: Listen) -> None:
    """With one queue for all, three clients get three of nine events each. Each must get nine of nine."""
    server = serve(city)
    clients = [listen(server.events) for _ in range(3)]
    for client in clients:
        client.begun.wait(10)
    told = [change for _ in range(3) for change in city.open(3)]
    for client in clients:
        client.wait(9)
        assert [change["id"] for change in client.changes] == [change["id"] for change in told]
        assert [change["seq"] for change in client.changes] == list(range(1, 10))


def test_data_is_one_line_of_json(city: CityFeed, serve: Serve) -> None:
    """Not what Python prints of a dictionary; and each has an event and an id."""
    server = serve(city)
    city.open(2, location='O\'Brien "Bar" St \\ é')
    with httpx.stream("GET", f"{server.events}?cursor={city.epoch}:0") as answer:
        text = ""
        for part in answer.iter_text():
            text += part
            if text.count("\n\n") == 3:
                break
    for block in text.split("\n\n")[1:3]:
        event, id_, data = block.split("\n")
        assert event == "event: opened"
        assert id_.startswith(f"id: {city.epoch}:")
        assert json.loads(data.removeprefix("data: "))["details"]["location"] == 'O\'Brien "Bar" St \\ é'


def test_a_new_client_gets_nothing_that_came_before_it(city: CityFeed, serve: Serve, listen: Listen) -> None:
    """What comes while nobody listens is not kept for the first client that comes."""
    server = serve(city)
    city.open(20)
    until(lambda: server.hub.boards["city"].ring.head == 20)
    client = listen(server.events)
    client.begun.wait(10)
    city.open(1)
    assert [change["seq"] for change in client.wait(1)] == [21]


@pytest.mark.parametrize("path", ["/events/", "/events", "/api/v1/events", "/api/v1/feeds/city/events"])
def test_a_stranger_cannot_post_events(city: CityFeed, serve: Serve, path: str) -> None:
    server = serve(city)
    answer = httpx.post(server.url + path, json={"call_id": "made up"})
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"
    assert city.cursor.endswith(":0")


def test_a_call_that_has_ended_is_not_current(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    city.open(2)
    city.end(0)
    until(lambda: server.hub.boards["city"].ring.head == 3)
    found = httpx.get(f"{server.api}/calls").json()
    assert [call["incident_number"] for call in found["calls"]] == ["26-0000002"]


def test_current_calls_of_more_than_a_megabyte_are_answered_whole(city: CityFeed, serve: Serve) -> None:
    server = serve(city)
    city.open(3_000)
    until(lambda: server.hub.boards["city"].ring.head == 3_000)
    answer = httpx.get(f"{server.api}/calls")
    assert len(answer.content) > 1_500_000
    assert len(answer.json()["calls"]) == answer.json()["total"] == 3_000


def test_every_row_of_a_list_of_any_length_reaches_the_client(city: CityFeed, serve: Serve, listen: Listen) -> None:
    server = serve(city)
    client = listen(server.events)
    client.begun.wait(10)
    total = 0
    for count in (24, 25, 26, 50, 101):
        city.open(count)
        total += count
        client.wait(total)
    assert [change["seq"] for change in client.changes] == list(range(1, total + 1))
    assert len(httpx.get(f"{server.api}/calls").json()["calls"]) == total


def test_what_is_changed_later_reaches_the_client(city: CityFeed, serve: Serve, listen: Listen) -> None:
    """Not insertions alone."""
    server = serve(city)
    city.open(1)
    client = listen(f"{server.events}?cursor={city.cursor}")
    client.begun.wait(10)
    told = [*city.change(0, status="En Route"), *city.change(0, beat="154")]
    client.wait(len(told))
    assert {change["kind"] for change in client.changes} == {"updated"}
    assert [change["fields"] for change in client.changes] == [change["fields"] for change in told]
