"""Geometries of GeoJSON and ArcGIS: which point one is of, and whether it is in degrees at all. Used by `arcgis` and
`json_rows`, and by `making` for what is nested.

An answer says itself which reference system its numbers are in. Numbers of another than degrees are taken out, with
the system's name in their place (`geometry.reference`): read as degrees they would lie somewhere.
"""

from __future__ import annotations

import re
from typing import Any

REFERENCE = "reference"
# Degrees on WGS 84, or on a datum within a metre or two of it.
_DEGREES = frozenset({4326, 4269, 4258, 4283, 4617, 4167, 4759, 6318, 7844})
_DEEPEST = 4


def foreign_reference(answer: Any) -> str:
    """The reference system that an answer or a geometry states, where it is not one of degrees; empty where it is, or
    where none is stated."""
    if not isinstance(answer, dict):
        return ""
    stated = answer.get("spatialReference")
    if isinstance(stated, dict):
        number = stated.get("latestWkid") or stated.get("wkid")
        if isinstance(number, int):
            return "" if number in _DEGREES else f"EPSG:{number}"
        return "a projected one" if "PROJCS" in str(stated.get("wkt", "")).upper() else ""
    crs = answer.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = str(named.get("name", "")) if isinstance(named, dict) else ""
    number_found = re.search(r"(\d+)$", name)
    if not name or "CRS84" in name.upper() or (number_found and int(number_found[1]) in _DEGREES):
        return ""
    return f"EPSG:{number_found[1]}" if number_found else name[:60]


def of_point(geometry: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """A geometry as its first point, where it is a collection; else as it is."""
    below = geometry.get("geometries")
    if not isinstance(below, list) or depth > _DEEPEST:
        return geometry
    points = (of_point(one, depth + 1) for one in below if isinstance(one, dict))
    return next((one for one in points if one.get("type") == "Point"), geometry)


def with_reference(rows: list[Any], answer: Any) -> list[Any]:
    """Rows of GeoJSON without what their answer says is not in degrees."""
    name = foreign_reference(answer)
    if not name:
        return rows
    return [{**row, "geometry": {REFERENCE: name}} if isinstance(row, dict) else row for row in rows]
