"""Which releases data.police.uk offers. Used by the discover step of the archive flow.

There is no list to read: a release exists where its address answers. `base` stands for https://data.police.uk, so that
a server on loopback can stand in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bluelamp.domain.month import Month
from bluelamp.domain.release import release_of
from bluelamp.errors import NotFound
from bluelamp.sources.http import HttpClient, HttpResponse
from bluelamp.sources.police_uk.api import BASE, PoliceApi
from bluelamp.sources.police_uk.api_types import Available

# Object stores answer 403 for what is not there when listing is not allowed; 405 is a server without HEAD.
_ABSENT = frozenset({403, 404, 410})
GIVE_UP_AFTER = 4  # months in a row without a release: the publisher has skipped single months, never so many


@dataclass(frozen=True, slots=True)
class FoundRelease:
    """A release that can be fetched. `size` in bytes (-1 unknown), `version` its ETag or Last-Modified ("" unknown)."""

    month: Month
    url: str
    size: int
    version: str


class Discovery:
    """Looks for releases at `base`. Raises SourceUnavailable or SourceRefused when the publisher cannot be asked."""

    def __init__(self, client: HttpClient, *, base: str = BASE, api: PoliceApi | None = None) -> None:
        self._client = client
        self._archive = f"{base.rstrip('/')}/data/archive"
        self._api = api or PoliceApi(client, base=base)

    def url(self, month: Month) -> str:
        """Where the release of a month would stand."""
        return f"{self._archive}/{month}.zip"

    def release(self, month: Month) -> FoundRelease | None:
        """The release of a month, None where there is none."""
        answer = self._head(self.url(month))
        return None if answer is None else _found(month, self.url(month), answer)

    def latest(self) -> FoundRelease:
        """The newest release: where latest.zip leads, or else the newest month that has one. Raises NotFound."""
        answer = self._head(f"{self._archive}/latest.zip")
        if answer is not None:
            month = release_of(answer.url.partition("?")[0])
            if month is not None:
                return _found(month, self.url(month), answer)
        for found in self.releases(limit=1):
            return found
        raise NotFound("data.police.uk offers no release at the moment.", "Try again later, or load a downloaded zip.")

    def releases(self, newest: Month | None = None, limit: int = 200) -> Iterator[FoundRelease]:
        """Releases from `newest` (default: the newest published month) backwards, one HEAD request a month."""
        month = newest or self.newest_month()
        misses = 0
        while limit > 0 and misses < GIVE_UP_AFTER:
            found = self.release(month)
            if found:
                yield found
                limit -= 1
            misses = 0 if found else misses + 1
            month -= 1

    def newest_month(self) -> Month:
        """The newest month that the API says is published."""
        day = self._api.crime_last_updated()
        return Month.of(day.year, day.month)

    def availability(self) -> list[Available]:
        """The months that the API holds, newest first, with the forces whose stops are published for each."""
        return self._api.availability()

    def _head(self, url: str) -> HttpResponse | None:
        answer = self._client.request("HEAD", url, accept=_ABSENT | {405, 501})
        if answer.status in (405, 501):
            answer = self._client.request("GET", url, headers={"Range": "bytes=0-0"}, limit=1 << 16, accept=_ABSENT)
        return None if answer.status in _ABSENT else answer


def _found(month: Month, url: str, answer: HttpResponse) -> FoundRelease:
    stated = answer.headers.get("content-range", "").rpartition("/")[2] or answer.headers.get("content-length", "")
    version = answer.headers.get("etag", "") or answer.headers.get("last-modified", "")
    return FoundRelease(month, url, int(stated) if stated.isascii() and stated.isdigit() else -1, version)
