"""The shapes of what the API says of feeds, for its OpenAPI description. See `schemas`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bluelamp.domain.meaning import Group

Kind = Literal["opened", "unit_joined", "unit_left", "updated", "closed", "reopened", "aged_out", "located"]
Between = list[str | None]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PrivacyModel(_Model):
    """What is kept from view before anything is recorded. `finest` is the finest place that is shown, `jitter_m` how
    far every point is moved at most; `point_decimals` to how many decimals the publisher's own points are rounded."""

    mask_block: bool
    suppress_natures: list[str]
    delay_minutes: float
    point_decimals: int | None
    jitter_m: float
    finest: Literal["point", "block", "street", "area"]


class NatureMeaningModel(_Model):
    """What a nature means: `match` is its exact text or a pattern with *, `words` one sentence."""

    match: str
    label: str
    words: str
    group: Group


class PriorityMeaningModel(_Model):
    """What a priority means; `rank` is 1 for the most urgent, 4 for the least."""

    match: str
    label: str
    words: str
    rank: int


class DictionaryModel(_Model):
    """What a publisher's words mean. An exact text comes before a pattern; then the first that fits counts. Case and
    the number of blanks do not matter."""

    natures: list[NatureMeaningModel]
    priorities: list[PriorityMeaningModel]


class PointsWayModel(_Model):
    """Where points of calls come from. `words` say why there are none and what the operator can do, empty where they
    can come; `outlines`: whether …/areas has anything."""

    way: Literal["feed", "gazetteer", "geocoders", "none"]
    words: str
    outlines: bool


class FeedModel(_Model):
    """One feed. `window` says what it means that a call is missing: in an active feed it has ended, in a rolling one it
    has only left a list of the last hours. `cursor` is where its event log stands; null where there is none yet."""

    name: str
    title: str
    city: str
    description: str
    window: Literal["active", "rolling"] | None
    zone: str | None
    interval_seconds: float | None
    fresh_minutes: float | None
    coordinates: Literal["feed", "none"] | None
    bounds: list[float] | None
    privacy: PrivacyModel | None
    licence: str
    attribution: str
    source_url: str
    path: str
    cursor: str | None
    open_calls: int | None
    last_good_at: str | None
    state: str
    words: str
    dictionary: DictionaryModel | None
    points: PointsWayModel | None


class FeedsModel(_Model):
    feeds: list[FeedModel]
    kinds: dict[str, str]
    states: dict[str, str]


class UnitModel(_Model):
    """`joined_between` and `left_between` are [last seen without, first seen with] and the other way round."""

    unit: str
    status: str | None
    joined_between: Between
    left_between: Between | None


class CallPlaceModel(_Model):
    """A point in degrees, an area by its name, or nothing; how it was found and how sure that is. `cloak` is only there
    where the feed's privacy shows a point less exactly than it is known: `block/100` is no finer than a block, moved by
    up to 100 metres."""

    kind: Literal["point", "area", "none"] | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    method: str | None = None
    confidence: float | None = None
    area: str | None = None
    version: str | None = None
    cloak: str | None = None


class CallModel(_Model):
    """A call for service: one incident with its units. Times are intervals, because nobody looks all the time."""

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
    ended: Literal["closed", "aged_out"] | None
    reopened: int
    units: list[UnitModel]
    former_units: list[UnitModel]
    place: CallPlaceModel | None
    revision: int


class ChangeModel(_Model):
    """What differs between two snapshots. `between` is the interval in which it happened, `at` the snapshot that showed
    it, `fields` name → [from, to]. A call is the sum of its changes."""

    seq: int
    id: str
    kind: Kind
    call: str
    unit: str | None
    fields: dict[str, list[Any]] | None
    between: Between | None
    at: str
    first: bool | None = None
    details: CallModel | None = None
    place: CallPlaceModel | None = None


class CallsModel(_Model):
    """The open calls, and the cursor from which a stream goes on: nothing lies between. `total` counts all open calls,
    `shown` those that the filter lets through; `unlocated` of these have no point."""

    feed: str
    cursor: str
    total: int
    shown: int
    unlocated: int
    calls: list[CallModel]
    attribution: str
    licence: str


class OfficialModel(_Model):
    """What the city itself reports of a call: where to read it (null where there is no page), since when it is known
    here, and how far the reported place is from the one that is shown; null where places are shown less exactly than
    they are known."""

    url: str | None
    words: str
    seen_at: str
    metres_from_shown: int | None


class CallWithTimelineModel(_Model):
    """One call, open or ended, with all that happened to it in order. Changes from before `kept_from` are not kept one
    by one any more; null where all are. `official` is null until the call is in the city's own reports."""

    feed: str
    cursor: str
    call: CallModel
    timeline: list[ChangeModel]
    kept_from: int | None
    official: OfficialModel | None
    attribution: str
    licence: str


class AsOfModel(_Model):
    """The calls that were open at a moment, as the log knew it. `seen_at` is the newest whole snapshot at that moment;
    null where nobody had looked for an hour: then what is listed, or not, says nothing about that moment."""

    feed: str
    at: str
    cursor: str
    seen_at: str | None
    shown: int
    calls: list[CallModel]
    attribution: str
    licence: str


class UnwatchedModel(_Model):
    """A stretch of time without a whole snapshot: what came and went within it was not seen."""

    from_: str = Field(alias="from")
    to: str


class BetweenModel(_Model):
    """What was between two moments: `calls` that were open at some time, or `changes` with the calls of the `start`.
    `places` is where their calls are as it is known now, where that was asked for. `next` is what the next page is
    asked with; null on the last one. `unwatched` is null where too much is asked for it to be worked out."""

    feed: str
    from_: str = Field(alias="from")
    to: str
    calls: list[CallModel] | None
    start: list[CallModel] | None
    changes: list[ChangeModel] | None
    places: dict[str, CallPlaceModel | None] | None
    next: str | None
    unwatched: list[UnwatchedModel] | None
    attribution: str
    licence: str


class DoubtModel(BaseModel):
    """The suspicious snapshot that waits for another one to confirm it."""

    model_config = ConfigDict(extra="allow")

    reasons: list[str]
    at: str


class HealthModel(_Model):
    """How a feed is doing. Ages are seconds; `verdicts` counts its snapshots. `placing` says what waits to be placed
    and what each geocoder has left of its day, null where another process does it; `privacy` what is kept from view."""

    feed: str
    state: str
    words: str
    at: str
    last_answer_at: str | None
    last_good_at: str | None
    last_good_rows: int | None
    age_seconds: float | None
    unchanged_since: str | None
    doubt: DoubtModel | None
    columns_gone: dict[str, str]
    problem: str
    skew_seconds: float | None
    open_calls: int
    located_share: float | None
    verdicts: dict[str, int]
    verdicts_last_day: dict[str, int]
    waiting: int
    rows_outside: bool
    placing: dict[str, Any] | None
    privacy: list[str]
    cursor: str | None
    streams: int
    ring: list[int]


class SnapshotModel(_Model):
    """One answer that was received, and its verdict; empty while it waits to be taken in."""

    number: int
    fetched_at: str
    origin: str
    verdict: str
    reasons: list[str]
    problem: str
    rows: int | None
    unreadable: int | None
    duplicates: int | None
    conflicting: int | None
    changes: int | None
    size: int


class SnapshotsModel(_Model):
    feed: str
    snapshots: list[SnapshotModel]
    verdicts: dict[str, str]
    reasons: dict[str, str]


class ReceivedModel(_Model):
    """A snapshot that was handed in, kept under its number. `verdict` is empty while it waits to be taken in."""

    feed: str
    number: int
    verdict: str
    reasons: list[str]
    words: str
