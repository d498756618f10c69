"""Places: what is asked about a location, what a source answers (candidates), and how areas are asked. Pure values,
used by the decision, the geocoders and the store of places.

Coordinates are degrees (WGS 84), distances metres.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from bluelamp.domain.location import Location
from bluelamp.domain.location_street import Street

# From the finest to the coarsest.
Precision = Literal["point", "block", "intersection", "street", "area"]
PRECISIONS: tuple[Precision, ...] = ("point", "block", "intersection", "street", "area")
Kind = Literal["block", "intersection", "street", "named", "unknown"]

_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class LocationQuery:
    """A location to be placed. `streets` are names as listed, without numbers; `first` and `last` the house numbers
    that it may be (a hundred block is 1900 to 1999); `areas` what the call itself names, as (field, name); `point` the
    coordinates (latitude, longitude) that its text states."""

    kind: Kind
    text: str
    streets: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    areas: tuple[tuple[str, str], ...] = ()
    point: tuple[float, float] | None = None

    def area(self, field: str) -> str | None:
        """The area of a field such as `beat`, None where the call names none."""
        return next((name for one, name in self.areas if one == field), None)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> LocationQuery:
        areas = tuple((field, name) for field, name in value["areas"])
        point = value.get("point")
        pair = None if point is None else (float(point[0]), float(point[1]))
        return cls(**{**value, "streets": tuple(value["streets"]), "areas": areas, "point": pair})

    @property
    def key(self) -> str:
        """The same for the same location, whatever its case, its blanks and the order of the two streets."""
        streets = "&".join(sorted(" ".join(street.upper().split()) for street in self.streets))
        numbers = "" if self.first is None else f"{self.first}-{self.last}"
        stated = () if self.point is None else (same_spot(*self.point),)
        return "|".join((self.kind, numbers, streets or " ".join(self.text.upper().split()), *stated))

    @property
    def areas_key(self) -> str:
        return "|".join(f"{field}={name}" for field, name in sorted(self.areas))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where one source says that a location is.

    `group` names what the source's data rest on: two sources of one group are one witness. `uncertainty_m` is the
    radius that holds the true place nine times in ten. `streets` are the names that the source matched, None where it
    speaks of the call itself (its feed, or a person). `number` is the house number matched, `score` the source's own.
    What is not `storable` may, by its licence, only confirm others.
    """

    source: str
    group: str
    lat: float
    lon: float
    precision: Precision
    uncertainty_m: float
    streets: tuple[str, ...] | None = ()
    number: int | None = None
    score: float | None = None
    label: str = ""
    storable: bool = True

    def as_dict(self) -> dict[str, Any]:
        """As it is kept and told: the same before and after."""
        return {**asdict(self), "streets": None if self.streets is None else list(self.streets)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Candidate:
        streets = value["streets"]
        return cls(**{**value, "streets": None if streets is None else tuple(streets)})


class CandidateSource(Protocol):
    """Whatever answers at once from what is at hand, as the gazetteer does."""

    def candidates(self, query: LocationQuery) -> Sequence[Candidate]:
        """Where it may be; empty where nothing is known."""
        ...


class AreaCheck(Protocol):
    """Knows where areas are. `kind` is the call's field: beat, reporting_area, division; `city` has the name ''."""

    def distance_m(self, kind: str, name: str, lat: float, lon: float) -> float | None:
        """Metres from a point to an area, 0 inside it, None where the area is not known."""
        ...

    def extent(self, kind: str, name: str) -> tuple[float, float, float] | None:
        """(lat, lon, radius in metres) of the circle that holds an area, None where it is not known."""
        ...


class NoAreas:
    """Where no areas are at hand."""

    def distance_m(self, kind: str, name: str, lat: float, lon: float) -> float | None:
        del kind, name, lat, lon
        return None

    def extent(self, kind: str, name: str) -> tuple[float, float, float] | None:
        del kind, name
        return None


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points; right to a thousandth over some tens of kilometres."""
    east = math.remainder(other_lon - lon, 360.0) * math.cos(math.radians((lat + other_lat) / 2))
    return _METRES_A_DEGREE * math.hypot(other_lat - lat, east)


def same_spot(lat: float, lon: float) -> str:
    """A name for a coordinate to about a metre: what a source gives again and again has the same."""
    return f"{lat:.5f},{lon:.5f}"


def query_of(location: Location, areas: Mapping[str, str | None]) -> LocationQuery:
    """What is asked about a location that was read, with the areas that the call names."""
    named = tuple((field, name) for field, name in areas.items() if name)
    streets = tuple(spelled(street) for street in location.streets[:2])
    if location.kind == "block":
        # A round number names the hundred block; another is one address.
        first = location.blocks[0]
        last = first + 99 if first % 100 == 0 else first
        return LocationQuery("block", location.text, streets, first, last, named, location.point)
    if location.kind == "range":
        first, last = location.blocks[0], location.blocks[-1]
        return LocationQuery("block", location.text, streets, first, last, named, location.point)
    return LocationQuery(location.kind, location.text, streets, areas=named, point=location.point)


def spelled(street: Street) -> str:
    """A street as geocoders and maps know it: without the way that traffic goes."""
    name = " ".join(part for part in (street.prefix, street.name, street.type, street.suffix) if part)
    return f"{name} SERVICE RD" if street.service_road else name
