"""Which month a headline is about, and like compared with like: a table of cases."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pytest

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.cells import STATES
from bluelamp.questions.families.archive.trend import Latest, Publishing, latest
from bluelamp.questions.model.holdings import Holdings

START = Month.parse("2020-01")
NAMES = {1: "Kent Police", 2: "Essex Police", 3: "Surrey Police"}
LETTERS = {"h": State.HELD, "e": State.EMPTY, "m": State.MISSING, "c": State.NOT_COVERED, "d": State.NOT_HELD}


def publishing(rows: dict[int, str], own: Collection[int] = ()) -> Publishing:
    """From one letter a month and force; see LETTERS."""
    codes = np.array([[STATES.index(LETTERS[letter]) for letter in row] for row in rows.values()], np.int8)
    held = np.isin(codes, [STATES.index(State.HELD), STATES.index(State.EMPTY)])
    months = tuple(START + at for at in range(codes.shape[1]))
    states = tuple(str(state) for state in STATES)
    names = tuple(NAMES[force] for force in rows)
    return Publishing(Holdings("crimes", tuple(rows), names, months, codes, states, codes >= 0, held, held, held), own)


def found(rows: dict[int, str], own: Collection[int] = ()) -> Latest | None:
    """Each force counts 100 times its number, and one more each month."""
    told = publishing(rows, own)

    def count_of(month: Month, forces: Collection[int]) -> int:
        return sum(100 * force + (month.index - START.index) for force in told.held(month) & set(forces))

    usual = {force: 100.0 * force for force, row in rows.items() if "h" in row}
    return latest(told, told.months, count_of, lambda: usual)


def test_the_newest_month_counts_when_every_force_is_held() -> None:
    got = found({1: "h" * 14, 2: "h" * 14})
    assert got is not None
    assert (got.month, got.value, got.forces, got.complete, got.absent) == (START + 13, 326, 2, True, "")
    assert got.before.value == 324
    assert got.before.change == pytest.approx(2 / 324)
    assert (got.before.forces, got.before.share) == (2, 1.0)
    assert got.year_before.value == 302
    assert got.before.words == "0.6% more than 324 in January 2021."
    assert got.later == ()


def test_a_newer_month_that_lacks_a_force_gives_way_to_a_complete_one_and_is_told() -> None:
    got = found({1: "h" * 14, 2: "h" * 13 + "m"})
    assert got is not None
    assert got.month == START + 12
    assert got.later == ("February 2021 is held of 1 of 2 forces, and is not the month shown.",)


def test_where_no_month_is_complete_like_is_compared_with_like() -> None:
    """Real archives lack some force in every month: the others are compared, and who is absent is named."""
    got = found({1: "h" * 26, 2: "h" * 26, 3: "h" + "m" * 25})
    assert got is not None
    assert (got.month, got.value, got.forces, got.of_forces, got.complete) == (START + 25, 350, 2, 3, False)
    assert got.absent == "Without Surrey Police, about 50% of the usual total."
    assert (got.year_before.value, got.year_before.forces) == (326, 2)
    assert got.year_before.change == pytest.approx(24 / 326)
    assert got.year_before.share == pytest.approx(0.5)
    assert got.year_before.words == (
        "7.4% more than 326 in February 2021, over the same 2 of 3 forces, 50% of the usual total."
    )


def test_a_force_that_the_other_month_lacks_is_left_out_of_both() -> None:
    got = found({1: "h" * 14, 2: "hm" + "h" * 10 + "mh"})
    assert got is not None
    assert (got.month, got.value) == (START + 13, 326)
    # Essex Police is held for neither January 2021 nor February 2020: both figures are Kent's alone.
    assert (got.before.value, got.before.forces) == (112, 1)
    assert got.before.change == pytest.approx(1 / 112)
    assert got.before.words == "0.9% more than 112 in January 2021, over Kent Police alone (33% of the usual total)."
    assert got.year_before.value == 101


def test_what_share_they_are_is_not_said_where_one_is_never_held() -> None:
    got = found({1: "h" * 14, 2: "m" * 14})
    assert got is not None
    assert got.absent == "Without Essex Police."
    assert got.before.share is None
    assert got.before.words == "0.9% more than 112 in January 2021, over Kent Police alone."


def test_only_where_nobody_is_held_for_both_nothing_is_compared() -> None:
    got = found({1: "hmhm", 2: "mhmh"})
    assert got is not None
    assert got.before.value is None
    assert got.before.words == "Not comparable with March 2020: no force is held for both months."


def test_the_police_of_an_area_must_be_held_for_a_figure_of_it() -> None:
    """However long they have published nothing: what their neighbours' records tell of the area is no figure of it."""
    rows = {1: "m" * 26, 2: "h" * 26}
    assert found(rows) is not None
    assert found(rows, own={1}) is None
    assert publishing(rows, own={1}).state(START) == "missing"


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ({1: "h", 2: "h"}, "complete"),
        ({1: "e", 2: "h"}, "complete"),
        ({1: "h", 2: "m"}, "part"),
        ({1: "m", 2: "m"}, "missing"),
        ({1: "c", 2: "c"}, "not covered"),
        ({1: "d", 2: "c"}, "not held"),
    ],
)
def test_a_month_is_complete_when_all_that_is_expected_is_held(rows: dict[int, str], state: str) -> None:
    told = publishing(rows)
    assert told.state(START) == state
    assert told.is_complete(START) is (state == "complete")
    assert told.is_spanned(START) is (state != "not covered")


def test_an_empty_file_is_a_published_zero() -> None:
    got = found({1: "h" * 13, 2: "h" * 12 + "e"})
    assert got is not None
    assert got.month == START + 12


def test_where_nothing_is_held_there_is_no_month() -> None:
    assert found({1: "mmm"}) is None


def test_a_month_before_the_first_is_not_comparable() -> None:
    got = found({1: "hh"})
    assert got is not None
    assert got.year_before.words == "Not comparable with February 2019: it is not held."


def test_many_missing_forces_are_counted() -> None:
    told = publishing({1: "hm", 2: "hm", 3: "hm"})
    assert told.names({1, 2}) == "Essex Police and Kent Police"
    assert told.names({1, 2, 3}) == "Essex Police, Kent Police and Surrey Police"
    assert told.names({1, 2, 3}, {1: 1.0, 2: 2.0, 3: 3.0}) == "Surrey Police, Essex Police and Kent Police"
    assert not told.is_complete(START + 1)
