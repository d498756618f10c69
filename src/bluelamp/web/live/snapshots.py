"""The snapshots of a feed: those that were received, with their verdicts; and handing one in."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from bluelamp.domain.guard import REASONS, VERDICTS
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import Part
from bluelamp.storage.live.snapshots import SnapshotEntry
from bluelamp.web.asgi import problems
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import FeedName, fresh, live_of
from bluelamp.web.live.schemas import ReceivedModel, SnapshotsModel
from bluelamp.web.live_site import LiveSite
from bluelamp.web.public_messages import public_words
from bluelamp.web.request import dumps
from bluelamp.web.schemas import PROBLEMS

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

# The most bytes of a snapshot that is handed in.
MOST = 32 << 20
# Headers of the source that say what a snapshot is; all others are the sender's own.
_TELLING = ("etag", "last-modified", "content-type", "date")
_WAITS = "it is kept, and waits to be taken in"
_PROBLEM = PROBLEMS[400]


@router.get(
    "/{feed}/snapshots",
    responses={200: {"model": SnapshotsModel}, **PROBLEMS},
    summary="The newest snapshots and their verdicts",
)
def snapshots(
    request: Request,
    feed: FeedName,
    limit: Annotated[int, Query(ge=1, le=1_000, description="at most so many, the newest first")] = 100,
) -> Response:
    """What was received and what became of it; `verdicts` and `reasons` explain the words."""
    live = live_of(request)
    live.require(feed)
    found = live.snapshots.recent(feed, limit)
    told = {"feed": feed, "snapshots": [_entry(one) for one in found], "verdicts": VERDICTS, "reasons": REASONS}
    return fresh(dumps(told))


def _entry(entry: SnapshotEntry) -> dict[str, Any]:
    # Never the addresses and headers: they may carry somebody's key.
    shown = (
        "number", "fetched_at", "origin", "verdict", "reasons", "problem", "rows", "unreadable", "duplicates",
        "conflicting", "changes",
    )  # fmt: skip
    told = {name: getattr(entry, name) for name in shown}
    told["problem"] = public_words(entry.problem)
    told["reasons"] = [one if one in REASONS else public_words(one) for one in entry.reasons]
    return told | {"size": sum(part["size"] for part in entry.parts)}


@router.post(
    "/{feed}/snapshots",
    responses={
        200: {"model": ReceivedModel, "description": "Kept and taken in."},
        202: {"model": ReceivedModel, "description": "Kept; it waits to be taken in."},
        401: {**_PROBLEM, "description": "Without the right token."},
        403: {**_PROBLEM, "description": "Nothing can be handed in here."},
        413: {**_PROBLEM, "description": "More bytes than a snapshot may have."},
        415: {**_PROBLEM, "description": "The body is compressed."},
        **PROBLEMS,
    },
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
    summary="Hand in a snapshot",
)
async def hand_in(request: Request, feed: FeedName) -> Response:
    """The body is the source's own answer, unchanged, with its `ETag`, `Last-Modified` and `X-SODA2-…` headers;
    `Authorization: Bearer` carries the token of the setting `push_token`. It is kept as received and gets a verdict
    like any other."""
    live = live_of(request)
    refusal = _refusal(live.push_token, request.headers)
    if refusal is not None:
        return refusal
    agency = live.flow.agency(feed)
    body = await _body(request)
    if body is None:
        words = f"A snapshot may have {MOST >> 20} MB at most."
        return _response(413, "too-large", "This is too large", words)
    return await run_in_threadpool(
        _receive, live, agency, Part(agency.url, 200, _source_headers(request.headers), body)
    )


@router.api_route("/{feed}/snapshots", methods=["DELETE", "OPTIONS", "PATCH", "PUT"], include_in_schema=False)
async def other_methods(feed: FeedName) -> Response:
    """Says what may be done here: two routes of one address would each name only their own method."""
    del feed
    raise HTTPException(405, headers={"Allow": "GET, POST"})


def _refusal(token: str, headers: Mapping[str, str]) -> Response | None:
    """Before a byte of the body is read: an answer for whoever may not hand anything in."""
    if not token:
        words = "Snapshots cannot be handed in here."
        return _response(
            403, "closed", "This door is shut", words, "Its operator opens it with the setting push_token."
        )
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), token.encode()):
        refused = _response(401, "no-token", "Who is this?", "The token is missing or not the right one.")
        refused.headers["WWW-Authenticate"] = "Bearer"
        return refused
    if headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        return _response(
            415, "compressed", "This is compressed", "Send the snapshot as it is, without a content coding."
        )
    return None


async def _body(request: Request) -> bytes | None:
    """The whole body; None where it is larger than a snapshot may be."""
    if int(request.headers.get("content-length", "0") or 0) > MOST:
        return None
    body = bytearray()
    async for portion in request.stream():
        body += portion
        if len(body) > MOST:
            return None
    return bytes(body)


def _source_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in _TELLING or name.startswith("x-soda2-")}


def _receive(live: LiveSite, agency: Agency, part: Part) -> Response:
    received = live.flow.receive(agency.name, [part])
    live.poke()
    told = {
        "feed": agency.name,
        "number": received.number,
        "verdict": received.verdict,
        "reasons": [one if one in REASONS else public_words(one) for one in received.reasons],
        "words": VERDICTS.get(received.verdict, _WAITS),
    }
    return JSONResponse(told, 200 if received.verdict else 202, {"Cache-Control": "no-store"})


def _response(status: int, slug: str, title: str, detail: str, hint: str = "") -> Response:
    body = problems.problem(status, slug, title, detail, hint)
    return JSONResponse(body, status, {"Cache-Control": "no-store"}, problems.MEDIA_TYPE)
