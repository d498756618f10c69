"""The shapes of what answered cards are made of: rows, areas, comparisons. Used by `card_schemas`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bluelamp.web.schemas import _Model

Bounds = tuple[float, float, float, float]


class ErrorModel(_Model):
    detail: str
    hint: str


class AlsoModel(_Model):
    measure: str
    value: int | None
    words: str


class ComparedModel(_Model):
    """`forces` are those held for both months, `share` (0 to 1) how much of the usual total they are."""

    month: str
    value: int | None
    change: float | None
    words: str
    forces: int | None = None
    share: float | None = None


class SeriesModel(_Model):
    name: str
    label: str


class SpanModel(_Model):
    from_: str = Field(alias="from")
    to: str


class RowCoverageModel(_Model):
    """What a row stands on: of the force-months that it asks for how many are held; `state` is complete, part, few
    located, or why nothing is held. `located_share` (0 to 1) is told of places: how many of their force's records have
    a map point."""

    held: int
    expected: int
    state: str
    located_share: float | None = None


class BarModel(RowCoverageModel):
    """`count` is null where it is not known."""

    value: str
    label: str
    count: int | None
    share: float | None
    rate: float | None = None
    residents: int | None = None


class RestModel(_Model):
    """The values beyond those shown; of `unknown` of them nothing is held. `count` is null where that is all."""

    rows: int
    count: int | None
    unknown: int = 0


class AreaRowModel(RowCoverageModel):
    """`inside`: whether the filters are about this area; what is counted in others strays over a border."""

    id: str
    name: str
    count: int | None
    rate: float | None
    residents: int | None
    inside: bool


class AreasModel(_Model):
    """Every record on the map is in a row, `elsewhere` (in no known area), or one of the `strays` (in areas whose own
    force is not held, which have no figure)."""

    kind: Literal["local_authority", "force"]
    url: str
    rows: list[AreaRowModel]
    elsewhere: int
    strays: int
    note: str
    selected: list[str]


class WeekdayModel(_Model):
    """A day of the week by its 24 hours: how many calls, hours to be watched (0 where no such day is asked about),
    hours watched, calls an hour. None where nobody ever watched."""

    value: str
    label: str
    counts: list[int | None]
    hours_expected: list[float]
    hours_watched: list[float]
    rates: list[float | None]
