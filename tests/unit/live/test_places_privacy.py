"""What of a place is kept from view, and the statement of it."""

from __future__ import annotations

import dataclasses

import pytest

from bluelamp.domain.call import Place
from bluelamp.domain.place import metres_between
from bluelamp.live.places_privacy import PlacePrivacy, statement
from bluelamp.live.places_thin import thinness
from bluelamp.sources.feeds.agency import Privacy, read_agencies

POINT: Place = {"kind": "point", "lat": 32.8123, "lon": -96.7654, "uncertainty_m": 60.0, "method": "census block"}


def test_without_rules_a_place_is_shown_as_it_is() -> None:
    assert PlacePrivacy().cloaked(POINT, "a") is POINT


def test_jitter_is_the_same_for_a_call_and_needs_the_secret_to_be_undone() -> None:
    privacy = PlacePrivacy(jitter_m=100.0, secret="one")
    first = privacy.cloaked(POINT, "call")
    assert first == privacy.cloaked(POINT, "call")
    assert first["lat"] != PlacePrivacy(jitter_m=100.0, secret="other").cloaked(POINT, "call")["lat"]
    assert "one" not in repr(privacy)
    far = [
        metres_between(POINT["lat"], POINT["lon"], moved["lat"], moved["lon"])
        for moved in (privacy.cloaked(POINT, str(n)) for n in range(500))
    ]
    assert max(far) <= 100.5
    assert 55 < sum(far) / len(far) < 75  # evenly over the circle: two thirds of its radius
    assert first["uncertainty_m"] == 160.0


def test_the_finest_that_is_shown() -> None:
    block = PlacePrivacy(finest="block")
    spread = [block.cloaked({**POINT, "lat": POINT["lat"] + n / 111_195 * 10}, "a") for n in range(30)]
    assert len({place["lat"] for place in spread}) <= 4  # 300 metres of points, shown at cells of 150
    assert all(place["uncertainty_m"] == 150.0 for place in spread)
    assert all(
        metres_between(POINT["lat"] + n / 111_195 * 10, POINT["lon"], place["lat"], place["lon"]) < 150
        for n, place in enumerate(spread)
    )
    hidden = PlacePrivacy(finest="area").cloaked(POINT, "a")
    assert "lat" not in hidden
    assert hidden["kind"] == "none"


def test_areas_are_shown_as_they_are() -> None:
    area: Place = {"kind": "area", "lat": 32.8, "lon": -96.7, "uncertainty_m": 900.0, "area": "beat 114"}
    assert PlacePrivacy(jitter_m=50, finest="area").cloaked(area, "a") == area


def test_the_statement_says_what_the_configuration_says() -> None:
    agency = read_agencies(None)["dallas-tx"]
    plain = statement(agency)
    assert plain[0].startswith("A call is shown by the block or the crossing")
    assert "To place calls on the map nothing is sent to anybody." in plain
    strict = dataclasses.replace(agency, privacy=Privacy(True, ("*suicide*",), 30.0))
    told = " ".join(statement(strict, PlacePrivacy(50.0, "block"), ["census"]))
    parts = ("masked to their hundred block", "*suicide*", "30 minutes", "50 metres", "finer than a block", "census")
    for part in parts:
        assert part in told
    assert "not shown as points" in " ".join(statement(agency, PlacePrivacy(finest="area")))


@pytest.mark.parametrize(
    ("counts", "thin"),
    [
        ({}, 0.0),
        ({"streets": 100, "addresses": 2500}, 0.0),
        ({"streets": 100, "addresses": 150}, 1.0),
        ({"streets": 100, "addresses": 0}, 1.0),
        ({"streets": 100, "addresses": 150, "centreline pieces": 900}, 0.0),
        ({"streets": 100, "addresses": 632}, 0.5),
    ],
)
def test_how_little_a_gazetteer_knows(counts: dict[str, int], thin: float) -> None:
    assert thinness(counts) == pytest.approx(thin, abs=0.01)
