"""The synthetic city over HTTP: what Socrata does, and what goes wrong on the wire."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from bluelamp.synthetic.city.faults import Planned
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.server import CityServer, running

pytestmark = pytest.mark.process

START = datetime(2026, 2, 10, 2, tzinfo=UTC)
PLAN = tuple(Planned(kind) for kind in ("sound", "sound", "sound", "cut", "too_many", "failing", "html", "repeated"))


@pytest.fixture
def server() -> Iterator[CityServer]:
    with CityServer(Publisher(SyntheticCity(2), START), PLAN) as opened:
        yield opened


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=5) as opened:
        yield opened


def to(server: CityServer, publication: int) -> None:
    while server.publication < publication:
        server.step()


def test_it_publishes_by_steps(server: CityServer, client: httpx.Client) -> None:
    first, again = client.get(server.url, params={"$order": ":id"}), client.get(server.url, params={"$order": ":id"})
    assert first.json() == again.json() == server.publisher.city.snapshot(START)
    assert server.step() == 1
    second = client.get(server.url, params={"$order": ":id"})
    assert second.json() == server.publisher.city.snapshot(START + timedelta(minutes=2)) != first.json()
    assert second.headers["x-soda2-truth-last-modified"] == "Tue, 10 Feb 2026 02:02:00 GMT"
    assert second.headers["x-soda2-data-out-of-date"] == "false"
    assert parsedate_to_datetime(second.headers["date"]) == START + timedelta(minutes=2, seconds=6)


def test_what_is_known_already_is_not_sent_again(server: CityServer, client: httpx.Client) -> None:
    first = client.get(server.url)
    tag = {"If-None-Match": first.headers["etag"]}
    known = client.get(server.url, headers=tag)
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(server.url, headers={"If-Modified-Since": first.headers["last-modified"]}).status_code == 304
    assert client.get(server.url, headers={"If-None-Match": '"another"'}).status_code == 200
    server.step()
    assert client.get(server.url, headers=tag).status_code == 200
    assert client.get(server.url, headers={"If-Modified-Since": first.headers["last-modified"]}).status_code == 200


def test_pages_in_an_order_are_the_whole(server: CityServer, client: httpx.Client) -> None:
    rows: list[object] = []
    while page := client.get(server.url, params={"$limit": "7", "$offset": str(len(rows)), "$order": ":id"}).json():
        assert len(page) <= 7
        rows += page
    assert rows == server.publisher.city.snapshot(START)
    for limit in ("-1", "x", "50001"):
        assert client.get(server.url, params={"$limit": limit}).status_code == 400


def test_without_an_order_rows_come_in_any(server: CityServer, client: httpx.Client) -> None:
    answers = [client.get(server.url).text for _ in range(5)]
    assert len(set(answers)) > 1
    assert len({json.dumps(sorted(json.loads(one), key=json.dumps)) for one in answers}) == 1


def test_half_an_answer_ends_before_its_length(server: CityServer, client: httpx.Client) -> None:
    to(server, 3)
    with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending"):
        client.get(server.url)
    assert server.seen[-1].status == 0


def test_statuses(server: CityServer, client: httpx.Client) -> None:
    to(server, 4)
    throttled = client.get(server.url)
    assert (throttled.status_code, int(throttled.headers["retry-after"]) > 0) == (429, True)
    to(server, 5)
    assert client.get(server.url).status_code in (500, 502, 503)
    to(server, 6)
    page = client.get(server.url)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html;charset=utf-8")
    to(server, 7)
    assert client.get(server.url).headers["last-modified"] == "Tue, 10 Feb 2026 02:04:00 GMT", "as two before the cut"
    assert client.get(server.url.replace("9fxf-t2tr", "none")).status_code == 404


def test_it_says_what_it_saw(server: CityServer, client: httpx.Client) -> None:
    client.get(server.url, params={"$limit": "5"}, headers={"X-App-Token": "token", "If-None-Match": '"x"'})
    seen = server.seen[-1]
    assert (seen.parameters, seen.token, seen.if_none_match) == ({"$limit": "5"}, "token", '"x"')
    assert (seen.publication, seen.status) == (0, 200)


def test_what_hangs_is_let_go_at_the_end(client: httpx.Client) -> None:
    before = threading.active_count()
    with CityServer(Publisher(SyntheticCity(2), START), (Planned("hang"),)) as server:
        with pytest.raises(httpx.ReadTimeout):
            client.get(server.url, timeout=0.2)
        assert [seen.status for seen in server.seen] == [0]
        assert threading.active_count() == before + 2, "one serves, one hangs"
    until = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_by_the_clock_it_publishes_by_itself(client: httpx.Client) -> None:
    publisher = Publisher(SyntheticCity(2), START, every=timedelta(seconds=10))
    with CityServer(publisher, now=running(START, speed=1000)) as server:
        found = set()  # type: ignore[var-annotated]
        while len(found) < 4:
            found.add(client.get(server.url).headers["etag"])
        assert server.publication >= 3
