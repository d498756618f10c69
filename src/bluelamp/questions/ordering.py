"""In what order the rows of an answer stand, whoever found them. Used by `indexed` and `figures`; `sql` says the same
to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bluelamp.questions.data_version import NOT_RECORDED
from bluelamp.questions.question import Question

# Kinds whose values have an order of their own, in which they are shown.
ORDERED = ("month", "year", "number", "date", "coded")
Row = tuple[Any, ...]
Item = TypeVar("Item")


def sort_rows(question: Question, items: list[Item], row_of: Callable[[Item], Row]) -> None:
    """Sort in place: what was asked for, else sorted bars (the largest first, what is not recorded as its own last
    row, then what is not known), then every label, so that the order is the same every time."""
    names = [one.name for one in question.by] + [one.name for one in question.measures]
    ranks = {
        at: {term: place for place, term in enumerate(one.terms)}
        for at, one in enumerate(question.by)
        if one.kind == "coded"
    }
    wanted = [(names.index(order.name), order.descending) for order in question.order]
    bars = not wanted and bool(question.by) and question.by[0].kind not in ORDERED
    if bars:
        wanted = [(len(question.by), True)]

    # Stable sorts, the least important first: a descending order then needs no negative of a word.
    for at, descending in reversed([*wanted, *((at, False) for at in range(len(question.by)))]):
        key = _key(at, ranks.get(at), last=not descending)
        items.sort(key=lambda item: key(row_of(item)), reverse=descending)
    if bars and question.by[0].kind != "flag":
        items.sort(key=lambda item: row_of(item)[0] == NOT_RECORDED)
    if bars:
        items.sort(key=lambda item: row_of(item)[len(question.by)] is None)


def sorted_rows(question: Question, rows: Sequence[Row]) -> list[Row]:
    found = list(rows)
    sort_rows(question, found, lambda row: row)
    return found


def _key(at: int, rank: dict[Any, int] | None, *, last: bool) -> Callable[[Row], Any]:
    """A key by one column; None comes last, in either direction."""
    if rank is not None:
        return lambda row: ((row[at] is None) == last, rank.get(row[at], 0))
    return lambda row: ((row[at] is None) == last, 0 if row[at] is None else row[at])
