from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.month import Month, month_range, runs


@pytest.mark.parametrize("text", ["2010-12", "2024-01", "1999-07", "0001-01"])
def test_reads_what_it_writes(text: str) -> None:
    assert str(Month.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "2024", "2024-0", "2024-13", "2024-00", "2024/01", "24-01", "2024-1", " 2024-01", "2024-01-01", "٢٠٢٤-01"],
)
def test_refuses_what_is_no_month_by_naming_it(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month: write it as YYYY-MM") as caught:
        Month.parse(text)
    assert f"“{text}”" in str(caught.value)


@pytest.mark.parametrize("number", [0, 13, -1])
def test_a_month_is_1_to_12(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        Month.of(2024, number)


@given(st.integers(12, 9999 * 12), st.integers(0, 600))
def test_arithmetic_is_that_of_integers(index: int, months: int) -> None:
    month = Month(index)
    assert (month + months) - months == month
    assert (month + months >= month) is True
    assert Month.of(month.year, month.number) == month
    assert month.first_day == date(month.year, month.number, 1)


def test_year_ends() -> None:
    assert str(Month.parse("2023-12") + 1) == "2024-01"
    assert str(Month.parse("2024-01") - 1) == "2023-12"
    assert Month.parse("2021-09").words() == "September 2021"


def test_a_range_has_both_ends_and_may_be_empty() -> None:
    first, last = Month.parse("2023-11"), Month.parse("2024-02")
    assert [str(month) for month in month_range(first, last)] == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert list(month_range(last, first)) == []


@given(st.lists(st.integers(24_000, 24_040)))
def test_runs_hold_every_month_once_and_do_not_touch(indexes: list[int]) -> None:
    found = runs([Month(index) for index in indexes])
    assert [m.index for first, last in found for m in month_range(first, last)] == sorted(set(indexes))
    assert all(after[0].index > before[1].index + 1 for before, after in pairwise(found))
