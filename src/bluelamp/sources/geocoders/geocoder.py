"""What every geocoder is: terms, a request for a question, candidates out of an answer. Each has a file beside this
one; `calling` sends the requests.

A geocoder decides nothing: it hands on all that it was told, in our words, and `domain.decision` judges.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlencode

from bluelamp.domain.location import parse_location
from bluelamp.domain.place import Candidate, LocationQuery, Precision, spelled
from bluelamp.errors import SourceError

# A hundred block is some 130 m long: whatever point of it is given, the call may be at its other end.
BLOCK_METRES = 120.0


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a geocoder may be asked. `group` names what its data rest on; `storable` says whether its licence
    lets answers be kept, and `licence` how it puts that. Limits are requests a second and a day."""

    name: str
    group: str
    title: str
    per_second: float
    daily: int
    timeout_seconds: float
    storable: bool
    licence: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Query:
    """A location and the city that it is in. `city` is `Dallas, Texas`; `bounds` are (west, south, east, north)."""

    asked: LocationQuery
    city: str
    bounds: tuple[float, float, float, float] | None = None

    @property
    def number(self) -> int | None:
        """The block's own number, for those that know single addresses."""
        return self.asked.first

    @property
    def middle(self) -> int | None:
        """A number amid the block, for those that reckon between its ends."""
        first, last = self.asked.first, self.asked.last
        return None if first is None or last is None else (first + last) // 2

    def line(self, number: int | None, between: str = " & ") -> str:
        """The question as one line of text."""
        where = between.join(self.asked.streets) or self.asked.text
        return f"{number} {where}, {self.city}" if number is not None else f"{where}, {self.city}"


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch; with a `content` it is handed in (POST)."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


class Geocoder(Protocol):
    """One geocoder."""

    @property
    def terms(self) -> Terms: ...

    def request(self, query: Query) -> Request | None:
        """What to fetch; None for a question that this geocoder cannot answer, which then is not asked."""
        ...

    def read(self, query: Query, body: bytes) -> tuple[Candidate, ...]:
        """What an answer says. Raises SourceError for one that cannot be read, or that says it went wrong."""
        ...


@runtime_checkable
class Batching(Protocol):
    """A geocoder that can be asked many questions at once, `batch_size` at most."""

    @property
    def batch_size(self) -> int: ...

    def batch(self, queries: Sequence[Query]) -> Request:
        """What to fetch for all of these."""
        ...

    def read_batch(self, queries: Sequence[Query], body: bytes) -> dict[int, tuple[Candidate, ...]]:
        """What an answer says, by the place of the question in the list; one that is missing was not answered. Raises
        SourceError as `Geocoder.read` does."""
        ...


def address(base: str, path: str, parameters: Mapping[str, object]) -> str:
    return f"{base.rstrip('/')}{path}?{urlencode({name: str(value) for name, value in parameters.items()})}"


def json_of(terms: Terms, body: bytes, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    """The answer's JSON. Raises SourceError for anything else, such as a web page."""
    try:
        found = json.loads(body)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise unreadable(terms) from None
    if not isinstance(found, kind):
        raise unreadable(terms)
    return found


def unreadable(terms: Terms) -> SourceError:
    return SourceError(f"{terms.title} gave an answer that is not in its form.", "It will be asked again later.")


def objects(terms: Terms, found: object) -> list[Mapping[str, Any]]:
    """A list of objects inside an answer. Raises SourceError."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise unreadable(terms)
    return found


def candidate(
    terms: Terms,
    query: Query,
    lat: object,
    lon: object,
    precision: Precision,
    metres: float,
    streets: Sequence[str],
    *,
    number: int | None = None,
    score: object = None,
    label: str = "",
) -> Candidate:
    """A candidate of a geocoder. Raises SourceError where the coordinates are no numbers."""
    try:
        at = float(lat), float(lon)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise unreadable(terms) from None
    if not all(map(math.isfinite, at)):
        raise unreadable(terms)
    asked = query.asked
    wide = asked.kind == "block" and asked.first != asked.last and precision in ("point", "block")
    return Candidate(
        source=terms.name,
        group=terms.group,
        lat=at[0],
        lon=at[1],
        precision="block" if wide else precision,
        uncertainty_m=max(metres, BLOCK_METRES) if wide else metres,
        streets=tuple(street for street in streets if street),
        number=number,
        score=float(score) if isinstance(score, (int, float)) and math.isfinite(score) else None,
        label=label[:200],
        storable=terms.storable,
    )


def number_and_streets(text: str) -> tuple[int | None, tuple[str, ...]]:
    """The house number and the streets of an address as geocoders write it: `1900 N HASKELL AVE, DALLAS, TX, 75204`."""
    location = parse_location(text.partition(",")[0].replace("|", "&"))
    number = location.blocks[0] if location.blocks else None
    return number, tuple(spelled(street) for street in location.streets)


def whole_number(text: object) -> int | None:
    """`1900`, `1900A` or `1900-1910` as 1900; None where it begins with no number."""
    digits = ""
    for character in str(text or ""):
        if not character.isdecimal():
            break
        digits += character
    return int(digits) if 0 < len(digits) < 9 else None


def point_of(terms: Terms, feature: Mapping[str, Any]) -> tuple[object, object, Mapping[str, Any]]:
    """(latitude, longitude, properties) of a GeoJSON feature. Raises SourceError."""
    geometry, known = feature.get("geometry"), feature.get("properties")
    at = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(known, dict) or not isinstance(at, list) or len(at) < 2:
        raise unreadable(terms)
    return at[1], at[0], known
