"""The desk: what is at hand first, geocoders one after the other, each asked once; liars are found out. Real HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bluelamp.domain.place import LocationQuery
from bluelamp.places.context import ground_of
from bluelamp.places.resolver import Resolver
from bluelamp.sources.feeds.agency import Privacy
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore
from tests.lib.loopback import Loopback, Reply
from tests.lib.places.geocoder_forms import FORMS, Found
from tests.lib.places.ground import Beats, Clock, KnownBlocks, answers, at, dallas, desk_on, line_to

PATH = FORMS["census"].path


def asked(
    desk: Resolver, text: str = "N HARROW AVE", beat: str | None = "1", block: str | None = "1900"
) -> LocationQuery:
    return desk.ground.query_of_location(text, block, {"beat": beat})


def found(beat: int = 1, east: float = 0.0, **more: object) -> Found:
    return Found(*at(beat, east), **more)  # type: ignore[arg-type]


def test_what_is_at_hand_asks_nobody(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    gazetteer = KnownBlocks({"1900 N HARROW AVE": at(1)})
    desk = desk_on(places, [line_to("census", server, client, places)], None, gazetteer)
    decision = desk.resolve(asked(desk))
    assert (decision["kind"], decision["method"]) == ("point", "gazetteer block")
    assert not server.log


def test_a_geocoder_is_asked_once_for_a_place(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    answers(server, "census", lambda text: [found()])
    desk = desk_on(places, [line_to("census", server, client, places)])
    first = desk.resolve(asked(desk))
    assert (first["kind"], first["lat"], first["method"]) == ("point", at(1)[0], "census block")
    again = desk_on(places, [line_to("census", server, client, places)])  # as after a restart
    assert again.resolve(asked(again, "n harrow  ave")) == first
    # Another beat: the same answer is judged anew, and nobody is asked again.
    assert again.resolve(asked(again, beat="5"))["kind"] == "area"
    assert len(server.log) == 1


def test_geocoders_are_asked_in_turn_until_it_is_certain(
    places: PlaceStore, server: Loopback, client: HttpClient
) -> None:
    answers(server, "nominatim", lambda text: [found(beat=3)])  # elsewhere
    answers(server, "census", lambda text: [found()])
    answers(server, "photon", lambda text: [found()])
    lines = [line_to(name, server, client, places) for name in ("nominatim", "census", "photon")]
    desk = desk_on(places, lines)
    decision = desk.resolve(asked(desk))
    assert decision["method"] == "census block"
    assert {one["source"]: one["code"] for one in decision["candidates"]} == {
        "nominatim": "outside_beat",
        "census": "kept",
    }
    assert not server.asked(FORMS["photon"].path)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (Found(0.0, 0.0), "null_island"),
        (Found(at(1)[1], at(1)[0]), "swapped"),
        (Found(35.47, -97.52), "outside_city"),
        (Found(*at(7)), "outside_beat"),
        (Found(*at(1), street="North Harlow Street"), "another_street"),
        (Found(*at(1), number=110), "another_block"),
    ],
)
@pytest.mark.parametrize("name", FORMS)
def test_a_lie_is_no_point(
    lite: PlaceStore, server: Loopback, client: HttpClient, name: str, lie: Found, code: str
) -> None:
    answers(server, name, lambda text: [lie])
    desk = desk_on(lite, [line_to(name, server, client, lite)])
    decision = desk.resolve(asked(desk))
    assert (decision["kind"], decision["area"]) == ("area", "beat 1")
    assert [one["code"] for one in decision["candidates"]] == [code]
    assert lite.default_points() == ()


def test_html_with_200_and_a_slow_one_are_failures_that_are_asked_again_later(
    places: PlaceStore, server: Loopback, client: HttpClient
) -> None:
    clock = Clock()
    server.reply(PATH, Reply(200, b"<html>maintenance</html>", {"Content-Type": "text/html"}))
    desk = desk_on(places, [line_to("census", server, client, places, clock)], clock)
    assert desk.resolve(asked(desk))["kind"] == "area"
    kept = places.answers("dallas-tx", asked(desk).key)["census"]
    assert (kept.state, kept.tries, kept.retry_at) == ("failed", 1, "2026-02-11T07:00:00.000Z")
    assert "not in its form" in kept.reason
    desk.resolve(asked(desk))
    assert len(server.log) == 1


def test_what_was_not_found_is_asked_for_after_an_hour_a_day_a_week(
    places: PlaceStore, server: Loopback, client: HttpClient
) -> None:
    clock = Clock()
    answers(server, "census", lambda text: [])
    desk = desk_on(places, [line_to("census", server, client, places, clock)], clock)
    numbers = []
    for step in (
        {"minutes": 0},
        {"minutes": 59},
        {"minutes": 2},
        {"hours": 23},
        {"hours": 2},
        {"days": 6},
        {"days": 2},
    ):
        clock.later(**step)
        desk.resolve(asked(desk))
        numbers.append(len(server.log))
    assert numbers == [1, 1, 2, 2, 3, 3, 4]
    clock.later(days=8)
    answers(server, "census", lambda text: [found()])
    assert desk.resolve(asked(desk))["kind"] == "point"
    clock.later(days=365)
    assert desk.resolve(asked(desk))["kind"] == "point"  # a good answer has no end
    assert len(server.log) == 5


def test_the_same_point_for_everything_is_found_out(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    answers(server, "census", lambda text: [Found(*at(1), street=text.split(",")[0].partition(" ")[2])])
    desk = desk_on(places, [line_to("census", server, client, places)])
    streets = ["N HARROW AVE", "PINNER RD", "ACTON LN", "EALING ST", "BARNET DR"]
    before = [desk.resolve(asked(desk, street))["kind"] for street in streets[:3]]
    assert before == ["point"] * 3  # nothing speaks against it yet
    version = desk.rules.version
    fourth = desk.resolve(asked(desk, streets[3]))
    assert fourth["kind"] == "area"
    assert fourth["candidates"][0]["code"] == "default_point"
    assert desk.rules.version != version
    anew = {one.streets[0]: decision["kind"] for one, decision in desk.redecide()}
    assert anew == dict.fromkeys(streets[:3], "area")
    assert list(desk.redecide()) == []
    assert len(server.log) == 4
    # Whoever opens the store later knows it too.
    later = desk_on(places, [line_to("census", server, client, places)])
    assert later.resolve(asked(later, streets[4]))["kind"] == "area"


def test_one_request_for_a_place_however_many_ask(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    gate = threading.Event()
    form = FORMS["census"]

    def slowly(request: object) -> Reply:
        gate.wait(5)
        return Reply(200, form.body(found()))

    server.routes[PATH] = slowly
    # Two desks, as in two processes on one database.
    desks = [desk_on(places, [line_to("census", server, client, places)]) for _ in range(2)]
    with ThreadPoolExecutor(6) as pool:
        answers_ = [pool.submit(desks[n % 2].resolve, asked(desks[n % 2])) for n in range(6)]
        while not server.log:
            pass
        gate.set()
        decisions = [one.result(timeout=20) for one in answers_]
    assert len(server.log) == 1
    assert all(one == decisions[0] for one in decisions)


def test_a_claim_of_a_dead_process_ends(places: PlaceStore) -> None:
    clock = Clock()
    assert places.claim("f", "k", "one", clock(), 60)
    assert places.claim("f", "k", "one", clock(), 60)
    assert not places.claim("f", "k", "two", clock(), 60)
    clock.later(seconds=61)
    assert places.claim("f", "k", "two", clock(), 60)
    places.release("f", "k", "one")  # not its own any more
    assert not places.claim("f", "k", "three", clock(), 60)
    places.release("f", "k", "two")
    assert places.claim("f", "k", "three", clock(), 60)


def test_the_budget_holds_over_restarts_and_days(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    clock = Clock()
    answers(server, "census", lambda text: [])
    for street in ("ACTON LN", "EALING ST", "BARNET DR", "PINNER RD"):
        desk = desk_on(places, [line_to("census", server, client, places, clock, daily=2)], clock)
        desk.resolve(asked(desk, street))
    assert len(server.log) == 2
    assert places.spent(clock()) == {"census": 2}
    assert places.answers("dallas-tx", asked(desk, "PINNER RD").key) == {}  # not asked is no answer
    clock.later(days=1)
    desk.resolve(asked(desk, "PINNER RD"))
    assert len(server.log) == 3


def test_what_may_not_be_kept_is_not_kept(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    answers(server, "nominatim", lambda text: [])
    answers(server, "google", lambda text: [found(east=20)])
    answers(server, "census", lambda text: [found()])
    lines = [line_to(name, server, client, places) for name in ("google", "census")]
    desk = desk_on(places, lines)
    decision = desk.resolve(asked(desk, beat=None))
    assert (decision["kind"], decision["method"]) == ("point", "census+google block")
    _lat, lon = at(1, 20)
    assert decision["lon"] != lon
    stored = str(places.kept("dallas-tx", asked(desk, beat=None))) + str(
        places.answers("dallas-tx", asked(desk, beat=None).key)
    )
    assert f"{lon:.4f}" not in stored
    assert "does not let its answers be kept" in stored
    alone = desk_on(places, [lines[0]])
    assert alone.resolve(asked(alone, "PINNER RD"))["kind"] == "area"


def test_a_person_goes_before_every_source(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    clock = Clock()
    answers(server, "census", lambda text: [found()])
    desk = desk_on(places, [line_to("census", server, client, places)], clock)
    desk.resolve(asked(desk))
    places.fix("dallas-tx", asked(desk), 32.7, -96.7, 20.0, "the gate of the park", clock())
    decision = desk.resolve(asked(desk))
    assert (decision["lat"], decision["method"], decision["why"]) == (32.7, "manual", "the gate of the park")
    assert [one.text for one in places.fixes("dallas-tx")] == ["1900 N HARROW AVE"]
    places.fix("dallas-tx", asked(desk), 32.71, -96.7, 20.0, "better", clock())
    assert desk.resolve(asked(desk))["lat"] == 32.71
    assert places.unfix("dallas-tx", asked(desk))
    assert not places.unfix("dallas-tx", asked(desk))
    assert desk.resolve(asked(desk))["method"] == "census block"


def test_other_rules_decide_anew_without_asking(places: PlaceStore, server: Loopback, client: HttpClient) -> None:
    answers(server, "census", lambda text: [found(beat=1, east=700)])  # 200 m beyond the beat
    desk = desk_on(places, [line_to("census", server, client, places)])
    assert desk.resolve(asked(desk))["kind"] == "point"
    from tests.lib.places.ground import ground

    strict = ground()
    strict = replace(strict, rules=replace(strict.rules, tolerance_m=10.0, version="9.strict"))
    other = Resolver(places, strict)
    changed = list(other.redecide())
    assert [(one.text, decision["kind"]) for one, decision in changed] == [("1900 N HARROW AVE", "area")]
    assert other.resolve(asked(other))["candidates"][0]["code"] == "outside_beat"
    assert len(server.log) == 1


def test_bulk_places_new_locations_and_sees_what_is_stored(places: PlaceStore) -> None:
    gazetteer = KnownBlocks({"1900 N HARROW AVE": at(1), "1900 PINNER RD": at(1)})
    one = desk_on(places, (), None, gazetteer)
    places.fix("dallas-tx", asked(one, "PINNER RD"), 32.7, -96.7, 20.0, "by hand", Clock()())
    bulk = desk_on(places, (), None, gazetteer, bulk=True, keep=False)
    assert bulk.resolve(asked(bulk))["method"] == "gazetteer block"
    assert bulk.resolve(asked(bulk, "PINNER RD"))["method"] == "manual"
    assert places.kinds("dallas-tx") == {}


def test_the_secret_is_one_for_all(places: PlaceStore) -> None:
    assert len(places.secret()) == 64
    assert places.secret() == places.secret()


@pytest.mark.parametrize(
    "privacy", [Privacy(), Privacy(mask_block=True), Privacy(jitter_m=50.0), Privacy(finest="area")]
)
def test_coordinates_in_a_location_are_its_place_where_privacy_lets_them(lite: PlaceStore, privacy: Privacy) -> None:
    agency = replace(dallas(), privacy=privacy)
    desk = Resolver(lite, ground_of(agency, areas=Beats()), now=Clock())
    lat, lon = at(1)
    told = desk.resolve(desk.ground.query_of_location(f"{lat:.5f},{lon:.5f}", None, {"beat": "1"}))
    assert (told["kind"], told["method"]) == (("area", "beat") if privacy.hides_points else ("point", "feed"))
    elsewhere = desk.resolve(desk.ground.query_of_location(f"{lat:.5f},{lon:.5f}", None, {"beat": "5"}))
    assert elsewhere["kind"] != "point"
