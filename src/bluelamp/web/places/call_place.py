"""How the place of a call was found: what every source said, what was made of it, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from bluelamp.domain.call import Call, Place
from bluelamp.domain.change import Change
from bluelamp.errors import NoSuchThing
from bluelamp.sources.feeds.agency import Agency
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import FeedName, agency_of, credits_of, fresh, head_of, live_of
from bluelamp.web.live_site import LiveSite
from bluelamp.web.request import dumps
from bluelamp.web.schemas import PROBLEMS

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

CallId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,40}$", description="a call's `id`", examples=["0123456789abcdef"])]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskedModel(_Model):
    """What was looked for: the location as the call names it, and what kind of location that is."""

    text: str
    kind: Literal["block", "intersection", "street", "named", "unknown"]
    words: str


class CandidateModel(_Model):
    """What one source said. Coordinates and distances (metres) are null where the source's licence does not let them be
    kept, or where the feed's privacy shows places less exactly than they are known. `reasons` are sentences."""

    source: str
    source_words: str
    precision: Literal["point", "block", "intersection", "street", "area"]
    lat: float | None
    lon: float | None
    uncertainty_m: float | None
    metres_from_chosen: float | None
    kept: bool
    chosen: bool
    reasons: list[str]


class SourceModel(_Model):
    """Who said something of this place, on which terms, and how it wants to be named."""

    name: str
    words: str
    licence: str
    attribution: str


class PlaceFoundModel(_Model):
    """The place of a call as it is shown, and how it was found. `kind` is null for a call that was never placed;
    `words` says all of it in a sentence or two."""

    feed: str
    call: str
    kind: Literal["point", "area", "none"] | None
    lat: float | None
    lon: float | None
    uncertainty_m: float | None
    method: str | None
    confidence: float | None
    version: str | None
    area: str | None
    asked: AskedModel
    candidates: list[CandidateModel]
    sources: list[SourceModel]
    words: str
    attribution: str
    licence: str


@router.get(
    "/{feed}/calls/{call}/place",
    responses={200: {"model": PlaceFoundModel}, **PROBLEMS},
    summary="How the place of a call was found",
)
def place(request: Request, feed: FeedName, call: CallId) -> Response:
    """Of a call that is open or has ended: what was looked for, what each source said, which of it was kept or rejected
    and why, and what came of it. Nobody is asked for it."""
    live = live_of(request)
    head_of(live, feed)
    log, agency = live.log, agency_of(live, feed)
    found = log.call(feed, call)
    if found is None:
        raise NoSuchThing(f"There is no call {call} in the feed {feed}.", "It may be older than what is kept.")
    if agency is None:
        raise NoSuchThing(
            f"How places of {feed} were found is not known here: there is no configuration of it any more.",
            "The call itself has its place.",
        )
    listed = _listed(one.change for one in log.timeline(feed, call))
    return fresh(dumps({"feed": feed, "call": call, **_explained(live, agency, found, listed), **credits_of(agency)}))


def _explained(live: LiveSite, agency: Agency, call: Call, listed: Place | None) -> dict[str, Any]:
    return live.explainer.explain(agency, call, listed)


def _listed(changes: Iterable[Change]) -> Place | None:
    """The newest point that the publisher itself gave; a place that was decided has a version."""
    found = None
    for change in changes:
        details = change.get("details")
        place_ = change.get("place") or (details["place"] if details else None)
        if place_ is not None and place_.get("method") in ("feed", "withheld") and "version" not in place_:
            found = place_
    return found
