"""Photon: OpenStreetMap by another search; the same witness as Nominatim. Run by oneself, or the public one with care.

GET /api?q=…&limit=5&bbox=west,south,east,north
→ {"features": [{"geometry": {"coordinates": [lon, lat]}, "properties": {"type", "housenumber", "street", "name"}}]}
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
    point_of,
    whole_number,
)

TERMS = Terms(
    name="photon",
    group="osm",
    title="Photon",
    per_second=1.0,
    daily=2_000,
    timeout_seconds=15.0,
    storable=True,
    licence="Open Database License; answers may be kept",
    attribution="© OpenStreetMap contributors",
)
_MOST = 5
_KINDS: dict[str, tuple[Precision, float]] = {"house": ("point", 40.0), "street": ("street", 1000.0)}


@dataclass(frozen=True, slots=True)
class Photon:
    base: str = "https://photon.komoot.io"
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind != "block":
            return None
        parameters: dict[str, object] = {"q": query.line(query.number), "limit": _MOST}
        if query.bounds:
            parameters["bbox"] = ",".join(map(str, query.bounds))
        return Request(address(self.base, "/api", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        found = objects(self.terms, json_of(self.terms, body, dict).get("features"))
        return tuple(self._one(query, one) for one in found)

    def _one(self, query: Query, feature: Mapping[str, Any]) -> Candidate:
        lat, lon, known = point_of(self.terms, feature)
        number = whole_number(known.get("housenumber"))
        kind = str(known.get("type") or "")
        precision, metres = _KINDS.get(kind, ("area", 5000.0))
        if precision == "point" and number is None:
            precision, metres = "street", 1000.0  # a shop or a bus stop, by its own name
        street = str(known.get("street") or (known.get("name") if kind == "street" else "") or "")
        label = ", ".join(str(known[part]) for part in ("housenumber", "street", "name", "city") if known.get(part))
        return candidate(self.terms, query, lat, lon, precision, metres, (street,), number=number, label=label)
