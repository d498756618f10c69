"""Fetching what gazetteers are made of, over real HTTP: pages, resuming, publishers that change or fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.errors import SourceChanged, SourceError, SourceRefused
from bluelamp.sources.gazetteer import City, clear, download, read_city, read_pages, read_spool
from bluelamp.sources.http import HttpClient
from tests.lib.gazetteer.towns import town_text
from tests.lib.loopback import Loopback, Reply


def rows_of(town: City, name: str, pages: list[Path]) -> int:
    from datetime import date

    return read_pages(name, town.inputs[name], read_spool(pages), date(2026, 11, 24)).table.num_rows


def test_a_layer_page_by_page(town, published, client, tmp_path):
    told: list[tuple[int, int]] = []
    pages = download(town.inputs["addresses"], tmp_path, client, report=lambda done, total: told.append((done, total)))
    layer = published["addresses"]
    total = len(layer.rows)
    assert layer.pages() == list(range(0, total, 50))
    assert rows_of(town, "addresses", pages) == total
    assert told[-1] == (total, total)
    asked = layer.asked[-1]
    assert (asked["outSR"], asked["orderByFields"], asked["where"]) == ("4326", "OBJECTID", "1=1")


def test_a_layer_that_gives_fewer_rows_than_asked_for(town, published, client, tmp_path):
    published["addresses"].limit = 30
    pages = download(town.inputs["addresses"], tmp_path, client)
    assert published["addresses"].pages()[:3] == [0, 30, 60]
    assert rows_of(town, "addresses", pages) == len(published["addresses"].rows)


def test_a_data_set_of_socrata(server, published, client, tmp_path):
    town = read_city(town_text(server.url, page_rows=4), "testville", "testville.toml", "x")
    pages = download(town.inputs["incidents"], tmp_path, client, token="abc")
    assert len(pages) == 3
    dataset = published["incidents"]
    assert set(dataset.tokens) == {"abc"}
    assert [one["$offset"] for one in dataset.asked[1:]] == ["0", "4", "8"]
    assert {one["$order"] for one in dataset.asked[1:]} == {":id"}
    assert rows_of(town, "incidents", pages) == 8, "the one without coordinates cannot be used"


def test_what_was_interrupted_goes_on_where_it_was(town, published, client, tmp_path):
    layer = published["addresses"]
    layer.spoil = lambda asked, reply: (
        Reply(200, reply.body, cut_after=100) if asked.get("resultOffset") == "150" else reply
    )
    with pytest.raises(SourceError):
        download(town.inputs["addresses"], tmp_path, client)
    assert layer.pages() == [0, 50, 100, 150]
    layer.spoil, layer.asked = lambda _, reply: reply, []
    pages = download(town.inputs["addresses"], tmp_path, client)
    assert layer.pages()[0] == 150, "the first three pages are not asked for again"
    assert rows_of(town, "addresses", pages) == len(layer.rows)
    assert not list(tmp_path.glob("*.partial"))


def test_a_table_that_has_changed_is_fetched_anew(town, published, client, tmp_path):
    layer = published["addresses"]
    download(town.inputs["addresses"], tmp_path, client)
    layer.rows, layer.stated, layer.asked = layer.rows[:-60], layer.stated - 60, []
    pages = download(town.inputs["addresses"], tmp_path, client)
    assert layer.pages()[0] == 0
    assert rows_of(town, "addresses", pages) == len(layer.rows)
    clear(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_fetch_of_long_ago_begins_anew(town, published, client, tmp_path):
    download(town.inputs["beats"], tmp_path, client)
    state = json.loads((tmp_path / "state.json").read_text())
    (tmp_path / "state.json").write_text(json.dumps({**state, "begun": "2020-01-01T00:00:00+00:00"}))
    published["beats"].asked = []
    download(town.inputs["beats"], tmp_path, client)
    assert published["beats"].pages() == [0]


def test_a_table_that_is_longer_than_it_says(town, published, client, tmp_path):
    published["addresses"].stated -= 10
    with pytest.raises(SourceChanged, match="states 680 rows and gave 690"):
        download(town.inputs["addresses"], tmp_path, client)
    assert not list(tmp_path.glob("0*.json")), "nothing of it is used"


def test_a_table_that_ends_early(town, published, client, tmp_path):
    published["addresses"].stated += 10
    with pytest.raises(SourceError, match="gave nothing after row 690 of 700"):
        download(town.inputs["addresses"], tmp_path, client)


@pytest.mark.parametrize(
    ("reply", "error", "told"),
    [
        (Reply(200, b'{"error": {"code": 499, "message": "Token Required"}}'), SourceRefused, "Token Required"),
        (Reply(200, b"<html>busy</html>"), SourceError, "not JSON"),
        (Reply(200, b"{}"), SourceError, "does not say how many rows"),
        (Reply(200, b'{"count": 0}'), SourceError, "does not say how many rows"),
        (Reply(404, b""), SourceError, "nothing at this address"),
        (Reply(503, b""), SourceError, "fails for now"),
        (Reply(200, b"[" * 100_000), SourceError, "not JSON"),
    ],
)
def test_a_publisher_that_fails(
    town: City, server: Loopback, client: HttpClient, tmp_path: Path, reply: Reply, error: type[Exception], told: str
) -> None:
    server.reply("/addresses/0/query", reply)
    with pytest.raises(error, match=told):
        download(town.inputs["addresses"], tmp_path, client)


def test_a_page_that_is_an_error_is_not_gone_on_with(town, published, client, tmp_path):
    layer = published["addresses"]
    layer.spoil = lambda asked, reply: (
        Reply(200, b'{"error": {"message": "timeout"}}') if asked.get("resultOffset") == "50" else reply
    )
    with pytest.raises(SourceRefused, match="timeout"):
        download(town.inputs["addresses"], tmp_path, client)
    layer.spoil = lambda _, reply: reply
    pages: list[Any] = download(town.inputs["addresses"], tmp_path, client)
    assert rows_of(town, "addresses", pages) == len(layer.rows)
