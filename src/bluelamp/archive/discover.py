"""Which releases exist: the first step of the flow, a thin layer over the publisher's own room."""

from __future__ import annotations

from collections.abc import Iterator

from bluelamp.domain.month import Month
from bluelamp.errors import NotFound, UsageError
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk.discovery import Discovery, FoundRelease


def find_release(client: HttpClient, base: str, wanted: str) -> FoundRelease:
    """The release to fetch: `latest` or `YYYY-MM`. Raises NotFound where it is not published."""
    discovery = Discovery(client, base=base)
    if wanted == "latest":
        return discovery.latest()
    try:
        month = Month.parse(wanted)
    except ValueError as error:
        raise UsageError(f"--release: {error}, or “latest”.") from None
    found = discovery.release(month)
    if found is None:
        raise NotFound(f"data.police.uk has no release {month}.", "bluelamp archive releases --published lists them.")
    return found


def published_releases(client: HttpClient, base: str) -> Iterator[FoundRelease]:
    """Every release that the publisher offers, newest first."""
    return Discovery(client, base=base).releases()
