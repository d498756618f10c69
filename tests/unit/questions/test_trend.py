"""The latest complete month and what it may be compared with: a table of cases (promise 3)."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.questions.cells import make_cells
from bluelamp.questions.trend import Latest, Publishing, latest

START = Month.parse("2020-01")
NAMES = {1: "Kent Police", 2: "Essex Police", 3: "Surrey Police"}


def publishing(rows: dict[int, str]) -> tuple[Publishing, list[Month]]:
    """From one letter a month and force: h held, e empty, m missing."""
    states = {"h": State.HELD, "e": State.EMPTY, "m": State.MISSING}
    cells = make_cells(
        (force, START.index + at, states[letter]) for force, row in rows.items() for at, letter in enumerate(row)
    )
    return Publishing(cells, NAMES, None), [START + at for at in range(max(map(len, rows.values())))]


def found(rows: dict[int, str]) -> Latest | None:
    """Each force counts 100 times its number, and one more each month."""
    told, months = publishing(rows)

    def count_of(month: Month, forces: Collection[int]) -> int:
        held = told.held(month) & set(forces)
        return sum(100 * force + (month.index - START.index) for force in held)

    return latest(told, months, count_of)


def test_the_newest_month_counts_when_every_force_is_held() -> None:
    got = found({1: "h" * 14, 2: "h" * 14})
    assert got is not None
    assert (got.month, got.value, got.forces) == (START + 13, 326, 2)
    assert got.before.value == 324
    assert got.before.change == pytest.approx(2 / 324)
    assert got.year_before.value == 302
    assert got.before.words == "0.6% more than 324 in January 2021."
    assert (got.later, got.silent) == ((), ())


def test_a_month_that_lacks_a_force_is_refused_and_told() -> None:
    got = found({1: "h" * 14, 2: "h" * 13 + "m"})
    assert got is not None
    assert got.month == START + 12
    assert got.later == ("February 2021 is incomplete (1 of 2 forces) and is not compared.",)


def test_the_police_of_an_area_are_never_silent_there() -> None:
    """However long they have published nothing: what their neighbours' records tell of the area is no figure of it."""
    rows = {1: "m" * 26, 2: "h" * 26}
    states = {"h": State.HELD, "m": State.MISSING}
    cells = make_cells(
        (force, START.index + at, states[letter]) for force, row in rows.items() for at, letter in enumerate(row)
    )
    elsewhere, there = Publishing(cells, NAMES, None), Publishing(cells, NAMES, None, own={1})
    assert elsewhere.is_complete(START + 25)
    assert not there.is_complete(START + 25)
    assert there.lacks_own(START)
    assert not elsewhere.lacks_own(START)
    assert there.silent(START + 25) == []


def test_what_lacks_a_force_is_not_compared() -> None:
    got = found({1: "h" * 14, 2: "hm" + "h" * 10 + "mh"})
    assert got is not None
    assert got.before.value is None
    assert got.before.change is None
    assert got.before.words == "Not comparable with January 2021: Essex Police has no file for that month."
    assert got.year_before.words == "Not comparable with February 2020: Essex Police has no file for that month."


def test_a_force_silent_for_a_year_makes_no_month_incomplete_and_is_in_no_comparison() -> None:
    got = found({1: "h" * 26, 2: "h" * 14 + "m" * 12})
    assert got is not None
    assert got.month == START + 25
    assert got.value == 125
    # Essex was held a year before: it is left out there as well.
    assert got.year_before.value == 113
    assert got.silent == ("Essex Police has published nothing since February 2021 and is in none of these figures.",)


def test_an_empty_file_is_a_published_zero() -> None:
    got = found({1: "h" * 13, 2: "h" * 12 + "e"})
    assert got is not None
    assert got.month == START + 12


def test_no_month_at_all_is_complete() -> None:
    assert found({1: "hmhm", 2: "mhmh"}) is None
    assert found({1: "mmm"}) is None


def test_a_month_before_the_first_is_not_held() -> None:
    got = found({1: "hh"})
    assert got is not None
    assert got.year_before.words == "February 2019 is not held."


def test_many_missing_forces_are_counted() -> None:
    told, months = publishing({1: "hm", 2: "hm", 3: "hm"})
    assert told.names({1, 2}) == "Essex Police and Kent Police"
    assert told.names({1, 2, 3}) == "Essex Police, Kent Police and Surrey Police"
    assert not told.is_complete(months[1])
