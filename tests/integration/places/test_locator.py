"""Calls are placed beside the flow: at once, the newest first, bounded, told again when a source is found out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from bluelamp.domain.call import Call, Place
from bluelamp.domain.place import Candidate, LocationQuery
from bluelamp.errors import Unreachable
from bluelamp.places.locator import Locator
from bluelamp.places.privacy import PlacePrivacy
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore
from tests.lib.loopback import Loopback, Reply
from tests.lib.places.geocoder_forms import FORMS, Found
from tests.lib.places.ground import KnownBlocks, answers, at, call, desk_on, line_to

FEED = "dallas-tx"
BLOCKS = {f"1900 STREET {n}": at(1, n) for n in range(50)}


class Told:
    """What the locator handed over, in order."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str, Place]] = []

    def __call__(self, feed: str, id_: str, place: Place) -> None:
        self.all.append((feed, id_, place))

    @property
    def kinds(self) -> dict[str, str]:
        return {id_: place["kind"] for _, id_, place in self.all}


Opened = Callable[..., Locator]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def opened(told: Told) -> Iterator[Opened]:
    made: list[Locator] = []

    def open_locator(desk: object, **options: object) -> Locator:
        made.append(Locator({FEED: desk}, told, **options))  # type: ignore[dict-item, arg-type]
        return made[-1]

    yield open_locator
    for one in made:
        one.stop()


def begun(locator: Locator, told: Told) -> None:
    """Start it, and wait until it has placed what was waiting."""
    locator.start()
    for _ in range(200):
        if told.all:
            break
        threading.Event().wait(0.02)
    assert locator.drain(10)


def test_a_call_is_placed_after_it_was_submitted(lite: PlaceStore, opened: Opened, told: Told) -> None:
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)))
    locator.start()
    assert locator.submit(FEED, call("a", "STREET 7"))
    assert locator.submit(FEED, call("b", "NOWHERE RD"))
    assert locator.drain(10)
    assert told.kinds == {"a": "point", "b": "area"}
    place = next(place for _, id_, place in told.all if id_ == "a")
    assert (place["lat"], place["method"]) == (at(1, 7)[0], "gazetteer block")
    assert locator.health()["placed"] == 2


def test_what_cannot_be_placed_is_not_taken(lite: PlaceStore, opened: Opened) -> None:
    locator = opened(desk_on(lite))
    assert not locator.submit("another-feed", call("a", "STREET 7"))
    assert not locator.submit(FEED, call("a", None, block=None, beat=None))
    assert not locator.submit(FEED, call("a", "STREET 7", ended="closed"))
    assert locator.submit(FEED, call("a", None, block=None, beat="3"))  # its beat is something


def test_submitting_never_waits_for_a_geocoder(
    lite: PlaceStore, server: Loopback, client: HttpClient, opened: Opened, told: Told
) -> None:
    gate = threading.Event()
    form = FORMS["census"]

    def slowly(request: object) -> Reply:
        gate.wait(10)
        return Reply(200, form.body(Found(*at(1), street="Street 1")))

    server.routes[form.path] = slowly
    locator = opened(desk_on(lite, [line_to("census", server, client, lite)]))
    locator.start()
    for n in range(100):
        assert locator.submit(FEED, call(str(n), f"STREET {n}"))
    assert told.all == []
    gate.set()


def test_the_newest_call_goes_first_and_the_oldest_is_left_out(lite: PlaceStore, opened: Opened, told: Told) -> None:
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)), size=5)
    for n in range(8):
        locator.submit(FEED, call(str(n), f"STREET {n}"))
    locator.submit(FEED, call("4", "STREET 4"))  # again: it is the newest now, and there once
    locator.start()
    assert locator.drain(10)
    assert [id_ for _, id_, _ in told.all] == ["4", "7", "6", "5", "3"]
    assert locator.health()["left_out"] == 3


def test_the_same_place_is_told_once(lite: PlaceStore, opened: Opened, told: Told) -> None:
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)))
    locator.start()
    locator.submit(FEED, call("a", "STREET 7"))
    assert locator.drain(10)
    locator.submit(FEED, call("a", "STREET 7", place=told.all[0][2]))
    assert locator.drain(10)
    assert len(told.all) == 1


def test_open_calls_without_a_point_are_looked_at_when_nothing_else_waits(
    lite: PlaceStore, opened: Opened, told: Told
) -> None:
    waiting: list[tuple[str, Call]] = [
        (FEED, call("a", "STREET 7")),
        (FEED, call("b", "STREET 8", place={"kind": "point", "lat": 1.0, "lon": 2.0, "method": "feed"})),
    ]
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)), waiting=lambda: waiting)
    begun(locator, told)
    assert list(told.kinds) == ["a"]


def test_the_feeds_own_point_is_checked(lite: PlaceStore, opened: Opened, told: Told) -> None:
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)))
    locator.start()
    lat, lon = at(1, 7)
    good: Place = {"kind": "point", "lat": lat, "lon": lon, "uncertainty_m": None, "method": "feed"}
    locator.submit(FEED, call("good", "ELSEWHERE RD", place=good))
    locator.submit(FEED, call("zero", "ELSEWHERE RD", place={**good, "lat": 0.0, "lon": 0.0}))
    locator.submit(FEED, call("far", "STREET 7", place={**good, "lat": at(8)[0], "lon": at(8)[1]}))
    assert locator.drain(10)
    found = {id_: place for _, id_, place in told.all}
    assert (found["good"]["kind"], found["good"]["method"]) == ("point", "feed")
    assert (found["zero"]["kind"], found["zero"]["area"]) == ("area", "beat 1")
    assert (found["far"]["kind"], found["far"]["method"]) == ("point", "gazetteer block")


def test_a_source_that_is_found_out_is_told_of_again(
    lite: PlaceStore, server: Loopback, client: HttpClient, opened: Opened, told: Told
) -> None:
    answers(server, "census", lambda text: [Found(*at(1), street=text.split(",")[0].partition(" ")[2])])
    locator = opened(desk_on(lite, [line_to("census", server, client, lite)]))
    locator.start()
    for n, street in enumerate(("ACTON LN", "EALING ST", "BARNET DR", "PINNER RD")):
        locator.submit(FEED, call(str(n), street))
        assert locator.drain(10)
    assert [(id_, place["kind"]) for _, id_, place in told.all[:4]] == [
        ("0", "point"), ("1", "point"), ("2", "point"), ("3", "area")
    ]  # fmt: skip
    assert sorted((id_, place["kind"]) for _, id_, place in told.all[4:]) == [
        ("0", "area"), ("1", "area"), ("2", "area")
    ]  # fmt: skip


class Broken:
    """A source that cannot be asked for a while."""

    def __init__(self) -> None:
        self.whole = False

    def candidates(self, asked: LocationQuery) -> list[Candidate]:
        if not self.whole:
            raise Unreachable("The store is away.")
        return []


def test_one_call_that_fails_does_not_end_the_locator(
    lite: PlaceStore, opened: Opened, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.places.locator._AFTER_ERROR_SECONDS", 0.01)
    source = Broken()
    locator = opened(desk_on(lite, (), None, source))
    locator.start()
    locator.submit(FEED, call("a", "STREET 7"))
    assert locator.drain(10)
    source.whole = True
    locator.submit(FEED, call("b", "STREET 8"))
    assert locator.drain(10)
    assert told.kinds == {"b": "area"}
    assert locator.health()["failed"] == 1


def test_the_budget_is_in_the_health(lite: PlaceStore, server: Loopback, client: HttpClient, opened: Opened) -> None:
    from datetime import UTC, datetime

    answers(server, "census", lambda text: [])
    line = line_to("census", server, client, lite, daily=40)
    line.spend = lambda name, limit: lite.spend(name, limit, datetime.now(UTC))
    locator = opened(desk_on(lite, [line]))
    locator.start()
    locator.submit(FEED, call("a", "STREET 7"))
    assert locator.drain(10)
    (state,) = locator.health()["geocoders"]
    assert (state["name"], state["budget"], state["used"], state["failures"]) == ("census", 40, 1, 0)


def test_a_place_that_would_look_the_same_is_not_told_again(lite: PlaceStore, opened: Opened, told: Told) -> None:
    privacy = PlacePrivacy(jitter_m=200.0, secret=lite.secret())
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)), privacy={FEED: privacy})
    locator.start()
    locator.submit(FEED, call("a", "STREET 7"))
    assert locator.drain(10)
    (place,) = [place for _, _, place in told.all]
    locator.submit(FEED, call("a", "STREET 7", place=privacy.cloaked(place, FEED)))
    assert locator.drain(10)
    assert len(told.all) == 1


def test_a_point_that_was_moved_is_not_taken_for_the_publishers_own(
    lite: PlaceStore, opened: Opened, told: Told
) -> None:
    privacy = PlacePrivacy(finest="street")
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)), privacy={FEED: privacy})
    locator.start()
    lat, lon = at(1, 7)
    listed: Place = {"kind": "point", "lat": lat, "lon": lon, "uncertainty_m": None, "method": "feed"}
    shown = privacy.cloaked(listed, FEED)
    locator.submit(FEED, call("a", "ELSEWHERE RD", place=shown))
    assert locator.drain(10)
    locator.submit(FEED, call("b", "ELSEWHERE RD", place=shown), listed)
    assert locator.drain(10)
    assert told.kinds == {"a": "area", "b": "point"}
    assert told.all[1][2]["lat"] == lat


def test_an_open_call_that_shows_more_than_it_may_by_now_is_placed_again(
    lite: PlaceStore, opened: Opened, told: Told
) -> None:
    privacy = PlacePrivacy(finest="block")
    lat, lon = at(1, 7)
    exact: Place = {"kind": "point", "lat": lat, "lon": lon, "uncertainty_m": 40.0, "method": "gazetteer block"}
    waiting = [(FEED, call("a", "STREET 7", place=exact))]
    waiting += [(FEED, call("b", "STREET 8", place=privacy.cloaked(exact, FEED)))]
    desk = desk_on(lite, (), None, KnownBlocks(BLOCKS))
    locator = opened(desk, privacy={FEED: privacy}, waiting=lambda: waiting)
    begun(locator, told)
    assert list(told.kinds) == ["a"]


def test_an_open_call_whose_point_is_vague_is_moved_all_the_same(lite: PlaceStore, opened: Opened, told: Told) -> None:
    privacy = PlacePrivacy(jitter_m=100.0, secret=lite.secret())
    lat, lon = at(1, 7)
    vague: Place = {"kind": "point", "lat": lat, "lon": lon, "uncertainty_m": 900.0, "method": "gazetteer street"}
    waiting = [(FEED, call("b", "STREET 8", place=privacy.cloaked(vague, FEED)))]
    waiting += [(FEED, call("a", "STREET 7", place=vague))]
    desk = desk_on(lite, (), None, KnownBlocks(BLOCKS))
    locator = opened(desk, privacy={FEED: privacy}, waiting=lambda: waiting)
    begun(locator, told)
    assert list(told.kinds) == ["a"]


def test_where_there_are_to_be_no_points_the_calls_own_area_is_told(
    lite: PlaceStore, opened: Opened, told: Told
) -> None:
    locator = opened(desk_on(lite, (), None, KnownBlocks(BLOCKS)), privacy={FEED: PlacePrivacy(finest="area")})
    locator.start()
    locator.submit(FEED, call("a", "STREET 7"))
    assert locator.drain(10)
    (place,) = [place for _, _, place in told.all]
    assert (place["kind"], place["area"]) == ("area", "beat 1")
    assert "lat" not in place
