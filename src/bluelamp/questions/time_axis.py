"""The dimension of time that a grouped question is about: its values as masks over the times of the holdings."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.questions.model.axis import Label, ValueAxis
from bluelamp.questions.model.holdings import Holdings, Time
from bluelamp.questions.model.question import Question

_MONTHS_A_YEAR = 12

# From the finest: rows of a finer field say which value of a coarser one they have.
_TIMES = ("date", "month", "year")


def time_axis(question: Question, holdings: Holdings) -> ValueAxis | None:
    """The finest field of time that a question is grouped by."""
    at = {dimension.name: place for place, dimension in enumerate(question.by) if dimension.name in _TIMES}
    finest = next((name for name in _TIMES if name in at), None)
    if finest is None:
        return None
    filtered = any(one.dimension.name in ("month", "year") for one in question.filters)
    key = ("times", *at.items(), filtered, question.first is None, question.last is None)
    return holdings.kept(key, lambda: _of_times(question, holdings, at, finest))


def _of_times(question: Question, holdings: Holdings, at: dict[str, int], finest: str) -> ValueAxis:
    columns: dict[Label, list[int]] = {}
    for column, time in enumerate(holdings.times):
        for label in _labels(finest, time):
            columns.setdefault(label, []).append(column)
    masks = np.zeros((len(columns) + 1, len(holdings.times)), bool)
    for row, its in enumerate(columns.values()):
        masks[row, its] = True
    masks[-1] = True
    derive = {place: _COARSER[finest, name] for name, place in at.items() if name != finest}
    outside = _outside(question, holdings, columns) if finest == "year" else None
    return ValueAxis(
        at[finest],
        {label: row for row, label in enumerate(columns)},
        masks,
        list(columns),
        outside=outside,
        derive=derive,
    )


def _labels(name: str, time: Time) -> list[Label]:
    """The values of a field of time that a month or a day has; a month has many days."""
    if isinstance(time, date):
        return [{"date": time.isoformat(), "month": f"{time:%Y-%m}", "year": time.year}[name]]
    if name == "date":
        days = calendar.monthrange(time.year, time.number)[1]
        return [f"{time}-{day:02d}" for day in range(1, days + 1)]
    return [str(time) if name == "month" else time.year]


_COARSER: dict[tuple[str, str], Callable[[Label], Label]] = {
    ("date", "month"): lambda label: label[:7],
    ("date", "year"): lambda label: int(label[:4]),
    ("month", "year"): lambda label: int(label[:4]),
}


def _outside(question: Question, holdings: Holdings, columns: dict[Label, list[int]]) -> npt.NDArray[np.int64] | None:
    """How many months of each year lie outside of what was asked, where nobody asked for a part of a year."""
    filtered = any(one.dimension.name in ("month", "year") for one in question.filters)
    if filtered or not all(isinstance(time, Month) for time in holdings.times):
        return None
    years = list(columns)
    lacking = [_MONTHS_A_YEAR - len(its) for its in columns.values()]
    for end, given in ((0, question.first), (-1, question.last)):
        if given is not None and years:
            lacking[end] = 0
    return np.array([*lacking, 0], np.int64)
