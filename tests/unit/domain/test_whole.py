"""What counts as a whole release, dataset by dataset, and the words in which it is told."""

from __future__ import annotations

import pytest

from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ReceiptWindow, judge, message_of

M = Month.parse
SLUGS = [force.slug for force in FORCES]


def listing(**publishers: int) -> list[ForceMonth]:
    """Files of so many publishers of each dataset, of three years."""
    return [
        ForceMonth(dataset, slug, month)
        for dataset, count in publishers.items()
        for slug in SLUGS[:count]
        for month in month_range(M("2021-04"), M("2024-03"))
    ]


@pytest.mark.parametrize(
    ("publishers", "named", "stated", "whole"),
    [
        # A release's name, and the publishers of one: each dataset for itself.
        ({"crimes": 45, "outcomes": 44, "stops": 43}, True, None, {"crimes", "outcomes", "stops"}),
        ({"crimes": 2, "stops": 44}, True, None, {"stops"}),
        ({"crimes": 29, "outcomes": 30}, True, None, {"outcomes"}),
        ({"crimes": 1}, True, None, set()),
        # Without a name: only what has the datasets and the span of a release.
        ({"crimes": 45, "outcomes": 44, "stops": 43}, False, None, {"crimes", "outcomes", "stops"}),
        ({"crimes": 45, "outcomes": 44, "stops": 29}, False, None, set()),
        ({"crimes": 45, "outcomes": 44}, False, None, set()),
        ({"crimes": 45}, False, None, set()),
        # What a person says of it counts.
        ({"crimes": 1, "stops": 2}, False, True, {"crimes", "stops"}),
        ({"crimes": 45, "outcomes": 44, "stops": 43}, True, False, set()),
    ],
)
def test_which_datasets_are_whole(
    publishers: dict[str, int], named: bool, stated: bool | None, whole: set[str]
) -> None:
    readings = judge(listing(**publishers), names_release=named, stated=stated)
    assert {reading.dataset for reading in readings} == set(publishers)
    assert {reading.dataset for reading in readings if reading.whole} == whole


def test_all_forces_of_some_months_without_a_name_are_a_part() -> None:
    """A custom download of everybody: its months are not those of a release."""
    everything = listing(crimes=45, outcomes=44, stops=43)
    short = [unit for unit in everything if unit.month > M("2021-04")]
    assert not any(reading.whole for reading in judge(short, names_release=False))
    assert all(reading.whole for reading in judge(everything, names_release=False))


def test_it_is_told_in_one_line() -> None:
    units = [*listing(stops=44), ForceMonth("crimes", "kent", M("2024-03"))]
    assert message_of(M("2024-03"), judge(units, names_release=True)) == (
        "Read as release 2024-03: stop and search whole (44 publishers, 36 months); "
        "street crime a part (1 publisher, 1 month)."
    )


KENT = Selection(forces=frozenset({"kent"}))


def window(
    whole: bool, choice: Selection | None = None, first: str = "2024-01", *, stated: bool = False
) -> ReceiptWindow:
    return ReceiptWindow("crimes", M(first), M("2024-03"), M("2024-03"), whole, choice or Selection(), stated)


@pytest.mark.parametrize(
    ("new", "same", "others", "more"),
    [
        (window(True), [window(True)], [window(True)], False),
        (window(True, KENT), [window(True)], [window(True)], False),
        (window(True), [window(True, KENT)], [window(True, KENT)], True),
        # It has a name now; without one again, it stays what it was.
        (window(True), [window(False)], [window(False)], True),
        (window(False), [window(True)], [window(True)], False),
        # Said to be whole, or a part after all; and not taken back by how it looks.
        (window(True, stated=True), [window(False)], [window(False)], True),
        (window(False, stated=True), [window(True)], [window(True)], True),
        (window(True), [window(False, stated=True)], [], False),
        (window(False), [window(True, stated=True)], [], False),
        # Another listing of the release, all of whose files are held.
        (window(False), [], [window(True)], False),
        (window(True), [], [window(True)], False),
        (window(True), [], [window(False)], True),
        (window(True), [], [window(True, first="2024-02")], True),
    ],
)
def test_whether_a_listing_without_a_new_file_says_more(
    new: ReceiptWindow, same: list[ReceiptWindow], others: list[ReceiptWindow], more: bool
) -> None:
    assert new.adds_to(same, others) is more
