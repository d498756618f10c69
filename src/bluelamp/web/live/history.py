"""A feed's past: the calls of any moment, those of a stretch of time, and the changes between two moments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFilter, facts_of
from bluelamp.domain.moment import moment_of, parse_moment, seconds_between
from bluelamp.errors import TooCostly, UsageError
from bluelamp.history.gaps import SEEN, unwatched
from bluelamp.live.workflow import LiveFlow
from bluelamp.web.asgi.byte_ranges import PARTS, file_answer
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.files import MEDIA_TYPES, Format, as_file
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
from bluelamp.web.live.schemas import AsOfModel, BetweenModel
from bluelamp.web.request import dumps, has_tag, site_of
from bluelamp.web.schemas import FILES, PROBLEMS
from bluelamp.web.work.answer_cache import etag_of

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

# A file holds all that was asked for, or is refused: so many calls at most.
_MOST_IN_A_FILE = 100_000
_PAGE = 1_000
# Snapshots of so many days are looked through for stretches that nobody watched.
_WATCHED_DAYS = 31
_AFTER_CALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f]{1,40}")
_AFTER_CHANGE = re.compile(r"[0-9]{1,15}")
_FILES = {name: one for name, one in FILES.items() if "spreadsheet" not in name}


@router.get(
    "/{feed}/history",
    responses={200: {"model": AsOfModel | BetweenModel, "content": _FILES}, **PARTS, **PROBLEMS},
    summary="The calls of any moment, or what was between two",
)
def history(
    request: Request,
    feed: FeedName,
    through: Annotated[CallFilter, Depends(filter_of)],
    at: Annotated[str, Query(max_length=40, description="the calls that were open at this moment")] = "",
    first: Annotated[str, Query(alias="from", max_length=40, description="calls open at some time from here")] = "",
    last: Annotated[str, Query(alias="to", max_length=40, description="to here, both included")] = "",
    changes: Annotated[
        bool, Query(description="between two moments: the changes, and the calls they begin with")
    ] = False,
    places: Annotated[
        bool, Query(description="with `changes`: where their calls are, as it is known now, beside what was known then")
    ] = False,
    limit: Annotated[int, Query(ge=1, le=5_000, description="calls, or changes, on a page")] = 500,
    after: Annotated[str, Query(max_length=80, description="the `next` of the page before")] = "",
    format: Annotated[Format, Query(description="a file holds every call, not a page of them")] = "json",  # noqa: A002
) -> Response:
    """Either `at`, or `from` and `to`. Pages follow each other by `next`; with a filter a page may be short, and is the
    last one only where `next` is null. With `changes`, `start` holds the calls that were open at `from`: these changes,
    in their order, lead from there to any moment up to `to`."""
    live = live_of(request)
    head_of(live, feed)
    asked = _PastQuestion(request, feed, live.flow, through, credits_of(agency_of(live, feed)))
    if at:
        if first or last:
            raise UsageError("Ask either for `at`, or for `from` and `to`.")
        return asked.as_of(moment_parameter(at, "at"), format)
    if not first or not last:
        raise UsageError("Which moment?", "Add at=2026-02-11T00:42:49Z, or from=… and to=….")
    span = moment_parameter(first, "from"), moment_parameter(last, "to")
    if span[0] > span[1]:
        raise UsageError(f"from ({span[0]}) lies after to ({span[1]}).")
    if format != "json":
        return asked.between_as_file(span, format)
    if changes:
        return asked.changes_between(span, after, limit, places=places)
    return asked.calls_between(span, after, limit)


class _PastQuestion:
    """A question about the past of one feed."""

    def __init__(
        self, request: Request, feed: str, flow: LiveFlow, through: CallFilter, credit: dict[str, str]
    ) -> None:
        self._request, self._feed, self._flow, self._log, self._through = request, feed, flow, flow.log, through
        self._credit, self._effort = credit, site_of(request).effort

    def as_of(self, at: str, format_: str) -> Response:
        head, calls = self._log.as_of(self._feed, at)
        shown = self._shown(calls)
        about = {
            "feed": self._feed,
            "at": at,
            "cursor": head.cursor,
            "seen_at": self._seen_at(at),
            "shown": len(shown),
        }
        if format_ == "json":
            return fresh(dumps({**about, "calls": shown, **self._credit}))
        return self._file(shown, format_, about, at)

    def calls_between(self, span: tuple[str, str], after: str, limit: int) -> Response:
        if after and not _AFTER_CALL.fullmatch(after):
            raise UsageError(f"“{after[:80]}” is no `next` of a page of calls.")
        page = self._log.calls_between(self._feed, *span, after=after, limit=limit)
        following = _place(page[-1]) if len(page) == limit else None
        return self._response(span, {"calls": self._shown(page)}, following)

    def changes_between(self, span: tuple[str, str], after: str, limit: int, *, places: bool) -> Response:
        if after and not _AFTER_CHANGE.fullmatch(after):
            raise UsageError(f"“{after[:80]}” is no `next` of a page of changes.")
        start: list[Call] | None = None
        seq = int(after or 0)
        if not after:
            head, start = self._log.as_of(self._feed, span[0])
            seq = head.seq
        page = self._log.between(self._feed, *span, limit=limit, after=seq)
        following = str(page[-1].seq) if len(page) == limit else None
        found: dict[str, Any] = {"start": start, "changes": [one.change for one in page]}
        if places:
            named = {*(call["id"] for call in start or ()), *(one.call for one in page)}
            found["places"] = self._log.places(self._feed, sorted(named))
        return self._response(span, found, following)

    def between_as_file(self, span: tuple[str, str], format_: str) -> Response:
        found: list[Call] = []
        after = ""
        while page := self._log.calls_between(self._feed, *span, after=after, limit=_PAGE):
            found += self._shown(page)
            after = _place(page[-1])
            if len(found) > _MOST_IN_A_FILE:
                raise TooCostly(
                    f"A file of calls holds at most {_MOST_IN_A_FILE:,}; these are more.",
                    "Ask for a shorter time, or narrow the filter.",
                )
        about = {"feed": self._feed, "from": span[0], "to": span[1], "shown": len(found)}
        return self._file(found, format_, about, f"{span[0]}--{span[1]}")

    def _response(self, span: tuple[str, str], found: dict[str, Any], following: str | None) -> Response:
        told: dict[str, Any] = {"calls": None, "start": None, "changes": None, "places": None, **found}
        about = {"feed": self._feed, "from": span[0], "to": span[1], "next": following}
        return fresh(dumps({**about, **told, "unwatched": self._unwatched(span), **self._credit}))

    def _file(self, calls: Sequence[Call], format_: str, about: dict[str, Any], when: str) -> Response:
        name = re.sub(r"[:.]", "", f"{self._feed}-calls-{when}")
        # Only now: while the database is asked, others may work.
        with self._effort.turn():
            body = as_file(calls, format_, {**about, **self._credit})
        headers = {
            "ETag": etag_of("history", hashlib.sha256(body).hexdigest()),
            "Cache-Control": "no-cache",
            "Content-Disposition": f'attachment; filename="{name}.{format_}"',
        }
        if has_tag(self._request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return file_answer(self._request, body, MEDIA_TYPES[format_], headers)

    def _shown(self, calls: Sequence[Call]) -> list[Call]:
        # A call that has ended is looked at as it was while it was open.
        return [call for call in calls if not self._through or self._through.lets(facts_of({**call, "ended": None}))]

    def _seen_at(self, at: str) -> str | None:
        """The newest whole snapshot within the hour before a moment."""
        hour_before = moment_of(parse_moment(at) - timedelta(hours=1))
        seen = [when for when, verdict in self._flow.snapshots.watched(self._feed, hour_before, at) if verdict in SEEN]
        return seen[-1] if seen else None

    def _unwatched(self, span: tuple[str, str]) -> list[dict[str, str]] | None:
        """Stretches between whole snapshots that are more than three times as long as the interval."""
        agency = self._flow.agencies.get(self._feed)
        if agency is None or seconds_between(*span) > _WATCHED_DAYS * 86_400:
            return None
        return [{"from": one, "to": other} for one, other in unwatched(self._flow.snapshots, agency, *span)]


def _place(call: Call) -> str:
    """Where a call stands among those of a stretch of time."""
    return f"{call['opened_between'][1]} {call['id']}"
