"""Vector tiles as another program reads them."""

from __future__ import annotations

from itertools import pairwise

import mapbox_vector_tile
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.web.questions.vector_tile import EXTENT, encode_grid, encode_points

POINTS = st.lists(
    st.tuples(
        st.integers(-64, EXTENT + 64),
        st.integers(-64, EXTENT + 64),
        st.integers(1, 1 << 40),
        st.text(max_size=200),
        st.text(st.characters(codec="ascii"), max_size=30),
    ),
    min_size=1,
    max_size=40,
)


def _decoded(tile: bytes) -> dict:  # type: ignore[type-arg]
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


@given(POINTS)
def test_points_are_read_as_they_were_given(points: list[tuple[int, int, int, str, str]]) -> None:
    x, y, counts, names, places = (list(column) for column in zip(*points, strict=True))
    layers = _decoded(encode_points(np.array(x), np.array(y), np.array(counts), names, places))
    assert list(layers) == ["points"]
    assert layers["points"]["extent"] == EXTENT
    assert layers["points"]["version"] == 2
    found = layers["points"]["features"]
    assert [feature["geometry"]["type"] for feature in found] == ["Point"] * len(points)
    assert [
        (*feature["geometry"]["coordinates"], *(feature["properties"][key] for key in ("n", "name", "at")))
        for feature in found
    ] == points


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 31), st.integers(0, 31)), st.integers(1, 1 << 33), min_size=1, max_size=60
    ),
    st.sampled_from([32, 64]),
)
def test_squares_cover_their_cells(squares: dict[tuple[int, int], int], cells: int) -> None:
    x, y = np.array(list(squares)).T
    layers = _decoded(encode_grid(x, y, np.array(list(squares.values())), cells))
    assert list(layers) == ["grid"]
    side = EXTENT // cells
    for (column, row), feature in zip(squares, layers["grid"]["features"], strict=True):
        assert feature["geometry"]["type"] == "Polygon"
        (ring,) = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        left, top = column * side, row * side
        assert ring[:-1] == [[left, top], [left + side, top], [left + side, top + side], [left, top + side]]
        assert feature["properties"] == {"n": squares[column, row]}


def test_an_outline_goes_round_as_the_format_wants_it() -> None:
    """By the formula for areas, with y downwards, an outer ring counts as positive."""
    (feature,) = _decoded(encode_grid(np.array([3]), np.array([5]), np.array([9]), 32))["grid"]["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise(ring)) > 0


def test_nothing_is_no_bytes() -> None:
    none = np.zeros(0, np.int64)
    assert encode_points(none, none, none, [], []) == b""
    assert encode_grid(none, none, none, 32) == b""


def test_ten_thousand_points_are_one_tile() -> None:
    random = np.random.default_rng(1)
    x, y = random.integers(0, EXTENT, (2, 10_000))
    counts = random.integers(1, 900, 10_000)
    names = [f"On or near Street {number % 3000}" for number in range(10_000)]
    places = [f"{number / 1e5:.6f},51.500000" for number in range(10_000)]
    tile = encode_points(x, y, counts, names, places)
    assert len(_decoded(tile)["points"]["features"]) == 10_000
