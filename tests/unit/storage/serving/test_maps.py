"""The map index says of every tile what the rows say, and leaves no record out at any zoom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import duckdb
import numpy as np
import pytest

from bluelamp.domain.tile import EXTENT, tile_position
from bluelamp.storage.warehouse.indexes import IndexFolder
from tests.lib.serving.by_rows import count_by_rows, points_by_rows
from tests.lib.serving.random_questions import RandomQuestions

DATASETS = ("crimes", "outcomes", "stops")
Tile = tuple[int, int, int]


def _tiles(serving: IndexFolder, dataset: str, zoom: int) -> list[Tile]:
    """All tiles of a zoom that the dataset's bounds touch."""
    bounds = serving.maps[dataset].bounds
    assert bounds is not None
    west, south, east, north = bounds
    left, bottom = tile_position(west, south, zoom, 0, 0)
    right, top = tile_position(east, north, zoom, 0, 0)
    return [
        (zoom, x, y)
        for x in range(left // EXTENT, right // EXTENT + 1)
        for y in range(top // EXTENT, bottom // EXTENT + 1)
    ]


def _asked(questions: RandomQuestions, serving: IndexFolder, dataset: str) -> tuple[int, int, dict[str, np.ndarray]]:
    names = questions.random.permutation(list(serving.maps[dataset].dims))[:4].tolist()
    return (*questions.span(), questions.keep(["month", *names]))


@pytest.mark.parametrize("dataset", DATASETS)
def test_points_are_those_of_the_rows(
    connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str
) -> None:
    index, facts = serving.maps[dataset], serving.facts[dataset]
    questions = RandomQuestions(facts, 5)
    for _ in range(40):
        first, last, keep = _asked(questions, serving, dataset)
        expected = points_by_rows(connection, dataset, facts, first, last, keep)  # type: ignore[arg-type]
        points, counts = index.points(0, 0, 0, first, last, keep)
        places = zip(*(axis.tolist() for axis in index.lonlat(points)), strict=True)
        assert dict(zip(places, counts.tolist(), strict=True)) == {place: n for place, (n, _) in expected.items()}
        assert index.total(first, last, keep) == sum(n for n, _ in expected.values())


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("zoom", [0, 5, 9, 12])
def test_the_tiles_of_a_zoom_hold_every_record_once(
    connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str, zoom: int
) -> None:
    index, facts = serving.maps[dataset], serving.facts[dataset]
    questions = RandomQuestions(facts, 6 + zoom)
    tiles = _tiles(serving, dataset, zoom)
    for cells in (1, 32, 64):
        first, last, keep = _asked(questions, serving, dataset)
        found = points_by_rows(connection, dataset, facts, first, last, keep)  # type: ignore[arg-type]
        for tile in questions.random.permutation(tiles)[:20].tolist():
            _hold_tile(serving, dataset, tile, cells, (first, last, keep), found)
        total = sum(int(index.grid(*tile, first, last, keep, cells)[2].sum()) for tile in tiles)
        assert total == index.total(first, last, keep)


def _hold_tile(
    serving: IndexFolder,
    dataset: str,
    tile: Tile,
    cells: int,
    asked: tuple[int, int, Mapping[str, np.ndarray]],
    found: Mapping[tuple[float, float], tuple[int, str]],
) -> None:
    index = serving.maps[dataset]
    places = np.array(list(found) or [(0.0, 89.0)])
    expected: Counter[tuple[int, int]] = Counter()
    own: Counter[tuple[float, float]] = Counter()
    for place, x, y in zip(places.tolist(), *tile_position(*places.T, *tile), strict=True):  # type: ignore[call-arg]
        if 0 <= x < EXTENT and 0 <= y < EXTENT and tuple(place) in found:
            expected[x * cells // EXTENT, y * cells // EXTENT] += found[tuple(place)][0]
            own[tuple(place)] += found[tuple(place)][0]
    across, down, counts = index.grid(*tile, *asked, cells)
    assert (
        Counter(dict(zip(zip(across.tolist(), down.tolist(), strict=True), counts.tolist(), strict=True))) == expected
    )
    points, counts = index.points(*tile, *asked)
    longitude, latitude = index.lonlat(points)
    held = dict(zip(zip(longitude.tolist(), latitude.tolist(), strict=True), counts.tolist(), strict=True))
    assert held == dict(own)


def test_a_point_bears_the_first_of_its_names(connection: duckdb.DuckDBPyConnection, serving: IndexFolder) -> None:
    index = serving.maps["crimes"]
    points, _ = index.points(0, 0, 0, 0, 1 << 16, {})
    names = {
        (longitude, latitude): name
        for longitude, latitude, name in connection.execute(
            "SELECT longitude, latitude, min(location) FROM dim_point WHERE longitude IS NOT NULL GROUP BY ALL"
        ).fetchall()
    }
    longitude, latitude = index.lonlat(points)
    expected = [names[place] for place in zip(longitude.tolist(), latitude.tolist(), strict=True)]
    assert index.names(points) == expected
    assert index.names(points[:0]) == []


def test_records_without_a_location_are_on_no_map(connection: duckdb.DuckDBPyConnection, serving: IndexFolder) -> None:
    for dataset in DATASETS:
        index, facts = serving.maps[dataset], serving.facts[dataset]
        located = count_by_rows(connection, dataset, facts, 0, 1 << 16, {}, [], "r.located")
        assert 0 < located < facts.records
        assert index.total(0, 1 << 16, {}) == located
        assert index.total(0, 1 << 16, {"located": np.array([1])}) == located
        assert index.total(0, 1 << 16, {"located": np.array([0])}) == 0


def test_bounds_hold_every_point(connection: duckdb.DuckDBPyConnection, serving: IndexFolder) -> None:
    expected = connection.execute(
        "SELECT min(longitude), min(latitude), max(longitude), max(latitude) FROM dim_point "
        "WHERE point_id IN (SELECT point_id FROM stg_police_uk__street_crime WHERE force_id <> 0)"
    ).fetchone()
    assert serving.maps["crimes"].bounds == expected


def test_a_tile_far_from_everything_is_empty(serving: IndexFolder) -> None:
    points, counts = serving.maps["crimes"].points(14, 3, 3, 0, 1 << 16, {})
    assert points.tolist() == counts.tolist() == []
    assert serving.maps["crimes"].grid(14, 3, 3, 0, 1 << 16, {}, 32)[2].tolist() == []
