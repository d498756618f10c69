"""A body of plain bytes, as batches are handed in: sent as it is, kept over a redirect only where browsers keep it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.loopback import Loopback, Reply

CONTENT = b"\x00\xff--border\r\n"


@pytest.fixture
def server() -> Iterator[Loopback]:
    opened = Loopback()
    yield opened
    opened.close()


def posted(server: Loopback) -> list[tuple[str, str, bytes, str]]:
    with HttpClient(allow_private=True, backoff=Backoff(attempts=2, first=0.01)) as client:
        client.request("POST", f"{server.url}/a", content=CONTENT, headers={"Content-Type": "text/csv"})
    return [(one.method, one.path, one.body, one.headers.get("content-type", "")) for one in server.log]


def test_it_is_sent_as_it_is_and_again_when_it_has_to_be(server: Loopback) -> None:
    server.reply("/a", Reply(503), Reply(200, b"done"))
    assert posted(server) == [("POST", "/a", CONTENT, "text/csv")] * 2


@pytest.mark.parametrize(("status", "method", "body"), [(307, "POST", CONTENT), (303, "GET", b""), (302, "GET", b"")])
def test_a_redirect_keeps_it_or_leaves_it(server: Loopback, status: int, method: str, body: bytes) -> None:
    server.reply("/a", Reply(status, headers={"Location": "/b"}))
    server.reply("/b", Reply(200))
    assert [one[:3] for one in posted(server)] == [("POST", "/a", CONTENT), (method, "/b", body)]
