"""Nominatim: OpenStreetMap by its own search. One request a second, answers must be kept, crossings are not known.

GET /search?q=…&format=jsonv2&addressdetails=1&limit=5&viewbox=…&bounded=1
→ [{"lat", "lon", "category", "type", "place_rank", "importance", "display_name", "address": {"house_number", "road"}}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.place import Candidate, Precision
from bluelamp.sources.geocoders.geocoder import (
    Query,
    Request,
    Terms,
    address,
    candidate,
    json_of,
    objects,
    whole_number,
)

TERMS = Terms(
    name="nominatim",
    group="osm",
    title="Nominatim",
    per_second=1.0,
    daily=2_000,
    timeout_seconds=15.0,
    storable=True,
    licence="Open Database License; answers must be kept, not asked for again",
    attribution="© OpenStreetMap contributors",
)
_MOST = 5
_STREET_RANK = 26  # of Nominatim's place ranks; 30 is a house
_ROADS = ("road", "pedestrian", "footway", "residential", "path", "cycleway")


@dataclass(frozen=True, slots=True)
class Nominatim:
    base: str = "https://nominatim.openstreetmap.org"
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        # A crossing is answered with the middle of one of its streets, somewhere.
        if query.asked.kind != "block":
            return None
        parameters: dict[str, object] = {
            "q": query.line(query.number),
            "format": "jsonv2",
            "addressdetails": 1,
            "limit": _MOST,
        }
        if query.bounds:
            west, south, east, north = query.bounds
            parameters |= {"viewbox": f"{west},{north},{east},{south}", "bounded": 1}
        return Request(address(self.base, "/search", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        return tuple(self._one(query, one) for one in objects(self.terms, json_of(self.terms, body, list)))

    def _one(self, query: Query, found: Mapping[str, Any]) -> Candidate:
        parts = found.get("address")
        parts = parts if isinstance(parts, dict) else {}
        street = next((str(parts[name]) for name in _ROADS if parts.get(name)), "")
        number = whole_number(parts.get("house_number"))
        precision, metres = _precision(found, number)
        return candidate(
            self.terms,
            query,
            found.get("lat"),
            found.get("lon"),
            precision,
            metres,
            (street,),
            number=number,
            score=found.get("importance"),
            label=str(found.get("display_name") or ""),
        )


def _precision(found: Mapping[str, Any], number: int | None) -> tuple[Precision, float]:
    if number is not None:
        return "point", 40.0
    rank = found.get("place_rank")
    return ("street", 1000.0) if isinstance(rank, int) and rank >= _STREET_RANK else ("area", 5000.0)
