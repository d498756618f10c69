"""How well calls are placed, and what the city itself reports of a call, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bluelamp.domain.call import Place
from bluelamp.domain.place import Candidate, LocationQuery
from bluelamp.places.accuracy import NOT_YET
from bluelamp.places.context import ground_of
from bluelamp.places.resolver import Resolver
from bluelamp.places.scoring import Official, measure
from bluelamp.sources.feeds.agency import Privacy
from bluelamp.storage.places.store import PlaceStore
from bluelamp.web.live.schemas import CallWithTimelineModel
from bluelamp.web.places.schemas import FeedPlacesModel
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.live.home import engine_of
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]
LAT, LON = 32.8, -96.8
NOW = datetime(2026, 2, 12, 6, tzinfo=UTC)


class Blocks:
    """A gazetteer that knows one street."""

    def candidates(self, asked: LocationQuery) -> list[Candidate]:
        if asked.streets != ("ELM ST",):
            return []
        return [Candidate("gazetteer", "city", LAT, LON, "block", 100.0, asked.streets, asked.first)]


def desk_of(city: CityFeed) -> Resolver:
    agency = city.flow.agencies[FEED]
    return Resolver(PlaceStore(engine_of(city.flow)), ground_of(agency, sources=[Blocks()]))


def official(number: str, east_m: float) -> Official:
    return Official(LAT, LON + east_m / 93_470, number, None, None, {})


@pytest.fixture
def client(city: CityFeed, serve: Serve) -> Iterator[httpx.Client]:
    city.open(2)
    server = serve(city)
    until(lambda: server.hub.boards[FEED].ring.head == int(city.cursor.split(":")[1]))
    with httpx.Client(base_url=server.api) as opened:
        yield opened


def told(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("places")
    assert answer.status_code == 200, answer.text
    FeedPlacesModel.model_validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def call_of(client: httpx.Client, number: str) -> dict[str, Any]:
    calls = client.get("calls").json()["calls"]
    (id_,) = [call["id"] for call in calls if call["incident_number"] == number]
    answer = client.get(f"calls/{id_}")
    CallWithTimelineModel.model_validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def test_before_any_score_that_is_said(client: httpx.Client) -> None:
    found = told(client)
    assert (found["feed"], found["scores"], found["history"]) == (FEED, [], [])
    assert found["words"] == NOT_YET == "Not scored yet: no official coordinates have been given."
    (gazetteer,) = found["sources"]
    assert gazetteer["name"] == "gazetteer"
    assert gazetteer["prior"] == 0.95
    assert gazetteer["believed"] == {}
    assert gazetteer["budget_left"] is None


def test_scores_and_their_history(client: httpx.Client, city: CityFeed) -> None:
    desk = desk_of(city)
    measure(desk, [official("26-0000001", 40.0)], NOW)
    measure(desk, [official("26-0000001", 40.0), official("26-0000002", 700.0)], NOW + timedelta(days=1))
    found = told(client)
    whole = next(one for one in found["scores"] if (one["source"], one["kind"]) == ("shown", "all"))
    assert (whole["official"], whole["points"], whole["near"], whole["far"], whole["within"]) == (2, 2, 1, 1, 1)
    assert {one["scored_at"] for one in found["scores"]} == {"2026-02-13T06:00:00.000Z"}
    assert [(one["official"], one["share_near"], one["share_far"]) for one in found["history"]] == [
        (2, 0.5, 0.5),
        (1, 1.0, 0.0),
    ]
    assert "Of 2 places with official coordinates, 100 % were shown as a point" in found["words"]
    assert "50 % within 150 metres, 50 % farther than 500" in found["words"]
    (gazetteer,) = found["sources"]
    assert gazetteer["believed"]["block"] == pytest.approx((1 + 20 * 0.95) / 22, abs=0.001)


def test_geocoders_are_named_with_their_terms_and_budgets(city: CityFeed, serve: Serve) -> None:
    places = PlaceStore(engine_of(city.flow))
    server = serve(city, geocoders="census,google", google_key="k", geocode_daily_budget=50)
    for _ in range(3):
        places.spend("census", 50, datetime.now(UTC))
    until(lambda: FEED in server.hub.boards)
    with httpx.Client(base_url=server.api) as client:
        by_name = {one["name"]: one for one in told(client)["sources"]}
    assert list(by_name) == ["gazetteer", "census", "google"]
    assert (by_name["census"]["daily_budget"], by_name["census"]["may_store"]) == (50, True)
    assert by_name["census"]["budget_left"] in (47, 50)  # 50 where midnight has just passed
    assert by_name["google"]["may_store"] is False
    assert by_name["google"]["licence"]


def test_a_call_is_linked_once_it_is_in_the_reports(client: httpx.Client, city: CityFeed) -> None:
    assert call_of(client, "26-0000001")["official"] is None
    id_ = call_of(client, "26-0000001")["call"]["id"]
    place: Place = {
        "kind": "point", "lat": LAT, "lon": LON, "uncertainty_m": 100.0, "method": "gazetteer block",
        "confidence": 0.9, "version": "1",
    }  # fmt: skip
    city.flow.place(FEED, {id_: place})
    measure(desk_of(city), [official("26-0000001", 40.0), official("26-0000002", 40.0)], NOW)
    until(lambda: call_of(client, "26-0000001")["call"]["place"] is not None)
    found = call_of(client, "26-0000001")["official"]
    assert found["url"].endswith("qv6i-rri7.json?cfs_number=26-0000001")
    assert "City of Dallas" in found["words"]
    assert (found["seen_at"], found["metres_from_shown"]) == ("2026-02-12T06:00:00.000Z", 40)
    assert call_of(client, "26-0000002")["official"]["metres_from_shown"] is None, "it is not shown as a point"


@pytest.mark.parametrize(
    "privacy", [Privacy(jitter_m=100.0), Privacy(finest="block"), Privacy(finest="area"), Privacy(mask_block=True)]
)
def test_where_places_are_kept_from_view_no_distance_is_told(city: CityFeed, privacy: Privacy) -> None:
    city.open(1)
    (call,) = city.flow.log.current(FEED)[1]
    place: Place = {"kind": "point", "lat": LAT, "lon": LON, "uncertainty_m": 100.0, "method": "x", "confidence": 0.9}
    shown = {**call, "place": place}
    PlaceStore(engine_of(city.flow)).officials.keep(FEED, [("26-0000001", LAT, LON)], NOW)
    agency = city.flow.agencies[FEED]
    record = city.half.accuracy
    plain, kept = record.official(agency, shown), record.official(replace(agency, privacy=privacy), shown)  # type: ignore[arg-type]
    assert plain is not None
    assert kept is not None
    assert plain["metres_from_shown"] == 0
    assert kept == {**plain, "metres_from_shown": None}


def test_a_feed_that_there_is_not(client: httpx.Client) -> None:
    base = str(client.base_url).removesuffix("/city/")
    assert httpx.get(f"{base}/nowhere/places").status_code == 404
