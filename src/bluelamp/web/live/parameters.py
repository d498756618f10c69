"""What requests about feeds share: the parameters, the feed with its board, what every answer must carry. Used by
`feeds` and `history`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from bluelamp.domain.call_filter import CallFilter, make_filter
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.errors import NothingHeld, Overloaded, UsageError
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.live.event_log import Head
from bluelamp.web.live_site import LiveSite
from bluelamp.web.request import site_of
from bluelamp.web.streams.board import Board

CURSOR = re.compile(r"([0-9a-zA-Z]{1,40}):([0-9]{1,15})")

FeedName = Annotated[
    str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="a feed, by its name in …/feeds", examples=["dallas-tx"])
]
_VALUES = {"max_length": 50}
Division = Annotated[Sequence[str], Query(description="only calls of this division; repeat it for several", **_VALUES)]
Beat = Annotated[Sequence[str], Query(description="only calls of this beat; repeat it for several", **_VALUES)]
Priority = Annotated[Sequence[str], Query(description="only calls of this priority; repeat it for several", **_VALUES)]
Nature = Annotated[Sequence[str], Query(description="only calls of this nature; repeat it for several", **_VALUES)]
Box = Annotated[
    str,
    Query(
        max_length=120,
        description="west,south,east,north in degrees: only calls with a point inside; those without a point are "
        "not shown",
        examples=["-96.9,32.7,-96.7,32.9"],
    ),
]


def filter_of(
    division: Division = (), beat: Beat = (), priority: Priority = (), nature: Nature = (), bbox: Box = ""
) -> CallFilter:
    """The filter that a request asks for."""
    return make_filter(division, beat, priority, nature, bbox)


def live_of(request: Request) -> LiveSite:
    return site_of(request).live


def agency_of(live: LiveSite, feed: str) -> Agency | None:
    """The configuration of a feed; None where there is none any more."""
    try:
        return live.agencies.get(feed)
    except NothingHeld:
        return None


def credits_of(agency: Agency | None) -> dict[str, str]:
    """What must be named with everything that comes from a feed."""
    if agency is None:
        return {"attribution": "", "licence": ""}
    return {"attribution": agency.attribution, "licence": agency.licence}


def privacy_of(agency: Agency) -> dict[str, Any]:
    """What is kept from view, for everybody to know."""
    return {**asdict(agency.privacy), "suppress_natures": list(agency.privacy.suppress_natures)}


def board_of(live: LiveSite, feed: str) -> Board:
    """What this process knows of a feed. Raises NoSuchThing for one that there is not, NothingHeld for one that nothing
    was received from yet, Overloaded while it is being loaded."""
    found = live.hub.at_hand(feed)
    if found is None:
        head_of(live, feed)
        raise NothingHeld(f"Nothing was received from {feed} yet.", "Ask again when it was polled: …/health tells.")
    return found


def head_of(live: LiveSite, feed: str) -> Head:
    """Where a feed's log stands, whether or not the feed is followed here. Raises NoSuchThing for a feed that there is
    not, NothingHeld for one that nothing was received from yet."""
    board = live.hub.boards.get(feed)
    found = board.snapshot.head if board is not None else live.hub.heads.get(feed)
    if found is None:
        if not live.hub.ready.is_set():
            raise Overloaded("This server has only just begun.", "Ask again in a few seconds.")
        live.require(feed)
        raise NothingHeld(f"Nothing was received from {feed} yet.", "Ask again when it was polled: …/health tells.")
    return found


def moment_parameter(text: str, name: str) -> str:
    """A moment from what was asked. Raises UsageError in words, for a time without an offset too."""
    try:
        return moment_of(parse_moment(text))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{name}: {error}.") from None


def fresh(body: bytes, *, media_type: str = "application/json", headers: dict[str, str] | None = None) -> Response:
    """An answer that is to be asked for again every time."""
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-cache", **(headers or {})})
