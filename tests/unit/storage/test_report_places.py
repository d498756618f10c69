"""Where records lie, against two square authorities of two forces: the points are looked at, not only their LSOA."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import shapely

from bluelamp.storage.warehouse.plan import FORCE_IDS
from bluelamp.storage.warehouse.report_places import PlaceFindings
from bluelamp.storage.warehouse.writer import Tables

KENT, ESSEX, BTP = (FORCE_IDS[slug] for slug in ("kent", "essex", "btp"))
# Kent is the degrees 0 to 1 east, Essex 1 to 2, both from 51 to 52 north: about 70 by 111 km.
SQUARES = {"kent": shapely.to_wkb(shapely.box(0, 51, 1, 52)), "essex": shapely.to_wkb(shapely.box(1, 51, 2, 52))}
AREAS = {"kent": 1, "essex": 2}
Point = tuple[float, float, int, int]  # longitude, latitude, area, LSOA
STREET, STOP = "stg_police_uk__street_crime", "stg_police_uk__stop_and_search"


def found(
    points: list[Point],
    rows: list[tuple[int, int, int]],
    *,
    boundaries: bool = True,
    metres: dict[int, float] | None = None,
    of_stops: dict[int, int] | None = None,
) -> dict[tuple[str, int], int]:
    """{(finding, file): rows} of crimes given as (file, force, index of their point).

    `metres` says of some points how far they lie from their LSOA. With `of_stops`, the records are stops, and some of
    their points have the area that crimes say.
    """
    connection = duckdb.connect()
    connection.execute("CREATE TABLE dim_area (area_id USMALLINT, code VARCHAR, name VARCHAR, force_id UTINYINT)")
    connection.execute("INSERT INTO dim_area VALUES (0, '', '', NULL)")
    for slug, number in AREAS.items():
        connection.execute("INSERT INTO dim_area VALUES (?, ?, ?, ?)", [number, slug, slug, FORCE_IDS[slug]])
    connection.execute(
        "CREATE TABLE dim_point "
        "(point_id UINTEGER, longitude DOUBLE, latitude DOUBLE, area_id USMALLINT, lsoa_id INTEGER, lsoa_m REAL)"
    )
    connection.execute("CREATE TABLE dim_stop_point (point_id UINTEGER, town_id USMALLINT, area_id USMALLINT)")
    for placed in (of_stops or {}).items():
        connection.execute("INSERT INTO dim_stop_point VALUES (?, 0, ?)", list(placed))
    columns = "file_id INTEGER, line INTEGER, force_id UTINYINT, point_id UINTEGER, area_id USMALLINT, located BOOLEAN"
    for table in ("stg_police_uk__street_crime", "stg_police_uk__outcome", "stg_police_uk__stop_and_search"):
        connection.execute(f"CREATE TABLE {table} ({columns})")
    for number, point in enumerate(points):
        far = (metres or {}).get(number)
        connection.execute("INSERT INTO dim_point VALUES (?, ?, ?, ?, ?, ?)", [number, *point, far])
    for line, (file, force, at) in enumerate(rows, 2):
        area = (of_stops or {}).get(at, points[at][2])
        connection.execute(
            f"INSERT INTO {STREET if of_stops is None else STOP} VALUES (?, ?, ?, ?, ?, true)",
            [file, line, force, at, area],
        )
    names, shapes = list(SQUARES), list(SQUARES.values()) if boundaries else [None, None]
    plan: Any = SimpleNamespace(
        authorities=pa.table({"code": names, "wkb": pa.array(shapes, pa.binary())}),
        force_areas=pa.table({"force": names, "wkb": pa.array(list(SQUARES.values()), pa.binary())}),
    )
    told: dict[tuple[str, int], int] = {}

    def note(finding: str, statement: str) -> None:
        for file, count, examples in connection.execute(
            f"SELECT file_id, rows, examples FROM ({statement})"
        ).fetchall():
            told[finding, file] = count
            assert 1 <= len(examples) <= 3

    PlaceFindings(Tables(connection), plan, note).find()
    return told


HOME, SWAPPED = (0.5, 51.5, 1, 7), (51.5, 0.5, 1, 7)
JUST_OVER, ASTRAY = (1.01, 51.5, 1, 7), (1.5, 51.5, 1, 7)
NEXT_DOOR, BEHIND_THE_BORDER = (1.9, 51.5, 2, 8), (1.1, 51.5, 2, 8)
BEYOND_BY_ITS_LSOA, AT_SEA, ASIA = (1.1, 51.5, 1, 7), (-0.1, 51.5, 1, 7), (88.0, 0.0, 1, 7)


@pytest.mark.parametrize("boundaries", [True, False], ids=["authorities' boundaries held", "not held"])
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (HOME, set()),
        (SWAPPED, {"far_from_lsoa", "far_outside_force"}),
        (ASTRAY, {"far_from_lsoa", "far_outside_force"}),
        (JUST_OVER, set()),  # snap points stand on borders
        (NEXT_DOOR, {"far_outside_force"}),
        # Seven kilometres behind it, in another force's area: told, whatever the LSOA says.
        (BEHIND_THE_BORDER, {"over_the_border"}),
        (BEYOND_BY_ITS_LSOA, {"far_from_lsoa", "over_the_border"}),
        (AT_SEA, {"far_from_lsoa"}),  # in nobody's area
        (ASIA, {"far_from_lsoa", "far_outside_force"}),  # a quarter around the Earth, where the plane has no end
    ],
)
def test_a_point_is_held_against_what_its_row_says(point: Point, expected: set[str], boundaries: bool) -> None:
    told = found([HOME, point], [(1, KENT, 1), (1, KENT, 1), (2, KENT, 0)], boundaries=boundaries)
    assert told == {(name, 1): 2 for name in expected if boundaries or name != "far_from_lsoa"}


def test_a_file_that_lies_mostly_with_another_force_is_told() -> None:
    """A force's file with one crime of another place, thirteen times; not for those that have no area of their own."""
    rows = [(1, KENT, 1)] * 13 + [(2, KENT, 0)] * 13 + [(2, KENT, 1)] * 12 + [(3, BTP, 1)] * 13 + [(4, KENT, 1)] * 4
    told = found([HOME, BEHIND_THE_BORDER], rows)
    over = {("over_the_border", 1): 13, ("over_the_border", 2): 12, ("over_the_border", 4): 4}
    assert told == over | {("mostly_elsewhere", 1): 13}


@pytest.mark.parametrize(
    ("point", "metres", "expected"),
    [
        (HOME, 0.0, set()),
        (HOME, 199.0, set()),  # generalised outlines: an eighth of all good points lies outside
        (HOME, 201.0, {"far_from_lsoa"}),  # in the right authority all the same
        (HOME, None, set()),  # a code of which no outline is held is not judged so finely
        (BEYOND_BY_ITS_LSOA, None, {"far_from_lsoa", "over_the_border"}),
    ],
)
def test_a_point_is_held_against_the_outline_of_its_lsoa(
    point: Point, metres: float | None, expected: set[str]
) -> None:
    told = found([HOME, point], [(1, KENT, 1), (2, KENT, 0)], metres={} if metres is None else {1: metres})
    assert told == {(name, 1): 1 for name in expected}


@pytest.mark.parametrize("boundaries", [True, False])
def test_without_boundaries_of_authorities_the_outline_of_the_lsoa_still_tells(boundaries: bool) -> None:
    told = found([HOME], [(1, KENT, 0)], boundaries=boundaries, metres={0: 900.0})
    assert told == {("far_from_lsoa", 1): 1}


def test_a_stop_that_crimes_place_at_home_is_measured_all_the_same() -> None:
    """Crimes at its point name an LSOA of Kent; the point itself lies seven kilometres into Essex."""
    point = (1.1, 51.5, AREAS["essex"], 0)
    assert found([point], [(1, KENT, 0)], of_stops={0: AREAS["kent"]}) == {("over_the_border", 1): 1}
