"""How the place of a call was found, over HTTP, in sentences that whoever lives there understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bluelamp.domain.call import Call
from bluelamp.domain.decision import decide
from bluelamp.domain.place import Candidate, LocationQuery
from bluelamp.places.context import ground_of
from bluelamp.places.explanation import Opened, PlaceExplainer
from bluelamp.places.resolver import Resolver
from bluelamp.places.setup import PlacesSetup, open_explained
from bluelamp.storage.places.store import PlaceStore
from bluelamp.web.places.call_place import PlaceFoundModel
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.live.home import engine_of
from tests.lib.places.ground import LAT, Beats, at, dallas
from tests.lib.web.thread_server import ThreadServer, until

NOW = datetime(2026, 2, 11, 7, tzinfo=UTC)


class Placed:
    """The city's calls, placed by what the tests let sources say; beats as squares."""

    def __init__(self, city: CityFeed) -> None:
        self.city, self.flow = city, city.flow
        # Places are decided at the time of the city's last snapshot: whatever comes later, has later been fetched.
        self.flow.now = lambda: datetime.fromisoformat(city.now)
        self.places = PlaceStore(engine_of(city.flow))
        self.desk = Resolver(self.places, ground_of(dallas_as(FEED), areas=Beats()))

    def call(self, **fields: str) -> Call:
        (change,) = self.city.open(1, **fields)
        found = self.flow.log.call(FEED, change["call"])
        assert found is not None
        return found

    def end(self, call: Call) -> None:
        numbers = [unit["incident_number"] for unit in self.city.units]
        self.city.end(numbers.index(call["incident_number"] or ""))

    def decide(self, call: Call, *candidates: Candidate) -> None:
        """Place a call by what was said."""
        asked = self.desk.ground.query_of_call(call)
        decision = decide(asked, candidates, self.desk.rules, self.desk.ground.areas)
        self.places.keep(FEED, asked, decision.as_dict(), NOW)
        self.flow.place(FEED, {call["id"]: decision.place()})

    def asked(self, call: Call) -> LocationQuery:
        return self.desk.ground.query_of_call(call)


def dallas_as(name: str) -> Any:
    from dataclasses import replace

    return replace(dallas(), name=name)


def said(source: str, point: tuple[float, float], group: str = "", **more: Any) -> Candidate:
    metres = more.pop("metres", 40.0)
    return Candidate(source, group or source, *point, "block", metres, None, **more)


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placed]:
    city = CityFeed(tmp_path_factory.mktemp("places") / "home")
    yield Placed(city)
    city.close()


Ask = Callable[[Call], dict[str, Any]]


@pytest.fixture(scope="module")
def server(placed: Placed) -> Iterator[ThreadServer]:
    placed.call()
    opened = ThreadServer(placed.city.settings.model_copy(update={"log_requests": False}))
    sources = open_explained(PlacesSetup(placed.city.settings.home), placed.places, dallas()).sources
    opened.app.state.site.live.half.explainer = PlaceExplainer(lambda _agency: Opened(placed.desk, sources))
    until(lambda: FEED in opened.hub.boards)
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def ask(server: ThreadServer) -> Iterator[Ask]:
    with httpx.Client(base_url=server.api) as client:

        def ask_of(call: Call) -> dict[str, Any]:
            answer = client.get(f"/calls/{call['id']}/place")
            assert answer.status_code == 200, answer.text
            PlaceFoundModel.model_validate(answer.json())
            found: dict[str, Any] = answer.json()
            return found

        yield ask_of


def test_what_agreed_what_was_rejected_and_why(placed: Placed, ask: Ask) -> None:
    call = placed.call(location="Harrow Ave", block="1900", beat="1")
    placed.decide(
        call,
        said("gazetteer", at(1), "city", metres=30.0),
        said("census", at(1, 38), "tiger"),
        said("photon", at(8), "osm"),
        said("google", at(1, 10), storable=False),
    )
    found = ask(call)
    assert found["words"] == (
        "Found by the city's own list of addresses and streets, this block; inside beat 1; "
        "the Census geocoder agrees (38 m away); Google's geocoder agrees; rejected was what Photon said."
    )
    assert (found["kind"], found["lat"], found["method"]) == ("point", LAT, "gazetteer+census+google block")
    assert found["asked"] == {
        "text": "1900 Harrow Ave", "kind": "block", "words": "a block or an address of a street"
    }  # fmt: skip
    by = {one["source"]: one for one in found["candidates"]}
    assert by["gazetteer"]["chosen"]
    assert by["gazetteer"]["metres_from_chosen"] == 0
    assert [one["source"] for one in found["candidates"] if one["chosen"]] == ["gazetteer"]
    assert (by["census"]["kept"], round(by["census"]["metres_from_chosen"])) == (True, 38)
    assert by["census"]["reasons"] == ["It lies in the beat 1, which the call names."]
    assert not by["photon"]["kept"]
    assert by["photon"]["reasons"] == ["It lies 6,500 m from the beat 1, which the call names; 190 m is allowed."]
    # What a source's licence does not let be kept is not shown either, only that it agreed.
    assert (by["google"]["lat"], by["google"]["kept"]) == (None, True)
    assert by["google"]["reasons"] == ["The licence of this source does not let its answers be kept."]
    assert {one["name"] for one in found["sources"]} == {"gazetteer", "census", "photon", "google"}
    assert next(one for one in found["sources"] if one["name"] == "census")["attribution"] == "U.S. Census Bureau"


def test_an_area_and_nothing_at_all(placed: Placed, ask: Ask) -> None:
    call = placed.call(location="Barnet Ave", block="1900", beat="2")
    placed.decide(call, said("census", at(8), "tiger"))
    found = ask(call)
    assert (found["kind"], found["area"], found["lat"]) == ("area", "beat 2", None)
    assert found["words"] == "Everything that was found was rejected. It is somewhere in the beat 2."
    assert [one["metres_from_chosen"] for one in found["candidates"]] == [None]
    nowhere = placed.call(location="Barnet Ave", block="2500")
    placed.decide(nowhere)
    assert ask(nowhere)["words"] == "Nothing was found. The call names no area."


def test_a_call_that_was_never_placed_says_so(placed: Placed, ask: Ask) -> None:
    call = placed.call(location="Acton Ave", block="1900")
    found = ask(call)
    assert (found["kind"], found["candidates"], found["words"]) == (None, [], "This call has not been placed yet.")
    placed.end(call)
    assert ask(call)["words"] == "This call ended before it was placed."
    unsaid = placed.call(location="")
    assert ask(unsaid)["words"] == "The publisher lists no location for this call, so it has no place."


def test_a_call_that_has_ended_still_tells(placed: Placed, ask: Ask) -> None:
    call = placed.call(location="Ealing Ave", block="1900", beat="1")
    placed.decide(call, said("gazetteer", at(1), "city"))
    before = ask(call)
    placed.end(call)
    assert ask(call) == before
    assert before["words"] == "Found by the city's own list of addresses and streets, this block; inside beat 1."


def test_what_a_person_put_right_and_what_is_known_by_now(placed: Placed, ask: Ask) -> None:
    call = placed.call(location="Pinner Ave", block="1900", beat="1")
    placed.decide(call, said("gazetteer", at(1), "city"))
    # Another is found for the location after the call was placed.
    asked = placed.asked(call)
    later = decide(asked, [said("census", at(1, 300), "tiger")], placed.desk.rules, placed.desk.ground.areas)
    placed.places.keep(FEED, asked, later.as_dict(), NOW)
    found = ask(call)
    assert not any(one["chosen"] for one in found["candidates"])
    assert "what is known of the location has changed since" in found["words"]
    placed.places.fix(FEED, asked, *at(1, 5), 20.0, "the caretaker of 1917 told me", NOW)
    placed.flow.place(FEED, {call["id"]: {"kind": "point", "lat": LAT, "lon": at(1, 5)[1], "method": "manual"}})
    found = ask(call)
    assert found["words"] == "A person has put this place right by hand."
    assert "caretaker" not in str(found)


def test_a_call_that_there_is_not(server: ThreadServer) -> None:
    answer = httpx.get(f"{server.api}/calls/0123456789abcdef/place")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("There is no call 0123456789abcdef in the feed city.")
    assert httpx.get(f"{server.url}/api/v1/feeds/nowhere/calls/0123456789abcdef/place").status_code == 404
