"""A locator of an ArcGIS server, such as a city's own: the best single source where a city has one, crossings included.

    GET {locator}/findAddressCandidates?SingleLine=…&outFields=*&outSR=4326&f=json
    → {"candidates": [{"address", "location": {"x", "y"}, "score", "attributes": {"Addr_type", …}}]}

Errors come with status 200, as {"error": {"code", "message"}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.place import Candidate, Precision
from bluelamp.errors import SourceError
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
    name="arcgis",
    group="city",
    title="The city's ArcGIS locator",
    per_second=5.0,
    daily=20_000,
    timeout_seconds=15.0,
    storable=True,
    licence="as the city states; a city's own locator is open, the World service forbids keeping answers",
    attribution="The city's geographic information office",
)
# Below this the locator itself takes its answer for a guess.
_LEAST_SCORE = 80.0
_MOST = 5
# Kind of address → (precision, metres). What is not listed is an area: a town, a postal code.
_KINDS: dict[str, tuple[Precision, float]] = {
    "PointAddress": ("point", 30.0),
    "Subaddress": ("point", 30.0),
    "BuildingName": ("point", 50.0),
    "StreetAddress": ("block", 75.0),
    "StreetAddressExt": ("block", 150.0),
    "StreetInt": ("intersection", 60.0),
    "StreetMidBlock": ("block", 100.0),
    "StreetBetween": ("block", 120.0),
    "StreetName": ("street", 1000.0),
}


@dataclass(frozen=True, slots=True)
class ArcGis:
    """`base` is the locator's own address, up to GeocodeServer."""

    base: str
    terms: Terms = TERMS

    def request(self, query: Query) -> Request | None:
        if query.asked.kind == "unknown":
            return None
        # A city's locator knows its own city, and takes the name for a part of the street.
        line = query.line(query.middle).removesuffix(f", {query.city}")
        parameters = {"SingleLine": line, "outFields": "*", "outSR": 4326, "maxLocations": _MOST, "f": "json"}
        return Request(address(self.base, "/findAddressCandidates", parameters))

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        answer = json_of(self.terms, body, dict)
        if "error" in answer:
            raise SourceError(f"{self.terms.title} says that it went wrong.", "Check arcgis_locator_url.")
        found = objects(self.terms, answer.get("candidates"))
        good = [one for one in found if _score(one) >= _LEAST_SCORE]
        return tuple(self._one(query, one) for one in good)

    def _one(self, query: Query, found: Mapping[str, Any]) -> Candidate:
        at, attributes = found.get("location"), found.get("attributes") or {}
        if not isinstance(at, dict) or not isinstance(attributes, dict):
            raise unreadable(self.terms)
        label = str(found.get("address") or attributes.get("Match_addr") or "")
        number, streets = number_and_streets(label)
        precision, metres = _precision(str(attributes.get("Addr_type") or ""), number, streets)
        return candidate(
            self.terms,
            query,
            at.get("y"),
            at.get("x"),
            precision,
            metres,
            streets,
            number=whole_number(attributes.get("AddNum")) or number,
            score=found.get("score"),
            label=label,
        )


def _score(found: Mapping[str, Any]) -> float:
    score = found.get("score")
    return float(score) if isinstance(score, (int, float)) else 0.0


def _precision(kind: str, number: int | None, streets: tuple[str, ...]) -> tuple[Precision, float]:
    """Older locators do not say of what kind an answer is; then its form does."""
    if kind:
        return _KINDS.get(kind, ("area", 5000.0))
    if len(streets) > 1:
        return _KINDS["StreetInt"]
    return _KINDS["StreetAddress" if number is not None else "StreetName"]
