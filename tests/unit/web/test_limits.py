"""Whose a request is, and how often one may ask: with a clock of its own."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import pytest

from bluelamp.domain.call_filter import make_filter
from bluelamp.errors import Overloaded
from bluelamp.web.asgi import rate_limits
from bluelamp.web.asgi.client_address import Visitors, network_of
from bluelamp.web.asgi.rate_limits import Quota, RateLimits
from bluelamp.web.streams.board import Board
from bluelamp.web.streams.hub import Hub
from bluelamp.web.streams.stream import Stream


def scope(peer: str, version: str = "1.1", path: str = "/api/v1/site", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (peer, 1), "headers": raw, "http_version": version, "path": path}


BELIEVED = Visitors([ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8")])


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "1.2.3.4, 203.0.113.7, 10.1.1.1", "203.0.113.7"),  # what a visitor wrote stands further left
        ("127.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("198.51.100.9", "203.0.113.7", "198.51.100.9"),  # no proxy of ours: not believed
    ],
)
def test_a_forwarded_address_is_believed_of_a_named_proxy_alone(peer: str, said: str, address: str) -> None:
    assert BELIEVED.address_of(scope(peer, x_forwarded_for=said)) == address
    assert Visitors().address_of(scope(peer, x_forwarded_for=said)) == peer


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto", "X-Forwarded-Host"]
)
def test_what_comes_through_a_proxy_is_not_this_machine(header: str) -> None:
    assert Visitors().is_this_machine(scope("127.0.0.1"))
    assert not Visitors().is_this_machine(scope("127.0.0.1", **{header.lower(): "8.8.8.8"}))
    assert not Visitors().is_this_machine(scope("127.0.0.1", "1.0"))  # a proxy that says nothing of itself
    assert not BELIEVED.is_this_machine(scope("127.0.0.1"))
    assert not Visitors().is_this_machine(scope("203.0.113.7"))


def test_a_household_of_ipv6_is_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1" == network_of("192.0.2.1")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_quota_begins_anew_after_its_minute() -> None:
    clock = Clock()
    quota = Quota(2, clock)
    assert [quota.take("a"), quota.take("a"), quota.take("a")] == [(1, 60), (0, 60), (-1, 60)]
    assert quota.take("b") == (1, 60)
    clock.now = 59.5
    assert quota.take("a") == (-2, 1)
    clock.now = 60.0
    assert quota.take("a") == (1, 60)


def test_so_many_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_REMEMBERED", 3)
    clock = Clock()
    quota = Quota(1, clock)
    for name in "abcdef":
        quota.take(name)
    assert len(quota._windows) == 3
    clock.now = 61
    quota.take("g")
    assert list(quota._windows) == ["g"]


def asked(limited: RateLimits, **values: Any) -> tuple[int, dict[str, str]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(limited({**scope("192.0.2.1", **values)}, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


async def answers(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_too_many_are_told_when_to_come_back_in_the_fields_of_the_draft() -> None:
    limited = RateLimits(answers, Visitors(), 2)
    status, headers = asked(limited)
    assert (status, headers["ratelimit-policy"], headers["ratelimit"]) == (
        200, '"requests";q=2;w=60', '"requests";r=1;t=60',
    )  # fmt: skip
    asked(limited)
    status, headers = asked(limited)
    assert status == 429
    assert headers["ratelimit"].startswith('"requests";r=0;t=')
    assert 1 <= int(headers["retry-after"]) <= 60
    assert headers["content-type"] == "application/problem+json"
    assert asked(limited, path="/healthz")[0] == asked(limited, path="/assets/x.js")[0] == 200


def test_a_key_has_its_own_quota_wherever_it_is_shown() -> None:
    limited = RateLimits(answers, Visitors([ipaddress.ip_network("192.0.2.0/24")]), 2)
    told = [asked(limited, authorization="Bearer one", x_forwarded_for=f"203.0.113.{last}")[0] for last in range(3)]
    assert told == [200, 200, 429]
    assert asked(limited, authorization="Bearer two", x_forwarded_for="203.0.113.9")[0] == 200


def test_one_address_does_not_take_every_filter_of_a_feed() -> None:
    hub = Hub(ring=10, per_address=100, total=10_000)
    board = hub.boards["city"] = Board("city", 10)
    hub._groups["city"] = {}

    async def send(_message: Any) -> None: ...

    for number in range(8):
        through = make_filter(beat=[str(number)])
        hub.admit("city", through, "192.0.2.1")
        hub._groups["city"][through] = {Stream(board, through, send, "192.0.2.1", 0.0)}
    one_more = make_filter(beat=["one more"])
    with pytest.raises(Overloaded, match="different filters"):
        hub.admit("city", one_more, "192.0.2.1")
    hub.admit("city", make_filter(beat=["0"]), "192.0.2.1")
    hub.admit("city", None, "192.0.2.1")
    hub.admit("city", one_more, "192.0.2.2")
