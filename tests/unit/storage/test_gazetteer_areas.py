"""How far a point lies from an area: polygons with holes and islands, and areas known by votes alone."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import shapely

from bluelamp.storage.gazetteer import Areas, Gazetteer, build_index
from tests.lib.gazetteer.grid import ALIASES, BOUNDS, areas, degrees, spots

SQUARE = shapely.box(0, 0, 1000, 1000)
HOLED = SQUARE.difference(shapely.box(400, 400, 600, 600))
ISLANDS = shapely.MultiPolygon([shapely.box(1000, 0, 1500, 500), shapely.box(2500, 0, 3000, 500)])


def made(tmp_path: Path, **material: object) -> Areas:
    path = tmp_path / "areas.sqlite"
    build_index(path, list(material.items()), bounds=BOUNDS, aliases=ALIASES)
    return Gazetteer(path).areas


@pytest.fixture
def drawn(tmp_path: Path) -> Areas:
    rows = [("beat", "114", HOLED), ("beat", "115", ISLANDS), ("division", "CENTRAL", SQUARE), ("city", "", SQUARE)]
    return made(tmp_path, area=areas(rows))


@pytest.mark.parametrize(
    ("x", "y", "metres"),
    [
        (100, 100, 0),
        (1000, 500, 0),  # on the border
        (500, 500, 100),  # in the middle of the hole
        (450, 500, 50),  # in the hole, nearer to its edge
        (1300, 500, 300),
        (-300, -400, 500),  # off the corner
    ],
)
def test_the_distance_to_a_polygon_with_a_hole(drawn, x, y, metres):
    assert drawn.distance_m("beat", "114", *degrees(x, y)) == pytest.approx(metres, abs=1.0)


def test_the_distance_to_the_nearer_island(drawn):
    assert drawn.distance_m("beat", "115", *degrees(2700, 100)) == 0
    assert drawn.distance_m("beat", "115", *degrees(2400, 100)) == pytest.approx(100, abs=1)


def test_kinds_and_names_are_told_apart(drawn):
    assert drawn.distance_m("division", "CENTRAL", *degrees(500, 500)) == 0
    assert drawn.distance_m("division", " Central ", *degrees(500, 500)) == 0, "whatever its case and blanks"
    assert drawn.distance_m("division", "114", *degrees(500, 500)) is None
    assert drawn.distance_m("reporting_area", "114", *degrees(500, 500)) is None
    assert drawn.distance_m("beat", "114", math.nan, 0.0) is None
    assert drawn.distance_m("city", "", *degrees(-50, 500)) == pytest.approx(50, abs=1)
    assert drawn.kinds() == {"beat": "polygons", "division": "polygons", "city": "polygons"}


def test_a_circle_that_holds_the_area(drawn):
    lat, lon, radius = drawn.extent("beat", "114")
    assert (lat, lon) == pytest.approx(degrees(500, 500), abs=1e-6)
    assert radius == pytest.approx(math.hypot(500, 500), rel=0.01)
    assert drawn.extent("beat", "999") is None


def test_two_shapes_of_one_name_are_one_area(tmp_path):
    known = made(
        tmp_path, area=areas([("beat", "1", shapely.box(0, 0, 10, 10)), ("beat", "1", shapely.box(90, 0, 100, 10))])
    )
    assert known.distance_m("beat", "1", *degrees(5, 5)) == known.distance_m("beat", "1", *degrees(95, 5)) == 0


def test_a_shape_that_crosses_itself_is_made_sound(tmp_path):
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    assert made(tmp_path, area=areas([("beat", "1", bow)])).distance_m("beat", "1", *degrees(90, 50)) == 0


# -- votes ------------------------------------------------------------------------------------------------------


@pytest.fixture
def voted(tmp_path: Path) -> Areas:
    """Beats of one kilometre, four in a row, each known by a grid of points."""
    rows = [
        (f"{x} Cedar St", 1000.0 * beat + x, float(y), f"11{beat}")
        for beat in range(4)
        for x in range(100, 1000, 100)
        for y in range(100, 1000, 100)
    ]
    return made(tmp_path, spot=spots(rows))


def test_votes_tell_inside_from_far_outside(voted):
    assert voted.kinds() == {"beat": "votes"}
    assert voted.distance_m("beat", "111", *degrees(1550, 520)) == 0
    assert voted.distance_m("beat", "111", *degrees(1050, 500)) == 0, "at the border it may be either"
    far = voted.distance_m("beat", "111", *degrees(3500, 500))
    assert 1000 < far < 1700
    assert voted.distance_m("beat", "999", *degrees(0, 0)) is None


def test_votes_never_claim_more_than_the_distance_to_a_known_point(voted):
    for x in range(0, 4000, 130):
        distance = voted.distance_m("beat", "112", *degrees(x, 500))
        assert distance <= max(0, 2100 - x, x - 2900) + 1


def test_the_circle_of_voted_areas_holds_their_points(voted):
    lat, lon, radius = voted.extent("beat", "110")
    assert (lat, lon) == pytest.approx(degrees(500, 500), abs=1e-3)
    assert radius > math.hypot(400, 400)


def test_polygons_go_before_votes(tmp_path):
    known = made(tmp_path, area=areas([("beat", "114", HOLED)]), spot=spots([("1 Cedar St", 5000.0, 0.0, "114")]))
    assert known.distance_m("beat", "114", *degrees(5000, 0)) == pytest.approx(4000, abs=5)
    assert known.kinds() == {"beat": "polygons"}
