"""The shapes of a dashboard's answered cards: one model for each kind, told apart by `kind`. See `schemas`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.questions.dashboards import Kind
from bluelamp.web.questions.card_part_schemas import (
    AlsoModel,
    AreasModel,
    BarModel,
    Bounds,
    ComparedModel,
    ErrorModel,
    RestModel,
    SeriesModel,
    SpanModel,
    WeekdayModel,
)
from bluelamp.web.schemas import CoverageCountsModel, MonthsModel, StateModel, VersionModel, _Model


class _AnsweredModel(_Model):
    """What every answered card has. `question` and `coverage` are null where nothing can be asked again: of words, and
    where a filter has no value that the data know."""

    title: str
    help: str
    dataset: str
    heading: str = Field(description="what it counts, where and when: its title where it stands without its page")
    definition: str
    unit: str
    caveats: list[str]
    question: str | None
    coverage: CoverageCountsModel | None
    summary: str
    cite: str
    ignored: list[str] = Field(description="fields of filters that its dataset does not have")


_REASON = "why no figure is known; empty where one is"


class TotalCardModel(_AnsweredModel):
    """All records of the view; `also` is counted apart from `value`. Figures are null where they are not known."""

    kind: Literal["total"]
    value: int | None
    reason: str = Field(description=_REASON)
    note: str
    also: list[AlsoModel]
    located: int | None
    unlocated: int | None


class LatestCardModel(_AnsweredModel):
    """The newest month beside the one before and the same a year ago, over the same forces; of calls the newest closed
    `day` beside the day before and the same weekday a week ago. `words` is only there where no figure is known."""

    kind: Literal["latest"]
    month: str | None
    day: str | None = None
    value: int | None = None
    words: str | None = None
    reason: str | None = Field(None, description=_REASON)
    forces: int | None = None
    of_forces: int | None = None
    is_complete: bool | None = None
    absent: str | None = None
    watched: str | None = None
    before: ComparedModel | None = None
    year_before: ComparedModel | None = None
    week_before: ComparedModel | None = None
    later: list[str] | None = None
    silent: list[str] | None = None


class MonthsCardModel(_AnsweredModel):
    """Counts by month, one list of `values` for each of `series`. All lists are as long as `months`; `state` is not
    there of calls."""

    kind: Literal["months"]
    series: list[SeriesModel]
    months: list[str]
    values: list[list[int | None]]
    expected: list[int]
    held: list[int]
    state: list[str] | None = None
    complete: list[bool]
    missing_usual: list[int | None] = Field(description="about how many are missing; null where it is not known")
    missing: list[str]
    selected: SpanModel | None


class DaysCardModel(_AnsweredModel):
    """Counts by day, in the form of those by month."""

    kind: Literal["days"]
    series: list[SeriesModel]
    days: list[str]
    values: list[list[int | None]]
    complete: list[bool]
    missing_usual: list[int | None]
    missing: list[str]
    note: str
    by: str
    selected: list[str]


class BarsCardModel(_AnsweredModel):
    """Counts by the field `by`, the largest first. `unknown` is what was not recorded, `rest` what is not shown."""

    kind: Literal["bars"]
    by: str
    rows: list[BarModel]
    unknown: BarModel | None
    total: int | None
    reason: str = Field(description=_REASON)
    rest: RestModel | None
    strays: int
    selected: list[str]
    note: str


class HoursCardModel(_AnsweredModel):
    """Counts by the 24 hours of the day; `unknown` have no known time."""

    kind: Literal["hours"]
    by: str
    hours: list[int | None]
    unknown: int | None
    total: int | None
    note: str
    reason: str | None = Field(None, description=_REASON)
    selected: list[str]


class WeekCardModel(_AnsweredModel):
    """How many for each hour of the week that was watched."""

    kind: Literal["week"]
    by: str
    week: list[WeekdayModel]
    total: int
    words: str


class ShareCardModel(_AnsweredModel):
    """One count as a share (0 to 1) of another; `not_recorded` are in neither."""

    kind: Literal["share"]
    share: float | None
    numerator: int | None
    denominator: int | None
    not_recorded: int | None
    words: str
    reason: str = Field(description=_REASON)


class MedianCardModel(_AnsweredModel):
    """A median in minutes with the `least` and the `most` that it can be, of `numerator` of `denominator` calls."""

    kind: Literal["median"]
    figure: float | None
    least: float | None
    most: float | None
    numerator: int | None
    denominator: int | None
    words: str
    reason: str | None = Field(None, description=_REASON)


class MapCardModel(_AnsweredModel):
    """`total` records of `of` are on the map, `unlocated` have no place; `areas` is null where there are none."""

    kind: Literal["map"]
    total: int | None
    unlocated: int | None
    of: int | None
    reason: str = Field(description=_REASON)
    note: str
    tiles: str
    areas: AreasModel | None
    bounds: Bounds | None = Field(description="west, south, east, north; null where nothing is on the map")


class TextCardModel(_AnsweredModel):
    """Words of the dashboard's author."""

    kind: Literal["text"]
    text: str


CardModel = Annotated[
    TotalCardModel
    | LatestCardModel
    | MonthsCardModel
    | DaysCardModel
    | BarsCardModel
    | HoursCardModel
    | WeekCardModel
    | ShareCardModel
    | MedianCardModel
    | MapCardModel
    | TextCardModel,
    Field(discriminator="kind"),
]


class FailedCardModel(_Model):
    """A card that could not be answered; the others stand."""

    kind: Kind
    title: str
    help: str
    dataset: str
    error: ErrorModel


class DashboardAnswersModel(_Model):
    dashboard: str
    state: StateModel
    months: MonthsModel | None
    version: VersionModel
    coverage: CoverageCountsModel
    unknown: list[str]
    cards: dict[str, CardModel | FailedCardModel]
    licence: str
