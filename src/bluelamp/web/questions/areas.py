"""Areas: their outlines for maps, and what stands at the head of an area's page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from bluelamp.errors import NoSuchThing
from bluelamp.places.outlines import bounds_of, outlines
from bluelamp.questions.areas import find_place, profile
from bluelamp.questions.calls import areas
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.web.calls import calls_of
from bluelamp.web.lane_routes import Worked
from bluelamp.web.request import Pinned, answered, dumps, lease, site_of
from bluelamp.web.schemas import PROBLEMS, AreaModel

router = APIRouter(prefix="/areas", tags=["areas"], route_class=Worked)

Kind = Annotated[Literal["local_authority", "force"], Path(description="local_authority or force")]


@router.get(
    "/{kind}.geojson",
    response_class=Response,
    responses={200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}}, **PROBLEMS},
    summary="Outlines of all areas of a kind",
)
def outline(request: Request, kind: Kind, version: Pinned = "") -> Response:
    """Simplified so that neighbours still fit together. Empty where no boundaries are held."""
    site = site_of(request)
    with lease(request, version) as opened:
        return answered(
            request,
            opened,
            ["outlines", kind, site.archive.reference.version()],
            lambda: outlines(site.archive.reference, kind, site.cache),
            pinned=version,
            media_type="application/geo+json",
        )


@router.get(
    "/{kind}/{feed}/{name:path}",
    responses={200: {"model": AreaModel}, **PROBLEMS},
    summary="One division or beat of a feed of calls",
)
def calls_area(
    request: Request,
    kind: Annotated[Literal["division", "beat"], Path(description="division or beat", examples=["division"])],
    feed: Annotated[str, Path(max_length=40, description="a feed's name", examples=["dallas-tx"])],
    name: Annotated[str, Path(max_length=80, description="as the feed words it", examples=["Central"])],
    version: Pinned = "",
) -> Response:
    """What it is. Its figures are those of the dashboard that it names, under its `where`."""
    with calls_of(request).lease(version) as opened:
        assert isinstance(opened, CallsVersion)

        def make() -> bytes:
            return dumps(areas.profile(opened, areas.find_area(opened, kind, feed, name)))

        return answered(request, opened, ["area", kind, feed, name], make, pinned=version)


@router.get(
    "/{kind}/{area_id}", responses={200: {"model": AreaModel}, **PROBLEMS}, summary="One area, beside areas like it"
)
def area(
    request: Request,
    kind: Kind,
    area_id: Annotated[str, Path(max_length=80, description="an ONS code, or a force's short name", examples=["kent"])],
    version: Pinned = "",
) -> Response:
    """What it is, whom it is compared with. Its figures are those of the dashboard `area` under its `where`."""
    site = site_of(request)
    with lease(request, version) as opened:
        if not area_id.strip():
            raise NoSuchThing("Name an area.")

        def make() -> bytes:
            place = find_place(opened, kind, area_id)
            return dumps(
                {**profile(opened, place), "bounds": bounds_of(site.archive.reference, kind, place.id, site.cache)}
            )

        return answered(request, opened, ["area", kind, area_id], make, pinned=version)
