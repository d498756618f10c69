"""Security headers on every answer, as plain ASGI: nothing is buffered. Used by `web.app`.

Pages load scripts, styles and data from this site only; where a basemap is configured, its host is added for the map.
An embed page alone may stand in somebody else's frame.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bluelamp.settings import Settings


def content_security_policy(settings: Settings, *, embed: bool) -> str:
    """The policy of a page."""
    outside = sorted(
        {_origin(url) for url in (settings.basemap_style_url, settings.basemap_pmtiles_url) if "://" in url}
    )
    more = "".join(f" {origin}" for origin in outside)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{more}",
            "font-src 'self'",
            f"connect-src 'self'{more}",
            # In a sandboxed frame nothing is of the page's own origin: the map brings its worker in itself.
            f"worker-src 'self' blob:{' data:' if embed else ''}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {'*' if embed else chr(39) + 'none' + chr(39)}",
        )
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def common_headers(settings: Settings, *, embed: bool = False, public: bool = False) -> dict[str, str]:
    """What every answer carries. `public` is data without credentials, which any page may read."""
    found = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Content-Security-Policy": content_security_policy(settings, embed=embed),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if not embed:
        found["X-Frame-Options"] = "DENY"
    if public:
        found["Access-Control-Allow-Origin"] = "*"
        found["Access-Control-Expose-Headers"] = (
            "ETag, Bluelamp-Version, Bluelamp-Records, Bluelamp-Coverage, Bluelamp-Cursor, Retry-After, RateLimit, "
            "RateLimit-Policy, Accept-Ranges, Content-Range"
        )
    return found


# Data, and what embeds are made of: one in a sandboxed frame has no origin of its own, and reads both as a stranger.
_PUBLIC = ("/api/", "/openapi.json", "/assets/")


class SecurityHeaders:
    """Adds what every answer carries."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._headers = {
            (embed, public): common_headers(settings, embed=embed, public=public)
            for embed in (False, True)
            for public in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        embed = scope["path"].startswith("/embed/")
        public = scope["path"].startswith(_PUBLIC) and scope["method"] in ("GET", "HEAD")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers[embed, public])
            await send(message)

        await self.app(scope, receive, sending)
