"""The shapes of the API's answers, for its OpenAPI description and for whoever generates a client from it. Tests hold
real answers against them; answers themselves are not checked again while serving.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bluelamp.questions.dashboards import Kind


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ProblemModel(_Model):
    """RFC 9457. `type` is the address of an explanation; `hint` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    hint: str | None = None


class VersionModel(_Model):
    name: str
    newest_release: str | None
    built_at: str


class MonthsModel(_Model):
    first: str
    last: str


class NavModel(_Model):
    name: str
    title: str
    nav: str
    lead: str
    path: str


class BasemapModel(_Model):
    style_url: str
    pmtiles_url: str
    attribution: str


class LicenceModel(_Model):
    words: str
    url: str


class FeedNavModel(_Model):
    """A feed of active calls, and its page."""

    name: str
    title: str
    path: str


class CallsHeldModel(_Model):
    """The calls of closed days: their version, the months that they lie in, and whose they are."""

    version: VersionModel
    months: MonthsModel | None
    feeds: list[str]


class SiteModel(_Model):
    name: str
    program: str
    notice: str
    version: VersionModel | None
    months: MonthsModel | None
    calls: CallsHeldModel | None = Field(description="what is held of calls; see `families`")
    families: list[FamilyModel]
    dashboards: list[NavModel]
    feeds: list[FeedNavModel]
    basemap: BasemapModel
    postcode_lookup: bool
    licence: LicenceModel
    areas: dict[str, bool]


class PlaceModel(_Model):
    kind: str
    id: str
    name: str
    path: str


class PostcodeModel(_Model):
    postcode: str
    lon: float
    lat: float
    path: str


class PlacesModel(_Model):
    places: list[PlaceModel]
    postcode: PostcodeModel | None


class GapModel(_Model):
    """`publisher` is a force or a feed, empty where it is every one that is asked about; `units` is how many
    force-months or days are missing; `dataset` is named where an answer needs the files of two."""

    publisher: str
    force: str = Field(deprecated=True, description="the old name of `publisher`")
    name: str
    dataset: str = ""
    state: str
    from_: str = Field(alias="from")
    to: str
    units: int
    months: int = Field(deprecated=True, description="in how many months it lies; see `units`")
    words: str


class CoverageCountsModel(_Model):
    """`expected` and `held` count what `unit` says (force-months, feed-days), `closed` those in which what is asked
    could not be recorded; `gaps` names the missing ones, where they are not named beside."""

    expected: int
    held: int
    closed: int = 0
    complete: bool
    unit: str
    words: str
    gaps: list[GapModel] | None = None


class ValueModel(_Model):
    value: str
    label: str


class StateFilterModel(_Model):
    field: str
    label: str
    negated: bool
    values: list[ValueModel]


class StateModel(_Model):
    from_: str | None = Field(alias="from")
    to: str | None
    where: list[StateFilterModel]


class DashboardsModel(_Model):
    dashboards: list[NavModel]


class FilterModel(_Model):
    field: str
    label: str
    words: str
    dataset: str
    kind: str


class CardSpecModel(_Model):
    name: str
    kind: Kind
    title: str
    help: str
    width: int
    dataset: str
    by: str


class DashboardModel(_Model):
    name: str
    title: str
    nav: str
    lead: str
    dataset: str
    path: str
    filters: list[FilterModel]
    cards: list[CardSpecModel]


class FieldModel(_Model):
    name: str
    label: str
    kind: str
    words: str
    filter: bool
    options: bool


class MeasureModel(_Model):
    name: str
    label: str
    unit: str
    words: str


class CapabilitiesModel(_Model):
    """What the datasets of a family have, and what of them can be asked."""

    has_releases: bool = Field(description="earlier states of knowledge can be asked for, by `as_of`")
    has_publishers: bool = Field(description="police forces publish it, each for its own area")
    has_rates: bool = Field(description="its areas have residents")
    has_areas: bool = Field(description="its areas have outlines on the map")
    counts_days: bool = Field(description="its coverage counts days, each as far as it was watched")


class FamilyModel(_Model):
    """`unit` is what coverage counts, `publisher` who publishes; `version` and `months` are null before the first
    data."""

    name: str
    unit: str
    publisher: str
    datasets: list[str]
    capabilities: CapabilitiesModel
    version: VersionModel | None
    months: MonthsModel | None


class DatasetModel(_Model):
    name: str
    family: str
    words: str
    fields: list[FieldModel]
    measures: list[MeasureModel]
    caveats: list[str]
    capabilities: CapabilitiesModel


class DatasetsModel(_Model):
    datasets: list[DatasetModel]


class OptionsModel(_Model):
    field: str
    label: str
    words: str
    options: list[ValueModel]
    total: int
    truncated: bool


class ColumnModel(_Model):
    name: str
    kind: str
    words: str
    unit: str | None = None


class PeriodModel(_Model):
    period: str
    months: int
    of_months: int
    expected: int
    held: int


class AnswerModel(_Model):
    question: str
    dataset: str
    columns: list[ColumnModel]
    rows: list[dict[str, Any]]
    coverage: CoverageCountsModel
    data_version: str
    newest_release: str | None
    as_of: str | None
    truncated: bool
    strays: int = Field(description="records in places whose own force is not held: in no row's value")
    caveats: list[str]
    incomplete_periods: list[PeriodModel]
    licence: str
    version: VersionModel


class RecordColumnModel(_Model):
    name: str
    label: str
    words: str


class RecordsModel(_Model):
    columns: list[RecordColumnModel]
    rows: list[dict[str, Any]]
    next: str | None
    total: int | None = Field(description="null where nothing is held that could say")
    coverage: CoverageCountsModel
    caveats: list[str]
    version: VersionModel
    licence: str


class PublishedModel(_Model):
    name: str
    value: str | None


class DerivedModel(_Model):
    label: str
    value: str | None
    words: str


class MemberModel(_Model):
    member: str
    line: int
    release: str


class LocationModel(_Model):
    lon: float
    lat: float
    map_point: str
    words: str | None


class OutcomeModel(_Model):
    month: str
    outcome: str | None
    months_after: int | None


class RecordModel(_Model):
    id: str
    dataset: str
    dataset_words: str
    title: str
    published: list[PublishedModel]
    derived: list[DerivedModel]
    file: MemberModel
    location: LocationModel | None
    outcomes: list[OutcomeModel] | None
    outcomes_words: str
    caveats: list[str]
    version: VersionModel
    licence: str


class ForceModel(_Model):
    slug: str
    name: str


class ComparisonRowModel(_Model):
    kind: str
    id: str
    name: str
    path: str
    count: int | None
    rate: float | None
    residents: int | None
    held: int
    expected: int
    state: str
    this: bool


class ComparisonPeriodModel(_Model):
    from_: str = Field(alias="from")
    to: str
    words: str


class ComparisonModel(_Model):
    measure: str
    words: str
    why: str
    period: ComparisonPeriodModel
    rows: list[ComparisonRowModel]


class WithinModel(_Model):
    kind: str
    name: str
    path: str


class AreaModel(_Model):
    """`dashboard` has its cards; `feed` is whose area it is, of a division or a beat, `within` what a beat lies in."""

    kind: str
    id: str
    name: str
    force: ForceModel | None
    residents: int | None
    residents_words: str
    bounds: list[float] | None
    where: list[str]
    compare: ComparisonModel | None
    dashboard: str
    feed: FeedNavModel | None
    within: WithinModel | None


class ScopeModel(_Model):
    """What the installation is set up to hold of a dataset: `count` `of` so many publishers; months are null where it
    is nothing."""

    forces: list[str]
    count: int
    of: int
    first: str | None
    last: str | None
    words: str


class DatasetCoverageModel(CoverageCountsModel):
    """`rows` has one string for each force of `forces`, with one letter for each month of `months`."""

    words: str
    rows: list[str]
    scope: ScopeModel


class CoverageModel(_Model):
    months: list[str]
    forces: list[ForceModel]
    codes: dict[str, str]
    words: dict[str, str]
    outside: str
    datasets: dict[str, DatasetCoverageModel]
    version: VersionModel


class FindingModel(_Model):
    finding: str
    words: str
    dataset: str
    field: str | None
    files: int
    rows: int
    ids: int | None = Field(description="how many crime IDs the rows bear; null of findings that are not about IDs")
    of_rows: int
    examples: list[dict[str, Any]]


class FilePropertyModel(_Model):
    dataset: str
    force: str
    month: str
    property: str = Field(description="clock, time_of_day, precision, coordinates, rounding, size, copies or rows_of")
    value: str
    words: str = Field(description="what the value means")
    confidence: float = Field(description="a probability, from 0.5 to 1")
    standing: str = Field(description="certain, likely or a guess")
    decided_by: str = Field(description="the file, the months around it, the shipped or the operator's table")
    reason: str
    rows: int = Field(description="the rows that it makes a difference to")
    finding: str | None = Field(description="its name in /quality; null where the file is as one would expect")
    evidence: dict[str, Any]


class FilePropertiesModel(_Model):
    properties: list[FilePropertyModel]
    version: VersionModel


class QualityModel(_Model):
    findings: list[FindingModel]
    version: VersionModel


class ReleaseModel(_Model):
    release: str
    first: str
    last: str
    files: int
    received_at: str
    comparable: bool = Field(description="files of the archive are held of it, so that it can be compared")


class ReleasesModel(_Model):
    releases: list[ReleaseModel]


PROBLEM = {
    "model": ProblemModel,
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemModel"}}},
}
# What every route may answer beside its own.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {
        **PROBLEM,
        "description": "Not understood: a parameter, field, value or month that there is not; one value given twice.",
    },
    404: {**PROBLEM, "description": "There is no such thing."},
    410: {**PROBLEM, "description": "The pinned data version is no longer kept."},
    422: {**PROBLEM, "description": "More is asked than one question may cost."},
    503: {**PROBLEM, "description": "Nothing is loaded, or too many ask at once: see Retry-After."},
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
FILES: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.apache.parquet": _BINARY,
    "application/geo+json": {"schema": {"type": "object"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _BINARY,
}
