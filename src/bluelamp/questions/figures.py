"""The one way to a figure: what the engines counted, as values that know what they stand on. Every surface takes its
numbers from here, so that what is not known is never 0 on any of them.

A row is a number where something is held that could say it, and None where nothing is. What is held and has nothing
recorded is a row with 0. Each row carries its own coverage.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.errors import UsageError
from bluelamp.questions.axes import publisher_axis, time_axis
from bluelamp.questions.concern import holdings_of_rows
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.datasets import Measure
from bluelamp.questions.grid import Grid
from bluelamp.questions.ordering import ORDERED, Row, sort_rows
from bluelamp.questions.placed import PLACED_BY_LSOA, located_shares
from bluelamp.questions.question import MAX_ROWS, Question

COMPLETE, PART = "complete", "part"
# Of a place whose force leaves out where most of its records lie: what is placed there says little.
FEW_LOCATED = "few located"
NONE_LOCATED = "none located"
_FEW = 0.5
# Of a ranking's rows those are compared that are held at least so well as the best of them, as a share.
_COMPARABLE = 0.9
# Fields of which every value that occurs is crossed with every time and publisher, as long as rows are no more than
# this: beyond it, or of other fields, only times and publishers without any record are added.
_CROSSED = ("word", "flag", "coded", "number", "label")
_MOST_CROSSED = 20_000

Count = Callable[[Question], list[Row]]
Table = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RowCoverage:
    """What one row stands on: of the force-months that it asks for how many are held; `state` is complete, part, few
    located, or why nothing is held. `located_share` is told of places: the share (0 to 1) of their force's records that
    have a map point."""

    held: int
    expected: int
    state: str
    located_share: float | None = None

    @property
    def is_known(self) -> bool:
        return self.held > 0

    @property
    def is_complete(self) -> bool:
        return self.state == COMPLETE

    @property
    def share(self) -> float:
        """How much of what is asked is held, from 0 to 1."""
        return self.held / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """`rows` hold labels and values in the order of the answer, `coverages` one for each of them. `strays` counts the
    records in places whose own force is not held: they are in no row's value."""

    rows: list[Row]
    coverages: list[RowCoverage]
    strays: int = 0


def figures_of(version: DataVersion, question: Question, count: Count) -> Figures:
    """The figures of a question, at most one more than its limit. `count` gives the rows that are recorded, as an
    engine found them; it is asked without the question's rates, which are worked out here."""
    return _Figuring(version, question, count).figures()


@dataclass(frozen=True, slots=True)
class _Item:
    row: Row
    coverage: RowCoverage


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a row stands on: `known` says for each measure whether it is known, None where all are; what is recorded in
    a row of `strays` was published by others than the place's own force."""

    coverage: RowCoverage
    known: tuple[bool, ...] | None
    strays: bool


class _Figuring:
    def __init__(self, version: DataVersion, question: Question, count: Count) -> None:
        self.version, self.question, self.count = version, question, count
        self.holdings = holdings_of_rows(version, question)
        self.measures = _counted(question)
        self.times = time_axis(question, self.holdings[0])
        self.publishers = publisher_axis(version, question, self.holdings[0])
        # Crimes around a point, from the API, belong to no force's month: nothing says what of them is held.
        self.uncovered = any(one.dimension.name == "origin" for one in question.filters)

    def figures(self) -> Figures:
        question, width = self.question, len(self.question.by)
        every = self._adds_rows()
        rates = self.measures != question.measures
        asked = replace(question, measures=self.measures)
        if every or rates:
            asked = replace(asked, order=(), limit=None)
        rows = self.count(asked)
        if not question.by and not rows:
            rows = [tuple(0 if one.is_count else None for one in self.measures)]
        if every:
            rows = list(self._filled(rows))
        if self.publishers is None and self.times is None and not rates:
            return self._alike(rows)
        items, strays, mixed = [], 0, every or rates
        for row, one in zip(rows, self._covered(rows), strict=True):
            values, its, known = row[width:], one.coverage, one.known
            if known is not None and not self._is_spilled(row):
                strays += values[0] if one.strays and isinstance(values[0], int) else 0
                values = tuple(value if one else None for value, one in zip(values, known, strict=True))
                mixed = True
            items.append(_Item(self._shown(row[:width], values, its), its))
        if mixed:
            sort_rows(question, items, lambda item: item.row)
            self._set_apart(items)
        items = items[: (question.limit or MAX_ROWS) + 1]
        return Figures([item.row for item in items], [item.coverage for item in items], strays)

    def _set_apart(self, items: list[_Item]) -> None:
        """In a ranking of places or forces, those of which much less is held than of others come after them, and those
        of which nothing is known last: what is low because files are missing is no low figure."""
        question, ranked = self.question, {one.name for one in self.question.measures}
        by_measure = question.order[0].name in ranked if question.order else question.by[0].kind not in ORDERED
        if self.publishers is None or self.times is not None or not by_measure:
            return
        shares = [item.coverage.share for item in items]
        least = _COMPARABLE * max(shares, default=0.0)
        items.sort(
            key=lambda item: (
                item.row[len(question.by)] is None,
                item.coverage.share < least or item.coverage.state == FEW_LOCATED,
            )
        )

    def _alike(self, rows: list[Row]) -> Figures:
        """Rows that all stand on the same files."""
        width = len(self.question.by)
        (one,) = self._covered([()])
        known, strays = one.known, 0
        if known is not None:
            strays = sum(row[width] for row in rows if isinstance(row[width], int)) if one.strays else 0
            rows = [
                (*row[:width], *(value if one else None for value, one in zip(row[width:], known, strict=True)))
                for row in rows
            ]
        return Figures(rows, [one.coverage] * len(rows), strays)

    def _is_spilled(self, row: Row) -> bool:
        """Whether something is recorded on a day of a month that is not held: a force's clock may be an hour off."""
        axis = self.times
        if axis is None or self.question.by[axis.at].name != "date" or self.publishers is not None:
            return False
        return bool(row[len(self.question.by)])

    # -- rows that nothing was recorded for ------------------------------------------------------------------------

    def _adds_rows(self) -> bool:
        return any(axis is not None and bool(axis.asked) for axis in (self.publishers, self.times))

    def _filled(self, recorded: Sequence[Row]) -> Iterator[Row]:
        """The rows recorded, and those asked for that have none: with 0 for each count, None for what is no count."""
        question, width = self.question, len(self.question.by)
        axes = [axis for axis in (self.publishers, self.times) if axis is not None and axis.asked]
        fixed = {axis.at for axis in axes} | {at for axis in axes for at in axis.derive}
        others = [at for at in range(width) if at not in fixed]
        found = {row[:width]: row for row in recorded}
        crossed = all(question.by[at].kind in _CROSSED for at in others)
        rest = list(dict.fromkeys(tuple(row[at] for at in others) for row in recorded)) or [(None,) * len(others)]
        keys = itertools.product(*(axis.asked for axis in axes))
        crossed = crossed and len(rest) * int(np.prod([len(axis.asked) for axis in axes])) <= _MOST_CROSSED
        present = {tuple(row[axis.at] for axis in axes) for row in recorded}
        nothing = tuple(0 if one.is_count else None for one in self.measures)
        yield from recorded
        for key in keys:
            if not crossed and key in present:
                continue
            for other in rest if crossed else [(None,) * len(others)]:
                labels: list[Any] = [None] * width
                for at, label in zip(others, other, strict=True):
                    labels[at] = label
                for axis, label in zip(axes, key, strict=True):
                    labels[axis.at] = label
                    for at, derive in axis.derive.items():
                        labels[at] = derive(label)
                if tuple(labels) not in found:
                    yield (*labels, *nothing)

    # -- what each row stands on -----------------------------------------------------------------------------------

    def _covered(self, rows: Sequence[Row]) -> Iterator[_Standing]:
        """What each row stands on."""
        grid = Grid(self.version, self.question, self.holdings, self.publishers, self.times)
        own = grid.own[0]
        shares = located_shares(self.version, self.question, self.publishers, self.holdings[0], own, self.count)
        first, second = (axis.at if axis is not None else None for axis in (self.publishers, self.times))
        needed = [grid.needed(measure) for measure in self.measures]
        made: dict[tuple[int, int, bool, float | None], _Standing] = {}
        for row in rows:
            publisher = None if first is None else row[first]
            key = (*grid.at(publisher, None if second is None else row[second]), shares.get(publisher))
            if key not in made:
                made[key] = self._one(grid, needed, *key)
            yield made[key]

    def _one(
        self, grid: Grid, needed: Sequence[Sequence[int]], row: int, column: int, closed: bool, share: float | None
    ) -> _Standing:
        cell = grid.cell(row, column, closed)
        known = tuple(all(cell.told[part] for part in parts) for parts in needed)
        if self.uncovered:
            known = (True,) * len(known)
        if share == 0 and self.question.dataset.name not in PLACED_BY_LSOA:
            known, state = (False,) * len(known), NONE_LOCATED
        elif not any(known):
            state = grid.why(row, column, closed, self.measures[0])
        elif share is not None and share < _FEW:
            state = FEW_LOCATED
        else:
            state = COMPLETE if cell.whole == cell.expected > 0 else PART
        held = cell.held if any(known) else 0
        # Only where places are the rows is the share a column of theirs.
        told = share if self.publishers is not None and self.publishers.own is not None else None
        coverage = RowCoverage(held, cell.expected, state, told)
        # What is recorded in a place whose own force gives no points, or is not held, is others'.
        strays = grid.is_placed(row, closed) and (state == NONE_LOCATED or not cell.told[0])
        return _Standing(coverage, None if all(known) else known, strays)

    # -- rates -----------------------------------------------------------------------------------------------------

    @cached_property
    def _residents(self) -> dict[Any, int | None]:
        foreign = self.publishers.foreign if self.publishers is not None else frozenset()
        return {area.name: area.residents for area in self.version.areas.values() if area.name not in foreign}

    def _shown(self, labels: Row, values: Sequence[Any], coverage: RowCoverage) -> Row:
        """The row with the measures that were asked for."""
        if self.measures == self.question.measures:
            return (*labels, *values)
        counts = dict(zip((one.name for one in self.measures), values, strict=True))
        at = next(place for place, dimension in enumerate(self.question.by) if dimension.kind == "area")
        people = None if coverage.state == FEW_LOCATED else self._residents.get(labels[at])
        asked = self.question.measures
        return (*labels, *(rate(counts[one.rate_of], people) if one.rate_of else counts[one.name] for one in asked))


def rate(figure: float | None, residents: int | None, digits: int = 2) -> float | None:
    """Per 1,000 residents; None where either is not known."""
    return round(1000 * figure / residents, digits) if residents and figure is not None else None


def _counted(question: Question) -> tuple[Measure, ...]:
    """The measures to count: rates give way to what they are the rates of, each once. Raises UsageError for a rate of
    what has no residents."""
    rates = [measure for measure in question.measures if measure.rate_of]
    if rates and not any(dimension.kind == "area" for dimension in question.by):
        raise UsageError(
            f"{rates[0].name} needs residents, which only local authorities have.", "Group by local_authority as well."
        )
    names = dict.fromkeys(measure.rate_of or measure.name for measure in question.measures)
    return tuple(one for name in names if (one := question.dataset.measure(name)) is not None)
