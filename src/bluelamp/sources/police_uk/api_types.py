"""Crimes, outcomes and stops as the API of data.police.uk answers them, as frozen values. Built by api.py.

Field names are the publisher's. Null becomes "" in texts and stays None in booleans; coordinates stay the strings that
they are published as. Source: https://data.police.uk/docs/ and docs/sources/data-police-uk.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from bluelamp.domain.month import Month
from bluelamp.errors import NotFound, SourceRefused
from bluelamp.sources.police_uk.api_reading import (
    REPORT,
    Json,
    UnexpectedAnswer,
    month,
    number,
    part,
    record,
    records,
    text,
    truth,
)


class TooManyRecords(SourceRefused):
    """More than 10,000 records in one area (503): narrow it, or use the `…_in_box` methods, which split it."""


class OutsideWindow(NotFound):
    """A month that the API no longer holds: it keeps about 36, older ones stand in the archive."""


class NotPublishedYet(NotFound):
    """A month, or a force's part of it, that the publisher has not published (yet)."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """An anonymised map point: `latitude` and `longitude` as published (strings), and the street it is named after."""

    latitude: str
    longitude: str
    street_id: int
    street_name: str

    @classmethod
    def of(cls, row: Json) -> Self:
        street = record(row.get("street") or {}, "street")
        return cls(text(row, "latitude"), text(row, "longitude"), number(street, "id"), text(street, "name"))

    @property
    def degrees(self) -> tuple[float, float] | None:
        """(latitude, longitude), None where one of them is no number."""
        try:
            return float(self.latitude), float(self.longitude)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Crime:
    """A street-level crime. `id` is the API's own and may change; `persistent_id` is "" for anti-social behaviour."""

    id: int
    persistent_id: str
    month: Month
    category: str  # a slug such as `bicycle-theft`
    context: str
    location: MapPoint | None
    location_type: str  # `Force`, `BTP` or ""
    location_subtype: str
    outcome_category: str
    outcome_month: str  # YYYY-MM or ""

    @classmethod
    def of(cls, row: Json) -> Self:
        outcome = record(row.get("outcome_status") or {}, "outcome")
        return cls(
            number(row, "id"),
            text(row, "persistent_id"),
            month(row, "month"),
            text(row, "category"),
            text(row, "context"),
            part(row, "location", MapPoint.of),
            text(row, "location_type"),
            text(row, "location_subtype"),
            text(outcome, "category"),
            text(outcome, "date"),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of a crime. `month` is that of the outcome; `crime` is None in a case history."""

    code: str
    name: str
    month: Month
    person_id: str
    crime: Crime | None

    @classmethod
    def of(cls, row: Json) -> Self:
        category = record(row.get("category"), "outcome category")
        return cls(
            text(category, "code"),
            text(category, "name"),
            month(row, "date"),
            text(row, "person_id"),
            part(row, "crime", Crime.of),
        )

    @property
    def location(self) -> MapPoint | None:
        return self.crime.location if self.crime else None


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A crime with all its outcomes, oldest first as published."""

    crime: Crime
    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, row: Json) -> Self:
        outcomes = records(row.get("outcomes"), Outcome.of, "outcome")
        return cls(Crime.of(record(row.get("crime"), "crime")), tuple(outcomes))


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop and search. `when` is as published (ISO, UTC); some forces publish dates only, which reads as midnight."""

    type: str
    when: str
    involved_person: bool | None
    operation: bool | None
    operation_name: str
    location: MapPoint | None
    gender: str
    age_range: str
    self_defined_ethnicity: str
    officer_defined_ethnicity: str
    legislation: str
    object_of_search: str
    outcome: str
    outcome_id: str
    outcome_linked_to_object_of_search: bool | None
    removal_of_more_than_outer_clothing: bool | None

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(
            text(row, "type"),
            text(row, "datetime"),
            truth(row, "involved_person"),
            truth(row, "operation"),
            text(row, "operation_name"),
            part(row, "location", MapPoint.of),
            text(row, "gender"),
            text(row, "age_range"),
            text(row, "self_defined_ethnicity"),
            text(row, "officer_defined_ethnicity"),
            text(row, "legislation"),
            text(row, "object_of_search"),
            text(row, "outcome"),
            text(record(row.get("outcome_object") or {}, "outcome"), "id"),
            truth(row, "outcome_linked_to_object_of_search"),
            truth(row, "removal_of_more_than_outer_clothing"),
        )


@dataclass(frozen=True, slots=True)
class Category:
    """A crime category: `slug` in requests and answers, `name` in the CSV files."""

    slug: str
    name: str

    @classmethod
    def of(cls, row: Json) -> Self:
        return cls(text(row, "url"), text(row, "name"))


@dataclass(frozen=True, slots=True)
class Available:
    """A month that the API holds, and the slugs of the forces whose stops it holds for it."""

    month: Month
    stop_and_search: frozenset[str]

    @classmethod
    def of(cls, row: Json) -> Self:
        forces = row.get("stop-and-search") or []
        if not isinstance(forces, list):
            raise UnexpectedAnswer("data.police.uk answered with something that is no list of forces.", REPORT)
        return cls(month(row, "date"), frozenset(str(force) for force in forces))


def last_updated(value: object) -> date:
    """The day that `crime-last-updated` states; its month is the newest published one."""
    stated = text(record(value, "date"), "date")
    try:
        return date.fromisoformat(stated)
    except ValueError:
        raise UnexpectedAnswer("data.police.uk answered with something that is no date.", REPORT) from None
