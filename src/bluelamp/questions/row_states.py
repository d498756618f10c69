"""What each row of an answer stands on: how much of what it asks for is held, and which of its measures that tells. Of
all rows together, as arrays. Used by `figures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State
from bluelamp.questions.grid import Grid, grid_of
from bluelamp.questions.model.axis import ValueAxis
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import Measure
from bluelamp.questions.model.family import Count, Openings
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.ordering import Row
from bluelamp.questions.model.question import Question
from bluelamp.questions.registry import family_of

COMPLETE, PART = "complete", "part"
# Of a place whose force leaves out where most of its records lie: what is placed there says little.
FEW_LOCATED = "few located"
NONE_LOCATED = "none located"
_FEW = 0.5

Places = npt.NDArray[np.int64]


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
class RowStates:
    """One entry for each row. `known` (rows × measures) says which measures are known, None where all are of all rows;
    what is recorded in a row of `strays` was published by others than the place's own force."""

    coverages: list[RowCoverage]
    known: Mask | None
    strays: Mask

    def repeated(self, times: int) -> RowStates:
        """The standing of so many rows that all stand on what the one row stands on."""
        if times == 1:
            return self
        known = None if self.known is None else np.repeat(self.known, times, axis=0)
        return RowStates(self.coverages * times, known, np.repeat(self.strays, times))


@dataclass(frozen=True, slots=True)
class CountedQuestion:
    """A question with what its rows are counted over; `measures` are those that are counted. Where `uncovered`, no file
    of a force's month holds the records: nothing says what of them is held."""

    version: DataVersion
    question: Question
    measures: tuple[Measure, ...]
    holdings: tuple[Holdings, ...]
    publishers: ValueAxis | None
    times: ValueAxis | None
    uncovered: bool
    count: Count


def row_states_of(question: CountedQuestion, rows: Sequence[Row]) -> RowStates:
    """What rows stand on, as they were recorded: their labels, in the order of the question. A label that could not be
    recorded in some of the months stands on the others alone."""
    times = question.holdings[0].times
    family = family_of(question.question.dataset)
    to_filters, openings = family.recordable(question.version, question.question, rows, times)
    if question.uncovered or (not openings and to_filters.all()):
        return _row_states_of(question, rows)
    parts = [
        (places, _row_states_within(question, [rows[at] for at in places], mask))
        for mask, places in _alike(rows, openings, to_filters)
    ]
    return _together(parts, len(rows), len(question.measures))


def _alike(rows: Sequence[Row], openings: Mapping[int, Openings], to_filters: Mask) -> list[tuple[Mask, list[int]]]:
    """(the times in which they could be recorded, the places of the rows of which that is so)."""
    by_labels: dict[tuple[Any, ...], list[int]] = {}
    for place, row in enumerate(rows):
        key = tuple([row[at] if row[at] in its else None for at, its in openings.items()])
        by_labels.setdefault(key, []).append(place)
    found: dict[bytes, tuple[Mask, list[int]]] = {}
    for key, places in by_labels.items():
        masks = [its[label] for label, its in zip(key, openings.values(), strict=True) if label is not None]
        mask: Mask = np.logical_and.reduce([to_filters, *masks])
        found.setdefault(mask.tobytes(), (mask, []))[1].extend(places)
    return list(found.values())


def _row_states_within(question: CountedQuestion, rows: Sequence[Row], times: Mask) -> RowStates:
    """What rows stand on that could be recorded in some of the times. Where records are held all the same, the table
    of eras is wrong of them, and what they say stands."""
    holdings = family_of(question.question.dataset).within(question.holdings, times)
    found = _row_states_of(replace(question, holdings=holdings), rows)
    width = len(question.question.by)
    wrong = [
        place
        for place, (row, its) in enumerate(zip(rows, found.coverages, strict=True))
        if its.state == State.OUTSIDE_ERA and any(row[width:])
    ]
    if not wrong:
        return found
    right = [place for place in range(len(rows)) if place not in set(wrong)]
    parts = [(wrong, _row_states_of(question, [rows[at] for at in wrong]))]
    if right:
        parts.append((right, _row_states_of(replace(question, holdings=holdings), [rows[at] for at in right])))
    return _together(parts, len(rows), len(question.measures))


def _together(parts: Sequence[tuple[Sequence[int], RowStates]], rows: int, measures: int) -> RowStates:
    """One standing of several, each with the places of its rows."""
    coverages: list[RowCoverage] = [RowCoverage(0, 0, "")] * rows
    known, strays = np.ones((rows, measures), bool), np.zeros(rows, bool)
    for places, its in parts:
        for at, one in zip(places, its.coverages, strict=True):
            coverages[at] = one
        strays[places] = its.strays
        if its.known is not None:
            known[places] = its.known
    return RowStates(coverages, None if known.all() else known, strays)


def _row_states_of(question: CountedQuestion, rows: Sequence[Row]) -> RowStates:
    publishers, times = question.publishers, question.times
    grid = grid_of(question.version, question.question, question.holdings, publishers, times)
    family = family_of(question.question.dataset)
    shares = family.located_shares(
        question.version, question.question, publishers, question.holdings[0], grid.own[0], question.count
    )
    if publishers is None and times is None:
        return _of_all_alike(question, grid, shares.get(None)).repeated(len(rows))
    many = len(rows)
    at_rows, at_columns, closed = np.zeros(many, np.int64), np.zeros(many, np.int64), np.zeros(many, bool)
    labels: list[Any] = [None] * many
    if publishers is not None:
        labels = [row[publishers.at] for row in rows]
        at_rows = publishers.rows_of(labels)
        if publishers.closed:
            closed = np.fromiter((label in publishers.closed for label in labels), bool, many)
    if times is not None:
        at_columns = times.rows_of([row[times.at] for row in rows])
    its: list[float | None] = [shares.get(label) for label in labels] if shares else [None] * many
    return _Rows(question, grid, at_rows, at_columns, closed, its).row_states()


def _of_all_alike(question: CountedQuestion, grid: Grid, share: float | None) -> RowStates:
    """What one row stands on that is of all publishers and times together."""
    needed = tuple(tuple(grid.needed(question.question, measure)) for measure in question.measures)
    nowhere, nothing = np.zeros(1, np.int64), np.zeros(1, bool)
    return question.holdings[0].kept(
        ("standing", grid, needed, share, question.uncovered),
        lambda: _Rows(question, grid, nowhere, nowhere, nothing, [share]).row_states(),
    )


class _Rows:
    """Where each row stands in the grid, and the share of its force's records that have a point."""

    def __init__(
        self,
        question: CountedQuestion,
        grid: Grid,
        rows: Places,
        columns: Places,
        closed: Mask,
        shares: list[float | None],
    ) -> None:
        self.asked, self.grid = question, grid
        self.rows, self.columns, self.closed, self.shares = rows, columns, closed, shares

    def row_states(self) -> RowStates:
        grid, at = self.grid, (self.rows, self.columns)
        told = [one[at] & ~self.closed for one in grid.told]
        known = self._known(told)
        share = np.array([np.nan if one is None else one for one in self.shares])
        by_point = self.asked.question.dataset.placed_by_point
        nowhere = share == 0 if by_point else np.zeros(len(share), bool)
        known &= ~nowhere[:, None]
        any_known = known.any(axis=1)
        whole = (grid.whole[at] == grid.expected[at]) & (grid.expected[at] > 0)
        states = np.where(whole, COMPLETE, PART).astype(object)
        states[share < _FEW] = FEW_LOCATED
        for place in np.flatnonzero(~any_known).tolist():
            states[place] = self._why(place)
        states[nowhere] = NONE_LOCATED
        held = np.where(any_known, grid.held[at], 0)
        strays = (grid.owned[self.rows] | self.closed) & (nowhere | ~told[0])
        coverages = self._coverages(held.tolist(), grid.expected[at].tolist(), states.tolist())
        return RowStates(coverages, None if known.all() else known, strays)

    def _known(self, told: Sequence[Mask]) -> Mask:
        """Which measures of which rows anything is held of that could say them."""
        measures = self.asked.measures
        if self.asked.uncovered:
            return np.ones((len(self.rows), len(measures)), bool)
        needed = [self.grid.needed(self.asked.question, measure) for measure in measures]
        return np.stack([np.logical_and.reduce([told[part] for part in parts]) for parts in needed], axis=1)

    def _why(self, place: int) -> str:
        return self.grid.why(
            int(self.rows[place]), int(self.columns[place]), bool(self.closed[place]),
            self.asked.question, self.asked.measures[0],
        )  # fmt: skip

    def _coverages(self, held: list[int], expected: list[int], states: list[str]) -> list[RowCoverage]:
        # Only where places are the rows is the share a column of theirs.
        publishers = self.asked.publishers
        shares = self.shares if publishers is not None and publishers.own is not None else [None] * len(held)
        # Most rows stand on the same: one value serves them all.
        made: dict[tuple[Any, ...], RowCoverage] = {}
        found = []
        for key in zip(held, expected, states, shares, strict=True):
            one = made.get(key)
            if one is None:
                one = made[key] = RowCoverage(*key)
            found.append(one)
        return found
