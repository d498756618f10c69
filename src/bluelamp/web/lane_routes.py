"""Routes whose answers are worked out in lanes: every route of every room is one of these, unless it is `quick`.

What is a file (by the parameter `format`) goes by the lane of files, all else by that of answers. Nobody is waited for
who has hung up.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from bluelamp.web.asgi.client_address import network_of
from bluelamp.web.asgi.request_metrics import CLOSED
from bluelamp.web.site import Site
from bluelamp.web.work.cancellation import AskerGone, asking
from bluelamp.web.work.file_stream import FileStream, nothing

Result = TypeVar("Result")
Endpoint = Callable[..., Any]


def quick(endpoint: Endpoint) -> Endpoint:
    """A route that answers from memory: it shares the threads of pages."""
    endpoint.quick = True  # type: ignore[attr-defined]
    return endpoint


class Worked(APIRoute):
    """A route. Its endpoint is worked out in a lane where it is a plain function with the parameter `request`: without
    it there is nothing to be worked out."""

    def __init__(self, path: str, endpoint: Endpoint, **told: Any) -> None:
        asks = not inspect.iscoroutinefunction(endpoint) and "request" in inspect.signature(endpoint).parameters
        if asks and not getattr(endpoint, "quick", False):
            endpoint = _in_lane(endpoint)
        super().__init__(path, endpoint, **told)


def _in_lane(endpoint: Endpoint) -> Endpoint:
    @functools.wraps(endpoint)
    async def worked(*, request: Request, **values: Any) -> Any:
        work = functools.partial(endpoint, request=request, **values)
        return await in_lane(request, work, values.get("format", "json"))

    return worked


async def in_lane(request: Request, work: Callable[[], Result], format_: str = "json") -> Result | Response:
    """What `work` answers, worked out in the lane of its format. Raises Overloaded or TooMany where that is full."""
    site: Site = request.app.state.site
    lanes = site.lanes
    try:
        async with asking(request.receive) as asker:
            if format_ == "json":
                return await lanes.answers.run(work, asker)
            give_back = await lanes.open_files.take(asker, network_of(site.visitors.address_of(request.scope)))
            try:
                answer = await lanes.portions.run(work, asker)
                if isinstance(answer, FileStream):
                    answer.keeps(lanes.portions, give_back)
                    give_back = nothing
                return answer
            finally:
                give_back()
    except AskerGone:
        return Response(status_code=CLOSED)
