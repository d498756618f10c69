"""Points in polygons, points near one, and distances outside: on boxes whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.storage.reference.boundaries import (
    OutsideDistance,
    PointLocator,
    distance_outside_km,
    metres_outside,
    to_plane,
)

# A and B share the border at longitude -1; a strip of 400 m lies between B and C; an island far off.
LON_METRE = 1 / (111_195 * np.cos(np.radians(51.5)))
A = shapely.box(-2, 51, -1, 52)
B = shapely.box(-1, 51, 0, 52)
C = shapely.box(400 * LON_METRE, 51, 1, 52)
ISLAND = shapely.MultiPolygon([shapely.box(-6, 50, -5.9, 50.1), shapely.box(-6.2, 50, -6.1, 50.1)])
AREAS = [A, B, C, ISLAND]
NAN = np.nan


def locate(*points: tuple[float, float], near: float = 500.0) -> list[int]:
    array = np.array(points, dtype=float).reshape(-1, 2)
    return PointLocator(AREAS, near).locate(array[:, 0], array[:, 1]).tolist()


def haversine_km(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    one, two = np.radians(lat), np.radians(to_lat)
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    return float(2 * 6371.0088 * np.arcsin(np.sqrt(half)))


def test_inside() -> None:
    assert locate((-1.5, 51.5), (-0.5, 51.5), (0.5, 51.5), (-5.95, 50.05), (-6.15, 50.05)) == [0, 1, 2, 3, 3]


def test_nowhere() -> None:
    assert locate((-1.5, 55), (NAN, 51.5), (-1.5, NAN), (NAN, NAN), (np.inf, 51), (0, 91), (500, 51)) == [-1] * 7
    assert locate() == []


def test_a_shared_border_always_gives_the_first() -> None:
    assert locate((-1, 51.5), (-1, 51), (-1, 52)) == [0, 0, 0]


@pytest.mark.parametrize(("metres", "index"), [(10, 0), (400, 0), (490, 0), (510, -1), (5000, -1)])
def test_near_the_coast(metres: float, index: int) -> None:
    assert locate((-2 - metres * LON_METRE, 51.5), (-1.5, 52 + metres / 111_195)) == [index, index]
    assert locate((-2 - metres * LON_METRE, 51.5), near=0) == [-1]


def test_between_two_banks_nothing_is_guessed() -> None:
    assert locate((200 * LON_METRE, 51.5)) == [-1]


def test_no_polygons_and_wkb() -> None:
    assert PointLocator([]).locate(np.array([1.0]), np.array([51.0])).tolist() == [-1]
    wkb = PointLocator([shapely.to_wkb(area) for area in AREAS])
    assert len(wkb) == 4
    assert wkb.locate(np.array([0.5]), np.array([51.5])).tolist() == [2]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-7, 2), st.floats(49.5, 52.5)), min_size=1, max_size=40))
def test_as_shapely_says_one_by_one(points: list[tuple[float, float]]) -> None:
    plain = [
        next((index for index, area in enumerate(AREAS) if area.intersects(shapely.Point(point))), -1)
        for point in points
    ]
    assert locate(*points, near=0) == plain
    # With nearness, points inside keep their area.
    assert all(near == index for near, index in zip(locate(*points), plain, strict=True) if index >= 0)


def test_locate_of_many_points_in_many_areas_is_what_an_index_of_shapes_says() -> None:
    rng = np.random.default_rng(7)
    corners = np.radians(np.linspace(0, 360, 500, endpoint=False))
    wobble = 0.22 + 0.02 * np.sin(corners * 9)
    ring = np.column_stack([np.cos(corners) * wobble, np.sin(corners) * wobble])
    areas = [shapely.Polygon(ring + np.array([x, y])) for x in np.arange(-5, 1.5, 0.8) for y in np.arange(50, 58, 0.8)]
    lon, lat = rng.uniform(-5, 1.5, 5_000), rng.uniform(50, 58, 5_000)
    plain = np.full(len(lon), -1)
    points, inside = shapely.STRtree(areas).query(shapely.points(lon, lat), predicate="intersects")
    plain[points] = inside
    assert (PointLocator(areas, near_metres=0).locate(lon, lat) == plain).all()
    assert 0.1 < (plain >= 0).mean() < 1


def test_distance_outside() -> None:
    lon = np.array([-1.5, -1.5, -2.5, -1.5, NAN, -1.5])
    lat = np.array([51.5, 52.5, 51.5, 51.0, 51.5, 51.5])
    km = distance_outside_km(lon, lat, np.array([0, 0, 0, 0, 0, -1]), AREAS)
    assert km[0] == 0
    assert km[1] == pytest.approx(haversine_km(-1.5, 52.5, -1.5, 52), rel=0.007)
    assert km[2] == pytest.approx(haversine_km(-2.5, 51.5, -2, 51.5), rel=0.007)
    assert km[3] == 0
    assert np.isnan(km[4:]).all()


def test_distance_to_the_nearest_of_several_parts_and_to_a_hole() -> None:
    holed = shapely.box(-2, 51, 0, 53).difference(shapely.box(-1.5, 51.5, -0.5, 52.5))
    km = OutsideDistance([ISLAND, holed]).km(np.array([-6.25, -1.0]), np.array([50.05, 52.45]), np.array([0, 1]))
    assert km[0] == pytest.approx(haversine_km(-6.25, 50.05, -6.2, 50.05), rel=0.007)
    assert km[1] == pytest.approx(haversine_km(-1, 52.45, -1, 52.5), rel=0.007)


def test_one_index_serves_all_points() -> None:
    assert distance_outside_km(np.array([-1.5, -0.5]), np.array([51.5, 51.5]), 0, AREAS)[0] == 0
    assert distance_outside_km(np.array([]), np.array([]), 0, AREAS).tolist() == []


@pytest.mark.parametrize("lat", [50.0, 55.0, 60.5])
@pytest.mark.parametrize("lon", [-8.0, -2.0, 1.7])
@pytest.mark.parametrize("step", [(0.01, 0.0), (0.0, 0.01), (0.5, 0.3)])
def test_the_plane_keeps_distances_over_the_whole_kingdom(lon: float, lat: float, step: tuple[float, float]) -> None:
    ends = to_plane(np.array([[lon, lat], [lon + step[0], lat + step[1]]]))
    km = float(np.hypot(*(ends[1] - ends[0]))) / 1000
    assert km == pytest.approx(haversine_km(lon, lat, lon + step[0], lat + step[1]), rel=0.005)


def test_distance_of_each_point_to_a_polygon_of_its_own() -> None:
    """The same as by an index of each polygon, for holes, islands, missing coordinates and polygons not known."""
    holed = shapely.Polygon([(-2, 52), (0, 52), (0, 53), (-2, 53)], [[(-1.5, 52.4), (-0.5, 52.4), (-0.5, 52.6)]])
    shapes = [*AREAS, holed]
    random = np.random.default_rng(5)
    lon, lat = random.uniform(-7, 2, 500), random.uniform(49.5, 53.5, 500)
    own = random.integers(-1, len(shapes), 500)
    lon[::50], lat[::70] = NAN, NAN
    metres = metres_outside(lon, lat, own, [shapely.to_wkb(one) for one in shapes])
    np.testing.assert_allclose(metres, 1000 * OutsideDistance(shapes).km(lon, lat, own), rtol=1e-9, atol=1e-6)
    assert (metres[~np.isnan(metres)] > 0).any()
    assert np.isnan(metres[own < 0]).all()
    nothing = np.empty(0)
    assert metres_outside(nothing, nothing, np.empty(0, np.int64), shapes).tolist() == []


@pytest.mark.parametrize("lon", [88.0, -92.0, 87.999999])
def test_a_quarter_around_the_earth_is_far_and_not_nowhere(lon: float) -> None:
    """There the plane has no end; a file with such a coordinate must stop nothing and be told."""
    far = np.array([lon]), np.array([0.0])
    assert 8_000 < OutsideDistance([A]).km(*far, 0)[0] < 1e9
    assert 8e6 < metres_outside(*far, np.array([0]), [A])[0] < 1e12
