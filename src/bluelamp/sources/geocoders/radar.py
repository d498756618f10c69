"""Radar: commercial, with a key; its answers may not be kept, so it only confirms others.

GET /v1/geocode/forward?query=…   Authorization: KEY
→ {"meta": {"code": 200}, "addresses": [{"latitude", "longitude", "number", "street", "confidence", "layer",
   "formattedAddress"}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    name="radar",
    group="radar",
    title="Radar",
    per_second=5.0,
    daily=3_000,
    timeout_seconds=10.0,
    storable=False,
    licence="terms of service: answers may not be kept",
    attribution="Radar",
)
_CONFIDENCES: dict[str, tuple[Precision, float]] = {
    "exact": ("point", 50.0),
    "interpolated": ("block", 120.0),
    "fallback": ("area", 5000.0),
}


@dataclass(frozen=True, slots=True)
class Radar:
    key: str = field(repr=False)
    base: str = "https://api.radar.io"
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind != "block":
            return None
        url = address(self.base, "/v1/geocode/forward", {"query": query.line(query.number), "layers": "address"})
        return Request(url, {"Authorization": self.key})

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        found = objects(self.terms, json_of(self.terms, body, dict).get("addresses"))
        return tuple(self._one(query, one) for one in found)

    def _one(self, query: Query, found: Mapping[str, Any]) -> Candidate:
        precision, metres = _CONFIDENCES.get(str(found.get("confidence")), ("area", 5000.0))
        if found.get("layer") == "street":
            precision, metres = "street", 1000.0
        return candidate(
            self.terms,
            query,
            found.get("latitude"),
            found.get("longitude"),
            precision,
            metres,
            (str(found.get("street") or ""),),
            number=whole_number(found.get("number")),
            label=str(found.get("formattedAddress") or ""),
        )
