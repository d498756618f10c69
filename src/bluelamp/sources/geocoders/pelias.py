"""Pelias, run by oneself: open data of several sources, numbers reckoned between known ones.

GET /v1/search?text=…&size=5&boundary.rect.min_lat=…
→ {"features": [{"geometry": {"coordinates": [lon, lat]}, "properties": {"layer", "housenumber", "street",
   "confidence", "match_type", "accuracy", "label", "source"}}]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    point_of,
    whole_number,
)

TERMS = Terms(
    name="pelias",
    group="pelias",
    title="Pelias",
    per_second=10.0,
    daily=50_000,
    timeout_seconds=10.0,
    storable=True,
    licence="as its data sources state (OpenStreetMap: Open Database License; OpenAddresses: by source)",
    attribution="© OpenStreetMap contributors, OpenAddresses and others",
)
_MOST = 5
_LAYERS: dict[str, tuple[Precision, float]] = {
    "address": ("point", 40.0),
    "intersection": ("intersection", 60.0),
    "street": ("street", 1000.0),
}


@dataclass(frozen=True, slots=True)
class Pelias:
    base: str
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind != "block":
            return None
        parameters: dict[str, object] = {"text": query.line(query.middle), "size": _MOST}
        if query.bounds:
            names = ("min_lon", "min_lat", "max_lon", "max_lat")
            parameters |= {f"boundary.rect.{name}": at for name, at in zip(names, query.bounds, strict=True)}
        return Request(address(self.base, "/v1/search", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        found = objects(self.terms, json_of(self.terms, body, dict).get("features"))
        return tuple(self._one(query, one) for one in found)

    def _one(self, query: Query, feature: Mapping[str, Any]) -> Candidate:
        lat, lon, known = point_of(self.terms, feature)
        precision, metres = _LAYERS.get(str(known.get("layer")), ("area", 5000.0))
        if known.get("match_type") == "interpolated" or known.get("accuracy") == "interpolated":
            precision, metres = "block", 100.0
        found = candidate(
            self.terms,
            query,
            lat,
            lon,
            precision,
            metres,
            (str(known.get("street") or ""),),
            number=whole_number(known.get("housenumber")),
            score=known.get("confidence"),
            label=str(known.get("label") or known.get("name") or ""),
        )
        # What Pelias has from OpenStreetMap is no other witness than OpenStreetMap.
        return replace(found, group="osm") if known.get("source") == "openstreetmap" else found
