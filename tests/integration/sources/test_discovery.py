"""Which releases exist, asked of a server on loopback."""

from __future__ import annotations

import json

import pytest

from bluelamp.domain.month import Month
from bluelamp.errors import NotFound, SourceUnavailable
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk.discovery import Discovery
from tests.lib.loopback import Loopback, Reply, file_route

MARCH = Month.of(2024, 3)


def archive(server: Loopback, *months: str) -> None:
    for month in months:
        server.routes[f"/data/archive/{month}.zip"] = file_route(b"x" * 100, etag=f'"{month}"')


@pytest.fixture
def discovery(server: Loopback, client: HttpClient) -> Discovery:
    server.reply("/api/crime-last-updated", Reply(200, json.dumps({"date": "2024-03-01"}).encode()))
    return Discovery(client, base=server.url)


def test_the_latest_release_is_where_latest_leads(server: Loopback, discovery: Discovery) -> None:
    archive(server, "2024-02")
    server.reply("/data/archive/latest.zip", Reply(302, headers={"Location": "/data/archive/2024-02.zip"}))
    found = discovery.latest()
    assert (found.month, found.size, found.version) == (Month.of(2024, 2), 100, '"2024-02"')
    assert found.url == f"{server.url}/data/archive/2024-02.zip"
    assert {asked.method for asked in server.log} == {"HEAD"}


def test_a_latest_that_says_nothing_falls_back_to_the_months(server: Loopback, discovery: Discovery) -> None:
    archive(server, "latest", "2024-01")
    assert discovery.latest().month == Month.of(2024, 1)


def test_releases_going_back(server: Loopback, discovery: Discovery) -> None:
    archive(server, "2024-03", "2024-02", "2023-12", "2023-06")
    assert [str(found.month) for found in discovery.releases()] == ["2024-03", "2024-02", "2023-12"]
    assert [str(found.month) for found in discovery.releases(limit=2)] == ["2024-03", "2024-02"]
    assert [str(found.month) for found in discovery.releases(newest=Month.of(2023, 7))] == ["2023-06"]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_absent_releases(status: int, server: Loopback, discovery: Discovery) -> None:
    server.reply("/data/archive/2024-03.zip", Reply(status))
    assert discovery.release(MARCH) is None
    with pytest.raises(NotFound, match="no release"):
        discovery.latest()


def test_a_service_in_trouble_is_not_an_absent_release(server: Loopback, discovery: Discovery) -> None:
    server.reply("/data/archive/2024-03.zip", Reply(500))
    with pytest.raises(SourceUnavailable):
        discovery.release(MARCH)


def test_servers_without_head(server: Loopback, discovery: Discovery) -> None:
    serve = file_route(b"x" * 100_000)
    server.routes["/data/archive/2024-03.zip"] = lambda request: (
        Reply(405) if request.method == "HEAD" else serve(request)
    )
    found = discovery.release(MARCH)
    assert found is not None
    assert found.size == 100_000


def test_what_the_api_says(server: Loopback, discovery: Discovery) -> None:
    server.reply("/api/crimes-street-dates", Reply(200, b'[{"date": "2024-03", "stop-and-search": ["kent"]}]'))
    assert discovery.newest_month() == MARCH
    assert discovery.availability()[0].stop_and_search == {"kent"}
