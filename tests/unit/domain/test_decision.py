"""What is decided from candidates: every rule of the gate, the clusters, the outcomes. A city of squares; one beat has
a hole, which is a beat of its own."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bluelamp.domain.belief import area_worth
from bluelamp.domain.decision import Decision, decide, fixed
from bluelamp.domain.judging import CODES, PlaceRules
from bluelamp.domain.location import canonical_aliases, parse_location
from bluelamp.domain.place import Candidate, LocationQuery, Precision, metres_between, query_of

LAT, LON = 32.80, -96.80
METRE = 1 / 111_195.0
EAST = METRE / 0.8406  # degrees of longitude a metre, at that latitude
BOUNDS = (-97.05, 32.60, -96.45, 33.03)


# kind and name → (metres east, north, half the width), and the same of its hole.
_AREAS = {
    ("beat", "114"): ((0, 0, 1000), (0, 0, 200)),  # 2 km wide, with a hole of 400 m
    ("beat", "115"): ((0, 0, 200), None),  # the hole
    ("beat", "777"): ((9000, 0, 500), None),
    ("reporting_area", "1"): ((600, 0, 300), None),
}


class Squares:
    """Areas as squares about a middle, in metres east and north of LAT, LON; one may have a square hole."""

    def distance_m(self, kind: str, name: str, lat: float, lon: float) -> float | None:
        found = _AREAS.get((kind, name))
        if found is None:
            return None
        (east, north, half), hole = found
        x, y = (lon - LON) / EAST, (lat - LAT) / METRE
        outside = max(abs(x - east) - half, abs(y - north) - half, 0.0)
        if hole is not None and max(abs(x - hole[0]), abs(y - hole[1])) < hole[2]:
            return float(hole[2] - max(abs(x - hole[0]), abs(y - hole[1])))
        return float(outside)

    def extent(self, kind: str, name: str) -> tuple[float, float, float] | None:
        found = _AREAS.get((kind, name))
        if found is None:
            return None
        (east, north, half), _ = found
        return LAT + north * METRE, LON + east * EAST, half * 1.415


AREAS = Squares()
# What was scored may be a point by itself; of what was not, see the end of the file.
USUAL = {"census": 0.92, "arcgis": 0.94, "google": 0.94, "nominatim": 0.92, "photon": 0.9, "radar": 0.85}
SCORED = {(name, precision): share for name, share in USUAL.items() for precision in ("point", "block", "intersection")}
RULES = PlaceRules(version="1.test", bounds=BOUNDS, aliases=canonical_aliases({"L B J": "I-635"}), reliability=SCORED)
UNSCORED = replace(RULES, reliability={})


def asked(text: str = "1900 N HASKELL AVE", beat: str | None = "114", **areas: str) -> LocationQuery:
    return query_of(parse_location(text, None, RULES.aliases), {"beat": beat, **areas})


def at(
    east: float,
    north: float = 0.0,
    *,
    source: str = "census",
    group: str = "",
    precision: Precision = "block",
    metres: float = 100.0,
    streets: tuple[str, ...] | None = ("N HASKELL AVE",),
    number: int | None = 1950,
    storable: bool = True,
) -> Candidate:
    lat, lon = LAT + north * METRE, LON + east * EAST
    return Candidate(source, group or source, lat, lon, precision, metres, streets, number, storable=storable)


def placed(question: LocationQuery, *candidates: Candidate, rules: PlaceRules = RULES) -> Decision:
    return decide(question, candidates, rules, AREAS)


def only_code(question: LocationQuery, candidate: Candidate, rules: PlaceRules = RULES) -> str:
    decision = placed(question, candidate, rules=rules)
    (judged,) = decision.judged
    assert judged.reason.endswith(".")
    assert judged.kept == (judged.code == "kept")
    if judged.code != "kept":
        assert decision.kind != "point"
    return judged.code


def test_a_point_in_its_beat_is_a_point_with_what_is_known_of_it() -> None:
    decision = placed(asked(), at(600))
    assert (decision.kind, decision.method, decision.version) == ("point", "census block", "1.test")
    assert decision.uncertainty_m == 100.0
    assert decision.confidence is not None
    assert 0.9 <= decision.confidence < 1
    place = decision.place()
    assert (place["kind"], place["lat"], place["version"]) == ("point", decision.lat, "1.test")
    assert decision.as_dict()["candidates"][0]["reason"] == "It lies in the beat 114, which the call names."


@pytest.mark.parametrize(
    ("candidate", "code"),
    [
        (replace(at(0), lat=0.0, lon=0.0), "null_island"),
        (replace(at(0), lat=float("nan")), "no_coordinate"),
        (replace(at(0), lat=95.0, lon=200.0), "no_coordinate"),
        (replace(at(0), lat=LON, lon=LAT), "swapped"),
        (replace(at(0), lat=35.47, lon=-97.52), "outside_city"),  # the next state
        (replace(at(0), lat=91.0, lon=10.0), "no_coordinate"),
        (at(600, streets=("N HASKEL RD",)), "kept"),  # weak, but in its beat: it counts little
        (at(600, streets=("S HASKELL AVE",)), "another_street"),
        (at(600, streets=("N HALL ST",)), "another_street"),
        (at(600, streets=()), "another_street"),
        (at(600, number=100), "another_block"),
        (at(600, precision="street"), "too_coarse"),
        (at(600, precision="area"), "too_coarse"),
        (at(600, metres=800), "too_coarse"),
        (at(1000 + 240), "kept"),  # 240 m from the beat: 150 m and its own 100 m are allowed
        (at(1000 + 260), "outside_beat"),
        (at(5000), "outside_beat"),
    ],
)
def test_each_rule_of_the_gate(candidate: Candidate, code: str) -> None:
    assert only_code(asked(), candidate) == code
    assert code in CODES


def test_the_hole_of_a_beat_is_not_the_beat() -> None:
    assert only_code(asked(), at(0, metres=10)) == "outside_beat"  # 200 m from the beat around it
    assert only_code(asked(beat="115"), at(0, metres=10)) == "kept"
    assert only_code(asked(beat="115"), at(700, metres=10)) == "outside_beat"
    assert only_code(asked(), at(100, metres=10)) == "kept"  # in the hole, 100 m from its edge


def test_a_point_that_stands_for_many_streets_stands_for_none() -> None:
    rules = replace(RULES, defaults=((at(600).lat, at(600).lon),))
    assert only_code(asked(), at(600), rules) == "default_point"
    assert only_code(asked(), at(640), rules) == "kept"


def test_a_crossing_needs_both_streets() -> None:
    question = asked("LBJ FWY EB / AUDELIA RD")
    both = at(600, streets=("Audelia Road", "Lyndon B Johnson Freeway"), precision="intersection", number=None)
    rules = replace(RULES, aliases=canonical_aliases({"L B J": "I-635", "Lyndon B Johnson": "I-635"}))
    assert only_code(question, both, rules) == "kept"
    assert only_code(question, replace(both, streets=("Audelia Road",)), rules) == "another_street"
    assert only_code(question, replace(both, streets=("Audelia Road", "Forest Lane")), rules) == "another_street"
    assert only_code(question, replace(both, precision="street"), rules) == "too_coarse"


def test_nothing_found_is_the_area_that_the_call_names() -> None:
    decision = placed(asked())
    assert (decision.kind, decision.area, decision.method) == ("area", "beat 114", "beat")
    assert (decision.lat, decision.lon) == (LAT, LON)
    assert decision.uncertainty_m == pytest.approx(1415)
    assert placed(asked(beat=None)).kind == "none"
    unknown = placed(asked(beat="999"))  # named, but nobody knows where it is
    assert (unknown.kind, unknown.area, unknown.lat, unknown.confidence) == ("area", "beat 999", None, None)
    assert placed(asked(beat="999", reporting_area="1")).area == "reporting_area 1"  # of this one it is known where


def test_two_sources_of_one_group_are_one_witness() -> None:
    free = asked(beat=None)
    weak = ("Haskell Avenue",)  # the direction is missing, and no beat speaks for it
    first = at(600, source="nominatim", group="osm", streets=weak)
    alone = placed(free, first)
    same = placed(free, first, at(610, source="photon", group="osm", streets=weak))
    other = placed(free, first, at(610, source="census", group="tiger", streets=weak))
    assert alone.kind == same.kind == "none"
    assert other.kind == "point"
    assert other.method == "census+nominatim block"


def test_sources_that_contradict_one_another_are_no_point() -> None:
    decision = placed(asked(), at(600, source="census"), at(-800, source="arcgis"))
    assert decision.kind == "area"
    assert all(one.kept for one in decision.judged)
    third = placed(asked(), at(600, source="census"), at(620, source="google"), at(-800, source="radar"))
    assert third.kind == "point"
    assert third.confidence is not None
    assert third.confidence < placed(asked(), at(600, source="census"), at(620, source="google")).confidence  # type: ignore[operator]


def test_independent_sources_that_differ_a_little_widen_the_claim() -> None:
    decision = placed(asked(), at(600, metres=30, source="arcgis"), at(740, metres=60, source="census"))
    assert decision.kind == "point"
    assert decision.uncertainty_m == pytest.approx(140, abs=1)


def test_what_may_not_be_kept_confirms_and_is_never_the_point() -> None:
    commercial = at(610, source="google", storable=False, metres=10)
    assert placed(asked(beat=None), commercial).kind == "none"
    unsure = at(600, source="nominatim", group="osm", streets=("Haskell Avenue",))
    assert placed(asked(beat=None), unsure).kind == "none"
    confirmed = placed(asked(beat=None), commercial, unsure)
    assert confirmed.kind == "point"
    assert confirmed.lon == at(600).lon


def test_a_beat_that_is_itself_wrong_is_not_shown_as_a_fact() -> None:
    wrong = asked(beat="777")  # the call's street is nine kilometres away
    one = placed(wrong, at(600, source="gazetteer", group="city", metres=40))
    assert (one.kind, one.judged[0].code) == ("area", "outside_beat")
    assert one.confidence is not None
    assert one.confidence < placed(wrong).confidence  # type: ignore[operator]
    two = placed(wrong, at(600, source="gazetteer", group="city", metres=40), at(640, source="census"))
    assert (two.kind, two.method) == ("none", "contested")
    assert "contradicts the beat 777" in two.why
    # The call's own reporting area holds what its beat does not.
    own = placed(asked(beat="777", reporting_area="1"), at(600, source="gazetteer", group="city", metres=40))
    assert own.kind == "none"


def test_the_reporting_area_ranks_and_does_not_gate() -> None:
    inside = placed(asked(reporting_area="1"), at(600))
    outside = placed(asked(reporting_area="1"), at(-600))
    assert inside.confidence is not None
    assert outside.judged[0].code == "kept"
    assert (outside.confidence or 0) < inside.confidence


def test_the_feeds_own_point_is_judged_like_any_other() -> None:
    own = at(600, source="feed", streets=None, number=None, metres=150)
    assert placed(asked(), own).method == "feed"
    assert placed(asked(), replace(own, lat=0.0, lon=0.0)).kind == "area"
    assert only_code(asked(), replace(own, lon=own.lon + 9000 * EAST)) == "outside_beat"


def test_the_order_of_candidates_does_not_matter() -> None:
    several = [at(600), at(640, source="arcgis"), at(-700, source="nominatim"), at(4000, source="radar")]
    outcomes = {str(placed(asked(), *order).as_dict()) for order in itertools.permutations(several)}
    assert len(outcomes) == 1


def test_the_cluster_reaches_150_metres() -> None:
    # Beyond it the two neither confirm one another nor, as their claims overlap, contradict.
    near, far = at(600 + 149, source="arcgis"), at(600 + 151, source="arcgis")
    assert "+" in placed(asked(), at(600), near).method
    apart = placed(asked(), at(600), far)
    assert apart.kind == "point"
    assert "+" not in apart.method


def test_what_scoring_found_counts() -> None:
    poor = replace(RULES, reliability={("census", "block"): 0.3})
    assert placed(asked(), at(600), rules=poor).kind == "area"
    wide = replace(RULES, stretch={("census", "block"): 2.5})
    assert placed(asked(), at(600), rules=wide).uncertainty_m == 250.0
    too_wide = replace(RULES, stretch={("census", "block"): 6.0})
    assert placed(asked(), at(600), rules=too_wide).kind == "area"


def test_what_a_person_says_is_not_judged() -> None:
    decision = fixed(LAT, LON, 20.0, "the park's own gate")
    assert (decision.kind, decision.method, decision.confidence) == ("point", "manual", 1.0)


def test_an_unknown_location_has_its_beat() -> None:
    assert placed(asked("UNKNOWN")).kind == "area"
    assert only_code(asked("UNKNOWN"), at(600)) == "another_street"


def test_keys_are_the_same_for_the_same_location() -> None:
    assert asked("1900 n haskell  ave").key == asked("1900 N HASKELL AVE").key
    assert asked("MAIN ST / ELM ST").key == asked("Elm St & Main St").key
    assert asked("1900 N HASKELL AVE").key != asked("2000 N HASKELL AVE").key
    assert asked("1900 N HASKELL AVE", beat="115").areas_key != asked().areas_key
    assert LocationQuery.from_dict(asked(reporting_area="1").as_dict()) == asked(reporting_area="1")


def test_metres() -> None:
    assert metres_between(LAT, LON, LAT + 0.01, LON) == pytest.approx(1112, abs=1)
    assert metres_between(0.0, 179.999, 0.0, -179.999) == pytest.approx(222, abs=1)


# -- sources that were never scored, and what a check is worth ---------------------------------------------------------


@pytest.mark.parametrize("areas", [{"beat": None}, {}, {"reporting_area": "1"}])
@pytest.mark.parametrize("names", [("census",), ("census", "arcgis"), ("census", "arcgis", "google")])
def test_what_was_never_scored_is_no_point_whoever_agrees(areas: dict[str, str | None], names: tuple[str, ...]) -> None:
    """They may all rest on one error: of two geocoders that lied alike four in ten points were wrong."""
    found = [at(600 + 10 * n, source=name) for n, name in enumerate(names)]
    decision = placed(asked(**areas), *found, rules=UNSCORED)  # type: ignore[arg-type]
    assert decision.kind != "point"
    assert "nobody knows yet how often they are right" in decision.why
    assert all(one.kept for one in decision.judged)


def test_what_was_never_scored_confirms_what_was() -> None:
    alone = placed(asked(), at(600, source="gazetteer", group="city"), rules=UNSCORED)
    both = placed(asked(), at(600, source="gazetteer", group="city"), at(610), rules=UNSCORED)
    assert (alone.kind, both.kind) == ("point", "point")
    assert (both.confidence or 0) > (alone.confidence or 1)


def test_belief_is_earned_by_areas_and_must_be_certain() -> None:
    earned = replace(RULES, reliability={("census", ""): 0.94})
    little = replace(RULES, reliability={("census", ""): 0.8})
    assert placed(asked(), at(600), rules=earned).kind == "point"
    assert placed(asked(beat=None), at(600), rules=earned).kind == "none"  # nothing was checked
    assert placed(asked(), at(600), rules=little).kind == "area"


def test_a_check_is_worth_what_it_excludes() -> None:
    beat, division, city = (area_worth(share, rough=False) for share in (1 / 195, 1 / 7, 1.0))
    assert beat > 2 * division > 2 * city == 2.0
    assert area_worth(1e-9, rough=False) == area_worth(1e-6, rough=False) < 5, "one in five passes however small it is"
    assert city < area_worth(1 / 195, rough=True) < beat
    assert area_worth(None, rough=False) < beat
