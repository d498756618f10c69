"""Calls of a feed for newsreaders: Atom and JSON Feed, of any filter."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFilter, past_facts
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.follow.syndication import MEDIA_TYPES, Followed, FollowForm, published_of, written
from bluelamp.storage.live.event_log import Head
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import FeedName, agency_of, credits_of, filter_of, head_of, live_of
from bluelamp.web.live_site import LiveSite
from bluelamp.web.request import has_tag, site_of
from bluelamp.web.schemas import PROBLEMS
from bluelamp.web.work.answer_cache import etag_of

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

MOST = 100
_HOURS = 24
# A host as browsers name it. Links are made of it: anything else is no host.
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_NOTHING_NEW = {"description": "Nothing has changed."}


@router.get(
    "/{feed}/follow.atom",
    responses={
        200: {"content": {MEDIA_TYPES["atom"]: {"schema": {"type": "string"}}}, "description": "An Atom feed."},
        304: _NOTHING_NEW,
        **PROBLEMS,
    },
    response_class=Response,
    summary="The newest calls, for newsreaders (Atom)",
)
def follow_atom(request: Request, feed: FeedName, through: Annotated[CallFilter, Depends(filter_of)]) -> Response:
    """The newest 100 calls of the 24 hours up to the newest snapshot, open and ended, each as an entry that links to
    its page. An entry keeps its id; `updated` is when the call last changed."""
    return _follow(request, feed, through, "atom")


@router.get(
    "/{feed}/follow.json",
    responses={
        200: {"content": {MEDIA_TYPES["json"]: {"schema": {"type": "object"}}}, "description": "A JSON Feed 1.1."},
        304: _NOTHING_NEW,
        **PROBLEMS,
    },
    response_class=Response,
    summary="The newest calls, for newsreaders (JSON Feed)",
)
def follow_json(request: Request, feed: FeedName, through: Annotated[CallFilter, Depends(filter_of)]) -> Response:
    """The same as JSON Feed 1.1."""
    return _follow(request, feed, through, "json")


def _follow(request: Request, feed: str, through: CallFilter, form: FollowForm) -> Response:
    live, site = live_of(request), site_of(request)
    head = head_of(live, feed)
    about = _about(request, live, head, through, form)
    key = etag_of("follow", form, head.cursor, head.at, repr(about))

    def make() -> bytes:
        with site.effort.turn():
            calls = newest_calls(live, head, through)
            changed = live.log.last_changed(head, [call["id"] for call in calls])
            return written(about, calls, changed, form)

    body = site.answers.get(key, make)
    # Of what it says, not of how often was looked: a snapshot without news is no news.
    etag = etag_of("follow", hashlib.sha256(body).hexdigest())
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)


def _about(request: Request, live: LiveSite, head: Head, through: CallFilter, form: FollowForm) -> Followed:
    agency, query, site = agency_of(live, head.feed), through.query(), address_of(request)
    here = f"{site}/api/v1/feeds/{head.feed}/follow.{form}" + (f"?{query}" if query else "")
    zone, title = (ZoneInfo(agency.zone), agency.title) if agency else (ZoneInfo("UTC"), head.feed)
    return Followed(
        feed=head.feed, title=title, zone=zone, site=site, query=query, address=here, updated=head.at,
        **credits_of(agency),
    )  # fmt: skip


def address_of(request: Request) -> str:
    """What links to this site begin with: as its operator says, else as whoever asks has reached it."""
    told = site_of(request).settings.public_url
    if told:
        return told
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        server = request.scope.get("server") or ("localhost", None)
        host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
    return f"{request.url.scheme}://{host}"


def newest_calls(live: LiveSite, head: Head, through: CallFilter) -> list[Call]:
    """The newest calls that were first listed in the hours up to the newest snapshot, newest first."""
    if not head.at:
        return []
    last = parse_moment(head.at).astimezone(UTC)
    first = moment_of(last - timedelta(hours=_HOURS))
    # One moment more: the end itself is not included.
    found = live.log.calls_opened_between(head.feed, first, moment_of(last + timedelta(milliseconds=1)))
    found = [call for call in found if not through or through.lets(past_facts(call))]
    return sorted(found, key=lambda call: (published_of(call), call["id"]), reverse=True)[:MOST]
