"""Geometry over boundaries: which area a point is in, and how far it lies outside one.

Called by the model step with whole columns of coordinates. Inputs are float64 arrays of longitude and latitude in
degrees (NaN where a record has none) and arrays of shapely polygons in the same system. Pure: no file is read.

Distances are measured on a transverse Mercator plane around 2° west, on a sphere of the Earth's mean radius. Over
the United Kingdom they are within 0.7 % of the true distance: 0.3 % from the sphere, at most 0.4 % from the plane.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# A point in no polygon still belongs to the one area within this distance. Published boundaries are generalised:
# coasts and river banks are cut off by some hundreds of metres, and quays and piers fall into the sea.
NEAR_METRES = 500.0

_EARTH_METRES = 6_371_008.8
_MERIDIAN = np.radians(-2.0)
_ALMOST = 1 - 1e-12
# Degrees, at most 6 km: the bend of such an edge is a metre.
_LONGEST_EDGE = 0.05
# Points are looked up in blocks of this many distinct ones, so that memory does not grow with the archive.
_BLOCK = 500_000


def to_plane(lonlat: Floats) -> Floats:
    """Degrees, shape (n, 2), longitude first → metres east and north, shape (n, 2), on the plane described above."""
    lon, lat = np.radians(lonlat[:, 0]) - _MERIDIAN, np.radians(lonlat[:, 1])
    # A quarter around the Earth from the meridian the plane has no end: there it is cut off.
    east = _EARTH_METRES * np.arctanh(np.clip(np.cos(lat) * np.sin(lon), -_ALMOST, _ALMOST))
    north = _EARTH_METRES * np.arctan2(np.tan(lat), np.cos(lon))
    return np.column_stack([east, north])


class PointLocator:
    """Finds the polygon that each of many points is in.

    Built once from a sequence of polygons (or WKB of them) and used for any number of points. About 200,000 points
    a second against 400 authorities on one core; the archive's snap points repeat, which makes it faster still.
    """

    def __init__(self, polygons: Sequence[Any] | npt.NDArray[np.object_], near_metres: float = NEAR_METRES) -> None:
        self._polygons = _as_polygons(polygons)
        self._near = near_metres
        # Prepared once: an index over the edges of each polygon, used by every later call.
        shapely.prepare(self._polygons)
        self._planar: npt.NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self._polygons)

    def locate(self, lon: Floats, lat: Floats) -> Indices:
        """The index of each point's polygon, shape (n,); -1 where there is none.

        On a shared border the first polygon in order has the point, so the answer is the same every time. A point
        in no polygon gets the only one within `near_metres`; where two are that near it is not guessed: -1.
        """
        lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        answer = np.full(lon.shape, -1, dtype=np.int64)
        usable = _on_earth(lon, lat)
        if not len(self._polygons) or not usable.any():
            return answer
        distinct, place = _distinct(lon[usable], lat[usable])
        blocks = [self._locate(distinct[start : start + _BLOCK]) for start in range(0, len(distinct), _BLOCK)]
        answer[usable] = np.concatenate(blocks)[place]
        return answer

    def _locate(self, lonlat: Floats) -> Indices:
        points = shapely.points(lonlat)
        # The tree is over the points, not the polygons: shapely prepares what it queries with, and a prepared
        # polygon answers in logarithmic time where a plain one walks all its edges for each point.
        polygon, point = shapely.STRtree(points).query(self._polygons, predicate="intersects")
        found = np.full(len(lonlat), len(self._polygons), dtype=np.int64)
        np.minimum.at(found, point, polygon)
        found[found == len(self._polygons)] = -1
        outside = np.flatnonzero(found < 0)
        if len(outside) and self._near > 0:
            found[outside] = self._only_near(lonlat[outside])
        return found

    def _only_near(self, lonlat: Floats) -> Indices:
        if self._planar is None:
            self._planar = _planar(self._polygons)
            shapely.prepare(self._planar)
        points = shapely.points(to_plane(lonlat))
        polygon, point = shapely.STRtree(points).query(self._planar, predicate="dwithin", distance=self._near)
        answer = np.full(len(lonlat), -1, dtype=np.int64)
        answer[point] = polygon
        answer[np.bincount(point, minlength=len(lonlat)) != 1] = -1
        return answer


class OutsideDistance:
    """How far points lie outside polygons; keeps an index per polygon, built when it is first needed."""

    def __init__(self, polygons: Sequence[Any] | npt.NDArray[np.object_]) -> None:
        self._polygons = _as_polygons(polygons)
        shapely.prepare(self._polygons)
        self._edges: dict[int, Any] = {}

    def km(self, lon: Floats, lat: Floats, polygon: Indices | int) -> Floats:
        """Kilometres from each point to its polygon, shape (n,): 0 inside or on the border, else to the nearest edge.

        `polygon` is one index for all points or one for each, shape (n,). NaN where a coordinate is missing or the
        index is -1. The error is that of the plane above, less than 0.7 %.
        """
        lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        wanted = np.broadcast_to(np.asarray(polygon, dtype=np.int64), lon.shape)
        answer = np.full(lon.shape, np.nan)
        usable = _on_earth(lon, lat) & (wanted >= 0)
        for index in np.unique(wanted[usable]):
            chosen = np.flatnonzero(usable & (wanted == index))
            distinct, place = _distinct(lon[chosen], lat[chosen])
            answer[chosen] = self._distinct_km(distinct, int(index))[place]
        return answer

    def _distinct_km(self, lonlat: Floats, index: int) -> Floats:
        answer = np.zeros(len(lonlat))
        outside = np.flatnonzero(~shapely.intersects_xy(self._polygons[index], lonlat[:, 0], lonlat[:, 1]))
        if len(outside):
            points = shapely.points(to_plane(lonlat[outside]))
            nearest, metres = self._tree(index).query_nearest(points, return_distance=True, all_matches=False)
            answer[outside[nearest[0]]] = metres / 1000
        return answer

    def _tree(self, index: int) -> Any:
        """A tree of the polygon's single edges: the nearest of 100,000 edges is found without walking them all."""
        if index not in self._edges:
            # `get_rings` passes over multipolygons without a word, hence their parts.
            rings = shapely.get_rings(shapely.get_parts(_planar(self._polygons[index])))
            corners, ring = shapely.get_coordinates(rings, return_index=True)
            same = ring[1:] == ring[:-1]
            edges = np.stack([corners[:-1][same], corners[1:][same]], axis=1)
            self._edges[index] = shapely.STRtree(shapely.linestrings(edges))
        return self._edges[index]


def metres_outside(
    lon: Floats, lat: Floats, polygon: Indices, polygons: Sequence[Any] | npt.NDArray[np.object_]
) -> Floats:
    """Metres from each point to its own polygon, shape (n,): as `OutsideDistance.km`, for very many small polygons with
    few points each, of which no index is worth its making. About 300,000 points a second against 35,000 of them."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    answer = np.full(lon.shape, np.nan)
    usable = np.flatnonzero(_on_earth(lon, lat) & (polygon >= 0))
    used, place = np.unique(polygon[usable], return_inverse=True)
    shapes = _as_polygons([polygons[at] for at in used.tolist()])
    shapely.prepare(shapes)
    answer[usable] = 0.0
    beyond = np.flatnonzero(~shapely.intersects_xy(shapes[place], lon[usable], lat[usable]))
    outside = usable[beyond]
    places, own = np.unique(place[beyond], return_inverse=True)
    planar = _planar(shapes[places])
    points = shapely.points(to_plane(np.column_stack([lon[outside], lat[outside]])))
    answer[outside] = shapely.distance(planar[own], points)
    return answer


def distance_outside_km(
    lon: Floats, lat: Floats, polygon: Indices | int, polygons: Sequence[Any] | npt.NDArray[np.object_]
) -> Floats:
    """`OutsideDistance(polygons).km(lon, lat, polygon)`, for a single use; keep the object to ask more than once."""
    return OutsideDistance(polygons).km(lon, lat, polygon)


def _planar(polygons: Any) -> Any:
    """Polygons on the plane. A long straight edge in degrees is bent there, so it is first cut into short ones."""
    return shapely.transform(shapely.segmentize(polygons, _LONGEST_EDGE), to_plane)


def _as_polygons(polygons: Sequence[Any] | npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    array = np.empty(len(polygons), dtype=object)
    array[:] = [shapely.from_wkb(one) if isinstance(one, bytes | bytearray | memoryview) else one for one in polygons]
    return array


def _on_earth(lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Whether a point is a place at all: both numbers there, and within the degrees there are."""
    with np.errstate(invalid="ignore"):
        return (np.abs(lon) <= 180) & (np.abs(lat) <= 90)


def _distinct(lon: Floats, lat: Floats) -> tuple[Floats, Indices]:
    """(distinct points, shape (m, 2); for each input point its place among them, shape (n,))."""
    both = np.empty(len(lon), dtype=np.complex128)
    both.real, both.imag = lon, lat
    values, place = np.unique(both, return_inverse=True)
    return np.column_stack([values.real, values.imag]), place.astype(np.int64)
