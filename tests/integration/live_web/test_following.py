"""Atom and JSON Feed of a feed's calls: by the rules of RFC 4287 and JSON Feed 1.1, whatever is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import httpx
import pytest

from bluelamp.domain.moment import parse_moment
from bluelamp.follow.entry_words import interval
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<b>& \"']]><!ENTITY x> \x00\x0b\x1b\ufffe 火事 🚒"
CHICAGO = ZoneInfo("America/Chicago")


def serving(city: CityFeed, serve: Serve, **settings: Any) -> ThreadServer:
    server = serve(city, **settings)
    seq = int(city.cursor.split(":")[1])
    until(lambda: FEED in server.hub.boards and server.hub.boards[FEED].ring.head == seq)
    return server


def as_atom(text: bytes) -> ET.Element:
    """The document, which keeps the rules: what must be there once is there once, links are absolute, ids unique."""
    root = ET.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    for part in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = part.findall(f"{ATOM}{name}")
            assert found.text
        parse_moment(part.findtext(f"{ATOM}updated") or "")
        links = part.findall(f"{ATOM}link")
        assert [link.get("rel") for link in links].count("alternate") == 1
        assert all((link.get("href") or "").startswith("http") for link in links)
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("tag:bluelamp,2026:city/calls/") for one in ids)
    for entry in root.findall(f"{ATOM}entry"):
        assert (entry.findtext(f"{ATOM}published") or "") <= (entry.findtext(f"{ATOM}updated") or "")
    return root


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(f"{ATOM}title") or "" for entry in root.findall(f"{ATOM}entry")]


def test_calls_stand_in_it_newest_first_open_and_ended(city: CityFeed, serve: Serve) -> None:
    (first,) = city.open(1, division="North", beat="1", priority="2", nature_of_call="Theft")
    city.open(1, division="South", beat="2")
    city.end(0)
    server = serving(city, serve)
    answer = httpx.get(f"{server.api}/follow.atom")
    assert answer.headers["content-type"] == "application/atom+xml"
    root = as_atom(answer.content)
    assert titles(root) == ["40 - Other, 2 Elm St", "Theft, 1 Elm St"]
    theft = root.findall(f"{ATOM}entry")[1]
    assert theft.findtext(f"{ATOM}summary") == (
        "Priority 2, division North, beat 1. Units that were on it: U1. "
        "Opened on 11 February 2026 between 00:02 and 00:04 CST. "
        "Ended on 11 February 2026 between 00:06 and 00:08 CST."
    )
    (link,) = theft.findall(f"{ATOM}link")
    assert link.get("href") == f"{server.url}/live/city/calls/{first['call']}"
    assert theft.findtext(f"{ATOM}updated") == city.flow.log.timeline(FEED, first["call"])[-1].at
    assert "City of Dallas" in (root.findtext(f"{ATOM}author/{ATOM}name") or "")
    assert "ODC-By" in (root.findtext(f"{ATOM}rights") or "")
    found = httpx.get(f"{server.api}/follow.json")
    assert found.headers["content-type"] == "application/feed+json"
    told = found.json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in told["items"]] == titles(root)
    assert told["feed_url"] == f"{server.api}/follow.json"
    assert [item["url"] for item in told["items"]][1] == link.get("href")
    assert told["items"][1]["content_text"] == theft.findtext(f"{ATOM}summary")
    assert {"id", "date_published", "date_modified"} <= told["items"][0].keys()


def test_a_filter_holds_for_ended_calls_too_and_stands_in_every_address(city: CityFeed, serve: Serve) -> None:
    city.open(1, division="North & West")
    city.open(2, division="South")
    city.end(0)
    server = serving(city, serve)
    query = {"division": "north & west"}
    root = as_atom(httpx.get(f"{server.api}/follow.atom", params=query).content)
    assert titles(root) == ["40 - Other, 1 Elm St"]
    assert "Ended" in (root.findtext(f"{ATOM}entry/{ATOM}summary") or "")
    assert root.findtext(f"{ATOM}id") == "tag:bluelamp,2026:city/calls?division=north+%26+west"
    addresses = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert addresses["self"] == f"{server.api}/follow.atom?division=north+%26+west"
    assert titles(as_atom(httpx.get(addresses["self"] or "").content)) == titles(root)
    assert httpx.get(f"{server.api}/follow.json?bbox=1,2,3").status_code == 400
    assert httpx.get(f"{server.api.removesuffix('city')}nowhere/follow.atom").status_code == 404


def test_hostile_words_are_words(city: CityFeed, serve: Serve) -> None:
    city.open(1, nature_of_call=HOSTILE, division=HOSTILE, location=HOSTILE)
    server = serving(city, serve)
    root = as_atom(httpx.get(f"{server.api}/follow.atom").content)
    # What looks like markup is taken out of a publisher's words, whatever form they came in; all else is text.
    assert titles(root)[0].startswith("& \"']]><!ENTITY x>")
    assert "火事 🚒" in titles(root)[0]
    assert titles(root) == [item["title"] for item in httpx.get(f"{server.api}/follow.json").json()["items"]]


def test_what_is_unchanged_is_not_sent_again_and_a_quiet_snapshot_is_no_change(city: CityFeed, serve: Serve) -> None:
    city.open(2)
    server = serving(city, serve)
    for form in ("atom", "json"):
        answer = httpx.get(f"{server.api}/follow.{form}")
        city.show()
        until(lambda: server.hub.boards[FEED].snapshot.head.at == city.now)
        again = httpx.get(f"{server.api}/follow.{form}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    city.open()
    until(lambda: len(server.hub.boards[FEED].snapshot.calls) == 3)
    later = httpx.get(f"{server.api}/follow.{form}", headers={"If-None-Match": answer.headers["etag"]})
    assert later.status_code == 200


def test_only_so_many_calls_of_a_day(city: CityFeed, serve: Serve) -> None:
    city.open(1)
    city._minutes += 24 * 60 - 6
    city.open(105)
    server = serving(city, serve)
    items = httpx.get(f"{server.api}/follow.json").json()["items"]
    assert len(items) == 100
    assert items == sorted(items, key=lambda item: item["date_published"], reverse=True)
    city._minutes += 23 * 60 + 50
    city.open(1)
    until(lambda: len(server.hub.boards[FEED].snapshot.calls) == 107)
    assert len(httpx.get(f"{server.api}/follow.json").json()["items"]) == 100
    city._minutes += 20
    city.open(1)
    until(lambda: len(server.hub.boards[FEED].snapshot.calls) == 108)
    assert [item["title"] for item in httpx.get(f"{server.api}/follow.json").json()["items"]] == [
        "40 - Other, 108 Elm St",
        "40 - Other, 107 Elm St",
    ]


@pytest.mark.parametrize("host", ["evil.example/x", "a b", "<x>", "user@evil.example", ""])
def test_a_host_that_is_none_makes_no_links(city: CityFeed, serve: Serve, host: str) -> None:
    city.open()
    server = serving(city, serve)
    answer = httpx.get(f"{server.api}/follow.json", headers={"Host": host})
    assert answer.status_code == 200
    assert answer.json()["items"][0]["url"].startswith(f"{server.url}/live/")


def test_links_begin_as_the_operator_says(city: CityFeed, serve: Serve) -> None:
    city.open()
    server = serving(city, serve, public_url="https://calls.example.org/bluelamp")
    root = as_atom(httpx.get(f"{server.api}/follow.atom").content)
    hrefs = [link.get("href") or "" for link in root.iter(f"{ATOM}link")]
    assert len(hrefs) == 3
    assert all(one.startswith("https://calls.example.org/bluelamp/") for one in hrefs)


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (["2026-02-11T06:02:00.000Z", "2026-02-11T06:04:00.000Z"], "on 11 February 2026 between 00:02 and 00:04 CST"),
        ([None, "2026-02-11T06:04:00.000Z"], "before 00:04 CST on 11 February 2026"),
        (["2026-02-11T06:04:01.000Z", "2026-02-11T06:04:31.000Z"], "on 11 February 2026 at 00:04 CST"),
        (
            ["2026-02-11T05:59:00.000Z", "2026-02-11T06:01:00.000Z"],
            "between 23:59 CST on 10 February 2026 and 00:01 CST on 11 February 2026",
        ),
        (
            ["2026-03-08T07:59:00.000Z", "2026-03-08T08:01:00.000Z"],
            "between 01:59 CST on 8 March 2026 and 03:01 CDT on 8 March 2026",
        ),
        ([None, None], "at a time that is not known"),
    ],
)
def test_times_are_intervals_in_the_agencys_zone(between: list[str | None], words: str) -> None:
    assert interval(between, CHICAGO) == words
