"""What an operator sees: a line of JSON for each request, metrics for Prometheus. Plain ASGI; used by `web.app`.

Neither says who asked: no address, no browser.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Known from other servers: whoever asked has closed the connection. Seen in logs and metrics alone.
CLOSED = 499


class Metrics:
    """One registry for each application, so that several may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "bluelamp_requests", "Requests answered, by route and status.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "bluelamp_request_seconds",
            "Time from a request to the end of its answer, by route.",
            ("route",),
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
        )
        self.active = Gauge("bluelamp_requests_active", "Requests that are being answered.", registry=self.registry)

    def text(self) -> bytes:
        return bytes(generate_latest(self.registry))


def _route(scope: Scope) -> str:
    path = str(getattr(scope.get("route"), "path", "none"))
    inside = scope["path"].startswith("/api/v1/") and not path.startswith("/api/v1")
    return f"/api/v1{path}" if inside and path != "none" else path


class RequestMetrics:
    """Counts, times and logs requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, log: bool) -> None:
        self.app, self._metrics, self._log = app, metrics, log
        self._logger: Any = structlog.get_logger("bluelamp.web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, sent = time.perf_counter(), 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        self._metrics.active.inc()
        try:
            await self.app(scope, receive, sending)
            status = status or CLOSED
        finally:
            status = status or 500
            self._metrics.active.dec()
            seconds = time.perf_counter() - began
            # The route's pattern, never the path: the number of series stays small whatever is asked.
            route = _route(scope)
            self._metrics.requests.labels(route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            if self._log:
                self._logger.info(
                    "request", method=scope["method"], path=scope["path"], route=route, status=status,
                    ms=round(1000 * seconds, 1), bytes=sent,
                )  # fmt: skip
