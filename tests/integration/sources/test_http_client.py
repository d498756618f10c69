"""The HTTP client against a real server on loopback: time-outs, retries, redirects, bounds and the address guard."""

from __future__ import annotations

import gzip
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina

from bluelamp.errors import (
    NotFound,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from bluelamp.sources.http import Backoff, HttpClient, error_for, shown_url
from tests.lib.loopback import Loopback, Reply


def test_a_plain_answer(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(200, b"hello", {"ETag": '"1"'}))
    answer = client.get(f"{server.url}/a?b=c")
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"1"')
    (asked,) = server.log
    assert asked.headers["user-agent"].startswith("bluelamp/")
    assert "open source" in asked.headers["user-agent"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, SourceRefused), (404, NotFound), (410, NotFound), (412, SourceChanged), (416, SourceChanged),
     (418, SourceRefused),     (429, SourceRefused), (500, SourceUnavailable), (503, SourceUnavailable),
     (599, SourceUnavailable), (300, SourceError)],
)  # fmt: skip
def test_each_status_has_its_error(status: int, kind: type[SourceError], server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(status))
    with pytest.raises(SourceError) as caught:
        client.get(f"{server.url}/a?key=secret")
    assert type(caught.value) is kind
    assert str(status) in caught.value.message
    assert "secret" not in str(caught.value)
    assert len(server.log) == (4 if status in (429, 500, 503) else 1)


@pytest.mark.parametrize(
    "first", [Reply(500), Reply(429, headers={"Retry-After": "7"}), Reply(200, b"cut off", cut_after=3)]
)
def test_what_passes_is_repeated(first: Reply, server: Loopback, client: HttpClient) -> None:
    server.reply("/a", first, first, Reply(200, b"at last"))
    assert client.get(f"{server.url}/a").body == b"at last"
    assert len(server.log) == 3


def waits(server: Loopback, header: str, attempts: int = 3) -> list[float]:
    """The waits that the client would make, heard from stamina's own hook, which testing mode does not zero."""
    heard: list[float] = []
    server.reply("/a", Reply(429, headers={"Retry-After": header} if header else {}))
    client = HttpClient(allow_private=True, backoff=Backoff(attempts=attempts, first=0.5, jitter=1.0, longest=30.0))
    import stamina._core as core

    original = core._t.Retrying  # type: ignore[attr-defined]
    stamina.instrumentation.set_on_retry_hooks([lambda details: heard.append(details.wait_for)])
    core._t.Retrying = lambda **settings: original(**{**settings, "sleep": lambda seconds: None})  # type: ignore[attr-defined]
    try:
        with pytest.raises(SourceRefused):
            client.get(f"{server.url}/a")
    finally:
        core._t.Retrying = original  # type: ignore[attr-defined]
        stamina.instrumentation.set_on_retry_hooks(None)
    return heard


def test_retry_after_is_honoured(server: Loopback) -> None:
    assert waits(server, "7") == [7.0, 7.0]
    soon = waits(server, format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert all(50 < wait <= 60 for wait in soon)
    assert waits(server, format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)) == [0.0, 0.0]
    # Nonsense falls back to the usual back-off with its jitter.
    for nonsense in ("soon", "-5", "1e9", ""):
        first, second = waits(server, nonsense)
        assert 0.5 <= first <= 1.5
        assert 1.0 <= second <= 2.0


def test_a_server_that_asks_for_an_hour_is_not_waited_for(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(503, headers={"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable, match="60 minutes"):
        client.get(f"{server.url}/a")
    assert len(server.log) == 1


def test_statuses_that_mean_something_else_are_not_repeated(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(503))
    with pytest.raises(SourceUnavailable):
        client.request("POST", f"{server.url}/a", form={"poly": "1,2:3,4"}, retry=frozenset())
    (asked,) = server.log
    assert asked.body == b"poly=1%2C2%3A3%2C4"


def test_redirects_are_followed_five_times(server: Loopback, client: HttpClient) -> None:
    for hop in range(5):
        server.reply(f"/{hop}", Reply((301, 302, 303, 307, 308)[hop], headers={"Location": f"/{hop + 1}"}))
    server.reply("/5", Reply(200, b"end"))
    answer = client.get(f"{server.url}/0")
    assert (answer.body, answer.url) == (b"end", f"{server.url}/5")
    server.reply("/loop", Reply(302, headers={"Location": "/loop"}))
    with pytest.raises(SourceRefused, match="more than 5 times"):
        client.get(f"{server.url}/loop")
    assert len(server.asked("/loop")) == 6


def test_a_post_becomes_a_get_as_in_browsers(server: Loopback, client: HttpClient) -> None:
    server.reply("/see", Reply(303, headers={"Location": "/end"}))
    server.reply("/same", Reply(307, headers={"Location": "/end"}))
    server.reply("/end", Reply(200))
    client.request("POST", f"{server.url}/see", form={"a": "b"})
    client.request("POST", f"{server.url}/same", form={"a": "b"})
    assert [(asked.method, asked.body) for asked in server.asked("/end")] == [("GET", b""), ("POST", b"a=b")]


def test_credentials_and_cookies_stay_at_home(server: Loopback, client: HttpClient) -> None:
    other = Loopback()
    try:
        server.reply("/away", Reply(302, headers={"Location": f"{other.url}/there", "Set-Cookie": "id=1"}))
        server.reply("/near", Reply(302, headers={"Location": "/here"}))
        for place in (server, other):
            place.reply("/here", Reply(200))
            place.reply("/there", Reply(200))
        sent = {"Authorization": "Bearer secret", "Cookie": "a=b", "Accept": "text/csv"}
        client.get(f"{server.url}/away", headers=sent)
        client.get(f"{server.url}/near", headers=sent)
        client.get(f"{server.url}/here")
        (there,) = other.log
        assert "authorization" not in there.headers
        assert "cookie" not in there.headers
        assert there.headers["accept"] == "text/csv"
        with_credentials, without = server.asked("/here")
        assert with_credentials.headers["authorization"] == "Bearer secret"
        assert "cookie" not in without.headers
    finally:
        other.close()


def test_the_body_is_bounded_also_after_unpacking(server: Loopback, client: HttpClient) -> None:
    server.reply("/large", Reply(200, b"x" * 5000))
    server.reply("/bomb", Reply(200, gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"}))
    for path in ("/large", "/bomb"):
        with pytest.raises(SourceRefused, match="more than 4,000 bytes"):
            client.get(f"{server.url}{path}", limit=4000)
    assert len(client.get(f"{server.url}/large", limit=5000).body) == 5000


def test_content_coding_that_is_broken(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(200, b"not gzip at all", {"Content-Encoding": "gzip"}))
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        client.get(f"{server.url}/a")


def test_slow_servers_are_left(server: Loopback, client: HttpClient) -> None:
    server.reply("/drip", Reply(200, b"x" * 10_000, drip=0.02))
    with pytest.raises(SourceUnavailable, match="took too long"):
        # Each byte keeps the single time-out; the total ends it all the same.
        client.request("GET", f"{server.url}/drip", timeout=5.0, total=0.2)
    with stamina.set_testing(True, attempts=1), pytest.raises(SourceUnavailable, match="took too long"):
        client.request("GET", f"{server.url}/drip", timeout=0.005)


def test_not_modified_is_an_answer(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(304))
    assert client.get(f"{server.url}/a", headers={"If-None-Match": '"1"'}).status == 304


def test_head_has_no_body(server: Loopback, client: HttpClient) -> None:
    server.reply("/a", Reply(200, b"12345", {"Last-Modified": "then"}))
    answer = client.head(f"{server.url}/a")
    assert (answer.body, answer.headers["last-modified"], answer.headers["content-length"]) == (b"", "then", "5")


def test_nobody_listens(client: HttpClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        client.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "http://", "http:///path", "//host/path", "host/path", "",
     "http://user@127.0.0.1/", "http://user:hunter2@127.0.0.1/", "http://[::1", "http://a b/", "http://x:99999/", "http://\x00/"],
)  # fmt: skip
def test_addresses_that_are_none(address: str, client: HttpClient) -> None:
    with pytest.raises(SourceRefused) as caught:
        client.get(address)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def spellings(port: int) -> list[str]:
    hosts = ["127.0.0.1", "localhost", "[::1]", "0", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]",
             "[::]", "[::ffff:7f00:1]"]  # fmt: skip
    return [f"http://{host}:{port}/canary" for host in hosts]


def test_the_guard_keeps_this_machine_out_of_reach(server: Loopback) -> None:
    server.reply("/canary", Reply(200, b"secret"))
    open_port = int(server.url.rpartition(":")[2])
    with HttpClient(backoff=Backoff(attempts=1)) as client:
        for url in spellings(open_port):
            with pytest.raises(SourceError) as caught:
                client.get(url)
            assert isinstance(caught.value, SourceRefused | SourceUnavailable)
            with pytest.raises(SourceError) as closed:
                client.get(url.replace(str(open_port), "9"))
            # Whether something listens there cannot be learned from the message.
            assert str(closed.value) == str(caught.value)
    assert server.log == []


PRIVATE = ["10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "240.0.0.1",
           "255.255.255.255", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::", "2002:7f00:1::", "64:ff9b::7f00:1",
           "::ffff:10.0.0.1", "2001:db8::1", "not an address"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_names_that_lead_to_private_addresses(address: str, server: Loopback) -> None:
    # One public address beside it does not help: every address of the name must be public.
    with (
        HttpClient(backoff=Backoff(attempts=1), resolve=lambda host, port: ["93.184.216.34", address]) as client,
        pytest.raises(SourceRefused, match="not a public one"),
    ):
        client.get("http://rebinding.example/")


def test_a_name_is_resolved_once(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    port = int(server.url.rpartition(":")[2])
    server.reply("/a", Reply(200, b"reached"))
    with HttpClient(allow_private=True, resolve=changing) as client:
        assert client.get(f"http://some.name.example:{port}/a").body == b"reached"
    assert asked == ["some.name.example"]
    assert server.log[0].headers["host"] == f"some.name.example:{port}"


def test_each_hop_is_checked_again(server: Loopback) -> None:
    port = int(server.url.rpartition(":")[2])
    server.reply("/jump", Reply(302, headers={"Location": f"http://inside.example:{port}/canary"}))
    server.reply("/file", Reply(302, headers={"Location": "file:///etc/passwd"}))
    server.reply("/user", Reply(302, headers={"Location": f"http://a:b@public.example:{port}/canary"}))
    server.reply("/canary", Reply(200, b"secret"))

    # The first host counts as public in this test although it is loopback: only the hop leads inside.
    import bluelamp.sources.url_guard as guard

    original = guard.is_public
    guard.is_public = lambda address: address == "127.0.0.1" or original(address)
    try:
        answers = {"public.example": ["127.0.0.1"], "inside.example": ["10.1.2.3"]}
        with HttpClient(backoff=Backoff(attempts=1), resolve=lambda host, port: answers[host]) as client:
            for path in ("/jump", "/file", "/user"):
                with pytest.raises(SourceRefused):
                    client.get(f"http://public.example:{port}{path}")
    finally:
        guard.is_public = original
    assert server.asked("/canary") == []


def test_several_addresses_are_tried_in_turn(server: Loopback) -> None:
    server.reply("/a", Reply(200, b"reached"))
    port = int(server.url.rpartition(":")[2])
    with HttpClient(allow_private=True, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"]) as client:
        assert client.get(f"http://two.example:{port}/a").body == b"reached"
    with (
        HttpClient(allow_private=True, backoff=Backoff(attempts=1), resolve=lambda host, port: []) as client,
        pytest.raises(SourceUnavailable, match="cannot be reached"),
    ):
        client.get("http://none.example/")


def test_environment_proxies_are_not_used(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("ALL_PROXY", server.url)
    with (
        HttpClient(backoff=Backoff(attempts=1), resolve=lambda host, port: ["10.0.0.1"]) as client,
        pytest.raises(SourceRefused),
    ):
        client.get("http://somewhere.example/")
    assert server.log == []


def test_words() -> None:
    assert shown_url("https://a.example/b?key=secret#x") == "https://a.example/b"
    assert shown_url("https://me:secret@a.example/b") == "https://a.example/b"
    assert "\n" not in shown_url("https://a.example/\nb")
    assert len(shown_url("https://a.example/" + "x" * 900)) <= 200
    for status in range(300, 600):
        error = error_for(status, "https://a.example/b")
        assert error.message.endswith(".")
        assert error.hint.endswith(".")
