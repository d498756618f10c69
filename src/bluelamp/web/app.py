"""The web application: routes, errors, headers, health. Made by `make_app`; served by `serve`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from bluelamp._version import __version__
from bluelamp.errors import BluelampError
from bluelamp.settings import Settings
from bluelamp.web import navigation
from bluelamp.web.archive import changes, holdings
from bluelamp.web.asgi import problems
from bluelamp.web.asgi.head_and_ranges import HeadRequests, PlainParts
from bluelamp.web.asgi.parameters import WORDS, closed, declared_of
from bluelamp.web.asgi.rate_limits import RateLimits
from bluelamp.web.asgi.request_metrics import Metrics, RequestMetrics
from bluelamp.web.asgi.security_headers import SecurityHeaders, common_headers
from bluelamp.web.follow import hooks, syndication
from bluelamp.web.follow.hook_metrics import HookMetrics
from bluelamp.web.live import feeds, history, snapshots
from bluelamp.web.pages import page_router, static_folder
from bluelamp.web.places import accuracy, call_place, city_map
from bluelamp.web.questions import areas, dashboards, datasets, questions, records, tiles
from bluelamp.web.site import Site, open_site
from bluelamp.web.statistics import statistics
from bluelamp.web.streams.endpoint import ROUTE, Events, feed_of
from bluelamp.web.streams.stream_counters import StreamCounters
from bluelamp.web.streams.stream_metrics import StreamMetrics

# Packed on request, beside what is packed anyway: the first two are the largest things that a map needs.
for _media_type in (
    "application/geo+json", tiles.MEDIA_TYPE, "application/problem+json", "application/atom+xml",
    "application/feed+json",
):  # fmt: skip
    add_compress_type(_media_type)
_PARTS = (
    navigation, dashboards, datasets, questions, records, areas, holdings, changes, tiles, feeds, city_map, syndication,
    history, call_place, accuracy, snapshots, statistics, hooks,
)  # fmt: skip
_DESCRIPTION = (
    "Every figure with its coverage. Answers are public, need no key (webhooks do), and may be cached: they carry a "
    "strong ETag and the data version that gave them. Errors are problem details (RFC 9457). " + WORDS
)


class Application(FastAPI):
    """Everything but the streams goes through FastAPI and the middleware; nothing stands around a stream."""

    events: Events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and feed_of(scope["path"]) is not None:
            await self.events(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def make_app(settings: Settings) -> FastAPI:
    """The application on one home. Raises SettingsError for a dashboard that is not right."""
    metrics = Metrics()
    here = open_site(settings, StreamCounters(metrics.registry))
    metrics.registry.register(StreamMetrics(here.live.hub, here.live.healths))
    metrics.registry.register(HookMetrics(here.live.reachable))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with here.live.running():
            yield
        for pool in here.pools.values():
            pool.close()

    app = Application(
        title="Bluelamp",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        license_info={"name": "Open Government Licence v3.0"},
    )
    app.state.site = here
    app.events = Events(
        here.live.hub,
        common_headers(settings, public=True),
        declared_of(feeds.events_route()),
        lambda status: metrics.requests.labels(ROUTE, str(status)).inc(),
        log=settings.log_requests,
        visitors=here.visitors,
    )
    for part in _PARTS:
        app.include_router(part.router, prefix="/api/v1", dependencies=[Depends(closed)])
    _add_health(app, here, metrics)
    app.include_router(page_router(here, static_folder()))
    _add_problems(app)
    app.add_middleware(CompressMiddleware, minimum_size=800, remove_accept_encoding=False)
    app.add_middleware(PlainParts)
    app.add_middleware(RateLimits, visitors=here.visitors, most=settings.requests_per_minute)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(HeadRequests)
    app.add_middleware(RequestMetrics, metrics=metrics, log=settings.log_requests)
    return app


def _add_health(app: FastAPI, here: Site, metrics: Metrics) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"state": "alive"}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        """It has data to answer from."""
        try:
            name = next(filter(None, (pool.current_name() for pool in here.pools.values())), "")
        except BluelampError:
            name = ""
        body = {"state": "ready", "version": name} if name else {"state": "nothing loaded"}
        return JSONResponse(body, 200 if name else 503, {"Cache-Control": "no-store"})

    @app.get("/metrics", include_in_schema=False)
    def read_metrics(request: Request) -> Response:
        """For Prometheus; by default to this machine only, and to nobody through a proxy on it."""
        allowed = here.settings.metrics
        near = here.visitors.is_this_machine(request.scope)
        if allowed == "off" or (allowed == "local" and not near):
            raise HTTPException(404)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _add_problems(app: FastAPI) -> None:
    def told(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
        return JSONResponse(body, status, {"Cache-Control": "no-store", **headers}, problems.MEDIA_TYPE)

    @app.exception_handler(BluelampError)
    async def of_bluelamp(_request: Request, error: BluelampError) -> Response:
        status, body, headers = problems.problem_of(error)
        if status == 500:
            structlog.get_logger("bluelamp.web").error("storage", error=str(error))
        return told(status, body, headers)

    @app.exception_handler(RequestValidationError)
    async def of_validation(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        detail = f"“{where}” is not understood: {first['msg'].removeprefix('Value error, ').lower()}."
        return told(400, problems.problem(400, "not-understood", "The request is not understood", detail), {})

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> Response:
        title = {404: "There is no such thing", 405: "This can only be read"}.get(
            error.status_code, "This cannot be answered"
        )
        detail = f"There is nothing at {request.url.path[:200]}." if error.status_code == 404 else title + "."
        slug = {404: "not-found", 405: "read-only"}.get(error.status_code, "failed")
        return told(
            error.status_code, problems.problem(error.status_code, slug, title, detail), dict(error.headers or {})
        )

    @app.exception_handler(Exception)
    async def of_anything(_request: Request, error: Exception) -> Response:
        structlog.get_logger("bluelamp.web").error("unforeseen", error=repr(error))
        return told(500, problems.problem(500, "failed", "This cannot be answered", problems.UNFORESEEN), {})
