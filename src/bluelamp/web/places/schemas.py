"""The shapes of what the API says of a feed's city and of how well its calls are placed. See `web.live.schemas`."""

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


class PlaceScoreModel(_Model):
    """How far places were from official coordinates, in metres: of `shown` (what was decided) by kind of location, of
    each source by itself by precision. Of `official` locations `points` were placed as a point and `areas` left as an
    area; `near` points lay within 150 m, `far` beyond 500 m, and of `within` the official one lay inside what was
    claimed."""

    source: str
    kind: str
    precision: str
    official: int
    points: int
    areas: int
    near: int
    far: int
    within: int
    median_m: float | None
    p95_m: float | None
    scored_at: str


class PlaceScoredModel(_Model):
    """One measurement in short; shares are of the points, null where there was none."""

    scored_at: str
    official: int
    points: int
    share_near: float | None
    share_far: float | None
    median_m: float | None


class PlaceSourceModel(_Model):
    """Who may say where calls are. `prior` is how often it is taken to be right before it was scored, `believed` since,
    by precision. `may_store` says whether its licence lets answers be kept; a budget is of requests a day, null for
    what asks nobody."""

    name: str
    words: str
    licence: str
    attribution: str
    prior: float
    believed: dict[str, float]
    may_store: bool
    daily_budget: int | None
    budget_left: int | None


class FeedPlacesModel(_Model):
    """How well a feed's calls are placed: the newest measurement, those before it (the newest first), the sources in
    the order in which they are asked; `words` says it in sentences."""

    feed: str
    scores: list[PlaceScoreModel]
    history: list[PlaceScoredModel]
    sources: list[PlaceSourceModel]
    words: str
