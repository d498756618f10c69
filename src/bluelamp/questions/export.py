"""Answers leaving the system as files: what a spreadsheet must not take for a formula."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def spreadsheet_safe(cell: object) -> object:
    """The cell as it may stand in a CSV that is opened in a spreadsheet: text that looks like a formula gets a leading
    apostrophe, which spreadsheets hide. Numbers are left alone."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def undo_spreadsheet_safe(cell: str) -> str:
    """The published text of a cell that `spreadsheet_safe` wrote."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
