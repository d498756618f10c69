"""What one feed's places are decided on: its gazetteer, its areas, its rules. Built once for each feed by
`setup`; used by the resolver, the benchmark and the commands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bluelamp.domain.call import Call, Place
from bluelamp.domain.decision import VERSION
from bluelamp.domain.judging import Bounds, PlaceRules
from bluelamp.domain.location import Aliases, parse_location
from bluelamp.domain.place import AreaCheck, Candidate, CandidateSource, LocationQuery, NoAreas, query_of
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.geocoders.geocoder import Query

# The coordinate that a feed itself gives is of the block or the crossing, not of the door.
_FEED_METRES = 150.0
# Coordinates that a dispatcher writes into a location are of a telephone or a vehicle.
_STATED_METRES = 100.0
_AREA_FIELDS = ("beat", "reporting_area", "division")


@dataclass(frozen=True, slots=True)
class PlaceContext:
    """`sources` answer at once from what is at hand; `rules` are complete but for the points that stand for nothing."""

    feed: str
    city: str
    bounds: Bounds | None
    rules: PlaceRules
    sources: Sequence[CandidateSource] = ()
    areas: AreaCheck = field(default_factory=NoAreas)
    aliases: Aliases = field(default_factory=dict)
    hides_points: bool = False  # then coordinates in a location are not read

    def query_of_location(
        self, location: str | None, block: str | None, areas: Mapping[str, str | None]
    ) -> LocationQuery:
        """What is asked about a location as a call names it."""
        found = query_of(parse_location(location, block, self.aliases), areas)
        # Taken out where it was read; a call of before that was asked for may state it yet.
        return replace(found, point=None) if self.hides_points else found

    def query_of_call(self, call: Call) -> LocationQuery:
        return self.query_of_location(call["location"], call["block"], {name: call[name] for name in _AREA_FIELDS})  # type: ignore[literal-required]

    def query(self, query: LocationQuery) -> Query:
        """The same for geocoders."""
        return Query(query, self.city, self.bounds)

    def at_hand(self, query: LocationQuery) -> list[Candidate]:
        """What the gazetteer knows, and the coordinates that the location itself states. What a city publishes is one
        witness, whoever looks it up."""
        found = [one for source in self.sources for one in source.candidates(query)]
        stated = [] if query.point is None else [Candidate("feed", "feed", *query.point, "point", _STATED_METRES, None)]
        return stated + [replace(one, group="city") if one.source == "gazetteer" else one for one in found]


def feed_candidate(place: Place | None) -> list[Candidate]:
    """Where the feed itself says that a call is, of the place that it has; empty where it says nothing."""
    if place is None or place.get("method") != "feed" or "lat" not in place or "lon" not in place:
        return []
    return [Candidate("feed", "feed", place["lat"], place["lon"], "block", _FEED_METRES, None)]


def ground_of(
    agency: Agency,
    *,
    sources: Sequence[CandidateSource] = (),
    areas: AreaCheck | None = None,
    aliases: Aliases | None = None,
    material: str = "",
    reliability: Mapping[tuple[str, str], float] | None = None,
    stretch: Mapping[tuple[str, str], float] | None = None,
    defaults: Sequence[tuple[float, float]] = (),
    rough: Sequence[str] = (),
) -> PlaceContext:
    """A feed's ground. `material` names the version of the gazetteer, `defaults` are points that the configuration
    knows to stand for nothing."""
    gates = tuple(name for name in ("beat", "division") if name in agency.check_fields) or ("beat", "division")
    supports = tuple(name for name in agency.check_fields if name not in gates)
    rules = PlaceRules(
        version="",
        bounds=agency.bounds,
        gates=gates,
        supports=supports or ("reporting_area",),
        rough=tuple(rough),
        aliases=aliases or {},
        defaults=tuple(defaults),
        reliability=reliability or {},
        stretch=stretch or {},
    )
    rules = with_version(rules, material)
    return PlaceContext(
        agency.name,
        agency.city,
        agency.bounds,
        rules,
        sources,
        areas or NoAreas(),
        aliases or {},
        agency.privacy.hides_points,
    )


def with_version(rules: PlaceRules, material: str = "") -> PlaceRules:
    """The rules with a version that names everything a decision depends on: decisions of another are made anew."""
    facts = [
        material,
        rules.bounds,
        rules.gates,
        rules.supports,
        rules.rough,
        sorted(rules.aliases.items()),
        sorted(rules.defaults),
        [rules.tolerance_m, rules.cluster_m, rules.point_m, rules.least_confidence],
        sorted((*key, round(value, 3)) for key, value in rules.reliability.items()),
        sorted((*key, round(value, 3)) for key, value in rules.stretch.items()),
    ]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]
    return replace(rules, version=f"{VERSION}.{digest}")
