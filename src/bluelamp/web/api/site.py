"""What the pages need to know at first: the navigation, the data version, what is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from bluelamp import __version__
from bluelamp.domain.page import path_to
from bluelamp.questions.answer import LICENCE
from bluelamp.questions.calls.areas import places_of as areas_of_calls
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.options import places_of
from bluelamp.web.asked import answered, dumps, lease, site_of, version_json
from bluelamp.web.calls import calls_of
from bluelamp.web.feed_asked import agency_of, fresh
from bluelamp.web.postcodes import look_up
from bluelamp.web.schemas import PROBLEMS, PlacesModel, SiteModel
from bluelamp.web.site import LICENCE_URL, Site
from bluelamp.web.versions import OpenVersion
from bluelamp.web.worked import Worked, quick

router = APIRouter(tags=["site"], route_class=Worked)


@router.get("/site", responses={200: {"model": SiteModel}, **PROBLEMS}, summary="What this installation serves")
@quick
def site(request: Request) -> Response:
    """The dashboards, the current data version, the months held, the licence. Where there is no archive, the version
    is that of the calls; null where no day of them is closed yet."""
    here = site_of(request)
    feeds, calls = _feeds(here), _calls(request)
    if feeds and calls is None and not here.versions.current_name():
        return fresh(dumps(_told(here, None, feeds, None)))
    with _held(request) as version:
        key = ["site", repr(feeds), repr(calls)]
        return answered(request, version, key, lambda: dumps(_told(here, version, feeds, calls)), quick=True)


def _calls(request: Request) -> dict[str, Any] | None:
    """The calls of closed days that are held; None before the first day."""
    if not calls_of(request).current_name():
        return None
    with calls_of(request).lease() as opened:
        assert isinstance(opened, CallsVersion)
        return {"version": version_json(opened), "months": _span(opened), "feeds": sorted(opened.feeds)}


@contextmanager
def _held(request: Request) -> Iterator[OpenVersion]:
    """The archive's current version, or the calls where there is no archive. Raises NothingHeld where there is
    neither."""
    if site_of(request).versions.current_name() or not calls_of(request).current_name():
        with lease(request) as version:
            yield version
    else:
        with calls_of(request).lease() as opened:
            yield opened


def _span(version: OpenVersion) -> dict[str, str] | None:
    months = version.months
    return {"first": str(months[0]), "last": str(months[-1])} if months else None


def _feeds(here: Site) -> list[dict[str, str]]:
    """The feeds of active calls, for the navigation."""
    found = []
    for name in here.live.names():
        agency = agency_of(here.live, name)
        found.append({"name": name, "title": agency.title if agency else name, "path": path_to("live", feed=name)})
    return found


def _told(
    here: Site, version: OpenVersion | None, feeds: list[dict[str, str]], calls: dict[str, Any] | None
) -> dict[str, Any]:
    archive = version is not None and not isinstance(version, CallsVersion)
    areas = bool(version and version.areas)
    return {
        "name": "Bluelamp",
        "program": __version__,
        "notice": here.settings.notice,
        "version": version_json(version) if version else None,
        "months": _span(version) if version else None,
        "calls": calls,
        "dashboards": [
            {
                "name": one.name,
                "title": one.title,
                "nav": one.nav,
                "lead": one.lead,
                "path": path_to("dashboard", dashboard=one.name),
            }
            for one in here.dashboards.values()
            # A dashboard whose data nobody has here would only say so.
            if one.nav and (calls is not None if one.spec.live else archive)
        ],
        "feeds": feeds,
        "basemap": {
            "style_url": here.settings.basemap_style_url,
            "pmtiles_url": here.settings.basemap_pmtiles_url,
            "attribution": "",
        },
        "postcode_lookup": bool(here.settings.postcode_url),
        "licence": {"words": LICENCE, "url": LICENCE_URL},
        "areas": {"local_authority": areas, "force": areas},
    }


@router.get("/places", responses={200: {"model": PlacesModel}, **PROBLEMS}, summary="Places by name or postcode")
def places(
    request: Request,
    q: Annotated[str, Query(max_length=80, description="part of a name, or a postcode", examples=["north"])] = "",
) -> Response:
    """Local authorities and forces whose name has these words, then divisions and beats of feeds of calls; a postcode
    where a look-up is configured."""
    here = site_of(request)
    postcode = look_up(here.settings, q)
    areas: list[dict[str, Any]] = []
    if calls_of(request).current_name():
        with calls_of(request).lease() as opened:
            assert isinstance(opened, CallsVersion)
            areas = areas_of_calls(opened, q)
    with _held(request) as version:
        return answered(
            request,
            version,
            ["places", q, str(postcode), repr(areas)],
            lambda: dumps({"places": [*places_of(version, q), *areas], "postcode": postcode}),
        )
