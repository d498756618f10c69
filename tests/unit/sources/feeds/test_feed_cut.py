"""Lists that say of themselves that they are cut off, or show it: told by the reading, whatever the platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.page_limit import rows_requested
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.reading import read

NOW = datetime(2026, 8, 18, 12, tzinfo=UTC)
URL = "https://example.org/calls?key=secret"
FIELDS = '[fields]\nlocation = "at"\nincident_number = "no"\n'


def agency(platform: str, rest: str = "", url: str = URL) -> Agency:
    head = f'title = "T"\nplatform = "{platform}"\nurl = "{url}"\nzone = "America/Chicago"\n'
    return read_agency(head + rest + FIELDS, "test-town", "test-town.toml", "here")


def page(first: int, count: int = 5, **said: Any) -> dict[str, Any]:
    numbers = range(first, first + count)
    return {"features": [{"attributes": {"no": str(one), "at": f"{one} Elm St"}} for one in numbers], **said}


def cut(of: Agency, *answers: Any) -> tuple[str, ...]:
    return read(of, [Part(URL, 200, {}, json.dumps(one).encode()) for one in answers], NOW).cut


@pytest.mark.parametrize("said", [{"exceededTransferLimit": True}, {"properties": {"exceededTransferLimit": True}}])
def test_arcgis_says_on_its_last_page_that_there_is_more(said: dict[str, Any]) -> None:
    assert cut(agency("arcgis"), page(1, **said)) == ("cut_off",)
    assert cut(agency("arcgis"), page(1, **said), page(6)) == ()


@pytest.mark.parametrize(
    "said",
    [
        {"exceededTransferLimit": True},
        {"numberMatched": 12, "numberReturned": 5},
        {"@odata.nextLink": "https://example.org/next"},
        {"next": "/calls?page=2"},
        {"links": [{"rel": "self", "href": "x"}, {"rel": "next", "href": "y"}]},
    ],
)
def test_any_json_that_says_that_there_is_more(said: dict[str, Any]) -> None:
    rows = [{"no": "1", "at": "Elm St"}]
    of = agency("json", '[rows]\npath = "rows"\n')
    assert cut(of, {"rows": rows, **said}) == ("cut_off",)
    whole = {"exceededTransferLimit": False, "numberMatched": 1, "numberReturned": 1, "next": "2026-03-01T12:00:00Z"}
    assert cut(of, {"rows": rows, "links": [], **whole}) == ()


def test_pages_that_repeat_whatever_the_order() -> None:
    turned = {"features": page(1)["features"][::-1]}
    more = {"exceededTransferLimit": True}
    assert cut(agency("arcgis"), page(1, **more), {**turned, **more}) == ("cut_off", "pages_repeat")
    assert cut(agency("arcgis"), page(1), page(6), {**page(1), **more}) == ("cut_off", "pages_repeat")
    # Rows that move from one page to the next while they are fetched are not a page that repeats.
    assert cut(agency("arcgis"), page(1), page(5)) == ()
    socrata = [[{"no": "1", "at": "Elm St"}], [{"no": "1", "at": "Elm St"}]]
    assert cut(agency("socrata"), *socrata) == ("pages_repeat",)


def test_a_list_that_only_goes_back_so_far_is_as_it_should_be() -> None:
    rolling = agency("arcgis", 'window = "rolling"\n[guard]\nlimit = 0\n')
    assert cut(rolling, page(1, exceededTransferLimit=True)) == ()
    assert cut(agency("arcgis", "[guard]\nlimit = 0\n"), page(1, exceededTransferLimit=True)) == ("cut_off",)


def test_as_many_rows_as_were_asked_for() -> None:
    assert agency("socrata").rules.limit == 20_000
    assert agency("socrata", '[parameters]\n"$limit" = "500"\n[paging]\npages = 1\n').rules.limit == 500
    assert agency("arcgis", '[parameters]\nresultRecordCount = "50"\n[paging]\npages = 2\n').rules.limit == 100
    assert agency("json", url=f"{URL}&$limit=1000").rules.limit == 1000
    assert agency("json", "[parameters]\nlimit = 'all'\n").rules.limit == 0
    assert agency("csv", "[guard]\nlimit = 70\n", url=f"{URL}&limit=1000").rules.limit == 70
    assert rows_requested("https://example.org/?%24top=25", {}) == 25
    assert rows_requested("https://example.org/?limit=25", {"limit": "30"}) == 30
    # A page of as many rows as its own parameter asks for may have another one behind it.
    assert agency("socrata", '[parameters]\n"$limit" = "500"\n').paging.rows == 500
