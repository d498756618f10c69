"""Two rules of HTTP that hold for every address, as plain ASGI around the application: `HEAD` is `GET` without a body,
and a part of a file is a part of its plain bytes. Used by `web.app`."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED_BARE = "bluelamp.head"


def is_head(scope: Scope) -> bool:
    """Whether only the headers of an answer are wanted: what would be streamed need not be made."""
    return bool(scope.get(_ASKED_BARE))


class HeadRequests:
    """Answers `HEAD` wherever there is a `GET`: the same status and headers (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = False

        async def sending(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b""})

        # A copy: the server below must still know that no body may follow.
        inner: dict[str, Any] = {**scope, "method": "GET", _ASKED_BARE: True}
        try:
            await self.app(inner, receive, sending)
        finally:
            scope["route"] = inner.get("route")  # for the log


class PlainParts:
    """Keeps compression away from parts of files. A compressed whole has bytes of its own: it does not offer parts, and
    its validator is weak, so that nobody puts parts of both together."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if any(name == b"range" for name, _ in scope["headers"]):
            plain = [one for one in scope["headers"] if one[0] != b"accept-encoding"]
            inner: dict[str, Any] = {**scope, "headers": plain}
            await self.app(inner, receive, send)
            scope["route"] = inner.get("route")
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "content-encoding" in headers and "accept-ranges" in headers:
                    del headers["accept-ranges"]
                    if headers.get("etag", "").startswith('"'):
                        headers["etag"] = f"W/{headers['etag']}"
            await send(message)

        await self.app(scope, receive, sending)
