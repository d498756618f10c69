"""Whoever waits for an answer. When they hang up, what is being worked out for them ends: a statement of the engine is
interrupted, a place in a queue is given up, and the next step is not begun. Used by `lanes`, `effort` and
`answer_cache`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar

from starlette.types import Receive


class AskerGone(Exception):
    """Nobody waits for this answer any more: no error that anybody is told."""


class Asker:
    """One who waits. `leave` may be called from any thread, and more than once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self.gone = False

    def leave(self) -> None:
        """They have hung up: end what is under way for them."""
        with self._lock:
            self.gone = True
            stops, self._stops = self._stops, []
        for stop in stops:
            with suppress(Exception):  # what has just ended cannot be stopped
                stop()

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Around work that `stop` ends early. Raises AskerGone where they have left already."""
        with self._lock:
            if self.gone:
                raise AskerGone
            self._stops.append(stop)
        try:
            yield
        finally:
            with self._lock, suppress(ValueError):
                self._stops.remove(stop)

    def check(self) -> None:
        """Raises AskerGone where they have left."""
        if self.gone:
            raise AskerGone


_current: ContextVar[Asker | None] = ContextVar("asker", default=None)


def current_asker() -> Asker:
    """Whom this thread or task works for; somebody who never leaves where it is for nobody in particular."""
    return _current.get() or Asker()


@asynccontextmanager
async def asking(receive: Receive) -> AsyncIterator[Asker]:
    """The one at the other end of a connection, for as long as this lasts. Work that is begun inside is theirs."""
    asker = Asker()
    token = _current.set(asker)
    listening = asyncio.create_task(_until_gone(receive, asker))
    try:
        yield asker
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        _current.reset(token)


async def _until_gone(receive: Receive, asker: Asker) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    asker.leave()
