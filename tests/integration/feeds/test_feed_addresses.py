"""A feed's address is written by a person and redirected by a stranger: neither leads into the private network unless a
setting says so. A canary listens on loopback and must never hear a thing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bluelamp.errors import SettingsError, SourceError, SourceRefused, SourceUnavailable
from bluelamp.sources import url_guard
from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.fetching import fetch
from bluelamp.sources.http import Backoff, HttpClient
from tests.lib.loopback import Loopback, Reply

REST = 'title = "T"\nplatform = "json"\nzone = "UTC"\n[fields]\nlocation = "at"\n'


@pytest.fixture
def canary(server: Loopback) -> Loopback:
    server.reply("/feed", Reply(200, b'[{"at": "secret"}]'))
    return server


@pytest.fixture
def guarded() -> Iterator[HttpClient]:
    """The client as it is unless the setting says otherwise."""
    with HttpClient(timeout=3.0, backoff=Backoff(attempts=1)) as made:
        yield made


def feed(url: str) -> Agency:
    return read_agency(f"url = '{url}'\n{REST}", "test-town", "test-town.toml", "here")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0177.0.0.1",
     "127.0.0.1.", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
     "127.255.255.254", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"],
)  # fmt: skip
def test_loopback_in_every_spelling(host: str, canary: Loopback, guarded: HttpClient) -> None:
    port = canary.url.rpartition(":")[2]
    with pytest.raises((SourceRefused, SourceUnavailable)) as caught:
        fetch(guarded, feed(f"http://{host}:{port}/feed"), validators={})
    assert canary.log == []
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]"]
)
def test_private_networks_and_the_clouds_own_address(host: str, guarded: HttpClient) -> None:
    with pytest.raises(SourceRefused):
        fetch(guarded, feed(f"http://{host}/latest/meta-data/"), validators={})


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1/", "//127.0.0.1/feed", "127.0.0.1/feed", "",
     "https://", "https:///feed", "http://me@127.0.0.1/feed", "http://me:pw@127.0.0.1/feed", "data:,[]",
     "javascript:alert(1)", "http://127.0.0.1:0x50000/feed", "unix:///var/run/docker.sock"],
)  # fmt: skip
def test_addresses_that_no_file_may_hold(url: str) -> None:
    with pytest.raises(SettingsError, match=r"test-town\.toml, line 1"):
        feed(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["{canary}/feed", "http://localhost:{port}/feed", "http://2130706433:{port}/feed", "file:///etc/passwd"]
)
def test_a_redirect_is_checked_as_an_address_is(status: int, target: str, canary: Loopback) -> None:
    """The first host is a public name whose address is this machine's own door; only what it redirects to is judged."""
    port = canary.url.rpartition(":")[2]
    door = Loopback()
    try:
        location = target.format(canary=canary.url, port=port)
        door.reply("/feed", Reply(status, b"", {"Location": location}))
        own_port = int(door.url.rpartition(":")[2])
        with _public_only(own_port) as client, pytest.raises((SourceError, SettingsError)):
            fetch(client, feed(f"http://feeds.example.org:{own_port}/feed"), validators={})
        assert len(door.log) == 1, "the first address was asked"
        assert canary.log == []
    finally:
        door.close()


def _public_only(door: int) -> HttpClient:
    """A client for which one port of loopback, by the name feeds.example.org, is all of the public internet."""

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "feeds.example.org" else url_guard.resolve(host, port)

    client = HttpClient(timeout=3.0, backoff=Backoff(attempts=1), resolve=resolve)
    backend = client._client._transport._pool._network_backend  # type: ignore[attr-defined]
    checked = backend.checked

    def but_for_the_door(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if (host, port) == ("feeds.example.org", door) else checked(host, port)

    backend.checked = but_for_the_door
    return client


def test_a_name_that_leads_to_loopback(canary: Loopback) -> None:
    port = canary.url.rpartition(":")[2]
    names = {"rebound.example.org": ["127.0.0.1"], "mixed.example.org": ["93.184.215.14", "127.0.0.1"]}
    with HttpClient(timeout=3.0, backoff=Backoff(attempts=1), resolve=lambda host, _: names[host]) as client:
        for name in names:
            with pytest.raises(SourceRefused):
                fetch(client, feed(f"http://{name}:{port}/feed"), validators={})
    assert canary.log == []


def test_only_the_setting_opens_the_door(canary: Loopback, client: HttpClient, own: Callable[..., Agency]) -> None:
    (part,) = fetch(client, own('[fields]\nlocation = "at"\n'), validators={})
    assert part.body == b'[{"at": "secret"}]'
    assert len(canary.log) == 1


def test_the_token_does_not_follow_a_redirect_to_another_host(client: HttpClient, server: Loopback) -> None:
    elsewhere = Loopback()
    try:
        elsewhere.reply("/feed", Reply(200, b"[]"))
        server.reply("/feed", Reply(302, b"", {"Location": f"{elsewhere.url}/feed"}))
        agency = replace(feed(f"{server.url}/feed"), platform="socrata")
        fetch(client, agency, validators={}, token="abcdef")
        assert server.log[0].headers["x-app-token"] == "abcdef"
        assert "x-app-token" not in elsewhere.log[0].headers
    finally:
        elsewhere.close()


def test_a_refusal_does_not_tell_whether_something_listens(canary: Loopback, guarded: HttpClient) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    told = []
    for port in (canary.url.rpartition(":")[2], closed):
        with pytest.raises(SourceRefused) as caught:
            fetch(guarded, feed(f"http://127.0.0.1:{port}/feed"), validators={})
        told.append(str(caught.value).replace(str(port), "PORT"))
    assert told[0] == told[1]
