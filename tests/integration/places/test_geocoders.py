"""One suite for all geocoders: each is asked over real HTTP and answers in its own form, faults included."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from bluelamp.domain.location import parse_location
from bluelamp.domain.place import query_of
from bluelamp.errors import SettingsError
from bluelamp.sources.geocoders.calling import FAILURES, Provider, Said
from bluelamp.sources.geocoders.census import Census
from bluelamp.sources.geocoders.choice import NAMES, Access, chosen_geocoders
from bluelamp.sources.geocoders.geocoder import Query
from bluelamp.sources.http import HttpClient
from tests.lib.loopback import Loopback, Reply
from tests.lib.places.geocoder_forms import FORMS, KEY, Form, Found

LAT, LON = 32.81, -96.78
BOUNDS = (-97.05, 32.60, -96.45, 33.03)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


Asking = Callable[..., Provider]


@pytest.fixture
def line(form: Form, server: Loopback, client: HttpClient, clock: Clock) -> Provider:
    return Provider(form.make(server.url), client, lambda name, limit: True, clock=clock, sleep=clock.sleep)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


def query(text: str = "1900 N HARROW AVE") -> Query:
    return Query(query_of(parse_location(text), {}), "Dallas, Texas", BOUNDS)


def answer(server: Loopback, form: Form, *found: Found) -> None:
    server.reply(form.path, Reply(200, form.body(*found), {"Content-Type": "application/json"}))


def test_a_block_is_found(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form, Found(LAT, LON))
    said = line.ask(query())
    assert said.state == "found"
    (one,) = said.candidates
    assert (one.source, one.lat, one.lon, one.precision, one.number) == (form.name, LAT, LON, "block", 1950)
    assert one.streets is not None
    assert [street.upper().replace("NORTH", "N").replace("AVENUE", "AVE") for street in one.streets] == ["N HARROW AVE"]
    assert one.uncertainty_m == 120.0  # a hundred block, whatever the point
    assert one.storable is (form.name not in ("radar", "google"))


def test_the_question_names_number_street_and_city_and_nothing_else(
    form: Form, line: Provider, server: Loopback
) -> None:
    answer(server, form)
    line.ask(Query(query_of(parse_location("1900 N HARROW AVE"), {"beat": "114"}), "Dallas, Texas", BOUNDS))
    (request,) = server.asked(form.path)
    asked = parse_qs(urlsplit(request.path).query)
    text = asked[form.text][0]
    assert text.removesuffix(", Dallas, Texas") in ("1900 N HARROW AVE", "1949 N HARROW AVE")
    assert "114" not in request.path
    assert "bluelamp" in request.headers["user-agent"]


def test_one_address_is_known_more_closely_than_a_block(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form, Found(LAT, LON, number=1937))
    (one,) = line.ask(query("1937 N HARROW AVE")).candidates
    assert one.number == 1937
    assert one.uncertainty_m < 120


def test_a_whole_street_is_no_block(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form, Found(LAT, LON, number=None, exact=False))
    said = line.ask(query())
    assert all(one.precision in ("street", "area") for one in said.candidates)
    assert (said.state == "nothing") is (form.name == "census")


def test_a_crossing_has_both_streets_or_is_not_asked(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form, Found(LAT, LON, street="North Harrow Avenue", cross="Pinner Rd"))
    said = line.ask(query("N HARROW AVE / PINNER RD"))
    if not form.crossings:
        assert said.state == "held"
        assert not server.log
        return
    (one,) = said.candidates
    assert one.precision == "intersection"
    assert len(one.streets or ()) == 2


def test_nothing_found_is_an_answer(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form)
    assert line.ask(query()) == Said("nothing")
    assert line.breaker.failures == 0


def test_several_answers_all_come_through(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form, Found(LAT, LON), Found(LAT + 0.1, LON))
    assert len(line.ask(query()).candidates) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>Please log in</body></html>",
        b"",
        b"null",
        b"[1, 2]",
        b"{}",
        b'{"result": 1, "candidates": {}, "features": "x", "addresses": [3], "results": 7, "status": "OK"}',
        (
            b'{"result": {"addressMatches": [{}]}, "candidates": [{"score": 100}], "features": [{}], "addresses": [{}],'
            b' "results": [{}], "status": "OK"}'
        ),
        b"[{}]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
    ids=["html", "empty", "null", "numbers", "object", "wrong types", "without points", "list", "no text", "deep"],
)
def test_an_answer_in_no_form_of_its_own_is_a_failure(
    form: Form, line: Provider, server: Loopback, body: bytes
) -> None:
    server.reply(form.path, Reply(200, body, {"Content-Type": "text/html"}))
    said = line.ask(query())
    assert (said.state, said.candidates) == ("failed", ())
    assert said.reason
    assert KEY not in said.reason


def test_coordinates_that_are_no_numbers_are_a_failure(form: Form, line: Provider, server: Loopback) -> None:
    body = form.body(Found(LAT, LON)).replace(str(LAT).encode(), b"NaN")
    server.reply(form.path, Reply(200, body))
    assert line.ask(query()).state == "failed"


def test_a_form_of_error_with_status_200(form: Form, line: Provider, server: Loopback) -> None:
    for body in form.broken:
        server.reply(form.path, Reply(200, body))
        assert line.ask(query()).state == "failed"


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 502])
def test_refusals_are_failures_without_the_key(form: Form, line: Provider, server: Loopback, status: int) -> None:
    server.reply(form.path, Reply(status, b"no"))
    said = line.ask(query())
    assert said.state == "failed"
    assert KEY not in said.reason


def test_a_key_is_sent_where_there_is_one(form: Form, line: Provider, server: Loopback) -> None:
    answer(server, form)
    line.ask(query())
    (request,) = server.asked(form.path)
    sent = f"{request.path} {request.headers}"
    assert (KEY in sent) is (form.name in ("radar", "google"))
    assert KEY not in repr(line.geocoder)


def test_the_pace_is_kept(form: Form, line: Provider, server: Loopback, clock: Clock) -> None:
    answer(server, form)
    for _ in range(4):
        line.ask(query())
    assert clock.slept == pytest.approx([1 / line.geocoder.terms.per_second] * 3)


def test_the_budget_of_the_day(form: Form, server: Loopback, client: HttpClient, clock: Clock) -> None:
    answer(server, form)
    left = [2]

    def spend(name: str, limit: int) -> bool:
        assert (name, limit) == (form.name, min(50, form.make(server.url).terms.daily))
        left[0] -= 1
        return left[0] >= 0

    line = Provider(form.make(server.url), client, spend, daily=50, clock=clock, sleep=clock.sleep)
    assert [line.ask(query()).state for _ in range(3)] == ["nothing", "nothing", "held"]
    assert len(server.log) == 2


def test_too_many_requests_are_waited_out(form: Form, line: Provider, server: Loopback, clock: Clock) -> None:
    server.reply(form.path, Reply(429, b"", {"Retry-After": "90"}), Reply(200, form.body()))
    assert line.ask(query()).state == "failed"
    assert line.ask(query()).state == "held"
    clock.now += 91
    assert line.ask(query()).state == "nothing"
    assert len(server.log) == 2


def test_the_breaker_opens_after_failures_and_tries_once(
    form: Form, line: Provider, server: Loopback, clock: Clock
) -> None:
    server.reply(form.path, Reply(500, b""))
    for _ in range(FAILURES):
        assert line.ask(query()).state == "failed"
    assert line.ask(query()).state == "held"
    assert len(server.log) == FAILURES
    clock.now += 31
    assert line.ask(query()).state == "failed"  # the one that is let through
    clock.now += 31
    assert line.ask(query()).state == "held"  # for longer this time
    clock.now += 30
    answer(server, form)
    assert line.ask(query()).state == "nothing"
    assert line.breaker.failures == 0
    assert line.ask(query()).state == "nothing"


def test_a_slow_geocoder_is_cut_off(form: Form, server: Loopback, client: HttpClient, clock: Clock) -> None:
    from dataclasses import replace

    geocoder = form.make(server.url)
    quick = replace(geocoder, terms=replace(geocoder.terms, timeout_seconds=0.3))  # type: ignore[type-var]
    server.reply(form.path, Reply(200, form.body(Found(LAT, LON)) + b" " * 500, drip=0.05))
    line = Provider(quick, client, lambda name, limit: True, clock=clock, sleep=clock.sleep)
    said = line.ask(query())
    assert (said.state, said.candidates) == ("failed", ())


def test_the_list_of_geocoders_is_that_of_the_forms() -> None:
    assert sorted(NAMES) == sorted(FORMS)


def test_geocoders_are_chosen_by_name() -> None:
    access = Access(
        radar_key="r", google_key="g", arcgis_locator_url="https://gis.example/GeocodeServer", pelias_url="https://p"
    )
    chosen = chosen_geocoders(["gazetteer", *NAMES, "census"], access)
    assert [one.terms.name for one in chosen] == list(NAMES)
    with pytest.raises(SettingsError, match="no geocoder “nominatum”"):
        chosen_geocoders(["nominatum"], access)
    with pytest.raises(SettingsError, match="radar needs the setting radar_key"):
        chosen_geocoders(["radar"], Access())


def test_a_batch_of_the_census() -> None:
    census = Census()
    questions = [query(), query("N HARROW AVE / PINNER RD"), query("PINNER RD"), query("200 PINNER RD")]
    assert census.batch_lines(questions).decode().splitlines() == [
        "0,1949 N HARROW AVE,Dallas,Texas,",
        "1,N HARROW AVE & PINNER RD,Dallas,Texas,",
        "3,249 PINNER RD,Dallas,Texas,",
    ]
    body = (
        '"0","1949 N HARROW AVE, Dallas, Texas, ","Match","Exact","1949 N HARROW AVE, DALLAS, TX, 75999",'
        f'"{LON},{LAT}","100000001","L"\n'
        '"1","N HARROW AVE & PINNER RD, Dallas, Texas, ","Tie"\n'
        '"3","249 PINNER RD, Dallas, Texas, ","No_Match"\n'
    )
    found = census.read_batch(questions, body.encode())
    assert [(place, len(one)) for place, one in sorted(found.items())] == [(0, 1), (1, 0), (3, 0)]
    assert (found[0][0].lat, found[0][0].lon, found[0][0].number) == (LAT, LON, 1949)
    for broken in (b"<html>", b'"99","x","Match"', b'"0"\n', b"\xff"):
        with pytest.raises(Exception, match="not in its form"):
            census.read_batch(questions, broken)


def test_older_locators_say_by_their_form_of_what_kind_an_answer_is() -> None:
    arcgis = FORMS["arcgis"].make("http://locator.example")
    plain = {"location": {"x": LON, "y": LAT}, "score": 90, "attributes": {}}
    body = json.dumps(
        {
            "candidates": [
                {**plain, "address": "1950 N HARROW AVE"},
                {**plain, "address": "N HARROW AVE & PINNER RD"},
                {**plain, "address": "N HARROW AVE"},
                {**plain, "address": "1950 N HARROW AVE", "score": 60},
            ]
        }
    )
    found = arcgis.read(query(), body.encode())
    assert [one.precision for one in found] == ["block", "intersection", "street"]
