"""All 22 methods against a server on loopback, and what each status means for each of them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest

from bluelamp.domain.month import Month
from bluelamp.errors import NotFound, SourceRefused, SourceUnavailable, UsageError
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk.api import PoliceApi
from bluelamp.sources.police_uk.api_areas import Box, Point, Polygon
from bluelamp.sources.police_uk.api_reading import UnexpectedAnswer
from bluelamp.sources.police_uk.api_types import NotPublishedYet, OutsideWindow, TooManyRecords
from bluelamp.sources.police_uk.rate_limit import LeakyBucket
from tests.lib.loopback import Loopback, Reply, Request

ID = "e11dade0a92a912d12329b9b2abb856ac9520434ad6845c30f503e9901d140f1"
PLACE = {"latitude": "52.6", "longitude": "-1.1", "street": {"id": 7, "name": "On or near Kate Street"}}
CRIME = {"category": "drugs", "persistent_id": ID, "location_subtype": "", "id": 1, "location": PLACE, "context": "",
         "month": "2024-01", "location_type": "Force", "outcome_status": None}  # fmt: skip
OUTCOME = {
    "category": {"code": "local-resolution", "name": "Local resolution"},
    "date": "2024-01",
    "person_id": None,
    "crime": CRIME,
}
STOP = {"type": "Person search", "datetime": "2024-01-06T22:45:00+00:00", "location": PLACE, "operation": None,
        "outcome": "Arrest", "outcome_object": {"id": "bu-arrest", "name": "Arrest"}}  # fmt: skip
OFFICER = {"name": "Ann Example", "rank": None, "bio": None, "contact_details": {"email": "a@example.org", "fax": ""}}
AVAILABLE = [{"date": f"2024-{n:02d}", "stop-and-search": ["leicestershire"]} for n in range(1, 4)]
JANUARY, POINT = Month.of(2024, 1), Point(52.629729, -1.131592)
AREA = Polygon.of([(52.268, 0.543), (52.794, 0.238), (52.13, 0.478)])

# method -> (path, call, answer, what must come of it)
METHODS: dict[str, tuple[str, Callable[[PoliceApi], Any], Any, Callable[[Any], bool]]] = {
    "crimes_street": (
        "crimes-street/all-crime",
        lambda api: api.crimes_street(POINT, JANUARY),
        [CRIME],
        lambda got: got[0].category == "drugs",
    ),
    "outcomes_at_location": (
        "outcomes-at-location",
        lambda api: api.outcomes_at_location(7, JANUARY),
        [OUTCOME],
        lambda got: got[0].name == "Local resolution" and got[0].crime.id == 1,
    ),
    "crimes_at_location": (
        "crimes-at-location",
        lambda api: api.crimes_at_location(7, JANUARY),
        [CRIME],
        lambda got: got[0].location.street_id == 7,
    ),
    "crimes_no_location": (
        "crimes-no-location",
        lambda api: api.crimes_no_location("kent", JANUARY),
        [CRIME | {"location": None}],
        lambda got: got[0].location is None,
    ),
    "crime_categories": (
        "crime-categories",
        lambda api: api.crime_categories(JANUARY),
        [{"url": "drugs", "name": "Drugs"}],
        lambda got: got[0].name == "Drugs",
    ),
    "crime_last_updated": (
        "crime-last-updated",
        lambda api: api.crime_last_updated(),
        {"date": "2024-03-01"},
        lambda got: got.month == 3,
    ),
    "outcomes_for_crime": (
        f"outcomes-for-crime/{ID}",
        lambda api: api.outcomes_for_crime(ID),
        {"crime": CRIME, "outcomes": [{k: v for k, v in OUTCOME.items() if k != "crime"}]},
        lambda got: got.crime.id == 1 and got.outcomes[0].crime is None,
    ),
    "availability": (
        "crimes-street-dates",
        lambda api: api.availability(),
        AVAILABLE,
        lambda got: [one.month.number for one in got] == [3, 2, 1],
    ),
    "forces": (
        "forces",
        lambda api: api.forces(),
        [{"id": "btp", "name": None}],
        lambda got: got[0].name == "British Transport Police",
    ),
    "force": (
        "forces/kent",
        lambda api: api.force("kent"),
        {
            "id": "kent",
            "name": "Kent Police",
            "description": None,
            "url": "u",
            "telephone": "101",
            "engagement_methods": [{"title": "RSS", "url": "", "description": None}],
        },
        lambda got: got.engagement_methods[0].title == "RSS",
    ),
    "force_people": (
        "forces/kent/people",
        lambda api: api.force_people("kent"),
        [OFFICER],
        lambda got: got[0].contact_details == {"email": "a@example.org"},
    ),
    "neighbourhoods": (
        "kent/neighbourhoods",
        lambda api: api.neighbourhoods("kent"),
        [{"id": "A1", "name": "Here"}],
        lambda got: got[0].name == "Here",
    ),
    "neighbourhood": (
        "kent/A1",
        lambda api: api.neighbourhood("kent", "A1"),
        {
            "id": "A1",
            "name": "Here",
            "url_force": None,
            "population": "1000",
            "centre": {"latitude": "52.6", "longitude": "-1.1"},
            "contact_details": [],
            "links": [{"title": "t", "url": None, "description": None}],
            "locations": [{"name": "House", "latitude": None}],
            "description": None,
        },
        lambda got: got.centre == ("52.6", "-1.1") and got.locations[0].latitude == "",
    ),
    "neighbourhood_boundary": (
        "kent/A1/boundary",
        lambda api: api.neighbourhood_boundary("kent", "A1"),
        [{"latitude": "52.6", "longitude": "-1.1"}],
        lambda got: got == [(52.6, -1.1)],
    ),
    "neighbourhood_people": (
        "kent/A1/people",
        lambda api: api.neighbourhood_people("kent", "A1"),
        [OFFICER],
        lambda got: got[0].rank == "",
    ),
    "neighbourhood_events": (
        "kent/A1/events",
        lambda api: api.neighbourhood_events("kent", "A1"),
        [
            {
                "title": "Surgery",
                "type": "meeting",
                "start_date": "2024-01-01T10:00:00",
                "end_date": None,
                "address": "Hall",
                "description": None,
                "contact_details": {},
            }
        ],
        lambda got: got[0].end_date == "",
    ),
    "neighbourhood_priorities": (
        "kent/A1/priorities",
        lambda api: api.neighbourhood_priorities("kent", "A1"),
        [{"issue": "i", "issue-date": "2015-10-08T00:00:00", "action": None, "action-date": None}],
        lambda got: got[0].issue_date.startswith("2015"),
    ),
    "locate_neighbourhood": (
        "locate-neighbourhood",
        lambda api: api.locate_neighbourhood(POINT),
        {"force": "kent", "neighbourhood": "A1"},
        lambda got: got.force == "kent",
    ),
    "stops_street": (
        "stops-street",
        lambda api: api.stops_street(POINT, JANUARY),
        [STOP],
        lambda got: got[0].outcome_id == "bu-arrest",
    ),
    "stops_at_location": (
        "stops-at-location",
        lambda api: api.stops_at_location(7, JANUARY),
        [STOP],
        lambda got: got[0].operation is None,
    ),
    "stops_no_location": (
        "stops-no-location",
        lambda api: api.stops_no_location("leicestershire", JANUARY),
        [STOP | {"location": None}],
        lambda got: got[0].location is None,
    ),
    "stops_force": (
        "stops-force",
        lambda api: api.stops_force("leicestershire", JANUARY),
        [STOP],
        lambda got: got[0].when.endswith("+00:00"),
    ),
}
DATED = ["crimes_street", "outcomes_at_location", "crimes_at_location", "crimes_no_location", "stops_street",
         "stops_at_location", "stops_no_location", "stops_force"]  # fmt: skip


def said(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


@pytest.fixture
def api(server: Loopback, client: HttpClient) -> PoliceApi:
    server.reply("/api/crimes-street-dates", said(AVAILABLE))
    return PoliceApi(client, base=server.url + "/", bucket=LeakyBucket(burst=10**6))


def test_all_22_methods_are_here() -> None:
    public = {name for name, _ in inspect.getmembers(PoliceApi, inspect.isfunction) if not name.startswith("_")}
    assert len(METHODS) == 22
    assert public - {"crimes_in_box", "outcomes_in_box", "stops_in_box"} == set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_each_method(name: str, server: Loopback, api: PoliceApi) -> None:
    path, call, answer, good = METHODS[name]
    server.reply(f"/api/{path}", said(answer))
    assert good(call(api))
    (asked,) = server.asked(f"/api/{path}")
    assert asked.method == "GET"
    if name in DATED:
        assert parse_qs(asked.path.partition("?")[2])["date"] == ["2024-01"]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("body", [b"<html>", b"", b'"text"', b"5", b"[[[", b"[" * 200_000, b'{"a": NaN'])
def test_answers_of_another_shape(name: str, body: bytes, server: Loopback, api: PoliceApi) -> None:
    path, call, _, _ = METHODS[name]
    server.reply(f"/api/{path}", Reply(200, body))
    with pytest.raises(UnexpectedAnswer) as caught:
        call(api)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", METHODS)
def test_refusals_and_failures(name: str, server: Loopback, api: PoliceApi) -> None:
    path, call, _, _ = METHODS[name]
    expected = {400: SourceRefused, 404: NotFound, 429: SourceRefused, 500: SourceUnavailable, 502: SourceUnavailable,
                503: SourceUnavailable}  # fmt: skip
    for status, kind in expected.items():
        server.reply(f"/api/{path}", said({}, status))
        with pytest.raises(kind) as caught:
            call(api) if name != "availability" else api.availability(fresh=True)
        assert str(caught.value).endswith(".")
        assert not isinstance(caught.value, TooManyRecords | OutsideWindow | NotPublishedYet)


@pytest.mark.parametrize("name", DATED)
@pytest.mark.parametrize("answer", [said({}, 500), said({}, 502), said([])], ids=["500", "502", "empty"])
@pytest.mark.parametrize(
    ("month", "kind"),
    [(Month.of(2010, 12), OutsideWindow), (Month.of(2024, 4), NotPublishedYet)],
    ids=["old", "future"],
)
def test_months_outside_of_what_is_published(
    name: str, answer: Reply, month: Month, kind: type[NotFound], server: Loopback, api: PoliceApi
) -> None:
    path, _, _, _ = METHODS[name]
    server.reply(f"/api/{path}", answer)
    calls: dict[str, Callable[[], object]] = {
        "crimes_street": lambda: api.crimes_street(AREA, month),
        "outcomes_at_location": lambda: api.outcomes_at_location(POINT, month),
        "crimes_at_location": lambda: api.crimes_at_location(POINT, month),
        "crimes_no_location": lambda: api.crimes_no_location("kent", month),
        "stops_street": lambda: api.stops_street(AREA, month),
        "stops_at_location": lambda: api.stops_at_location(7, month),
        "stops_no_location": lambda: api.stops_no_location("kent", month),
        "stops_force": lambda: api.stops_force("kent", month),
    }
    for _ in range(2):
        with pytest.raises(kind, match=month.words()):
            calls[name]()
    assert len(server.asked(f"/api/{path}")) == 2  # not repeated in vain
    assert len(server.asked("/api/crimes-street-dates")) == 1  # and the months are asked for once


def test_nothing_is_not_the_same_as_not_yet(server: Loopback, api: PoliceApi) -> None:
    for path in ("crimes-street/all-crime", "stops-force", "stops-no-location"):
        server.reply(f"/api/{path}", said([]))
    assert api.crimes_street(POINT, JANUARY) == []
    assert api.crimes_street(POINT) == []
    assert api.stops_force("leicestershire", JANUARY) == []
    with pytest.raises(NotPublishedYet, match="greater-manchester has not published"):
        api.stops_force("greater-manchester", JANUARY)
    with pytest.raises(NotPublishedYet):
        api.stops_no_location("greater-manchester", JANUARY)


def test_a_failure_on_a_published_month_is_repeated(server: Loopback, api: PoliceApi) -> None:
    server.reply("/api/stops-force", said({}, 500), said({}, 500), said([STOP]))
    assert len(api.stops_force("leicestershire", JANUARY)) == 1


def test_polygons_go_by_post(server: Loopback, api: PoliceApi) -> None:
    server.reply("/api/crimes-street/drugs", said([CRIME]))
    many = Polygon.of([(50 + n / 1000, -1 - n / 1000) for n in range(2000)])
    api.crimes_street(many, JANUARY, "drugs")
    (asked,) = server.log
    assert (asked.method, asked.path) == ("POST", "/api/crimes-street/drugs")
    form = parse_qs(asked.body.decode())
    assert form["date"] == ["2024-01"]
    assert form["poly"][0].count(":") == 1999


def test_too_many_records_in_an_area(server: Loopback, api: PoliceApi) -> None:
    server.reply("/api/crimes-street/all-crime", said({}, 503))
    server.reply("/api/stops-street", said({}, 503))
    for month in (None, JANUARY):
        with pytest.raises(TooManyRecords, match="10,000") as caught:
            api.crimes_street(AREA, month)
        assert "split" in caught.value.hint
    assert len(server.log) == 2  # asking again would not help
    with pytest.raises(TooManyRecords):
        api.stops_in_box(Box(51, -1, 52, 0), JANUARY)
    assert len(server.asked("/api/stops-street")) == 9


@pytest.mark.parametrize("kind", ["crimes", "outcomes", "stops"])
def test_a_box_is_quartered_until_it_fits(kind: str, server: Loopback, api: PoliceApi) -> None:
    points = [(51 + a / 8, -1 + b / 8) for a in range(9) for b in range(9)] + [(51.01, -0.99)] * 3

    def row(number: int, latitude: float, longitude: float) -> dict[str, Any]:
        place = PLACE | {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
        crime = CRIME | {"id": number, "location": place}
        return {"crimes": crime, "outcomes": OUTCOME | {"crime": crime}, "stops": STOP | {"location": place}}[kind]  # type: ignore[return-value]

    def answer(request: Request) -> Reply:
        corners = [pair.split(",") for pair in parse_qs(request.body.decode())["poly"][0].split(":")]
        south, north = float(corners[0][0]), float(corners[2][0])
        west, east = float(corners[0][1]), float(corners[2][1])
        inside = [row(n, *p) for n, p in enumerate(points) if south <= p[0] <= north and west <= p[1] <= east]
        return said({}, 503) if len(inside) > 10 else said(inside)

    for path in ("crimes-street/all-crime", "outcomes-at-location", "stops-street"):
        server.routes[f"/api/{path}"] = answer
    box = Box(51, -1, 52, 0)
    found = {"crimes": api.crimes_in_box, "outcomes": api.outcomes_in_box, "stops": api.stops_in_box}[kind](  # type: ignore[operator]
        box, JANUARY
    )
    assert len(found) == len(points)
    located = sorted(one.location.degrees for one in found if one.location)
    assert located == sorted(points)


def test_names_cannot_lead_elsewhere(server: Loopback, api: PoliceApi) -> None:
    for bad in ("../forces", "a/b", "", "..", "a?b", "kent#", "ke nt", "a" * 101):
        with pytest.raises(UsageError):
            api.force(bad)
    for bad in ("", "..", ".", "x" * 201):
        with pytest.raises(UsageError):
            api.neighbourhood("kent", bad)
    with pytest.raises(UsageError, match="64-digit"):
        api.outcomes_for_crime("x")
    with pytest.raises(NotFound, match="no such neighbourhood"):
        api.neighbourhood("kent", "../../x?y#z")
    assert [asked.path for asked in server.log] == ["/api/kent/..%2F..%2Fx%3Fy%23z"]


def test_each_attempt_counts_against_the_limit(server: Loopback, client: HttpClient) -> None:
    taken: list[int] = []

    class Counting(LeakyBucket):
        def take(self) -> None:
            taken.append(1)

    server.reply("/api/forces", said({}, 503), said({}, 429), said([]))
    assert PoliceApi(client, base=server.url, bucket=Counting()).forces() == []
    assert len(taken) == 3
