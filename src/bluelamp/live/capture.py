"""Capture: fetch a snapshot and keep it as received, before anything is done with it. Step one of the live flow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from bluelamp.domain.moment import moment_of
from bluelamp.errors import SourceError
from bluelamp.live.clock import SteadyClock
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.fetching import Part, fetch
from bluelamp.sources.http import HttpClient
from bluelamp.storage.live.snapshots import Body, NewSnapshot, SnapshotEntry, Snapshots

POLLED, PUSHED, REPLAYED = "polled", "pushed", "replayed"
# A publisher that asks for a longer wait than this is asked again then all the same, seconds.
LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Captured:
    """A snapshot as kept, and how long its publisher asked to wait (seconds, None where it did not)."""

    entry: SnapshotEntry
    bodies: Sequence[Body]
    wait: float | None


class Capture:
    """Fetches the snapshots of one feed."""

    def __init__(self, agency: Agency, client: HttpClient, snapshots: Snapshots, token: str = "") -> None:
        self._agency, self._client, self._snapshots, self._token = agency, client, snapshots, token
        self._clock = SteadyClock()

    def once(self, validators: Mapping[str, str]) -> Captured:
        """One snapshot, kept. What goes wrong on the way is kept too, as an answer that failed. Raises StorageError
        where it cannot be kept: then nothing is known to have happened."""
        parts: Sequence[Part] = ()
        problem = ""
        try:
            parts = fetch(self._client, self._agency, validators=validators, token=self._token)
        except SourceError as error:
            problem = error.message
        when, skew = self._clock.time_of(parts[-1].headers if parts else {})
        bodies = [Body(part.url, part.status, part.headers, part.body) for part in parts]
        entry = self._snapshots.keep(self._agency.name, NewSnapshot(moment_of(when), POLLED, bodies, problem, skew))
        return Captured(entry, bodies, _requested_wait(parts))


def validators_of(entry: SnapshotEntry | None) -> dict[str, str]:
    """The headers that make a request conditional on a snapshot's answer, by their names there."""
    if entry is None or not entry.parts:
        return {}
    headers = entry.parts[0]["headers"]
    return {name: headers[name] for name in ("etag", "last-modified") if headers.get(name)}


def _requested_wait(parts: Sequence[Part]) -> float | None:
    for part in parts:
        if part.status in (429, 503) and "retry-after" in part.headers:
            return _seconds(part.headers["retry-after"], part.headers)
    return None


def _seconds(text: str, headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header: a number, or a date as against the answer's own."""
    if re.fullmatch(r"\s*\d{1,9}\s*", text):
        return min(float(text), LONGEST_WAIT)
    try:
        until, stated = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("date", ""))
        return min(max((until - stated).total_seconds(), 0.0), LONGEST_WAIT)
    except (ValueError, TypeError, IndexError):
        return None
