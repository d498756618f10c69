"""What the pages need to know at first: the navigation, the data version, what is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from bluelamp._version import __version__
from bluelamp.domain.page import path_to
from bluelamp.questions.families.archive.version import LICENCE
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.family import Family
from bluelamp.questions.registry import datasets, families
from bluelamp.web.lane_routes import Worked, quick
from bluelamp.web.live.parameters import agency_of, fresh
from bluelamp.web.postcodes import look_up
from bluelamp.web.request import answered, dumps, lease_calls, site_of, version_json
from bluelamp.web.schemas import PROBLEMS, PlacesModel, SiteModel
from bluelamp.web.site import LICENCE_URL, Site

router = APIRouter(tags=["site"], route_class=Worked)


@router.get("/site", responses={200: {"model": SiteModel}, **PROBLEMS}, summary="What this installation serves")
@quick
def site(request: Request) -> Response:
    """The dashboards, the current data version, the months held, the licence. Where there is no archive, the version
    is that of the calls; null where no day of them is closed yet."""
    here = site_of(request)
    feeds, calls, held = _feeds(here), _calls(request), [_family(here, one) for one in families()]
    if feeds and not any(one["version"] for one in held):
        return fresh(dumps(_site(here, None, feeds, calls, held)))
    with _held(request) as version:
        key = ["site", repr(feeds), repr(calls), repr(held)]
        return answered(request, version, key, lambda: dumps(_site(here, version, feeds, calls, held)), quick=True)


def _calls(request: Request) -> dict[str, Any] | None:
    """The calls of closed days that are held; None before the first day."""
    if not site_of(request).calls_versions.current_name():
        return None
    with lease_calls(request) as opened:
        return {"version": version_json(opened), "months": _span(opened), "feeds": sorted(opened.feeds)}


@contextmanager
def _held(request: Request) -> Iterator[DataVersion]:
    """The current version of the first family that holds anything: the archive's, where there is one. Raises
    NothingHeld where nothing is held."""
    pools = site_of(request).pools.values()
    with next((pool for pool in pools if pool.current_name()), site_of(request).archive_versions).lease() as version:
        yield version


def _span(version: DataVersion) -> dict[str, str] | None:
    months = version.months
    return {"first": str(months[0]), "last": str(months[-1])} if months else None


def _feeds(here: Site) -> list[dict[str, str]]:
    """The feeds of active calls, for the navigation."""
    found = []
    for name in here.live.names():
        agency = agency_of(here.live, name)
        found.append({"name": name, "title": agency.title if agency else name, "path": path_to("live", feed=name)})
    return found


def _family(here: Site, family: Family[Any]) -> dict[str, Any]:
    """What a family has, and what is held of it."""
    pool, info = here.pools[family.info.name], family.info
    held: dict[str, Any] = {"version": None, "months": None}
    if pool.current_name():
        with pool.lease() as opened:
            held = {"version": version_json(opened), "months": _span(opened)}
    return {
        "name": info.name,
        "unit": info.unit,
        "publisher": info.publisher,
        "datasets": [name for name, spec in datasets().items() if spec.family is info],
        "capabilities": asdict(info.capabilities),
        **held,
    }


def _has_areas(here: Site) -> bool:
    """Whether there are areas with pages: where reference data says which authorities there are."""
    if not here.archive_versions.current_name():
        return False
    with here.archive_versions.lease() as opened:
        return bool(opened.areas)


def _site(
    here: Site,
    version: DataVersion | None,
    feeds: list[dict[str, str]],
    calls: dict[str, Any] | None,
    held: list[dict[str, Any]],
) -> dict[str, Any]:
    with_data = {one["name"] for one in held if one["version"]}
    areas = _has_areas(here)
    return {
        "name": "Bluelamp",
        "program": __version__,
        "notice": here.settings.notice,
        "version": version_json(version) if version else None,
        "months": _span(version) if version else None,
        "calls": calls,
        "families": held,
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
            if one.nav and one.spec.family.name in with_data
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
    found: list[dict[str, Any]] = []
    for family in families():
        if here.pools[family.info.name].current_name():
            with here.pools[family.info.name].lease() as opened:
                found += family.places(opened, q)
    with _held(request) as version:
        return answered(
            request,
            version,
            ["places", q, str(postcode), repr(found)],
            lambda: dumps({"places": found, "postcode": postcode}),
        )
