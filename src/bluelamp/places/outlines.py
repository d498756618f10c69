"""Outlines of areas for the map: boundaries of the reference data, simplified once and kept. Used by `web`."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.storage.derived_files import keep, kept
from bluelamp.storage.reference.store import authority_table, force_table

if TYPE_CHECKING:
    from bluelamp.storage.reference.store import ReferenceStore

# In degrees: about 300 m, less than a pixel at the zooms at which areas are drawn.
_TOLERANCE = 0.003
_DECIMALS = 4
_making = threading.Lock()


def outlines(reference: ReferenceStore, kind: str, cache: Path) -> bytes:
    """A FeatureCollection of every area of a kind that has a boundary; `id` is an ONS code or a force's slug."""
    path = cache / f"outlines-{kind}-{reference.version()}-{_TOLERANCE}.geojson"
    with _making:
        if (found := kept(path)) is not None:
            return found
        made = json.dumps(_collection(reference, kind), ensure_ascii=False, separators=(",", ":")).encode()
        keep(path, made)
        return made


def bounds_of(reference: ReferenceStore, kind: str, area_id: str, cache: Path) -> list[float] | None:
    """[west, south, east, north] of one area, None without a boundary."""
    collection = json.loads(outlines(reference, kind, cache))
    for feature in collection["features"]:
        if feature["id"] == area_id:
            bounds: list[float] = feature["bbox"]
            return bounds
    return None


def _collection(reference: ReferenceStore, kind: str) -> dict[str, Any]:
    import shapely

    table = authority_table(reference) if kind == "local_authority" else force_table(reference)
    code, name = ("code", "name") if kind == "local_authority" else ("force", "area_name")
    rows = [row for row in table.to_pylist() if row["wkb"] is not None]
    shapes = shapely.from_wkb([row["wkb"] for row in rows]) if rows else []
    # All at once, so that a border that two areas share stays one line.
    shapes = shapely.coverage_simplify(shapes, _TOLERANCE) if len(rows) else []
    features = []
    for row, shape in zip(rows, shapes, strict=True):
        shape = shapely.set_precision(shape, 10**-_DECIMALS, mode="pointwise")  # noqa: PLW2901
        features.append(
            {
                "type": "Feature",
                "id": row[code],
                "bbox": [round(value, _DECIMALS) for value in shapely.bounds(shape).tolist()],
                "properties": {"id": row[code], "name": row[name]},
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
        )
    return {"type": "FeatureCollection", "features": features}
