"""What a request asks for: the parameters that many routes share, and an answer with its validators. Used by the
routes of every room."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response

from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.source import ServedArchive
from bluelamp.questions.families.calls.source import ServedCalls
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.view import View, make_view
from bluelamp.web.asgi.byte_ranges import file_answer
from bluelamp.web.site import Site
from bluelamp.web.work.answer_cache import etag_of

_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

First = Annotated[
    str | None, Query(alias="from", pattern=_MONTH, description="first month, YYYY-MM", examples=["2022-01"])
]
Last = Annotated[str | None, Query(alias="to", pattern=_MONTH, description="last month, YYYY-MM", examples=["2022-12"])]
Where = Annotated[
    Sequence[str],
    Query(
        description="FIELD=VALUE or FIELD!=VALUE; repeat it. Values of one field are alternatives, fields narrow each "
        "other.",
        examples=["force=kent"],
        max_length=200,
    ),
]
Pinned = Annotated[
    str,
    Query(
        alias="version",
        pattern=r"^([0-9a-f]{12})?$",
        description="the data version to answer from; the current one by default",
    ),
]

# A pinned answer never changes; one of the current version may be a minute behind a new release.
_PINNED_SECONDS, _CURRENT_SECONDS = 86_400, 60


def view_of(first: str | None, last: str | None, where: Sequence[str]) -> View:
    return make_view(Month.parse(first) if first else None, Month.parse(last) if last else None, where)


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def lease(request: Request, pinned: str = "") -> AbstractContextManager[ServedArchive]:
    """A lease on a data version of the archive."""
    return site_of(request).archive_versions.lease(pinned)


def lease_calls(request: Request, pinned: str = "") -> AbstractContextManager[ServedCalls]:
    """A lease on a state of the calls."""
    return site_of(request).calls_versions.lease(pinned)


def lease_for(request: Request, spec: DatasetSpec, pinned: str = "") -> AbstractContextManager[DataVersion]:
    """A lease on what a dataset is answered from."""
    return site_of(request).pools[spec.family.name].lease(pinned)


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def answered(
    request: Request,
    version: DataVersion,
    key: Iterable[str],
    make: Callable[[], bytes],
    *,
    pinned: str = "",
    media_type: str = "application/json",
    headers: dict[str, str] | None = None,
    file: bool = False,
    quick: bool = False,
) -> Response:
    """An answer that caches may keep: 304 where the asker has it already, else bytes that are made once. A `file` can
    be read in parts; what is `quick` to make waits for no turn."""
    parts = (version.cache_key, site_of(request).fingerprint, *key)
    etag = etag_of(*parts)
    sent = {**cache_headers(version, etag, pinned), **(headers or {})}
    if has_tag(request, etag):
        return Response(status_code=304, headers=sent)
    site = site_of(request)
    body = site.answers.get(etag, make if quick else partial(site.effort.in_turn, make))
    if file:
        return file_answer(request, body, media_type, sent)
    return Response(body, media_type=media_type, headers=sent)


def cache_headers(version: DataVersion, etag: str, pinned: str) -> dict[str, str]:
    seconds = _PINNED_SECONDS if pinned else _CURRENT_SECONDS
    return {
        "ETag": etag,
        "Cache-Control": f"public, max-age={seconds}",
        "Bluelamp-Version": version.name,
    }


def has_tag(request: Request, etag: str) -> bool:
    """Whether the asker has this answer already."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in tags or "*" in tags


def version_json(version: DataVersion) -> dict[str, Any]:
    """What stands in every answer of the version that gave it."""
    facts = version.facts
    return {
        "name": version.name,
        "newest_release": str(facts.newest_release) if facts.newest_release else None,
        "built_at": facts.built_at,
    }
