"""Tiles: known places, nesting, both ways round, plain numbers and arrays alike."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.tile import (
    EXTENT,
    GRID_BITS,
    MAX_ZOOM,
    grid_position,
    morton,
    morton_range,
    tile_bounds,
    tile_position,
    unmorton,
)

LONGITUDES = st.floats(-180, 180)
LATITUDES = st.floats(-90, 90)
GRID = st.integers(0, (1 << GRID_BITS) - 1)


def _tile_of(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    across, down = grid_position(longitude, latitude)
    return across >> GRID_BITS - zoom, down >> GRID_BITS - zoom


@pytest.mark.parametrize(
    ("longitude", "latitude", "zoom", "tile"),
    [
        (0.0, 0.0, 1, (1, 1)),
        (-0.1276, 51.5072, 10, (511, 340)),  # London
        (-1.8904, 52.4862, 12, (2026, 1343)),  # Birmingham
        (-5.9301, 54.5973, 14, (7922, 5214)),  # Belfast
        (-180.0, 85.06, 5, (0, 0)),
        (180.0, -90.0, 5, (31, 31)),
    ],
)
def test_known_places(longitude: float, latitude: float, zoom: int, tile: tuple[int, int]) -> None:
    assert _tile_of(longitude, latitude, zoom) == tile


@given(LONGITUDES, LATITUDES, st.integers(0, MAX_ZOOM))
def test_a_point_lies_in_one_tile_of_each_zoom_and_in_its_bounds(longitude: float, latitude: float, zoom: int) -> None:
    x, y = _tile_of(longitude, latitude, zoom)
    across, down = tile_position(longitude, latitude, zoom, x, y)
    assert 0 <= across < EXTENT
    assert 0 <= down < EXTENT
    first, end = morton_range(zoom, x, y)
    assert first <= morton(*grid_position(longitude, latitude)) < end
    west, south, east, north = tile_bounds(zoom, x, y)
    assert west - 1e-9 <= longitude <= east + 1e-9
    if abs(latitude) < 85:
        assert south - 1e-9 <= latitude <= north + 1e-9
    if zoom:
        parent = x >> 1, y >> 1
        assert _tile_of(longitude, latitude, zoom - 1) == parent


@given(GRID, GRID)
def test_morton_numbers_tell_the_place(across: int, down: int) -> None:
    assert unmorton(morton(across, down)) == (across, down)


@given(st.lists(st.tuples(LONGITUDES, st.floats(-89, 89)), min_size=1, max_size=20))
def test_arrays_say_what_plain_numbers_say(points: list[tuple[float, float]]) -> None:
    longitude, latitude = np.array(points).T
    across, down = grid_position(longitude, latitude)
    numbers = morton(across, down)
    assert across.dtype == down.dtype == numbers.dtype == np.int64
    for at, point in enumerate(points):
        plain = grid_position(*point)
        # The last bit of a logarithm may differ: that is a step of a centimetre.
        assert abs(across[at] - plain[0]) <= 1
        assert abs(down[at] - plain[1]) <= 1
        assert numbers[at] == morton(int(across[at]), int(down[at]))
    back = unmorton(numbers)
    assert (back[0] == across).all()
    assert (back[1] == down).all()


def test_the_four_tiles_below_make_up_one() -> None:
    first, end = morton_range(7, 63, 41)
    below = sorted(morton_range(8, 126 + x, 82 + y) for x in (0, 1) for y in (0, 1))
    assert below[0][0] == first
    assert below[-1][1] == end
    assert all(one[1] == other[0] for one, other in pairwise(below))
    assert morton_range(0, 0, 0) == (0, 1 << 2 * GRID_BITS)


@pytest.mark.parametrize("tile", [(-1, 0, 0), (19, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_tiles_that_there_are_not(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="there is no"):
        tile_bounds(*tile)
