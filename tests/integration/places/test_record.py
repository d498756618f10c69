"""A geocoder that nobody has scored makes no point until the beats that calls name have shown that it does not lie."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bluelamp.domain.location import parse_location
from bluelamp.domain.place import LocationQuery, query_of
from bluelamp.places.context import ground_of
from bluelamp.places.resolver import Resolver
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore
from tests.lib.loopback import Loopback
from tests.lib.places.geocoder_forms import Found
from tests.lib.places.ground import EAST, LAT, LON, METRE, Beats, Clock, answers, dallas, line_to

CALLS = 60


class Sized(Beats):
    """Beats of which it is known how large they are."""

    def extent(self, kind: str, name: str) -> tuple[float, float, float] | None:
        return None if kind != "beat" else (LAT, LON + 1000 * int(name) * EAST, 707.0)


Liar = Callable[[random.Random, int], tuple[float, float]]


def asked(number: int) -> LocationQuery:
    """A street of its own for each call; calls take turns through ten beats."""
    return query_of(parse_location(f"1900 STREET {number} AVE"), {"beat": str(number % 10)})


def within(draw: random.Random, beat: int) -> tuple[float, float]:
    """A point in a beat (metres east and north of the middle of all)."""
    return 1000 * beat + draw.uniform(-450, 450), draw.uniform(-450, 450)


def truthful(draw: random.Random, beat: int) -> tuple[float, float]:
    return within(draw, beat)


def lying(share: float) -> Liar:
    """Another beat, so often; its neighbour is where the same street leads."""

    def at(draw: random.Random, beat: int) -> tuple[float, float]:
        return within(draw, (beat + draw.choice((-2, 2, 3))) % 10 if draw.random() < share else beat)

    return at


def said_by(server: Loopback, names: tuple[str, ...], liar: Liar) -> None:
    """All of them say the same."""
    draw = random.Random(7)
    at = [liar(draw, number % 10) for number in range(CALLS)]

    def found(text: str) -> list[Found]:
        number = int(text.split(",")[0].split()[2])
        east, north = at[number]
        return [Found(LAT + north * METRE, LON + east * EAST, street=f"STREET {number} AVE")]

    for name in names:
        answers(server, name, found)


def desk_of(server: Loopback, client: HttpClient, places: PlaceStore, names: tuple[str, ...]) -> Resolver:
    lines = [line_to(name, server, client, places) for name in names]
    return Resolver(places, ground_of(dallas(), areas=Sized()), lines, now=Clock())


@pytest.mark.parametrize("names", [("census",), ("census", "nominatim")])
def test_belief_is_earned(server: Loopback, client: HttpClient, lite: PlaceStore, names: tuple[str, ...]) -> None:
    said_by(server, names, truthful)
    desk = desk_of(server, client, lite, names)
    kinds = [desk.resolve(asked(number))["kind"] for number in range(CALLS)]
    assert kinds[0] == "area"
    assert kinds[-1] == "point"
    # What was decided before is decided anew, and a desk that is opened later knows it at once.
    changed = dict.fromkeys(one.key for one, found in desk.redecide() if found["kind"] == "point")
    assert asked(0).key in changed
    again = desk_of(server, client, lite, names)
    assert again.resolve(asked(0))["kind"] == "point"
    scoring = desk_of(server, client, lite, ())  # as `places score` opens it
    assert scoring.resolve(asked(0), ask=False)["kind"] == "point"
    assert scoring.rules.version == again.rules.version


@pytest.mark.parametrize("names", [("census",), ("census", "nominatim")])
@pytest.mark.parametrize("share", [0.33, 1.0])
def test_who_lies_is_never_believed(
    server: Loopback, client: HttpClient, lite: PlaceStore, names: tuple[str, ...], share: float
) -> None:
    said_by(server, names, lying(share))
    desk = desk_of(server, client, lite, names)
    assert {desk.resolve(asked(number))["kind"] for number in range(CALLS)} <= {"area", "none"}
    assert {found["kind"] for _, found in desk.redecide()} <= {"area", "none"}
