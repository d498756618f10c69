"""A feed in figures: the line of calls active at once, and the statistics."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from bluelamp.domain.call_filter import CallFilter
from bluelamp.errors import NothingHeld, Unreachable, UsageError
from bluelamp.statistics.activity import Lines, step_of
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import (
    FeedName,
    agency_of,
    credits_of,
    filter_of,
    fresh,
    head_of,
    live_of,
    moment_parameter,
)
from bluelamp.web.live_site import LiveSite
from bluelamp.web.request import dumps, site_of
from bluelamp.web.schemas import PROBLEMS
from bluelamp.web.statistics.schemas import ActivityModel, StatisticsModel

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)


@router.get(
    "/{feed}/activity",
    responses={200: {"model": ActivityModel}, **PROBLEMS},
    summary="The line of calls active at once",
)
def activity(
    request: Request,
    feed: FeedName,
    through: Annotated[CallFilter, Depends(filter_of)],
    first: Annotated[str, Query(alias="from", max_length=40, description="the moment of the first point")],
    last: Annotated[
        str,
        Query(
            alias="to",
            max_length=40,
            description="points up to here, or to now (earlier by its delay for a feed that is held back); at most 31 "
            "days later",
        ),
    ],
    step: Annotated[
        int | None, Query(ge=10, le=86_400, description="seconds between two points; chosen by the time without it")
    ] = None,
) -> Response:
    """How many calls were open at each moment, as …/history?at= tells it, and how many were opened since the point
    before. At most 1,000 points. Where nobody watched they are null: a gap, not calm."""
    live = live_of(request)
    head_of(live, feed)
    span = moment_parameter(first, "from"), moment_parameter(last, "to")
    if span[0] > span[1]:
        raise UsageError(f"from ({span[0]}) lies after to ({span[1]}).")
    agency = agency_of(live, feed)
    step_seconds = step_of(*span, step)
    _require_database(live)
    site = site_of(request)
    with site.effort.turn():
        lines = Lines(live.log, live.snapshots, feed, agency, site.lines)
        line = lines.draw(*span, step_seconds, through)
    told = {
        "feed": feed,
        "from": line.first,
        "to": line.last,
        "step_seconds": line.step_seconds,
        "points": [asdict(point) for point in line.points],
        "unwatched": None if line.unwatched is None else [{"from": one, "to": other} for one, other in line.unwatched],
        "kept_from": line.kept_from,
        **credits_of(agency),
    }
    return fresh(dumps(told))


@router.get(
    "/{feed}/statistics",
    responses={200: {"model": StatisticsModel}, **PROBLEMS},
    summary="A feed in figures",
)
def statistics(request: Request, feed: FeedName, through: Annotated[CallFilter, Depends(filter_of)]) -> Response:
    """What is active now, what was opened in the last hour and whether that is usual, how long calls take, where and
    when they come. The last hour is compared with the hour that ended at the same weekday and time of the day, on the
    agency's clocks, in the past eight weeks, where it was watched; with fewer than three such hours, or where less than
    nine tenths of this hour were watched, `usual_this_hour` is null and `usual_words` say so. Of a feed that is held
    back by a delay, now is earlier by the delay: `at` tells. Openings count where they were seen: not of what was there
    after a gap."""
    live = live_of(request)
    head_of(live, feed)
    agency = agency_of(live, feed)
    if agency is None:
        raise NothingHeld(
            f"There is no configuration of the feed {feed} any more.", "Its time zone is not known: put its file back."
        )
    _require_database(live)
    site = site_of(request)
    with site.effort.turn():
        told = site.feed_states.statistics(live.log, live.snapshots, agency, through)
    return fresh(dumps({**told, **credits_of(agency)}))


def _require_database(live: LiveSite) -> None:
    """Raises Unreachable at once while the database is known to be away: nobody shall wait for it in turn."""
    if live.hub.problem:
        raise Unreachable("The database does not answer just now.", "Ask again in a few seconds.")
