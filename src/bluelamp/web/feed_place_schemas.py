"""The shapes of what the API says of a feed's city and of how well its calls are placed. See `feed_schemas`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FeedAreasModel(_Model):
    """Which outlines there are: `kinds` of area, and with `ground` the streets. `source` and `date` are those of the
    material, `licence` its terms."""

    feed: str
    city: str
    kinds: list[Literal["beat", "division", "reporting_area", "city"]]
    ground: bool
    source: str
    licence: str
    date: str | None
