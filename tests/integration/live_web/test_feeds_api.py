"""Feeds over HTTP: the list, the open calls, one call, the past, files, health; in the shapes that are described."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from bluelamp.domain.call import Place
from bluelamp.storage.live.event_log import project
from bluelamp.web.live.schemas import (
    AsOfModel,
    BetweenModel,
    CallsModel,
    CallWithTimelineModel,
    ChangeModel,
    FeedModel,
    FeedsModel,
    HealthModel,
    SnapshotsModel,
)
from tests.lib.live.answered_feeds import fits
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]


@pytest.fixture
def ended(city: CityFeed) -> CityFeed:
    """A feed with a past: three calls, one of which has ended, and one that changed."""
    city.open(2, division="North", beat="1")
    city.open(1, division="South", beat="2", nature_of_call="=HYPERLINK(1)")
    city.change(1, beat="3")
    city.end(0)
    return city


@pytest.fixture
def api(ended: CityFeed, serve: Serve) -> Iterator[httpx.Client]:
    server = serve(ended)
    seq = int(ended.cursor.split(":")[1])
    until(lambda: server.hub.boards[FEED].ring.head == seq)
    with httpx.Client(base_url=server.api) as client:
        yield client


def test_the_feeds_are_listed_with_all_that_must_be_known(ended: CityFeed, api: httpx.Client) -> None:
    found = fits(FeedsModel, httpx.get(str(api.base_url).removesuffix("/city/")))
    (feed,) = found["feeds"]
    assert (feed["name"], feed["title"], feed["zone"], feed["window"]) == (
        FEED,
        "Dallas Police",
        "America/Chicago",
        "active",
    )
    assert feed["cursor"] == ended.cursor
    assert feed["open_calls"] == 2
    assert feed["last_good_at"] == ended.now
    assert feed["state"] == "silent"
    assert feed["words"] == found["states"]["silent"]
    assert feed["licence"]
    assert feed["attribution"]
    assert feed["privacy"] == {
        "mask_block": False, "suppress_natures": [], "delay_minutes": 0, "point_decimals": None, "jitter_m": 0,
        "finest": "point",
    }  # fmt: skip
    assert feed["dictionary"] is feed["points"] is None
    alone = fits(FeedModel, httpx.get(str(api.base_url).removesuffix("/")))
    assert {**alone, "dictionary": None, "points": None} == feed
    # This feed has no points, and no streets of its city are held: it says so, and what can be done.
    assert (alone["points"]["way"], alone["points"]["outlines"]) == ("none", False)
    assert "build-a-gazetteer" in alone["points"]["words"]
    assert alone["dictionary"]["priorities"][0] == {
        "match": "1",
        "label": "Emergency",
        "words": "Life is in danger, or a serious crime is going on.",
        "rank": 1,
    }
    assert {one["match"]: one["group"] for one in alone["dictionary"]["natures"]}["09*"] == "theft"


def test_the_open_calls_are_those_of_the_log(ended: CityFeed, api: httpx.Client) -> None:
    answer = api.get("/calls")
    found = fits(CallsModel, answer)
    head, calls = ended.flow.log.current(FEED)
    assert found["calls"] == calls
    assert found["cursor"] == answer.headers["bluelamp-cursor"] == head.cursor
    assert (found["total"], found["shown"], found["unlocated"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("division=north", ["26-0000002"]),
        ("division=North&division=South", ["26-0000002", "26-0000003"]),
        ("division=North&beat=2", []),
        ("nature=%3DHYPERLINK(1)", ["26-0000003"]),
        ("bbox=-180,-90,180,90", []),
    ],
)
def test_the_open_calls_through_a_filter(api: httpx.Client, query: str, numbers: list[str]) -> None:
    found = fits(CallsModel, api.get(f"/calls?{query}"))
    assert [call["incident_number"] for call in found["calls"]] == numbers
    assert (found["total"], found["shown"]) == (2, len(numbers))


def test_calls_that_the_asker_has_are_not_sent_again(ended: CityFeed, api: httpx.Client) -> None:
    first = api.get("/calls")
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    again = api.get("/calls", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    tags = {api.get(path).headers["etag"] for path in ("/calls", "/calls?beat=2", "/calls?format=csv")}
    assert len(tags) == 3
    ended.open(1)
    until(lambda: api.get("/calls", headers={"If-None-Match": tag}).status_code == 200)


def test_calls_wait_until_they_are_as_new_as_asked(ended: CityFeed, api: httpx.Client) -> None:
    """What a resync asks for is never older than where its stream goes on."""
    ended.open(1)
    found = api.get("/calls", params={"at_least": ended.cursor}).json()
    assert found["cursor"] == ended.cursor
    assert found["total"] == 3


def test_calls_newer_than_the_log_are_not_made_up(
    ended: CityFeed, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.web.live.feeds._PATIENCE", 0.2)
    answer = api.get("/calls", params={"at_least": f"{ended.epoch}:999"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert api.get("/calls", params={"at_least": "otherepoch:999"}).json()["cursor"] == ended.cursor


def test_calls_as_csv_are_no_formulas(api: httpx.Client) -> None:
    answer = api.get("/calls?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="city-calls.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["incident_number"] for row in rows] == ["26-0000002", "26-0000003"]
    assert rows[1]["nature"] == "'=HYPERLINK(1)"
    assert (rows[0]["units"], rows[0]["unit_count"], rows[0]["beat"]) == ("U2", "1", "3")


def test_calls_as_parquet_carry_what_they_are(ended: CityFeed, api: httpx.Client) -> None:
    table = pq.read_table(io.BytesIO(api.get("/calls?format=parquet").content))
    assert table.column("nature").to_pylist()[1] == "=HYPERLINK(1)"
    assert ended.cursor in table.schema.metadata[b"bluelamp"].decode()
    assert pq.read_table(io.BytesIO(api.get("/calls?format=parquet&beat=none").content)).num_rows == 0


def test_geojson_holds_what_can_be_drawn_and_says_what_cannot(ended: CityFeed, serve: Serve) -> None:
    server = serve(ended)
    until(lambda: FEED in server.hub.boards and server.hub.boards[FEED].snapshot.calls)
    board = server.hub.boards[FEED]
    place: Place = {"kind": "point", "lat": 32.7, "lon": -96.8}
    first, *rest = board.snapshot.in_order()
    moved = {first["id"]: {**first, "place": place}, **{call["id"]: call for call in rest}}
    board.snapshot = board.snapshot._replace(calls=moved)  # type: ignore[arg-type]
    found = httpx.get(f"{server.api}/calls?format=geojson")
    assert found.headers["content-type"] == "application/geo+json"
    (feature,) = found.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-96.8, 32.7]}
    assert feature["properties"]["incident_number"] == "26-0000002"
    assert (found.json()["bluelamp"]["located"], found.json()["bluelamp"]["unlocated"]) == (1, 1)


def test_a_call_is_the_sum_of_its_timeline(ended: CityFeed, api: httpx.Client) -> None:
    by_number = {call["incident_number"]: call for call in fold_all(ended)}
    for number in ("26-0000001", "26-0000002"):
        found = fits(CallWithTimelineModel, api.get(f"/calls/{by_number[number]['id']}"))
        assert found["call"]["incident_number"] == number
        assert found["kept_from"] is None
        assert len(found["timeline"]) == found["call"]["revision"]
        if number == "26-0000001":
            assert found["call"]["ended"] == "closed"
            assert [change["kind"] for change in found["timeline"]] == ["opened", "closed"]
        else:
            assert project((), found["timeline"]) == [found["call"]]


def fold_all(city: CityFeed) -> list[Any]:
    return [one.change["details"] for one in city.flow.log.changes(city.flow.log.head(FEED), 0) if one.kind == "opened"]


def test_a_call_that_there_is_not(api: httpx.Client) -> None:
    assert api.get("/calls/0123456789abcdef").status_code == 404
    assert api.get("/calls/..%2F..").status_code == 404
    assert api.get("/calls/XYZ").status_code == 400


def test_the_calls_of_any_moment(ended: CityFeed, api: httpx.Client) -> None:
    for one in ended.flow.log.changes(ended.flow.log.head(FEED), 0):
        found = fits(AsOfModel, api.get("/history", params={"at": one.at}))
        assert found["calls"] == ended.flow.log.as_of(FEED, one.at)[1]
        assert found["seen_at"] == found["at"] == one.at
    before = fits(AsOfModel, api.get("/history?at=2020-01-01T00:00:00Z"))
    assert (before["calls"], before["seen_at"]) == ([], None)


def test_a_moment_is_the_same_in_every_zone(ended: CityFeed, api: httpx.Client) -> None:
    at = ended.now.replace(".000Z", "")
    utc = api.get("/history", params={"at": f"{at}Z"}).json()
    for text in (f"{at}+00:00", f"{at[:11]}{int(at[11:13]) + 2:02d}{at[13:]}+02:00"):
        assert api.get("/history", params={"at": text}).json() == utc
    assert api.get(f"/history?at={at}+00:00").json() == utc  # a plus that was not encoded


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("at=2026-02-11T00:42:49", "states no offset"),
        ("at=yesterday", "is not a moment"),
        ("at=0001-01-01T00:00:00%2B10:00", "at: "),
        ("", "Which moment?"),
        ("from=2026-02-11T00:00:00Z", "Which moment?"),
        ("at=2026-02-11T00:00:00Z&to=2026-02-11T00:00:00Z", "either for `at`"),
        ("from=2026-02-12T00:00:00Z&to=2026-02-11T00:00:00Z", "lies after"),
        ("from=2026-02-11T00:00:00Z&to=2026-02-12T00:00:00Z&after=x", "is no `next`"),
        ("from=2026-02-11T00:00:00Z&to=2026-02-12T00:00:00Z&changes=true&after=x", "is no `next`"),
    ],
)
def test_a_wrong_moment_is_told_in_words(api: httpx.Client, query: str, words: str) -> None:
    answer = api.get(f"/history?{query}")
    assert answer.status_code == 400
    assert words in answer.json()["detail"]


DAY = {"from": "2026-02-11T00:00:00Z", "to": "2026-02-12T00:00:00Z"}


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_of_the_past_hold_everything_once(ended: CityFeed, api: httpx.Client, limit: int) -> None:
    calls: list[Any] = []
    after = ""
    while after is not None:
        found = fits(BetweenModel, api.get("/history", params={**DAY, "limit": limit, "after": after}))
        assert len(found["calls"]) <= limit
        calls += found["calls"]
        after = found["next"]
    assert [call["incident_number"] for call in calls] == ["26-0000001", "26-0000002", "26-0000003"]  # type: ignore[unreachable]
    assert calls[0]["ended"] == "closed"


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_changes_between_two_moments_lead_from_the_one_to_the_other(
    ended: CityFeed, api: httpx.Client, limit: int
) -> None:
    moments = sorted({one.at for one in ended.flow.log.changes(ended.flow.log.head(FEED), 0)})
    span = {"from": moments[0], "to": moments[-2], "changes": "true", "limit": str(limit)}
    found = fits(BetweenModel, api.get("/history", params=span))
    start, changes = found["start"], found["changes"]
    while found["next"] is not None:
        found = fits(BetweenModel, api.get("/history", params={**span, "after": found["next"]}))
        assert found["start"] is None
        changes += found["changes"]
    for change in changes:
        ChangeModel.model_validate(change)
    assert project(start, changes) == ended.flow.log.as_of(FEED, moments[-2])[1]
    assert [change["at"] for change in changes] == sorted(change["at"] for change in changes)
    assert changes


def test_the_past_knows_where_calls_were_found_to_be_later(ended: CityFeed, api: httpx.Client) -> None:
    log = ended.flow.log
    begun = log.changes(log.head(FEED), 0)
    place: Place = {
        "kind": "point",
        "lat": 32.8,
        "lon": -96.8,
        "uncertainty_m": 40.0,
        "method": "block",
        "confidence": 0.9,
    }
    ended.flow.place(FEED, {begun[0].call: place})
    span = {"from": begun[0].at, "to": begun[-1].at, "changes": "true"}
    assert fits(BetweenModel, api.get("/history", params=span))["places"] is None
    found = fits(BetweenModel, api.get("/history", params={**span, "places": "true"}))
    assert found["places"][begun[0].call] == place
    assert {change["kind"] for change in found["changes"]} >= {"opened"}
    assert "located" not in {change["kind"] for change in found["changes"]}
    assert set(found["places"]) == {
        *(call["id"] for call in found["start"]),
        *(one["call"] for one in found["changes"]),
    }


def test_what_nobody_watched_is_told(ended: CityFeed, api: httpx.Client) -> None:
    found = api.get("/history", params=DAY).json()["unwatched"]
    assert found[0]["from"] == "2026-02-11T00:00:00.000Z"
    assert found[-1] == {"from": ended.now, "to": "2026-02-12T00:00:00.000Z"}
    moments = sorted({one.at for one in ended.flow.log.changes(ended.flow.log.head(FEED), 0)})
    assert api.get("/history", params={"from": moments[0], "to": ended.now}).json()["unwatched"] == []
    years = {"from": "2020-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
    assert api.get("/history", params=years).json()["unwatched"] is None


def test_the_past_through_a_filter_and_as_a_file(api: httpx.Client) -> None:
    south = api.get("/history", params={**DAY, "division": "South"}).json()
    assert [call["incident_number"] for call in south["calls"]] == ["26-0000003"]
    ended = api.get("/history", params={**DAY, "beat": "1"}).json()
    assert [call["ended"] for call in ended["calls"]] == ["closed"]
    answer = api.get("/history", params={**DAY, "format": "csv"})
    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 3
    assert ":" not in answer.headers["content-disposition"]


def test_health_says_how_it_stands(ended: CityFeed, api: httpx.Client) -> None:
    ended.show(problem="No answer came.")
    found = fits(HealthModel, api.get("/health"))
    assert found["verdicts"]["failed"] == 1
    assert found["verdicts"]["good"] >= 5
    assert found["cursor"] == ended.cursor
    assert found["ring"] == [0, int(ended.cursor.split(":")[1])]
    assert found["open_calls"] == 2
    assert found["placing"] is None, "this server does not poll"
    assert any("nothing is sent to anybody" in sentence for sentence in found["privacy"]), "no geocoder is asked"


def test_snapshots_are_listed_without_what_may_be_secret(ended: CityFeed, api: httpx.Client) -> None:
    answer = api.get("/snapshots?limit=3")
    found = fits(SnapshotsModel, answer)
    assert len(found["snapshots"]) == 3
    assert found["snapshots"][0]["verdict"] == "good"
    assert found["snapshots"][0]["number"] > found["snapshots"][1]["number"]
    assert "example.org" not in answer.text


@pytest.mark.parametrize(
    "path", ["", "/calls", "/calls/00", "/history?at=2026-02-11T00:00:00Z", "/health", "/snapshots"]
)
def test_a_feed_that_there_is_not(api: httpx.Client, path: str) -> None:
    answer = httpx.get(str(api.base_url).replace("/city/", "/nowhere") + path)
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_home_without_feeds_says_so(tmp_path: Any) -> None:
    from bluelamp.settings import read_settings

    server = ThreadServer(read_settings({"home": tmp_path / "empty", "log_requests": False}, {})[0])
    try:
        assert httpx.get(f"{server.url}/api/v1/feeds").json()["feeds"] == []
        for path in ("", "/calls", "/health", "/events", "/snapshots"):
            assert httpx.get(server.api + path).status_code == 404
        assert not (tmp_path / "empty" / "ledger.sqlite").exists()
    finally:
        server.stop()


def test_a_feed_that_comes_later_is_served(tmp_path: Any) -> None:
    """The server was there first; then somebody begins to poll."""
    from bluelamp.settings import read_settings

    server = ThreadServer(read_settings({"home": tmp_path / "home", "log_requests": False}, {})[0])
    later = None
    try:
        later = CityFeed(tmp_path / "home")
        later.open(2)
        until(lambda: len(httpx.get(f"{server.api}/calls").json().get("calls", ())) == 2)
    finally:
        server.stop()
        if later is not None:
            later.close()


def test_a_setting_that_names_no_feed_is_told_before_anything_is_served(tmp_path: Any) -> None:
    from bluelamp.errors import SettingsError
    from bluelamp.settings import read_settings

    with pytest.raises(SettingsError, match="“nowhere-xx”"):
        ThreadServer(read_settings({"home": tmp_path, "feeds": "dallas-tx,nowhere-xx"}, {})[0])
