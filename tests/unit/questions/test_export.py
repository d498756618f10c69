from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.questions.export import spreadsheet_safe, undo_spreadsheet_safe


@pytest.mark.parametrize("text", ["=1+1", "+44", "-3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_formulas_are_made_text(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell", ["Leeds", "", "'quoted", "O'Brien", "1=1", "a-b", "On or near =", 5, -5, -0.5, None, True]
)
def test_everything_else_is_left_alone(cell: object) -> None:
    assert spreadsheet_safe(cell) is cell


@given(st.text())
def test_no_text_starts_a_formula_and_all_come_back(text: str) -> None:
    safe = spreadsheet_safe(text)
    assert isinstance(safe, str)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not (text.startswith("'") and text[1:].startswith(("=", "+", "-", "@", "\t", "\r"))):
        assert undo_spreadsheet_safe(safe) == text
