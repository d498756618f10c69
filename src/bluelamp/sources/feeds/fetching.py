"""Fetching one snapshot: one attempt, all its pages, whatever the answers are. Used by the live flow and the commands.

Every answer comes back as it is, with its status and headers, because what it means is not decided here. Only where
none came at all is that an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

from bluelamp.domain.moment import moment_of
from bluelamp.errors import SourceChanged, SourceError
from bluelamp.sources.feeds import arcgis, socrata
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.http import HttpClient, shown_url

__all__ = ["Part", "SourceVersion", "fetch", "version_of"]

_ANY_STATUS = frozenset(range(100, 600))
# A list that is replaced while its pages are fetched is fetched anew, so often.
_STARTS = 3
_ACCEPT = {
    "html_table": "text/html, */*;q=0.5",
    "xml": "application/xml, text/xml, */*;q=0.5",
    "rss": "application/rss+xml, application/atom+xml, application/xml, */*;q=0.5",
    "csv": "text/csv, */*;q=0.5",
}
_TRUTH, _OUT_OF_DATE = "x-soda2-truth-last-modified", "x-soda2-data-out-of-date"


class SourceVersion(NamedTuple):
    """What an answer's headers say of its version. `identity` is empty where they state none, `time` a moment."""

    identity: str
    time: str | None
    out_of_date: bool


def fetch(client: HttpClient, agency: Agency, *, validators: Mapping[str, str], token: str = "") -> tuple[Part, ...]:
    """The pages of a snapshot as they came; one that is no success ends them. `validators` are `etag` and
    `last-modified` of an answer that is known already; `token` is the app token for Socrata.

    The client should try once (`Backoff(attempts=1)`): the next poll is the next attempt. Raises SourceError when no
    answer came (refused, cut, too slow, too large), SourceChanged when the list never stood still.
    """
    headers = {"Accept": _ACCEPT.get(agency.platform, "application/json, */*;q=0.5"), **agency.headers}
    if token and agency.platform == "socrata":
        headers["X-App-Token"] = token
    if agency.platform not in ("socrata", "arcgis"):
        return (_get(client, agency, {}, {**headers, **_conditions(validators)}),)
    # The validators of ArcGIS tell of one page only, so that they would hide a change on the second.
    conditions = _conditions(validators) if agency.platform == "socrata" else {}
    for _ in range(_STARTS):
        parts = tuple(_pages(client, agency, headers, conditions))
        if len({part.headers.get(_TRUTH) for part in parts if part.status == 200}) <= 1:
            return parts
    raise SourceChanged(f"{shown_url(agency.url)} was replaced while its pages were fetched.", "Fetch it again.")


def _pages(
    client: HttpClient, agency: Agency, headers: Mapping[str, str], conditions: Mapping[str, str]
) -> Iterator[Part]:
    platform = socrata if agency.platform == "socrata" else arcgis
    fetched, size = 0, 0
    for page in range(agency.paging.pages):
        part = _get(
            client, agency, platform.page_parameters(agency, fetched), {**headers, **(conditions if not page else {})}
        )
        yield part
        size += len(part.body)
        if size > agency.body_limit:
            raise SourceError(f"{shown_url(agency.url)} sends more than {agency.body_limit:,} bytes in its pages.")
        rows = platform.rows_to_come(agency, part) if part.status == 200 else 0
        if not rows:
            return
        fetched += rows


def _get(client: HttpClient, agency: Agency, parameters: Mapping[str, str], headers: Mapping[str, str]) -> Part:
    address = agency.url
    wanted = {**parameters, **agency.parameters}
    if wanted:
        address = str(httpx.URL(agency.url).copy_merge_params(wanted))
    answer = client.request(
        "GET",
        address,
        headers=headers,
        limit=agency.body_limit,
        timeout=agency.timeout_seconds,
        total=4 * agency.timeout_seconds,
        retry=frozenset(),
        accept=_ANY_STATUS,
    )
    return Part(answer.url, answer.status, answer.headers, answer.body)


def _conditions(validators: Mapping[str, str]) -> dict[str, str]:
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {sent: validators[name] for name, sent in names.items() if validators.get(name)}


def version_of(parts: Sequence[Part]) -> SourceVersion:
    """What the first page says of its version; a tag tells of a list only where the list is one page."""
    if not parts:
        return SourceVersion("", None, False)
    headers = parts[0].headers
    truth = headers.get(_TRUTH, "")
    identity = truth or (headers.get("etag", "") if len(parts) == 1 else "")
    time = _moment(truth) or _moment(headers.get("last-modified", ""))
    out_of_date = any(part.headers.get(_OUT_OF_DATE, "").strip().lower() == "true" for part in parts)
    return SourceVersion(identity, time, out_of_date)


def _moment(text: str) -> str | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    try:
        return moment_of(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
