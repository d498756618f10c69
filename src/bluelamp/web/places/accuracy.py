"""How well a feed's calls are placed, in public: measured against what the city itself reports a day later."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bluelamp.errors import NoSuchThing
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import FeedName, agency_of, fresh, live_of
from bluelamp.web.places.schemas import FeedPlacesModel
from bluelamp.web.request import dumps
from bluelamp.web.schemas import PROBLEMS

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)


@router.get(
    "/{feed}/places",
    responses={200: {"model": FeedPlacesModel}, **PROBLEMS},
    summary="How well a feed's calls are placed",
)
def places(request: Request, feed: FeedName) -> Response:
    """How far places were from official coordinates, by kind of location and by source, when it was last measured and
    before; which sources there are, on which terms, and how much each is believed."""
    live = live_of(request)
    agency = agency_of(live, live.require(feed))
    if agency is None:
        raise NoSuchThing(f"There is no configuration of the feed {feed} any more.")
    return fresh(dumps(live.accuracy.standing(agency)))
