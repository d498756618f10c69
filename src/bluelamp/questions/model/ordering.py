"""In what order the rows of an answer stand, whoever found them. Used by `engines` and `figures`; `sql` says the same
to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bluelamp.questions.model.dataset import NOT_RECORDED
from bluelamp.questions.model.question import Question

Row = tuple[Any, ...]


def order_of(question: Question, rows: Sequence[Row]) -> list[int]:
    """The places of rows in their order: what was asked for, else sorted bars (the largest first, what is not recorded
    as its own last row, then what is not known), then every label, so that the order is the same every time."""
    order = list(range(len(rows)))
    if len(rows) < 2:
        return order
    columns = list(zip(*rows, strict=True))
    names = [one.name for one in question.by] + [one.name for one in question.measures]
    wanted = [(names.index(one.name), one.descending) for one in question.order]
    bars = not wanted and bool(question.by) and not question.by[0].kind.ordered
    if bars:
        wanted = [(len(question.by), True)]
    # Stable sorts, the least important first: a descending order then needs no negative of a word.
    for at, descending in reversed([*wanted, *((at, False) for at in range(len(question.by)))]):
        order.sort(key=_key(question, at, columns[at], last=not descending).__getitem__, reverse=descending)
    if bars and NOT_RECORDED in columns[0]:
        order.sort(key=[label == NOT_RECORDED for label in columns[0]].__getitem__)
    if bars and None in columns[len(question.by)]:
        order.sort(key=[value is None for value in columns[len(question.by)]].__getitem__)
    return order


def sorted_rows(question: Question, rows: Sequence[Row]) -> list[Row]:
    return [rows[at] for at in order_of(question, rows)]


def _key(question: Question, at: int, column: Sequence[Any], *, last: bool) -> Sequence[Any]:
    """What a column is sorted by; None comes last, in either direction."""
    ranks = question.by[at].kind.ranks(question.by[at]) if at < len(question.by) else None
    if ranks is not None:
        return [((value is None) == last, ranks.get(value, 0)) for value in column]
    if None not in column:
        return column
    return [((value is None) == last, 0 if value is None else value) for value in column]
