"""Every shipped feed on an answer in its real form, over real HTTP: fetched, its version told, read row by row; and
none of them taken in by the ways in which a publisher fails.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bluelamp.errors import SourceError, SourceUnavailable
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import fetch, version_of
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.reading import read
from bluelamp.sources.http import HttpClient
from tests.lib.feeds.forms import FORMS, Form
from tests.lib.loopback import Loopback, Reply

FeedAt = Callable[..., Agency]
NOW = datetime(2026, 2, 18, 3, 45, tzinfo=UTC)
NAMES = pytest.mark.parametrize("name", FORMS)


def test_every_shipped_feed_has_its_form(agencies: dict[str, Agency]) -> None:
    assert FORMS.keys() == agencies.keys()


@NAMES
def test_an_answer_in_its_real_form(name: str, server: Loopback, shipped: FeedAt, client: HttpClient) -> None:
    form: Form = FORMS[name]
    server.reply("/feed", Reply(200, form.body, form.headers))
    agency = shipped(name)
    parts = fetch(client, agency, validators={})
    assert [part.body for part in parts] == [form.body]
    version = version_of(parts)
    assert (version.identity, version.out_of_date) == (form.identity, False)
    reading = read(agency, parts, NOW)
    found = [(dict(row.values), [unit.unit for unit in row.units], row.point) for row in reading.rows]
    assert sorted(found, key=str) == sorted(form.rows, key=str)
    assert reading.total == len(form.rows)
    assert (len(reading.unreadable), reading.duplicates, reading.conflicting) == (form.unreadable, 0, 0)
    assert reading.fields == {name for values, *_ in form.rows for name in values} | (
        {"unit"} if any(units for _, units, _ in form.rows) else set()
    )
    assert agency.fields >= reading.fields
    # What the form shows, the file maps: no column that is named in it is missing from the answer.
    absent = agency.columns - reading.columns
    assert absent <= {"date_time"}, absent


@NAMES
def test_units_carry_their_status(name: str, shipped: FeedAt) -> None:
    agency = shipped(name)
    reading = read(agency, [_part(FORMS[name])], NOW)
    stated = {unit.status for row in reading.rows for unit in row.units}
    expected = {"dallas-tx": {"At Scene", None}, "richmond-va": {"Enroute"}}.get(name, {None})
    assert stated <= expected  # type: ignore[operator]


def _part(form: Form) -> Part:
    return Part("https://example.org/", 200, {key.lower(): value for key, value in form.headers.items()}, form.body)


@NAMES
def test_a_notice_of_maintenance_is_no_empty_list(
    name: str, server: Loopback, shipped: FeedAt, client: HttpClient
) -> None:
    page = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Down for maintenance</h1></body></html>"
    server.reply("/feed", Reply(200, page, {"Content-Type": "text/html"}))
    agency = shipped(name)
    parts = fetch(client, agency, validators={})
    with pytest.raises(SourceError):
        read(agency, parts, NOW)


@NAMES
def test_half_an_answer_is_none(name: str, server: Loopback, shipped: FeedAt, client: HttpClient) -> None:
    form: Form = FORMS[name]
    agency = shipped(name)
    server.reply("/feed", Reply(200, form.body, form.headers, cut_after=len(form.body) // 2))
    with pytest.raises(SourceUnavailable):
        fetch(client, agency, validators={})
    # Cut by a proxy that states a new length: the body itself must tell.
    server.reply("/feed", Reply(200, form.body[: len(form.body) // 2], form.headers))
    parts = fetch(client, agency, validators={})
    with pytest.raises(SourceError):
        read(agency, parts, NOW)


@NAMES
def test_no_prefix_of_an_answer_is_taken_for_a_whole_one(name: str, shipped: FeedAt) -> None:
    form: Form = FORMS[name]
    agency = shipped(name)
    end = len(form.body.rstrip())
    if form.body.startswith(b"<!DOCTYPE html"):
        end = form.body.index(b"</table>") + len(b"</table>")  # all that matters has come by then
    step = 2 if name == "dallas-fire-tx" else 1
    for length in range(0, end - step, step):
        with pytest.raises(SourceError):
            read(agency, [_part(Form(form.body[:length], [], form.headers))], NOW)


@NAMES
def test_the_publisher_fails(name: str, server: Loopback, shipped: FeedAt, client: HttpClient) -> None:
    agency = shipped(name)
    for status in (304, 429, 500):
        server.reply("/feed", Reply(status, b"" if status == 304 else b"no"))
        assert [part.status for part in fetch(client, agency, validators={"etag": '"1"'})] == [status]
