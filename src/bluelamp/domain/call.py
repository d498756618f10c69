"""A call for service as the world sees it: one incident with its units. The same form in storage, in the API and in the
changes, so that a call is always the sum of its changes (`domain.change.apply`)."""

from __future__ import annotations

from typing import Literal, TypedDict

Ended = Literal["closed", "aged_out"]
# [last seen without, first seen with]; the first is null where nobody had looked before.
Between = list[str | None]


class Unit(TypedDict):
    """A unit on a call. `left_between` is [last seen, first missed], null while it is there."""

    unit: str
    status: str | None
    joined_between: Between
    left_between: Between | None


class Place(TypedDict, total=False):
    """Where a call is: a point in degrees, an area by its name, or nothing. `method` says how it was found, `cloak` how
    a point was made less exact than it is known (`block/100`: no finer than a block, moved by up to 100 metres)."""

    kind: Literal["point", "area", "none"]
    lat: float
    lon: float
    uncertainty_m: float | None
    method: str
    confidence: float | None
    area: str
    version: str
    cloak: str


class Call(TypedDict):
    """One incident. `revision` counts its changes; `units` holds those on the call, and `former_units` those that left.
    `closed_between` is [last seen, first missed]; `ended` says whether it was closed or only left a rolling list."""

    id: str
    incident_number: str | None
    nature: str | None
    priority: str | None
    status: str | None
    division: str | None
    beat: str | None
    reporting_area: str | None
    block: str | None
    location: str | None
    reported_local: str | None
    reported_at: str | None
    opened_between: Between
    closed_between: Between | None
    ended: Ended | None
    reopened: int
    units: list[Unit]
    former_units: list[Unit]
    place: Place | None
    revision: int
