"""ArcGIS (a layer's `query`): features with attributes and, where the layer has them, points. Pages go on as long as
the server says that it has more. Used by `fetching` and `reading`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.geometry import REFERENCE, foreign_reference, of_point
from bluelamp.sources.feeds.json_rows import load, rows_at
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency


def page_parameters(agency: Agency, fetched: int) -> dict[str, str]:
    """Everything, in degrees; the agency's own parameters take the place of these."""
    page = {"where": "1=1", "outFields": "*", "outSR": "4326", "f": "json"}
    page["resultRecordCount"] = str(agency.paging.rows)
    if agency.paging.order:
        page["orderByFields"] = agency.paging.order
    return {**page, "resultOffset": str(fetched)} if fetched else page


def rows_to_come(agency: Agency, part: Part) -> int:
    """How many rows this page has if the server says that there are more, else 0."""
    del agency
    try:
        found = load(part)
    except SourceError:
        return 0  # told when it is read
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        return 0
    properties = found.get("properties")
    more = found.get("exceededTransferLimit") or (
        isinstance(properties, dict) and properties.get("exceededTransferLimit")
    )
    return len(found["features"]) if more is True else 0


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows of all pages: a feature's attributes, and its point as `geometry.x` (longitude) and `geometry.y`.
    Raises SourceError; ArcGIS says what is wrong with status 200."""
    found: list[Any] = []
    for part in parts:
        answer = load(part)
        if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
            said = answer["error"].get("message") or answer["error"].get("code")
            raise SourceError(f"{shown_url(part.url)} answers with an error: {str(said)[:200]}.", "Check the address.")
        reference = foreign_reference(answer)
        features = rows_at(answer, agency.layout.path or "features", part.url)
        found += [_row(feature, reference) for feature in features]
    return found


def _row(feature: Any, reference: str) -> Any:
    """GeoJSON (`f=geojson`) has properties and coordinates in the place of attributes, x and y. `reference` is the
    answer's own, where it is not one of degrees."""
    if not isinstance(feature, dict):
        return feature
    attributes = feature.get("attributes", feature.get("properties"))
    if not isinstance(attributes, dict):
        return None
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        return attributes
    reference = reference or foreign_reference(geometry)
    if reference:
        return {**attributes, f"geometry.{REFERENCE}": reference}
    geometry = of_point(geometry)
    coordinates = geometry.get("coordinates")
    if isinstance(coordinates, list) and len(coordinates) >= 2:
        geometry = {"x": coordinates[0], "y": coordinates[1]}
    return {**attributes, "geometry.x": geometry.get("x"), "geometry.y": geometry.get("y")}
