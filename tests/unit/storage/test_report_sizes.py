"""Files that are far smaller than the months around them."""

from __future__ import annotations

import pytest

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.warehouse.plan import IncludedFile
from bluelamp.storage.warehouse.report import unusually_small


def files(*rows: int | None, force: str = "kent") -> list[IncludedFile]:
    """Files of one force from January 2024 on; None where a month is not held."""
    first = Month.parse("2024-01")
    return [
        IncludedFile(number, ForceMonth("crimes", force, first + number), first, "x", count)
        for number, count in enumerate(rows)
        if count is not None
    ]


@pytest.mark.parametrize(
    ("rows", "small"),
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
def test_a_file_is_small_beside_its_neighbours(rows: tuple[int | None, ...], small: list[int]) -> None:
    assert [file.file_id for file, _ in unusually_small(files(*rows))] == small


def test_forces_are_held_against_themselves() -> None:
    assert list(unusually_small(files(3000, 3000, 3000) + files(9, 9, 9, force="cumbria"))) == []
