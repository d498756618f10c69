from __future__ import annotations

import numpy as np
import pytest

from bluelamp.archive.profile.coordinates import coordinates
from bluelamp.archive.profile.place_evidence import Degrees, PlaceEvidence, count_places
from bluelamp.domain.month import Month
from bluelamp.storage.reference.boundaries import to_plane

MONTHS = [Month.parse("2021-01") + step for step in range(5)]


def town(seed: int, rows: int = 300) -> tuple[Degrees, Degrees]:
    """Points around a town in Lancashire, some kilometres apart: longitudes, latitudes."""
    chance = np.random.default_rng(seed)
    return np.round(-2.7 + chance.normal(0, 0.08, rows), 6), np.round(53.76 + chance.normal(0, 0.05, rows), 6)


def decided(last: PlaceEvidence | None) -> tuple[str, str]:
    """(coordinates, rounding) of a file beside four ordinary ones."""
    series = {month: counted(*town(number)) for number, month in enumerate(MONTHS[:4])}
    assert last is not None
    where, exact = coordinates(series | {MONTHS[4]: last})[MONTHS[4]]
    return where.value, exact.value


def counted(longitude: Degrees, latitude: Degrees) -> PlaceEvidence:
    found = count_places(longitude, latitude)
    assert found is not None
    return found


def test_ordinary_files_lie_where_they_usually_do() -> None:
    assert decided(counted(*town(9))) == ("usual", "full")
    assert decided(counted(*town(9, 8))) == ("usual", "full")


def test_exchanged_coordinates_are_known_without_neighbours() -> None:
    longitude, latitude = town(9)
    (where, _) = coordinates({MONTHS[0]: counted(latitude, longitude)})[MONTHS[0]]
    assert (where.value, where.finding, where.rows) == ("swapped", "coordinates_swapped", 300)


def test_points_of_which_one_coordinate_stands_for_both_lie_on_a_line() -> None:
    """As if the easting were written for the northing too: all points lie on one diagonal of the grid."""
    longitude, latitude = town(9)
    plane = to_plane(np.column_stack([longitude, latitude]))
    step = 0.01
    east_of_here = (
        to_plane(np.array([[longitude[0] + step, latitude[0]]]))[0, 0]
        - to_plane(np.array([[longitude[0], latitude[0]]]))[0, 0]
    )
    north_of_here = (
        to_plane(np.array([[longitude[0], latitude[0] + step]]))[0, 1]
        - to_plane(np.array([[longitude[0], latitude[0]]]))[0, 1]
    )
    apart = (plane[:, 0] - plane[0, 0]) / north_of_here * step
    on_a_line = latitude[0] + apart
    assert east_of_here > 0
    assert decided(counted(longitude, on_a_line))[0] == "one for both"


def test_points_far_from_those_of_other_months_lie_elsewhere() -> None:
    longitude, latitude = town(9)
    assert decided(counted(longitude + 0.6, latitude - 1.2))[0] == "elsewhere"
    assert decided(counted(longitude + 0.1, latitude))[0] == "usual", "a middle moves with what the police do"


def test_points_that_are_all_outside_the_country_lie_elsewhere() -> None:
    longitude, latitude = town(9)
    (where, _) = coordinates({MONTHS[0]: counted(longitude + 9, latitude)})[MONTHS[0]]
    assert (where.value, where.decided_by) == ("elsewhere", "file")
    assert where.reason == "none of 200 points lies in the United Kingdom"


@pytest.mark.parametrize(("decimals", "value"), [(2, "coarse"), (3, "coarse"), (4, "full"), (6, "full")])
def test_rounded_coordinates(decimals: int, value: str) -> None:
    longitude, latitude = town(9)
    found = counted(np.round(longitude, decimals), np.round(latitude, decimals))
    assert found.decimals == decimals
    assert decided(found)[1] == value


def test_a_file_with_few_points_tells_nothing() -> None:
    longitude, latitude = town(9, 6)
    longitude[:2] = np.nan
    assert count_places(longitude, latitude) is None


def test_a_force_that_is_everywhere_is_nowhere_unusual() -> None:
    chance = np.random.default_rng(3)
    everywhere = {
        month: counted(np.round(chance.uniform(-4, 0.2, 200), 6), np.round(chance.uniform(50.8, 55.8, 200), 6))
        for month in MONTHS
    }
    assert {where.value for where, _ in coordinates(everywhere).values()} == {"usual"}


def test_two_or_three_points_are_no_line() -> None:
    longitude = np.array([-1.5] * 2 + [-1.3] * 3)
    latitude = np.array([52.5] * 2 + [52.62] * 3)
    (where, _) = coordinates({MONTHS[0]: counted(longitude, latitude)})[MONTHS[0]]
    assert where.value == "usual"
