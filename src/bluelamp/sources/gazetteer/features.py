"""What a file of places says, whatever its form: GeoJSON, the JSON of an ArcGIS layer or of Socrata, CSV, or one object
that maps an address to its point. Used by `material`; nothing here knows what columns mean.

Every form comes out as rows: a mapping of column names to values (inner ones by `outer.inner`), and a shape where the
file has one, in degrees with longitude first.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any, NamedTuple

import shapely

from bluelamp.errors import SourceError
from bluelamp.sources.reference.unpacking import text_of

_DEGREES = (4326, 4269, None)  # WGS 84, NAD 83 (within two metres of it), not stated


class Feature(NamedTuple):
    """One row. `shape` is a shapely shape, None where the row has none or one that cannot be read."""

    values: Mapping[str, Any]
    shape: Any


def features(name: str, data: bytes) -> Iterator[Feature]:
    """The rows of a file; `name` is how messages call it. Raises SourceError where its form is not known, or where its
    coordinates are no degrees."""
    text = text_of(name, data)
    head = text.lstrip()[:1]
    if head not in ("{", "["):
        yield from _csv_rows(name, text)
        return
    try:
        found = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise SourceError(f"“{name}” is not JSON that can be read.", "Download it again.") from None
    if isinstance(found, list):
        yield from (Feature(_flat(row), _point_in(row)) for row in found if isinstance(row, dict))
        return
    if isinstance(found.get("error"), dict):
        said = found["error"].get("message") or found["error"].get("code")
        raise SourceError(f"“{name}” is an error that the server told: {str(said)[:200]}.", "Check the address.")
    rows = found.get("features")
    if isinstance(rows, list):
        _check_degrees(name, found)
        yield from (Feature(*_feature(row)) for row in rows if isinstance(row, dict))
    elif found and all(isinstance(point, list) for point in found.values()):
        for place, point in found.items():
            if len(point) == 2:
                yield Feature({"text": place, "lat": point[0], "lon": point[1]}, None)
    else:
        raise SourceError(
            f"“{name}” holds JSON of an unknown form.",
            "Known are GeoJSON, a layer's features, a list of rows, and an object of addresses with [lat, lon].",
        )


def _csv_rows(name: str, text: str) -> Iterator[Feature]:
    if "<" in text.lstrip()[:1]:
        raise SourceError(f"“{name}” is a web page, not data.", "Check the address, or download it again.")
    try:
        for row in csv.DictReader(io.StringIO(text)):
            yield Feature({key: value for key, value in row.items() if key is not None}, None)
    except csv.Error as problem:
        raise SourceError(f"“{name}” cannot be read as CSV: {problem}.", "Save it as UTF-8 CSV.") from None


def _check_degrees(name: str, found: Mapping[str, Any]) -> None:
    reference = found.get("spatialReference")
    number = reference.get("latestWkid", reference.get("wkid")) if isinstance(reference, dict) else None
    if number not in _DEGREES:
        raise SourceError(
            f"The coordinates of “{name}” are in the system {number}, not in degrees.",
            "Ask the layer with outSR=4326, or convert the file to WGS 84.",
        )
    crs = found.get("crs")
    words = json.dumps(crs) if crs else ""
    if "EPSG" in words and not any(f"EPSG::{code}" in words or f"EPSG:{code}" in words for code in (4326, 4269)):
        raise SourceError(f"The coordinates of “{name}” are not in degrees.", "Convert the file to WGS 84.")


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Inner objects' values by `outer.inner`."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": below for inner, below in value.items() if not isinstance(below, (dict, list))}
        else:
            flat[key] = value
    return flat


def _point_in(row: Mapping[str, Any]) -> Any:
    """Socrata's newer point columns are GeoJSON."""
    for value in row.values():
        if isinstance(value, dict) and isinstance(value.get("coordinates"), list):
            return _geojson(value)
    return None


def _feature(row: Mapping[str, Any]) -> tuple[Mapping[str, Any], Any]:
    values = row.get("properties", row.get("attributes"))
    geometry = row.get("geometry")
    if not isinstance(values, dict):
        values = {}
    if not isinstance(geometry, dict):
        return _flat(values), None
    return _flat(values), _geojson(geometry) if "type" in geometry else _esri(geometry)


def _geojson(geometry: Mapping[str, Any]) -> Any:
    try:
        return _sound(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.GEOSException, TypeError, ValueError):
        return None


def _esri(geometry: Mapping[str, Any]) -> Any:
    try:
        if "paths" in geometry:
            lines = [path for path in geometry["paths"] if len(path) > 1]
            return _sound(shapely.multilinestrings([[point[:2] for point in path] for path in lines]))
        if "rings" in geometry:
            # Rings of a layer are holes or islands by the way they turn; what is inside twice is a hole either way.
            rings = [shapely.make_valid(shapely.polygons([point[:2] for point in ring])) for ring in geometry["rings"]]
            return _sound(reduce(shapely.symmetric_difference, rings)) if rings else None
        return _sound(shapely.points(float(geometry["x"]), float(geometry["y"])))
    except (shapely.GEOSException, KeyError, TypeError, ValueError, IndexError):
        return None


def _sound(shape: Any) -> Any:
    """The shape, where all of it lies on the Earth."""
    if shape is None or shapely.is_empty(shape):
        return None
    west, south, east, north = shapely.bounds(shape).tolist()
    fits = all(map(math.isfinite, (west, south, east, north)))
    return shape if fits and -180 <= west <= east <= 180 and -90 <= south <= north <= 90 else None
