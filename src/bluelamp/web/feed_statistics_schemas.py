"""The shapes of what the API says of a feed in figures, for its OpenAPI description. See `feed_schemas`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bluelamp.web.feed_schemas import UnwatchedModel


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
