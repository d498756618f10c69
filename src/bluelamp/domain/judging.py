"""Judges one candidate of a place: kept, or rejected with a reason in words. Pure; used by `domain.decision`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bluelamp.domain.place import PRECISIONS, AreaCheck, Candidate, LocationQuery, Precision, metres_between
from bluelamp.domain.street_match import SAME, Likeness, likeness_of_all

Bounds = tuple[float, float, float, float]  # west, south, east, north
Code = Literal[
    "kept",
    "no_coordinate",
    "null_island",
    "swapped",
    "outside_city",
    "default_point",
    "another_street",
    "another_block",
    "too_coarse",
    "outside_beat",
]
# Each with its meaning, for the documentation and the screen.
CODES: dict[Code, str] = {
    "kept": "nothing speaks against it",
    "no_coordinate": "it is no latitude and longitude",
    "null_island": "it is where latitude and longitude are zero, which is what a source says that knows nothing",
    "swapped": "latitude and longitude are the wrong way round",
    "outside_city": "it lies outside the city",
    "default_point": "it is a point that stands for many different streets",
    "another_street": "the street found is not the street asked for",
    "another_block": "the house number found is not in the block asked for",
    "too_coarse": "it is known less exactly than what was asked",
    "outside_beat": "it is farther from the call's own beat than can be",
}
_NULL_ISLAND_DEGREES = 0.05
_DEFAULT_POINT_M = 15.0
# A house number so far from the block asked for may still be what a map calls the same block.
_NEIGHBOURING_NUMBERS = 10
# The coarsest precision that answers a question.
_ENOUGH: dict[str, Precision] = {"block": "block", "intersection": "intersection", "named": "block"}


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """What one feed's places are judged by. Distances in metres.

    `gates` are the call's fields whose area must hold the point, the first that is known counts; `supports` those that
    only speak for it; `rough` are those whose areas are known by scattered points alone. `aliases` as
    `location.canonical_aliases` makes them. `defaults` are points that stand for nothing. `reliability` is how often a
    source's answer of a precision is right, by (source, precision), as scored against official coordinates; by
    (source, "") what the calls' own areas tell of it; of a source that is in it in neither way nobody knows. `stretch`
    is what its claimed uncertainty is multiplied by.
    """

    version: str
    bounds: Bounds | None = None
    city: bool = False  # whether the area check knows the city's own limit
    gates: tuple[str, ...] = ("beat", "division")
    supports: tuple[str, ...] = ("reporting_area",)
    rough: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    defaults: tuple[tuple[float, float], ...] = ()
    tolerance_m: float = 150.0
    cluster_m: float = 150.0
    point_m: float = 500.0
    least_confidence: float = 0.9
    reliability: Mapping[tuple[str, str], float] = field(default_factory=dict)
    stretch: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its verdict. `gate_m` is its distance from the area that gates it, `inside` says for each field
    of the call whether its area holds the point; an area that is not known is in neither."""

    candidate: Candidate
    code: Code
    reason: str
    gate: str = ""
    gate_m: float | None = None
    gate_share: float | None = None  # of the city that the area is; None where that is not known
    inside: Mapping[str, bool] = field(default_factory=dict)
    street: Likeness = SAME

    @property
    def kept(self) -> bool:
        return self.code == "kept"

    def as_dict(self) -> dict[str, Any]:
        found = self.candidate.as_dict()
        return {
            **found,
            "kept": self.kept,
            "code": self.code,
            "reason": self.reason,
            "gate": self.gate or None,
            "gate_distance_m": None if self.gate_m is None else round(self.gate_m, 1),
        }


def judge(query: LocationQuery, candidate: Candidate, rules: PlaceRules, areas: AreaCheck) -> Judged:
    """One candidate's verdict: the first reason that rejects it, in the order in which they are certain."""
    return (
        _no_place(candidate, rules)
        or _elsewhere(candidate, rules, areas)
        or _default(candidate, rules)
        or _compared(query, candidate, rules, areas)
    )


def _no_place(candidate: Candidate, rules: PlaceRules) -> Judged | None:
    lat, lon = candidate.lat, candidate.lon
    if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lon) > 180 or (abs(lat) > 90 and abs(lon) > 90):
        return Judged(candidate, "no_coordinate", "It is no latitude and longitude.")
    if abs(lat) < _NULL_ISLAND_DEGREES and abs(lon) < _NULL_ISLAND_DEGREES:
        return Judged(candidate, "null_island", "It lies where latitude and longitude are zero.")
    if rules.bounds and not _within(rules.bounds, lat, lon) and _within(rules.bounds, lon, lat):
        return Judged(candidate, "swapped", "Latitude and longitude are the wrong way round.")
    if abs(lat) > 90:
        return Judged(candidate, "no_coordinate", "It is no latitude and longitude.")
    return None


def _within(bounds: Bounds, lat: float, lon: float) -> bool:
    west, south, east, north = bounds
    return south <= lat <= north and west <= lon <= east


def _elsewhere(candidate: Candidate, rules: PlaceRules, areas: AreaCheck) -> Judged | None:
    lat, lon = candidate.lat, candidate.lon
    if rules.bounds and not _within(rules.bounds, lat, lon):
        west, south, east, north = rules.bounds
        nearest = min(max(lat, south), north), min(max(lon, west), east)
        far = metres_between(lat, lon, *nearest)
        return Judged(candidate, "outside_city", f"It lies outside the city, {_far(far)} away.")
    beyond = areas.distance_m("city", "", lat, lon)
    if beyond is not None and beyond > rules.tolerance_m:
        return Judged(candidate, "outside_city", f"It lies outside the city limit, {_far(beyond)} away.")
    return None


def _default(candidate: Candidate, rules: PlaceRules) -> Judged | None:
    if any(metres_between(candidate.lat, candidate.lon, *point) < _DEFAULT_POINT_M for point in rules.defaults):
        return Judged(candidate, "default_point", "This point was given for many different streets.")
    return None


def _compared(query: LocationQuery, candidate: Candidate, rules: PlaceRules, areas: AreaCheck) -> Judged:
    street = SAME if candidate.streets is None else likeness_of_all(query.streets, candidate.streets, rules.aliases)
    gate, gate_m = _gate(query, candidate, rules, areas)
    inside = _inside(query, candidate, rules, areas)
    code, reason = _verdict(query, candidate, rules, street) or _outside_gate(query, candidate, rules, gate, gate_m)
    words = reason or _kept_words(query, gate, gate_m, street)
    share = city_share(gate, query.area(gate) or "", rules, areas) if gate else None
    return Judged(candidate, code, words, gate, gate_m, share, inside, street)


def _verdict(
    query: LocationQuery, candidate: Candidate, rules: PlaceRules, street: Likeness
) -> tuple[Code, str] | None:
    if candidate.streets is not None and not street.share:
        return "another_street", _wrong_street(query, candidate, street)
    reason = _wrong_block(query, candidate)
    if reason:
        return "another_block", reason
    reason = _coarse(query, candidate, rules)
    return ("too_coarse", reason) if reason else None


def _outside_gate(
    query: LocationQuery, candidate: Candidate, rules: PlaceRules, gate: str, gate_m: float | None
) -> tuple[Code, str]:
    allowed = rules.tolerance_m + candidate.uncertainty_m
    if gate_m is None or gate_m <= allowed:
        return "kept", ""
    named = f"{_area(gate)} {query.area(gate)}, which the call names"
    return "outside_beat", f"It lies {_far(gate_m)} from {named}; {_far(allowed)} is allowed."


def _gate(query: LocationQuery, candidate: Candidate, rules: PlaceRules, areas: AreaCheck) -> tuple[str, float | None]:
    for field_ in rules.gates:
        name = query.area(field_)
        far = areas.distance_m(field_, name, candidate.lat, candidate.lon) if name else None
        if far is not None:
            return field_, far
    return "", None


def city_share(field_: str, name: str, rules: PlaceRules, areas: AreaCheck) -> float | None:
    """What part of the city an area is, by the circles that hold them: what being in it excludes. None where either is
    not known."""
    extent, city = areas.extent(field_, name), areas.extent("city", "")
    if extent is None or (city is None and rules.bounds is None):
        return None
    whole = math.pi * city[2] ** 2 if city is not None else _box_m2(rules.bounds or (0, 0, 0, 0))
    return min(math.pi * extent[2] ** 2 / max(whole, 1.0), 1.0)


def _box_m2(bounds: Bounds) -> float:
    west, south, east, north = bounds
    middle = (south + north) / 2
    return metres_between(middle, west, middle, east) * metres_between(south, west, north, west)


def _inside(query: LocationQuery, candidate: Candidate, rules: PlaceRules, areas: AreaCheck) -> dict[str, bool]:
    found = {}
    for field_, name in query.areas:
        if field_ in rules.supports:
            far = areas.distance_m(field_, name, candidate.lat, candidate.lon)
            if far is not None:
                found[field_] = far <= rules.tolerance_m
    return found


def _wrong_street(query: LocationQuery, candidate: Candidate, street: Likeness) -> str:
    found = " and ".join(candidate.streets or ()) or "no street"
    return f"Asked was {' and '.join(query.streets) or query.text}, found was {found}: {street.words}."


def _wrong_block(query: LocationQuery, candidate: Candidate) -> str:
    if query.first is None or query.last is None or candidate.number is None:
        return ""
    if query.first - _NEIGHBOURING_NUMBERS <= candidate.number <= query.last + _NEIGHBOURING_NUMBERS:
        return ""
    return f"Asked was the block from {query.first} to {query.last}, found was number {candidate.number}."


def _coarse(query: LocationQuery, candidate: Candidate, rules: PlaceRules) -> str:
    enough: Precision = _ENOUGH.get(query.kind, "street")
    if PRECISIONS.index(candidate.precision) > PRECISIONS.index(enough):
        return f"Asked was {_a(query.kind)}, found was {_a(candidate.precision)} only."
    if candidate.uncertainty_m > rules.point_m:
        return f"It is known to {_far(candidate.uncertainty_m)} only."
    return ""


def _kept_words(query: LocationQuery, gate: str, gate_m: float | None, street: Likeness) -> str:
    if gate_m is None:
        words = "No area that the call names could be checked."
    elif gate_m == 0:
        words = f"It lies in {_area(gate)} {query.area(gate)}, which the call names."
    else:
        words = f"It lies {_far(gate_m)} from {_area(gate)} {query.area(gate)}, which the call names."
    return f"{words} Its street is the one asked for, but {street.words}." if street.words else words


def _area(field_: str) -> str:
    return "the " + field_.replace("_", " ")


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _far(metres: float) -> str:
    return f"{metres:,.0f} m" if metres < 10_000 else f"{metres / 1000:,.0f} km"
