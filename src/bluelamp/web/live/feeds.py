"""Feeds of active calls: which there are, what is going on now, one call with all that happened to it, health."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.routing import APIRoute

from bluelamp.domain.call_filter import CallFilter, facts_of
from bluelamp.domain.change import KINDS
from bluelamp.errors import NoSuchThing, Overloaded
from bluelamp.live.health import STATES
from bluelamp.sources.feeds.agency import Agency
from bluelamp.web.asgi.byte_ranges import PARTS, file_answer
from bluelamp.web.lane_routes import Worked, in_lane
from bluelamp.web.live.files import MEDIA_TYPES, Format, as_file, is_located
from bluelamp.web.live.parameters import (
    CURSOR,
    FeedName,
    agency_of,
    board_of,
    credits_of,
    filter_of,
    fresh,
    head_of,
    live_of,
    privacy_of,
)
from bluelamp.web.live.schemas import CallsModel, CallWithTimelineModel, FeedModel, FeedsModel, HealthModel
from bluelamp.web.live_site import LiveSite
from bluelamp.web.request import dumps, has_tag, site_of
from bluelamp.web.schemas import FILES, PROBLEMS
from bluelamp.web.streams.board import FeedSnapshot
from bluelamp.web.work.answer_cache import etag_of

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

# How long this process is waited for until it has read the log as far as a cursor, seconds.
_PATIENCE = 5.0
_FILES = {name: one for name, one in FILES.items() if "spreadsheet" not in name}

Cursor = Annotated[str, Query(pattern=r"^([0-9a-zA-Z]{1,40}:[0-9]{1,15})?$", max_length=60)]


@router.get("", responses={200: {"model": FeedsModel}, **PROBLEMS}, summary="The feeds of active calls")
def feeds(request: Request) -> Response:
    """Every feed that is polled here or was: who publishes it, how its list is to be read, where its event log stands,
    and how it is doing. `kinds` and `states` explain the words of changes and of `state`."""
    live = live_of(request)
    told = [_feed(live, name) for name in live.names()]
    return fresh(dumps({"feeds": told, "kinds": KINDS, "states": STATES}))


@router.get("/{feed}", responses={200: {"model": FeedModel}, **PROBLEMS}, summary="One feed")
def feed(request: Request, feed: FeedName) -> Response:
    """The same for one feed, with its `dictionary`: what its natures and priorities mean; and with `points`: where its
    calls' points come from, or why there are none."""
    live = live_of(request)
    agency = agency_of(live, live.require(feed))
    if agency is None:
        return fresh(dumps(_feed(live, feed)))
    more = {"dictionary": agency.dictionary.as_dict(), "points": asdict(live.points_way(agency))}
    return fresh(dumps({**_feed(live, feed), **more}))


def _feed(live: LiveSite, name: str) -> dict[str, Any]:
    board, health, agency = live.hub.boards.get(name), live.health(name), agency_of(live, name)
    head = board.snapshot.head if board else live.hub.heads.get(name)
    return {
        "name": name,
        "title": agency.title if agency else name,
        **_configured(agency),
        "path": f"/api/v1/feeds/{name}",
        "cursor": head.cursor if head else None,
        "open_calls": len(board.snapshot.calls) if board else health.open_calls if head else None,
        "last_good_at": health.last_good_at,
        "state": health.state,
        "words": health.words,
        "dictionary": None,
        "points": None,
    }


def _configured(agency: Agency | None) -> dict[str, Any]:
    return {
        "city": agency.city if agency else "",
        "description": agency.description if agency else "",
        "window": agency.rules.window if agency else None,
        "zone": agency.zone if agency else None,
        "interval_seconds": agency.interval_seconds if agency else None,
        "fresh_minutes": agency.fresh_minutes if agency else None,
        "coordinates": agency.coordinates if agency else None,
        "bounds": list(agency.bounds) if agency and agency.bounds else None,
        "privacy": privacy_of(agency) if agency else None,
        "source_url": agency.source_url if agency else "",
        **credits_of(agency),
    }


@router.get(
    "/{feed}/calls",
    responses={
        200: {"model": CallsModel, "content": _FILES},
        **PARTS,
        **PROBLEMS,
    },
    summary="The calls that are open now",
)
async def calls(
    request: Request,
    feed: FeedName,
    through: Annotated[CallFilter, Depends(filter_of)],
    format: Annotated[Format, Query(description="geojson holds only calls with a point")] = "json",  # noqa: A002
    at_least: Annotated[
        Cursor, Query(description="a cursor that the answer must have reached; what a `resync` gives")
    ] = "",
) -> Response:
    """Together with the `cursor` from which `…/events?cursor=` goes on: nothing is missing between the two, and nothing
    comes twice. The longest open call stands first."""
    live = live_of(request)
    if wanted := CURSOR.fullmatch(at_least):
        await _reach(live, feed, wanted[1], int(wanted[2]))
    await live.hub.find(feed)
    board = board_of(live, feed)
    return await in_lane(request, partial(_calls, request, board.snapshot, through, format), format)


async def _reach(live: LiveSite, feed: str, epoch: str, seq: int) -> None:
    if await live.hub.reached(feed, epoch, seq, 0.0 if live.hub.problem else _PATIENCE):
        return
    board = board_of(live, feed)
    if board.epoch == epoch:
        raise Overloaded(
            f"The log of {feed} is known here up to change {board.ring.head} only.", "Ask again in a moment."
        )


def _calls(request: Request, snapshot: FeedSnapshot, through: CallFilter, format_: str) -> Response:
    head, agency = snapshot.head, agency_of(live_of(request), snapshot.head.feed)
    etag = etag_of("calls", head.feed, head.cursor, through.query(), format_, repr(credits_of(agency)))
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Bluelamp-Cursor": head.cursor}
    if format_ != "json":
        headers["Content-Disposition"] = f'attachment; filename="{head.feed}-calls.{format_}"'
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)

    site = site_of(request)

    def make() -> bytes:
        with site.effort.turn():
            return told()

    def told() -> bytes:
        found = [call for call in snapshot.in_order() if through.lets(facts_of(call))]
        about = {
            "feed": head.feed,
            "cursor": head.cursor,
            "total": len(snapshot.calls),
            "shown": len(found),
            "unlocated": sum(1 for call in found if not is_located(call)),
        }
        if format_ == "json":
            return dumps({**about, "calls": found, **credits_of(agency)})
        return as_file(found, format_, {**about, **credits_of(agency)})

    body = site.answers.get(etag, make)
    if format_ != "json":
        return file_answer(request, body, MEDIA_TYPES[format_], headers)
    return Response(body, media_type=MEDIA_TYPES[format_], headers=headers)


@router.get(
    "/{feed}/calls/{call}",
    responses={200: {"model": CallWithTimelineModel}, **PROBLEMS},
    summary="One call with its timeline",
)
def call(
    request: Request,
    feed: FeedName,
    call: Annotated[str, Path(pattern=r"^[0-9a-f]{1,40}$", description="a call's `id`", examples=["0123456789abcdef"])],
) -> Response:
    """Open or ended, with every change of it in order."""
    live = live_of(request)
    known = head_of(live, feed)
    log = live.log
    found = log.call(feed, call)
    if found is None:
        raise NoSuchThing(f"There is no call {call} in the feed {feed}.", "It may be older than what is kept.")
    head, timeline = log.head(feed), log.timeline(feed, call)
    told = {
        "feed": feed,
        "cursor": known.cursor,
        "call": found,
        "timeline": [one.change for one in timeline],
        "kept_from": head.tail + 1 if len(timeline) < found["revision"] else None,
        "official": live.accuracy.official(agency_of(live, feed), found),
        **credits_of(agency_of(live, feed)),
    }
    return fresh(dumps(told))


@router.get(
    "/{feed}/events",
    responses={
        200: {
            "description": "A stream that does not end by itself: one event for each change, named by its kind.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **PROBLEMS,
    },
    response_class=Response,
    summary="Changes as they come, as Server-Sent Events",
)
async def events(
    feed: FeedName,
    through: Annotated[CallFilter, Depends(filter_of)],
    cursor: Annotated[str, Query(max_length=60, description="the `cursor` of …/calls; from now without it")] = "",
    last_event_id: Annotated[
        str, Query(max_length=60, description="the same; a browser that comes back sends its Last-Event-ID header")
    ] = "",
) -> Response:
    """`event` is a change's kind, `data` the change as one line of JSON, `id` the cursor behind it. A change that moves
    a call out of the filter comes as `removed`, one that moves it in as `entered` with the whole call. From a cursor
    the stream is complete, or begins with `resync`: then the calls at the address that it names are to be loaded anew,
    and changes up to their cursor left out. `hello` comes first, `alive` where nothing else has come for some
    seconds, `bye` before the server ends a stream: connect again. Every event has data, which is JSON."""
    del through, cursor, last_event_id
    # Answered by web.streams.endpoint, before anything reaches this route; it stands here for the description.
    raise NoSuchThing(f"The events of {feed} are not served here.")


def events_route() -> APIRoute:
    """The described route of the events, whose parameters are those of the stream."""
    return next(one for one in router.routes if isinstance(one, APIRoute) and one.endpoint is events)


@router.get("/{feed}/health", responses={200: {"model": HealthModel}, **PROBLEMS}, summary="How a feed is doing")
def health(request: Request, feed: FeedName) -> Response:
    """When it last gave a good snapshot, since when nothing has changed, what is in doubt, which columns are gone, how
    many snapshots had which verdict, how many open calls have a place, how placing goes where this process does it,
    what is kept from view; and how many streams this process serves."""
    live = live_of(request)
    found = live.health(feed)
    placing = {"placing": live.placing(), "privacy": live.statement(feed)}
    return fresh(dumps({**found.as_dict(), **placing, **_streams(live, feed)}))


def _streams(live: LiveSite, feed: str) -> dict[str, Any]:
    board, head = live.hub.boards.get(feed), live.hub.heads.get(feed)
    if board is None:
        return {"cursor": head.cursor if head else None, "streams": 0, "ring": [0, 0]}
    return {
        "cursor": board.snapshot.head.cursor,
        "streams": sum(1 for stream in list(live.hub.streams) if stream.board is board),
        "ring": [board.ring.tail, board.ring.head],
    }
