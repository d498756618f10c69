"""Forces and neighbourhoods as the API of data.police.uk answers them, as frozen values. Built by api.py.

Descriptions may hold HTML: they are data, never markup to be shown as it is. Null becomes "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bluelamp.domain.force import BY_SLUG
from bluelamp.sources.police_uk.api_reading import REPORT, Json, UnexpectedAnswer, contacts, record, records, text


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A force or neighbourhood in a list. BTP's name is null there: the domain's own name stands in."""

    id: str
    name: str

    @classmethod
    def force(cls, row: Json) -> Self:
        slug = text(row, "id")
        known = BY_SLUG.get(slug)
        return cls(slug, text(row, "name") or (known.name if known else slug))

    @classmethod
    def neighbourhood(cls, row: Json) -> Self:
        return cls(text(row, "id"), text(row, "name"))


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to read on or to get in touch; `url` may be ""."""

    title: str
    url: str
    description: str

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(text(row, "title"), text(row, "url"), text(row, "description"))


@dataclass(frozen=True, slots=True)
class ForceDetails:
    """A force as it describes itself. `description` may hold HTML: it is data, never markup to be shown as it is."""

    id: str
    name: str
    description: str
    url: str
    telephone: str
    engagement_methods: tuple[Link, ...]

    @classmethod
    def of(cls, row: Json) -> Self:
        named = NamedPlace.force(row)
        methods = records(row.get("engagement_methods") or [], Link.of, "engagement method")
        description, url, telephone = text(row, "description"), text(row, "url"), text(row, "telephone")
        return cls(named.id, named.name, description, url, telephone, tuple(methods))


@dataclass(frozen=True, slots=True)
class Officer:
    """A senior officer of a force, or a member of a neighbourhood team."""

    name: str
    rank: str
    bio: str
    contact_details: Mapping[str, str]

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(text(row, "name"), text(row, "rank"), text(row, "bio"), contacts(row))


@dataclass(frozen=True, slots=True)
class Station:
    """A place of a neighbourhood team, mostly a police station. Coordinates are "" where they are not published."""

    name: str
    type: str
    address: str
    postcode: str
    telephone: str
    description: str
    latitude: str
    longitude: str

    @classmethod
    def of(cls, row: Json) -> Self:
        keys = ("name", "type", "address", "postcode", "telephone", "description", "latitude", "longitude")
        return cls(*(text(row, key) for key in keys))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A neighbourhood policing area. `population` is a string as published; `centre` (latitude, longitude) strings."""

    id: str
    name: str
    description: str
    url_force: str
    population: str
    centre: tuple[str, str]
    contact_details: Mapping[str, str]
    links: tuple[Link, ...]
    locations: tuple[Station, ...]

    @classmethod
    def of(cls, row: Json) -> Self:
        centre = record(row.get("centre") or {}, "centre")
        return cls(
            text(row, "id"),
            text(row, "name"),
            text(row, "description"),
            text(row, "url_force"),
            text(row, "population"),
            (text(centre, "latitude"), text(centre, "longitude")),
            contacts(row),
            tuple(records(row.get("links") or [], Link.of, "link")),
            tuple(records(row.get("locations") or [], Station.of, "location")),
        )


@dataclass(frozen=True, slots=True)
class NeighbourhoodEvent:
    """A meeting or surgery. Dates are ISO local times as published, "" where there is none."""

    title: str
    type: str
    description: str
    address: str
    start_date: str
    end_date: str
    contact_details: Mapping[str, str]

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(
            text(row, "title"),
            text(row, "type"),
            text(row, "description"),
            text(row, "address"),
            text(row, "start_date"),
            text(row, "end_date"),
            contacts(row),
        )


@dataclass(frozen=True, slots=True)
class Priority:
    """A policing priority: `issue` and `action` may hold HTML, and both action fields may be ""."""

    issue: str
    issue_date: str
    action: str
    action_date: str

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(*(text(row, key) for key in ("issue", "issue-date", "action", "action-date")))


@dataclass(frozen=True, slots=True)
class Located:
    """The force and the neighbourhood that police a point."""

    force: str
    neighbourhood: str

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(text(row, "force"), text(row, "neighbourhood"))


def corner(row: Json) -> tuple[float, float]:
    """(latitude, longitude) in degrees of one corner of a boundary."""
    try:
        return float(text(row, "latitude")), float(text(row, "longitude"))
    except ValueError:
        raise UnexpectedAnswer("data.police.uk answered with a boundary that has no coordinates.", REPORT) from None
