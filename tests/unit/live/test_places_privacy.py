"""What of a place is kept from view, and the statement of it."""

from __future__ import annotations

import dataclasses

import pytest

from bluelamp.domain.call import Place
from bluelamp.domain.place import metres_between
from bluelamp.places.privacy import PlacePrivacy, statement
from bluelamp.places.sparse_gazetteer import thinness
from bluelamp.sources.feeds.agency import Privacy, read_agencies

POINT: Place = {"kind": "point", "lat": 32.8123, "lon": -96.7654, "uncertainty_m": 60.0, "method": "census block"}


def test_without_rules_a_place_is_shown_as_it_is() -> None:
    assert PlacePrivacy().cloaked(POINT, "a") is POINT


def moved_by(*metres: float) -> Place:
    """The point so many metres north (and east) of it."""
    north, east = (*metres, 0.0)[:2]
    return {**POINT, "lat": POINT["lat"] + north / 111_195, "lon": POINT["lon"] + east / 93_450}


def test_jitter_is_the_same_every_time_and_needs_the_secret_to_be_undone() -> None:
    privacy = PlacePrivacy(jitter_m=100.0, secret="one")
    first = privacy.cloaked(POINT, "city")
    assert first == privacy.cloaked(POINT, "city")
    assert first["lat"] != PlacePrivacy(jitter_m=100.0, secret="other").cloaked(POINT, "city")["lat"]
    assert first["lat"] != privacy.cloaked(POINT, "town")["lat"]
    assert "one" not in repr(privacy)
    assert first["uncertainty_m"] == 160.0


def test_no_point_is_moved_farther_than_is_said() -> None:
    privacy = PlacePrivacy(jitter_m=100.0, secret="one")
    true = [moved_by(37.0 * n, 91.0 * n) for n in range(500)]
    shown = [privacy.cloaked(place, "city") for place in true]
    far = [metres_between(a["lat"], a["lon"], b["lat"], b["lon"]) for a, b in zip(true, shown, strict=True)]
    assert max(far) <= 100.5
    assert sum(far) / len(far) > 35


def test_many_calls_at_one_house_do_not_give_it_away() -> None:
    privacy = PlacePrivacy(jitter_m=100.0, secret="one")
    # What a publisher states of one house differs by a metre or two: the middle of all is as far as any of them.
    shown = {privacy.cloaked(moved_by(n % 3, n % 2), "city")["lat"] for n in range(200)}
    assert len(shown) <= 4


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


def test_what_was_told_under_laxer_rules_is_known() -> None:
    shown = PlacePrivacy(50.0, "block", "one")
    assert shown.lets_through(shown.cloaked(POINT, "city"))
    assert not shown.lets_through(POINT)
    assert not PlacePrivacy(finest="area").lets_through(shown.cloaked(POINT, "city"))
    assert not PlacePrivacy(finest="block").lets_through({**POINT, "uncertainty_m": None})
    assert PlacePrivacy().lets_through(POINT)
    # A point that is uncertain anyway has not been moved for that.
    vague: Place = {**POINT, "uncertainty_m": 900.0}
    moving = PlacePrivacy(jitter_m=100.0, secret="one")
    assert not moving.lets_through(vague)
    assert not moving.lets_through(shown.cloaked(vague, "city"))
    assert moving.lets_through(moving.cloaked(vague, "city"))
    assert moving.cloaked(vague, "city")["cloak"] == "point/100"
    for hidden in (None, PlacePrivacy(finest="area").cloaked(POINT, "city")):
        assert PlacePrivacy(finest="area").lets_through(hidden)


def test_areas_are_shown_as_they_are() -> None:
    area: Place = {"kind": "area", "lat": 32.8, "lon": -96.7, "uncertainty_m": 900.0, "area": "beat 114"}
    assert PlacePrivacy(jitter_m=50, finest="area").cloaked(area, "a") == area


def test_the_statement_says_what_the_configuration_says() -> None:
    agency = read_agencies(None)["dallas-tx"]
    plain = statement(agency)
    assert plain[0] == "A call's location is shown as its publisher lists it."
    assert "To place calls on the map nothing is sent to anybody." in plain
    assert not any("received" in sentence for sentence in plain)
    strict = dataclasses.replace(agency, privacy=Privacy(True, ("*suicide*",), 30.0, 3, 50.0, "block"))
    told = " ".join(statement(strict, ["census"]))
    parts = (
        "masked to their hundred block", "*suicide*", "30 minutes", "rounded, by up to 56 metres", "50 metres",
        "finer than a block", "census", "shown to nobody",
    )  # fmt: skip
    for part in parts:
        assert part in told
    hidden = dataclasses.replace(agency, privacy=Privacy(finest="area", jitter_m=50.0))
    assert "not shown as points" in " ".join(statement(hidden))
    assert "moved" not in " ".join(statement(hidden))


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
