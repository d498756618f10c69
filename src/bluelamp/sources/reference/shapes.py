"""Reads boundaries (GeoJSON or TopoJSON, longitude and latitude) into checked polygons. Called by `read.py` only.

TopoJSON is decoded here: the format is a page long, and no small library for it is kept any more. Polygons that
cross themselves, as generalised ones now and then do, are mended and counted; nothing else is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from bluelamp.errors import SourceError
from bluelamp.sources.reference.catalogue import ReferenceFile, nearest_kind, recognise
from bluelamp.sources.reference.lookups import LookupIssue, refuse_bad

# The United Kingdom with its waters, longitude and latitude in degrees: a shape outside it has its axes swapped or
# is in another system (the National Grid counts metres).
UK_BOX = (-14.0, 49.0, 3.0, 62.0)

_Ring = npt.NDArray[np.float64]
_Shape = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Areas of one kind: codes, names, and an object array of shapely polygons or multipolygons, of equal length."""

    codes: list[str]
    names: list[str]
    polygons: npt.NDArray[np.object_]
    issues: tuple[LookupIssue, ...]
    vintage: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed boundary file: the kind it was recognised as, and its features with a way to build each shape."""

    kind: ReferenceFile
    features: list[dict[str, Any]]
    shape: _Shape


def parse(name: str, text: str) -> Document | str:
    """What the file is, by its areas' property names; a sentence where it is none that is known.

    Raises SourceError for a file that breaks off or is not what its first bytes say.
    """
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        where = f"row {problem.lineno}, column {problem.colno}: " if isinstance(problem, json.JSONDecodeError) else ""
        raise SourceError(f"“{name}”, {where}the JSON breaks off or is not valid.", "Download it again.") from problem
    features, shape = _features(name, data)
    heads = sorted({head for feature in features[:1] for head in _properties(feature)})
    kind = recognise(heads, shapes=True)
    if kind is None:
        near = nearest_kind(heads, shapes=True)
        lacks = f"; as {near[0].words} it lacks {near[1][0].words}" if near else ""
        return f"“{name}” holds no boundaries that are known: its areas have {', '.join(heads) or 'no names'}{lacks}."
    return Document(kind, features, shape)


def read_shapes(name: str, document: Document) -> Shapes:
    """Every area that fits, in the file's order. Raises SourceError for a file that cannot be trusted."""
    kind = document.kind
    heads = kind.heads_in(list(_properties(document.features[0]))) or {}
    codes: list[str] = []
    names: list[str] = []
    polygons: list[Any] = []
    rows: list[int] = []
    issues: list[LookupIssue] = []
    seen: dict[str, int] = {}
    for row, feature in enumerate(document.features, start=1):
        properties = _properties(feature)
        code, label = (str(properties.get(heads[ours]) or "").strip() for ours in ("code", "name"))
        misfit = _misfit(row, code, label, kind, heads)
        try:
            polygon = None if misfit else document.shape(feature)
        except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError) as problem:
            misfit = LookupIssue(row, "geometry", code, f"the polygon of {code} cannot be read: {problem}.")
        if misfit:
            issues.append(misfit)
            continue
        if code in seen:
            raise SourceError(f"“{name}”, area {row}: {code} stood in area {seen[code]} already.")
        seen[code] = row
        codes.append(code)
        names.append(label)
        polygons.append(polygon)
        rows.append(row)
    refuse_bad(name, len(codes), issues)
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    _check_place(name, codes, rows, array)
    issues += _mend(codes, rows, array)
    return Shapes(codes, names, array, tuple(issues), kind.vintage(heads))


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _misfit(row: int, code: str, label: str, kind: ReferenceFile, heads: dict[str, str]) -> LookupIssue | None:
    if not re.fullmatch(kind.columns[0].values, code, re.ASCII):
        return LookupIssue(row, heads["code"], code[:80], f"“{code[:40]}” is no {kind.columns[0].words}.")
    return None if label else LookupIssue(row, heads["name"], "", f"the {kind.columns[1].words} of {code} is blank.")


def _features(name: str, data: Any) -> tuple[list[dict[str, Any]], _Shape]:
    kind = data.get("type") if isinstance(data, dict) else None
    if kind == "FeatureCollection" and isinstance(data.get("features"), list) and data["features"]:
        return data["features"], _geojson_shape
    if kind == "Topology":
        try:
            arcs = _arcs(data)
            features = [one for held in data["objects"].values() for one in held.get("geometries", [held])]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as problem:
            raise SourceError(f"“{name}” is TopoJSON whose arcs cannot be read: {problem}.") from problem
        if features:
            return features, lambda feature: _topojson_shape(feature, arcs)
    raise SourceError(f"“{name}” is JSON, but neither GeoJSON nor TopoJSON with areas in it.")


def _geojson_shape(feature: dict[str, Any]) -> Any:
    geometry = feature["geometry"]
    if geometry is None:
        raise ValueError("it has none")
    parts = _parts(geometry["type"], geometry["coordinates"])
    return _assembled([[_ring(ring) for ring in part] for part in parts])


def _topojson_shape(feature: dict[str, Any], arcs: list[_Ring]) -> Any:
    parts = _parts(feature["type"], feature["arcs"])
    return _assembled([[_joined(ring, arcs) for ring in part] for part in parts])


def _parts(kind: str, held: Any) -> list[Any]:
    if kind == "Polygon":
        return [held]
    if kind == "MultiPolygon":
        return list(held)
    raise ValueError(f"it is a {kind}, not a polygon")


def _ring(points: Any) -> _Ring:
    ring = np.array(points, dtype=np.float64)
    if ring.ndim != 2 or ring.shape[0] < 4 or ring.shape[1] < 2 or not np.isfinite(ring).all():
        raise ValueError("a ring needs four points of two numbers")
    return ring[:, :2]


def _assembled(parts: list[list[_Ring]]) -> Any:
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    if not polygons:
        raise ValueError("it is empty")
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _arcs(data: dict[str, Any]) -> list[_Ring]:
    """The arcs in degrees. With a transform, an arc is its first point and then steps, all in whole grid units."""
    transform = data.get("transform")
    raw = (np.array(arc, dtype=np.float64)[:, :2] for arc in data["arcs"])
    if transform is None:
        return list(raw)
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    return [np.cumsum(arc, axis=0) * scale + shift for arc in raw]


def _joined(indices: list[int], arcs: list[_Ring]) -> _Ring:
    """One ring out of its arcs. A negative index is an arc walked backwards (-1 is arc 0); joints are shared points."""
    walked: Iterator[_Ring] = (arcs[index] if index >= 0 else arcs[~index][::-1] for index in indices)
    pieces = [piece if place == 0 else piece[1:] for place, piece in enumerate(walked)]
    return _ring(np.concatenate(pieces))


def _check_place(name: str, codes: list[str], rows: list[int], polygons: npt.NDArray[np.object_]) -> None:
    bounds = shapely.bounds(polygons)
    west, south, east, north = UK_BOX
    inside = (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)
    if inside.all():
        return
    first = int(np.argmin(inside))
    found = ", ".join(f"{value:.1f}" for value in bounds[first])
    raise SourceError(
        f"“{name}”, area {rows[first]}: {codes[first]} lies outside the United Kingdom (from {found}).",
        "Its coordinates must be longitude and latitude in degrees (WGS 84, EPSG:4326), not metres of a grid.",
    )


def _mend(codes: list[str], rows: list[int], polygons: npt.NDArray[np.object_]) -> list[LookupIssue]:
    """Mend, in place, polygons that cross themselves: their area stays, spikes without area go."""
    bad = np.flatnonzero(~shapely.is_valid(polygons))
    reasons = shapely.is_valid_reason(polygons[bad])
    polygons[bad] = shapely.make_valid(polygons[bad], method="structure", keep_collapsed=False)
    return [
        LookupIssue(
            rows[place], "geometry", codes[place], f"the polygon of {codes[place]} was mended: {reason}.", kept=True
        )
        for place, reason in zip(bad, reasons, strict=True)
    ]
