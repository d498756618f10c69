"""A file that is sent while it is made, portion by portion, in the lane of files. Used by `questions.record_files`.

Nothing is made for whoever has hung up, or does not take what was sent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import anyio
import anyio.to_thread
from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bluelamp.errors import TooCostly
from bluelamp.web.work.cancellation import Asker, AskerGone, asking
from bluelamp.web.work.lanes import Lane

# So long a reader may take no byte of what was sent, and so long it may take until there is a first byte; seconds.
_STALLED, _UNBEGUN = 60.0, 300.0


class FileStream(Response):
    """`body` gives the file's bytes; an empty portion says that it is still being made. `at_end` is called once, in
    whatever way it ends."""

    def __init__(
        self,
        body: Iterator[bytes],
        headers: Mapping[str, str],
        media_type: str,
        at_end: Callable[[], None] | None = None,
    ) -> None:
        self.status_code, self.media_type = 200, media_type
        self.background: BackgroundTask | None = None
        self._body, self._at_end = body, at_end or nothing
        self._lane: Lane | None = None
        self._give_back: Callable[[], None] = nothing
        self.init_headers(headers)

    def keeps(self, lane: Lane, give_back: Callable[[], None]) -> None:
        """It is made in this lane; its place among the open files is given back at its end."""
        self._lane, self._give_back = lane, give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises what making it raises before its first byte; that is told as any error is."""
        del scope
        begun = False
        try:
            async with asking(receive) as asker:
                until = time.monotonic() + _UNBEGUN
                while (portion := await self._next(asker)) is not None:
                    asker.check()
                    if not begun and not portion and time.monotonic() > until:
                        raise _too_slow()
                    if not portion:
                        continue
                    if not begun:
                        begun = True
                        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                    await _send(send, {"type": "http.response.body", "body": portion, "more_body": True}, asker)
                if not begun:
                    await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except AskerGone:
            return
        finally:
            # Closing waits for locks that others hold while they read files: never on the loop that all streams share.
            self._give_back()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._end)

    async def _next(self, asker: Asker) -> bytes | None:
        assert self._lane is not None, "a file goes by the lane of files"
        return await self._lane.run(lambda: next(self._body, None), asker)

    def _end(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._at_end()


async def _send(send: Send, message: Any, asker: Asker) -> None:
    """Send it; raises AskerGone where nobody takes it in time."""
    try:
        async with asyncio.timeout(_STALLED):
            await send(message)
    except TimeoutError:
        asker.leave()
        raise AskerGone from None


def _too_slow() -> TooCostly:
    return TooCostly(
        f"This file takes longer than {_UNBEGUN:g} seconds to be made.", "Narrow the filters, or take CSV or Parquet."
    )


def nothing() -> None:
    """Gives back what was never taken."""
