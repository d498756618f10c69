"""The outlines of a feed's beats and divisions, and the streets of its city, for maps. Made of the gazetteer's own
material, once, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response

from bluelamp.places.city_map import CityMap, open_city_map
from bluelamp.storage import derived_files
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import FeedName, live_of
from bluelamp.web.places.schemas import FeedAreasModel
from bluelamp.web.request import dumps, has_tag, site_of
from bluelamp.web.schemas import PROBLEMS
from bluelamp.web.work.answer_cache import etag_of

router = APIRouter(prefix="/feeds", tags=["feeds"], route_class=Worked)

MEDIA_TYPE = "application/geo+json"
# Outlines change when a gazetteer is built anew: a map need not ask at every move.
_CACHED = "public, max-age=300"
_FORM = 1  # grows when the same material is drawn otherwise
_GEOJSON: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}},
    304: {"description": "Nothing has changed."},
}
AreaKind = Annotated[
    Literal["beat", "division", "reporting_area", "city"], Path(description="a kind of area, of those in …/areas")
]


@router.get(
    "/{feed}/areas",
    responses={200: {"model": FeedAreasModel}, 304: {"description": "Nothing has changed."}, **PROBLEMS},
    summary="Which outlines of areas there are of a feed's city",
)
def areas(request: Request, feed: FeedName) -> Response:
    """The kinds of area whose polygons are held, whether the city's streets are (`ground`), from where, of which day.
    404 where nothing is held of the feed's city."""
    found = _map(request, feed)
    return _answered(request, found, "about", "application/json", lambda: dumps(found.about()))


@router.get(
    "/{feed}/areas/ground", response_class=Response, responses={**_GEOJSON, **PROBLEMS}, summary="The city's streets"
)
def ground(request: Request, feed: FeedName) -> Response:
    """Centrelines by the street's `name`, with `rank` 1 for freeways, 2 for long streets, 3 for all others, in that
    order; so many as fit into 1.5 MB, and `left_out` counts the rest."""
    found = _map(request, feed)
    return _answered(request, found, "ground", MEDIA_TYPE, found.streets)


@router.get(
    "/{feed}/areas/{kind}",
    response_class=Response,
    responses={**_GEOJSON, **PROBLEMS},
    summary="Outlines of the areas of a kind",
)
def outlines(request: Request, feed: FeedName, kind: AreaKind) -> Response:
    """Polygons, holes and all, simplified so that neighbours still fit together. `id` is the name in capitals, which
    calls' own `beat` and `division` are compared with whatever their case."""
    found = _map(request, feed)
    return _answered(request, found, kind, MEDIA_TYPE, lambda: found.areas(kind))


def _map(request: Request, feed: str) -> CityMap:
    return open_city_map(site_of(request).settings.home, live_of(request).require(feed))


def _answered(request: Request, found: CityMap, what: str, media_type: str, make: Callable[[], bytes]) -> Response:
    site = site_of(request)
    etag = etag_of("feed areas", str(_FORM), found.feed, found.version, what)
    headers = {"ETag": etag, "Cache-Control": _CACHED}
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    # A feed's name has no full stop: what is removed is never another feed's.
    kept = f"feed-{found.feed}.{what}"
    path = site.cache / f"{kept}.{hashlib.sha256(etag.encode()).hexdigest()[:24]}.json"

    def made() -> bytes:
        if (before := derived_files.kept(path)) is not None:
            return before
        with site.effort.turn():
            body = make()
        derived_files.keep(path, body)
        for other in site.cache.glob(f"{kept}.*.json"):  # of an older gazetteer
            if other != path:
                derived_files.forget(other)
        return body

    return Response(site.answers.get(etag, made), media_type=media_type, headers=headers)
