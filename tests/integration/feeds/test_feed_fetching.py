"""Fetching over real HTTP: pages, conditional requests, tokens, versions, and whatever a server does instead."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bluelamp.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import Part, fetch, version_of
from bluelamp.sources.http import HttpClient
from tests.lib.loopback import Loopback, Reply, Request

FeedAt = Callable[..., Agency]
FIELDS = '[fields]\nlocation = "at"\n'
TRUTH = "X-SODA2-Truth-Last-Modified"


def query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def socrata(rows: int, *, truth: Callable[[int], str] = lambda number: "Wed, 11 Feb 2026 00:42:00 GMT") -> Any:
    """A list of so many rows as Socrata serves it: 1,000 unless a limit is stated."""

    def route(request: Request) -> Reply:
        asked = query(request)
        offset, limit = int(asked.get("$offset", 0)), int(asked.get("$limit", 1000))
        page = [{"at": f"{n} Elm St"} for n in range(rows)][offset : offset + limit]
        return Reply(200, json.dumps(page).encode(), {TRUTH: truth(request.number), "Content-Type": "application/json"})

    return route


def bodies(parts: tuple[Part, ...]) -> list[int]:
    return [len(json.loads(part.body)) for part in parts]


# -- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "pages"), [(0, [0]), (9, [9]), (10, [10, 0]), (25, [10, 10, 5])])
def test_socrata_page_by_page(rows: int, pages: list[int], server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(rows)
    agency = own(f"[paging]\nrows = 10\n{FIELDS}", "socrata")
    assert bodies(fetch(client, agency, validators={})) == pages
    asked = [query(request) for request in server.log]
    assert [one.get("$offset", "0") for one in asked] == [str(10 * n) for n in range(len(pages))]
    assert {(one["$limit"], one["$order"]) for one in asked} == {("10", ":id")}


def test_no_more_pages_than_the_file_says(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(1000)
    agency = own(f'[paging]\nrows = 10\npages = 3\norder = "at DESC"\n{FIELDS}', "socrata")
    assert agency.rules.limit == 30
    assert bodies(fetch(client, agency, validators={})) == [10, 10, 10]
    assert query(server.log[0])["$order"] == "at DESC"


def test_parameters_of_the_file_are_sent(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(1)
    agency = own(f'[parameters]\n"$where" = "x > \'a&b\'"\n{FIELDS}', "socrata", "/feed?kept=1")
    fetch(client, agency, validators={})
    assert query(server.log[0]) == {"kept": "1", "$limit": "1000", "$order": ":id", "$where": "x > 'a&b'"}


def test_arcgis_goes_on_while_the_server_says_so(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    def route(request: Request) -> Reply:
        offset = int(query(request).get("resultOffset", 0))
        features = [{"attributes": {"at": str(n)}} for n in range(offset, min(offset + 4, 10))]
        answer = {"features": features, "exceededTransferLimit": offset + 4 < 10}
        return Reply(200, json.dumps(answer).encode(), {"ETag": '"page"'})

    server.routes["/feed"] = route
    parts = fetch(client, own(FIELDS, "arcgis"), validators={"etag": '"page"'})
    assert [len(json.loads(part.body)["features"]) for part in parts] == [4, 4, 2]
    first = query(server.log[0])
    assert (first["f"], first["outSR"], first["outFields"], first["where"]) == ("json", "4326", "*", "1=1")
    # The tag of a page says nothing of the list.
    assert "if-none-match" not in server.log[0].headers
    assert version_of(parts).identity == ""


def test_a_list_that_is_replaced_between_its_pages_is_fetched_anew(
    server: Loopback, own: FeedAt, client: HttpClient
) -> None:
    server.routes["/feed"] = socrata(15, truth=lambda n: "Wed, 11 Feb 2026 00:42:0{} GMT".format("1" if n else "0"))
    parts = fetch(client, own(f"[paging]\nrows = 10\n{FIELDS}", "socrata"), validators={})
    assert {part.headers[TRUTH.lower()] for part in parts} == {"Wed, 11 Feb 2026 00:42:01 GMT"}
    assert (bodies(parts), len(server.log)) == ([10, 5], 4)


def test_a_list_that_never_stands_still_is_told(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(15, truth=lambda n: f"Wed, 11 Feb 2026 00:42:{n:02d} GMT")
    with pytest.raises(SourceChanged, match="was replaced while its pages were fetched"):
        fetch(client, own(f"[paging]\nrows = 10\n{FIELDS}", "socrata"), validators={})
    assert len(server.log) == 6


def test_a_later_page_that_fails_ends_the_list_and_is_seen(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    good = socrata(30)
    server.routes["/feed"] = lambda request: Reply(503, b"busy") if request.number == 1 else good(request)
    parts = fetch(client, own(f"[paging]\nrows = 10\n{FIELDS}", "socrata"), validators={})
    assert [part.status for part in parts] == [200, 503]


def test_pages_together_keep_the_cap(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(100_000)
    agency = own(f"body_limit_mb = 0.01\n[paging]\nrows = 300\n{FIELDS}", "socrata")
    with pytest.raises(SourceError, match="sends more than 10,485 bytes in its pages"):
        fetch(client, agency, validators={})
    assert len(server.log) == 2


# -- what is sent and what comes back ---------------------------------------------------------------------------


def test_conditional_requests(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    when = "Wed, 11 Feb 2026 00:42:00 GMT"
    server.reply("/feed", Reply(304, b"", {"ETag": '"1"'}))
    (part,) = fetch(client, own(FIELDS), validators={"etag": '"1"', "last-modified": when})
    assert (part.status, part.body) == (304, b"")
    sent = server.log[0].headers
    assert (sent["if-none-match"], sent["if-modified-since"]) == ('"1"', when)
    fetch(client, own(FIELDS), validators={})
    assert not {"if-none-match", "if-modified-since"} & server.log[1].headers.keys()


def test_only_the_first_page_is_asked_for_on_a_condition(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(15)
    fetch(client, own(f"[paging]\nrows = 10\n{FIELDS}", "socrata"), validators={"etag": 'W/"1"'})
    assert [request.headers.get("if-none-match") for request in server.log] == ['W/"1"', None]


def test_the_token_goes_to_socrata_only(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.routes["/feed"] = socrata(1)
    for platform, token in (("socrata", "abc"), ("socrata", ""), ("json", "abc")):
        fetch(client, own(FIELDS, platform), validators={}, token=token)
    assert [request.headers.get("x-app-token") for request in server.log] == ["abc", None, None]


def test_headers_of_the_file_are_sent(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.reply("/feed", Reply(200, b"[]"))
    fetch(client, own(f'[headers]\nReferer = "https://example.org/"\n{FIELDS}'), validators={})
    sent = server.log[0].headers
    assert sent["referer"] == "https://example.org/"
    assert sent["accept"].startswith("application/json")
    assert sent["user-agent"].startswith("bluelamp/")


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 429, 500, 502, 503])
def test_every_status_is_an_answer(status: int, server: Loopback, own: FeedAt, client: HttpClient) -> None:
    body = b"" if status == 204 else b"words"
    server.reply("/feed", Reply(status, body, {"Retry-After": "7", "X-Odd": "Yes"}))
    (part,) = fetch(client, own(FIELDS), validators={})
    assert (part.status, part.body, part.headers["x-odd"]) == (status, body, "Yes")
    assert len(server.log) == 1


def test_a_body_is_given_as_it_was_before_it_was_packed(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.reply("/feed", Reply(200, gzip.compress(b"[1]"), {"Content-Encoding": "gzip"}))
    (part,) = fetch(client, own(FIELDS), validators={})
    assert part.body == b"[1]"


def test_a_body_over_the_cap_is_refused_even_packed(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    agency = own(f"body_limit_mb = 1\n{FIELDS}")
    server.reply("/feed", Reply(200, gzip.compress(b" " * (40 << 20)), {"Content-Encoding": "gzip"}))
    with pytest.raises(SourceRefused, match="more than 1,048,576 bytes"):
        fetch(client, agency, validators={})


@pytest.mark.parametrize("reply", [Reply(200, b"[1, 2, 3]", cut_after=4), Reply(200, b"[1, 2, 3]", cut_after=0)])
def test_an_answer_that_is_cut_off_is_none(reply: Reply, server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.reply("/feed", reply)
    with pytest.raises(SourceUnavailable, match="was cut"):
        fetch(client, own(FIELDS), validators={})
    assert len(server.log) == 1


def test_a_server_that_drips_for_ever_is_given_up(server: Loopback, own: FeedAt, client: HttpClient) -> None:
    server.reply("/feed", Reply(200, b"[" + b" " * 10_000, drip=0.02))
    with pytest.raises(SourceUnavailable, match="took too long"):
        fetch(client, own(f"timeout_seconds = 0.1\n{FIELDS}"), validators={})


def test_a_server_that_is_not_there(own: FeedAt, client: HttpClient, server: Loopback) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    agency = own(FIELDS, path="/feed")
    gone = agency.url.replace(server.url, f"http://127.0.0.1:{port}")
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        fetch(client, replace(agency, url=gone), validators={})


# -- versions ---------------------------------------------------------------------------------------------------


def part(**headers: str) -> Part:
    return Part("https://example.org/", 200, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), ("", None, False)),
        ((part(),), ("", None, False)),
        ((part(etag='"1"'),), ('"1"', None, False)),
        (
            (part(etag='"1"', last_modified="Wed, 11 Feb 2026 00:42:00 GMT"),),
            ('"1"', "2026-02-11T00:42:00.000Z", False),
        ),
        (
            (
                part(
                    etag='"1"',
                    x_soda2_truth_last_modified="Wed, 11 Feb 2026 00:40:00 GMT",
                    last_modified="Wed, 11 Feb 2026 00:42:00 GMT",
                    x_soda2_data_out_of_date="false",
                ),
            ),
            ("Wed, 11 Feb 2026 00:40:00 GMT", "2026-02-11T00:40:00.000Z", False),
        ),
        ((part(x_soda2_data_out_of_date="True"),), ("", None, True)),
        ((part(), part(x_soda2_data_out_of_date="true")), ("", None, True)),
        ((part(etag='"1"'), part(etag='"2"')), ("", None, False)),
        ((part(last_modified="yesterday"),), ("", None, False)),
        ((part(x_soda2_truth_last_modified="not a date", etag='"1"'),), ("not a date", None, False)),
    ],
)
def test_what_headers_say_of_a_version(parts: tuple[Part, ...], expected: tuple[str, str | None, bool]) -> None:
    assert tuple(version_of(parts)) == expected
