from __future__ import annotations

import pytest

from bluelamp.archive.profile.rows_held import copies, rows_of, sizes
from bluelamp.domain.month import Month

FIRST = Month.parse("2024-01")


def unusual(*rows: int | None) -> dict[int, str]:
    """The files of a series of months that have an unusual size, by place; None where a month is not held."""
    found = sizes({FIRST + place: count for place, count in enumerate(rows) if count is not None})
    return {month.index - FIRST.index: one.value for month, one in found.items() if one.finding}


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ((3000, 3000, 13, 3000), [2]),
        ((3000, 14, 3000), [1]),
        ((3000, 0, 3000), [1]),  # an empty file is a published zero, and an unlikely one
        ((3000, 599, 3000), [1]),
        ((3000, 600, 3000), []),  # a fifth is within what happens
        ((3000, None, None, 14, None, 3000), [3]),
        ((14, 3000), []),  # one month says nothing of what is usual
        ((40, 2, 40), []),  # small files go up and down by themselves
        ((14, *[None] * 7, 3000, 3000), []),  # too far away
        ((3000, 14, 14, 3000), [1, 2]),
    ],
)
def test_a_file_is_small_beside_its_neighbours(rows: tuple[int | None, ...], places: list[int]) -> None:
    assert unusual(*rows) == dict.fromkeys(places, "far fewer")


@pytest.mark.parametrize(
    ("rows", "places"),
    [((300, 300, 1600, 300), [2]), ((300, 1500, 300), []), ((4, 40, 4), []), ((300, 2000), [])],
)
def test_a_file_is_large_beside_its_neighbours(rows: tuple[int, ...], places: list[int]) -> None:
    assert unusual(*rows) == dict.fromkeys(places, "far more")


def test_rows_that_all_stand_several_times_are_told_with_how_often() -> None:
    assert copies(10, []).value == "once"
    three = copies(12, [{"check": "exact_duplicate", "count": 8}, {"check": "stands_twice", "count": 8, "times": 3}])
    assert (three.value, three.rows, three.evidence) == ("several times", 8, {"times": 3, "again": 8})
    before = copies(12, [{"check": "stands_twice", "count": 6}])
    assert before.evidence["times"] == 2, "a finding of before says no more than that"


@pytest.mark.parametrize(
    ("rows", "force", "month", "value"),
    [
        (1000, 0, 0, "own"),
        (1000, 3, 0, "own"),
        (1000, 20, 0, "own"),
        (1000, 21, 0, "mixed"),
        (1000, 0, 400, "mixed"),
        (1000, 501, 0, "others"),
        (5, 0, 5, "others"),
        (3, 3, 0, "own"),  # of three rows nobody can say whose file it is
    ],
)
def test_whose_rows_a_file_holds(rows: int, force: int, month: int, value: str) -> None:
    assert rows_of(rows, force, month).value == value
