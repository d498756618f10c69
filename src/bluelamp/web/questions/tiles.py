"""The map's vector tiles: every record under the filters, at every zoom, never capped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from bluelamp.domain.tile import MAX_ZOOM
from bluelamp.errors import UsageError
from bluelamp.questions.tiles import POINTS_FROM_ZOOM, tile_of
from bluelamp.questions.view import question_of
from bluelamp.web.calls import lease_for
from bluelamp.web.lane_routes import Worked
from bluelamp.web.questions.datasets import DatasetName, find_dataset
from bluelamp.web.questions.vector_tile import encode_grid, encode_points
from bluelamp.web.request import First, Last, Pinned, Where, answered, view_of
from bluelamp.web.schemas import PROBLEMS

router = APIRouter(prefix="/tiles", tags=["map"], route_class=Worked)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@router.get(
    "/{dataset}/{z}/{x}/{y}.mvt",
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}, **PROBLEMS},
    response_class=Response,
    summary="One tile of the map",
)
def tile(
    request: Request,
    dataset: DatasetName,
    z: Annotated[int, Path(ge=0, le=MAX_ZOOM, description="zoom", examples=[5])],
    x: Annotated[int, Path(ge=0, le=2**MAX_ZOOM, description="column, from the west", examples=[15])],
    y: Annotated[int, Path(ge=0, le=2**MAX_ZOOM, description="row, from the north", examples=[10])],
    first: First = None,
    last: Last = None,
    where: Where = (),
    version: Pinned = "",
) -> Response:
    """Far out the layer `grid` has squares with a count `n`; from zoom 12 the layer `points` has each map point
    (anonymised; of calls, where their place was found) with its count `n`, its `name` and `at`, its longitude and
    latitude. The counts of all tiles of one zoom add up to the records that have a location."""
    spec = find_dataset(dataset)
    if x >= 1 << z or y >= 1 << z:
        raise UsageError(f"There is no tile {z}/{x}/{y}: x and y go from 0 to {(1 << z) - 1} at zoom {z}.")
    view = view_of(first, last, where)
    _, ignored = view.for_dataset(spec)
    if ignored:
        raise UsageError(f"{dataset} cannot be filtered by “{ignored[0]}”.")
    with lease_for(request, spec, version) as opened:

        def make() -> bytes:
            found = tile_of(opened, question_of(view, spec), z, x, y)
            if z >= POINTS_FROM_ZOOM:
                return encode_points(found.x, found.y, found.counts, found.names, found.places)
            return encode_grid(found.x, found.y, found.counts, found.cells)

        return answered(
            request, opened, ["tile", dataset, f"{z}/{x}/{y}", repr(view)], make, pinned=version, media_type=MEDIA_TYPE
        )
