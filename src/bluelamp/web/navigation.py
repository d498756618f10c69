"""What the pages need to know at first: the navigation, the data version, what is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response

from bluelamp._version import __version__
from bluelamp.domain.page import path_to
from bluelamp.questions.families.archive.datasets import ARCHIVE
from bluelamp.questions.families.archive.version import LICENCE
from bluelamp.questions.families.calls.datasets import CALLS_FAMILY
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.family import Family
from bluelamp.questions.registry import datasets, families
from bluelamp.web.lane_routes import Worked, quick
from bluelamp.web.live.parameters import agency_of, fresh
from bluelamp.web.postcodes import look_up
from bluelamp.web.request import answered, dumps, site_of, version_json
from bluelamp.web.schemas import PROBLEMS, PlacesModel, SiteModel
from bluelamp.web.site import LICENCE_URL, Site

if TYPE_CHECKING:
    from bluelamp.questions.families.archive.source import ServedArchive
    from bluelamp.questions.families.calls.source import ServedCalls

router = APIRouter(tags=["site"], route_class=Worked)


@router.get("/site", responses={200: {"model": SiteModel}, **PROBLEMS}, summary="What this installation serves")
@quick
def site(request: Request) -> Response:
    """The dashboards, the current data version, the months held, the licence. Where there is no archive, the version
    is that of the calls; null where no day of them is closed yet."""
    here = site_of(request)
    feeds = _feeds(here)
    with _current_versions(here) as opened:
        families_held = [_family(family, opened.get(family.info.name)) for family in families()]
        if feeds and not opened:
            return fresh(dumps(_site(here, opened, feeds, families_held)))
        version = _first(here, opened)
        key = ["site", repr(feeds), repr(families_held)]
        return answered(request, version, key, lambda: dumps(_site(here, opened, feeds, families_held)), quick=True)


@contextmanager
def _current_versions(here: Site) -> Iterator[Mapping[str, Any]]:
    """Leases on the current version of each family that holds anything, by the family's name, in their order."""
    with ExitStack() as leases:
        held = [(name, pool) for name, pool in here.pools.items() if pool.current_name()]
        yield {name: leases.enter_context(pool.lease()) for name, pool in held}


def _first(here: Site, opened: Mapping[str, Any]) -> DataVersion:
    """The version that an answer about everything is kept under: the archive's, where there is one. Raises NothingHeld
    where nothing is held."""
    for version in opened.values():
        return cast("DataVersion", version)
    with here.archive_versions.lease() as version:  # says what to load
        return version


def _calls(version: ServedCalls | None) -> dict[str, Any] | None:
    """The calls of closed days that are held; None before the first day."""
    if version is None:
        return None
    return {"version": version_json(version), "months": _span(version), "feeds": sorted(version.feeds)}


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


def _family(family: Family[Any], version: DataVersion | None) -> dict[str, Any]:
    """What a family has, and what is held of it."""
    info = family.info
    return {
        "name": info.name,
        "unit": info.unit,
        "publisher": info.publisher,
        "datasets": [name for name, spec in datasets().items() if spec.family is info],
        "capabilities": asdict(info.capabilities),
        "version": version_json(version) if version is not None else None,
        "months": _span(version) if version is not None else None,
    }


def _site(
    here: Site, opened: Mapping[str, Any], feeds: list[dict[str, str]], families_held: list[dict[str, Any]]
) -> dict[str, Any]:
    version: DataVersion | None = next(iter(opened.values()), None)
    archive: ServedArchive | None = opened.get(ARCHIVE.name)
    areas = bool(archive is not None and archive.areas)
    return {
        "name": "Bluelamp",
        "program": __version__,
        "notice": here.settings.notice,
        "version": version_json(version) if version else None,
        "months": _span(version) if version else None,
        "calls": _calls(opened.get(CALLS_FAMILY.name)),
        "families": families_held,
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
            if one.nav and one.spec.family.name in opened
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
    with _current_versions(here) as opened:
        held = [(family, opened[family.info.name]) for family in families() if family.info.name in opened]
        found = [place for family, version in held for place in family.places(version, q)]
        return answered(
            request,
            _first(here, opened),
            ["places", q, str(postcode), repr(found)],
            lambda: dumps({"places": found, "postcode": postcode}),
        )
