"""How often one address, or one key, may ask: so many requests of the API a minute, and then 429 with `Retry-After`.
Plain ASGI; used by `web.app`.

Every answer says what is left, in the fields of the IETF's draft (draft-ietf-httpapi-ratelimit-headers):
`RateLimit-Policy` names the limit, `RateLimit` what remains and when it begins anew.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bluelamp.errors import TooMany
from bluelamp.web.asgi import problems
from bluelamp.web.asgi.client_address import Visitors, network_of

WINDOW = 60  # seconds
# So many addresses and keys are remembered; beyond, those whose minute is over go, and then the oldest.
_REMEMBERED = 100_000
_COUNTED = "/api/"


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


class Quota:
    """`most` requests in each window of a minute, for each name; `clock` gives seconds."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self._clock = most, clock
        self._windows: dict[str, _Window] = {}

    def take(self, name: str) -> tuple[int, int]:
        """One request more: (what is left, below 0 where it is too many; the seconds until all is there again)."""
        now = self._clock()
        window = self._windows.get(name)
        if window is None or window.ends <= now:
            self._windows.pop(name, None)
            self._make_room(now)
            window = self._windows[name] = _Window(now + WINDOW)
        window.used += 1
        return self.most - window.used, max(1, math.ceil(window.ends - now))

    def _make_room(self, now: float) -> None:
        if len(self._windows) < _REMEMBERED:
            return
        # In the order in which they began, and so in which they end: the first goes in any case.
        while self._windows:
            name, window = next(iter(self._windows.items()))
            if window.ends > now and len(self._windows) < _REMEMBERED:
                return
            del self._windows[name]


class RateLimits:
    """Refuses whoever asks too often. A key has a quota of its own, beside that of the address it is shown from."""

    def __init__(self, app: ASGIApp, visitors: Visitors, most: int) -> None:
        self.app, self._visitors = app, visitors
        self._quota = Quota(most) if most else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        quota = self._quota
        if quota is None or scope["type"] != "http" or not scope["path"].startswith(_COUNTED):
            await self.app(scope, receive, send)
            return
        left, seconds = self._take(quota, scope)
        fields = {
            "RateLimit-Policy": f'"requests";q={quota.most};w={WINDOW}',
            "RateLimit": f'"requests";r={max(left, 0)};t={seconds}',
        }
        if left < 0:
            await _refuse(send, fields, quota.most, seconds)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(fields)
            await send(message)

        await self.app(scope, receive, sending)

    def _take(self, quota: Quota, scope: Scope) -> tuple[int, int]:
        """One request of the address, and of the key where the address has any left: keys can be made up."""
        found = quota.take(network_of(self._visitors.address_of(scope)))
        key = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if found[0] < 0 or not key:
            return found
        return min(found, quota.take(hashlib.sha256(key).hexdigest()))  # never the key itself


async def _refuse(send: Send, fields: dict[str, str], most: int, seconds: int) -> None:
    _, told, headers = problems.problem_of(
        TooMany(f"More than {most:,} requests in a minute came from your address or key.", f"Wait {seconds} seconds.")
    )
    body = json.dumps(told, ensure_ascii=False).encode()
    sent = {
        **headers, **fields, "Retry-After": str(seconds), "Cache-Control": "no-store",
        "Content-Type": problems.MEDIA_TYPE, "Content-Length": str(len(body)),
    }  # fmt: skip
    raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": 429, "headers": raw})
    await send({"type": "http.response.body", "body": body})
