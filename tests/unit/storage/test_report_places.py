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


def found(
    points: list[Point], rows: list[tuple[int, int, int]], *, boundaries: bool = True
) -> dict[tuple[str, int], int]:
    """{(finding, file): rows} of crimes given as (file, force, index of their point)."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE dim_area (area_id USMALLINT, code VARCHAR, name VARCHAR, force_id UTINYINT)")
    connection.execute("INSERT INTO dim_area VALUES (0, '', '', NULL)")
    for slug, area in AREAS.items():
        connection.execute("INSERT INTO dim_area VALUES (?, ?, ?, ?)", [area, slug, slug, FORCE_IDS[slug]])
    connection.execute(
        "CREATE TABLE dim_point "
        "(point_id UINTEGER, longitude DOUBLE, latitude DOUBLE, area_id USMALLINT, lsoa_id INTEGER)"
    )
    columns = "file_id INTEGER, line INTEGER, force_id UTINYINT, point_id UINTEGER, area_id USMALLINT, located BOOLEAN"
    for table in ("stg_police_uk__street_crime", "stg_police_uk__outcome", "stg_police_uk__stop_and_search"):
        connection.execute(f"CREATE TABLE {table} ({columns})")
    for number, point in enumerate(points):
        connection.execute("INSERT INTO dim_point VALUES (?, ?, ?, ?, ?)", [number, *point])
    for line, (file, force, point) in enumerate(rows, 2):
        connection.execute(
            "INSERT INTO stg_police_uk__street_crime VALUES (?, ?, ?, ?, ?, true)",
            [file, line, force, point, points[point][2]],
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


@pytest.mark.parametrize("boundaries", [True, False], ids=["authorities' boundaries held", "not held"])
@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (HOME, set()),
        (SWAPPED, {"far_from_lsoa", "far_outside_force"}),
        (ASTRAY, {"far_from_lsoa", "far_outside_force"}),
        (JUST_OVER, set()),  # snap points stand on borders
        (NEXT_DOOR, {"far_outside_force"}),
        (BEHIND_THE_BORDER, set()),
    ],
)
def test_a_point_is_held_against_what_its_row_says(point: Point, expected: set[str], boundaries: bool) -> None:
    told = found([HOME, point], [(1, KENT, 1), (1, KENT, 1), (2, KENT, 0)], boundaries=boundaries)
    assert told == {(name, 1): 2 for name in expected if boundaries or name != "far_from_lsoa"}


def test_a_file_that_lies_mostly_with_another_force_is_told() -> None:
    """A force's file with one crime of another place, thirteen times; not for those that have no area of their own."""
    rows = [(1, KENT, 1)] * 13 + [(2, KENT, 0)] * 13 + [(2, KENT, 1)] * 12 + [(3, BTP, 1)] * 13 + [(4, KENT, 1)] * 4
    told = found([HOME, BEHIND_THE_BORDER], rows)
    assert told == {("mostly_elsewhere", 1): 13}
