"""Connections that say nothing, or too slowly, are closed, and only so many are open at once. The protocol that
`web.serve` has the web server speak.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bluelamp.settings import Settings

_REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
# Descriptors that the process needs for itself: databases, files, feeds.
_OWN = 200
# A process that may open fewer files than this one serves few, and not nobody.
_LEAST = 64


class Bounded(HttpToolsProtocol):
    """Closes what has not sent its whole header in time, and what is one too many."""

    seconds: ClassVar[float] = 15.0
    most: ClassVar[int] = 1_000
    _waiting: asyncio.TimerHandle | None = None

    @classmethod
    def limit(cls, settings: Settings) -> None:
        """The limits of this process, before it serves."""
        cls.seconds, cls.most = settings.header_seconds, _most(settings.connections_total)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(_REFUSED)
            transport.close()
            return
        self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._heard()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def _wait(self) -> None:
        # The first byte does not begin the time anew.
        if self._waiting is None:
            self._waiting = self.loop.call_later(self.seconds, self._give_up)

    def _heard(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        self.transport.abort()


def _most(wanted: int) -> int:
    """So many as are wanted, or as there are descriptors for; the limit is first raised as far as it may be."""
    try:
        import resource
    except ImportError:  # not on Windows
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + _OWN
    if soft != resource.RLIM_INFINITY and soft < need:
        soft = need if hard == resource.RLIM_INFINITY else min(need, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(_LEAST, min(wanted, soft - _OWN))
