"""Google's geocoder: commercial, with a key; its answers may not be kept, so it only confirms others.

    GET /maps/api/geocode/json?address=…&bounds=south,west|north,east&key=KEY
    → {"status": "OK", "results": [{"geometry": {"location": {"lat", "lng"}, "location_type"}, "types", "partial_match",
       "formatted_address", "address_components": [{"long_name", "types"}]}]}

Errors come with status 200, as another `status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bluelamp.domain.place import Candidate, Precision
from bluelamp.errors import SourceError, SourceRefused
from bluelamp.sources.geocoders.geocoder import (
    Query,
    Request,
    Terms,
    address,
    candidate,
    json_of,
    number_and_streets,
    objects,
    unreadable,
    whole_number,
)

TERMS = Terms(
    name="google",
    group="google",
    title="Google's geocoder",
    per_second=10.0,
    daily=1_000,
    timeout_seconds=10.0,
    storable=False,
    licence="terms of service: answers may not be kept",
    attribution="Google",
)
_REFUSALS = {"OVER_QUERY_LIMIT", "OVER_DAILY_LIMIT", "REQUEST_DENIED"}
_KINDS: dict[str, tuple[Precision, float]] = {
    "ROOFTOP": ("point", 40.0),
    "RANGE_INTERPOLATED": ("block", 100.0),
    "GEOMETRIC_CENTER": ("street", 1000.0),
    "APPROXIMATE": ("area", 5000.0),
}


@dataclass(frozen=True, slots=True)
class Google:
    key: str = field(repr=False)
    base: str = "https://maps.googleapis.com"
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind not in ("block", "intersection"):
            return None
        parameters: dict[str, object] = {"address": query.line(query.middle), "key": self.key}
        if query.bounds:
            west, south, east, north = query.bounds
            parameters["bounds"] = f"{south},{west}|{north},{east}"
        return Request(address(self.base, "/maps/api/geocode/json", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        answer = json_of(self.terms, body, dict)
        status = answer.get("status")
        if status == "ZERO_RESULTS":
            return ()
        if status in _REFUSALS:
            raise SourceRefused(f"{self.terms.title} refuses: {status}.", "Check google_key and its quota.")
        if status != "OK":
            raise SourceError(f"{self.terms.title} says that it went wrong.", "It will be asked again later.")
        return tuple(self._one(query, one) for one in objects(self.terms, answer.get("results")))

    def _one(self, query: Query, found: Mapping[str, Any]) -> Candidate:
        geometry = found.get("geometry")
        at = geometry.get("location") if isinstance(geometry, dict) else None
        if not isinstance(geometry, dict) or not isinstance(at, dict):
            raise unreadable(self.terms)
        label = str(found.get("formatted_address") or "")
        precision, metres = _KINDS.get(str(geometry.get("location_type")), ("area", 5000.0))
        streets = tuple(filter(None, (_part(found, "route"),)))
        if "intersection" in (found.get("types") or ()):
            precision, metres, streets = "intersection", 60.0, number_and_streets(label)[1]
        return candidate(
            self.terms,
            query,
            at.get("lat"),
            at.get("lng"),
            precision,
            metres,
            streets,
            number=whole_number(_part(found, "street_number")),
            label=label,
        )


def _part(found: Mapping[str, Any], kind: str) -> str:
    """One part of the address by its kind; empty where there is none."""
    for part in found.get("address_components") or ():
        if isinstance(part, dict) and kind in (part.get("types") or ()):
            return str(part.get("long_name") or "")
    return ""
