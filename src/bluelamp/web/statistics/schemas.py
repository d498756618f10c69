"""The shapes of what the API says of a feed in figures, for its OpenAPI description. See `web.live.schemas`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bluelamp.web.live.schemas import UnwatchedModel


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ActivityPointModel(_Model):
    """`active` calls were open at the moment, `opened` ones opened since the point before, as far as that was seen.
    Null where nobody watched: at that moment, or at any time since the point before. That is no calm."""

    at: str
    active: int | None
    opened: int | None


class ActivityModel(_Model):
    """The line of calls active at once. `unwatched` is null for a feed without a configuration; `kept_from` is the
    first moment of which changes are kept one by one, where that is later than `from`."""

    feed: str
    from_: str = Field(alias="from")
    to: str
    step_seconds: int
    points: list[ActivityPointModel]
    unwatched: list[UnwatchedModel] | None
    kept_from: str | None
    attribution: str
    licence: str


class OpenedLastHourModel(_Model):
    """`value` is null where nobody watched at all; `watched_share` is how much of the hour was, from 0 to 1."""

    value: int | None
    from_: str = Field(alias="from")
    to: str
    watched_share: float


class UsualModel(_Model):
    """What the same hour of past weeks came to: the same weekday and time of the day on the agency's clocks. `values`
    are those of the `weeks` in which it was watched, the newest first; `low` and `high` the least and the most."""

    median: float
    low: int
    high: int
    weeks: int
    values: list[int]


class CountedModel(_Model):
    """`value` as the publisher writes it, null where it is not said; `label` from the feed's dictionary."""

    value: str | None
    label: str | None
    count: int


class ByModel(_Model):
    nature: list[CountedModel]
    division: list[CountedModel]
    beat: list[CountedModel]
    priority: list[CountedModel]


class OnSceneModel(_Model):
    """How long the calls that were closed in the last 24 hours had a unit on them. The median of the middles, and the
    medians of the least and the most that it can have been; null where none is known, and `words` say why."""

    median_minutes: float | None
    low: float | None
    high: float | None
    calls: int
    words: str


class BusyBeatModel(_Model):
    beat: str
    opened_last_day: int
    active: int


class WeekModel(_Model):
    """`hours` holds seven rows, Monday first, of 24 local hours: calls opened in an hour that was watched; null where
    it never was."""

    hours: list[list[float | None]]
    days_watched: float
    from_: str | None = Field(alias="from")
    to: str | None
    words: str


class PollsModel(_Model):
    """Answers of the last 24 hours: `expected` by the feed's interval, `seen` those that told what was going on (the
    suspicious among them), `failed` those that told nothing."""

    expected: int
    seen: int
    suspicious: int
    failed: int


class StatisticsModel(_Model):
    """A feed in figures. `at` is the moment they are told, `seen_at` the newest answer that they rest on. Gaps are
    stretches that nobody watched: they never count as calm."""

    feed: str
    at: str
    seen_at: str | None
    active: int
    units: int
    opened_last_hour: OpenedLastHourModel
    usual_this_hour: UsualModel | None
    usual_words: str
    by: ByModel
    on_scene: OnSceneModel
    busiest_beats: list[BusyBeatModel]
    week: WeekModel
    gaps_last_day: list[UnwatchedModel]
    polls: PollsModel
    attribution: str
    licence: str
