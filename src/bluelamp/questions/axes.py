"""The fields of a grouped question that say whose files or which times a row needs: months, forces, areas and the like,
each as rows of masks over the holdings. Used by `figures`.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.questions.concern import forces_concerned, with_fair_shares
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.datasets import Dimension
from bluelamp.questions.holdings import Holdings, Mask, Time
from bluelamp.questions.question import Question

Label = Any
PLACES = ("area", "town", "lsoa")
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The values of one field: `places` says which row of `masks` a value has; one that is not there needs everything.

    `asked` are the values that are rows of the answer whether or not anything was recorded. `own` marks the publishers
    without whom nothing is known of a value; a value that is `closed` can be known from nobody who is asked, one that
    is `foreign` only through others' records. `outside` counts times that belong to a value and were not asked for.
    """

    at: int
    places: dict[Label, int]
    masks: Mask
    asked: Sequence[Label]
    own: Mask | None = None
    closed: frozenset[Label] = frozenset()
    foreign: frozenset[Label] = frozenset()
    outside: npt.NDArray[np.int64] | None = None
    derive: dict[int, Callable[[Label], Label]] = field(default_factory=dict)

    def rows_of(self, labels: Sequence[Label]) -> npt.NDArray[np.int64]:
        """The row of `masks` that each value has; the last one is that of all others."""
        places, others = self.places, len(self.masks) - 1
        return np.fromiter((places.get(label, others) for label in labels), np.int64, len(labels))


# -- times -------------------------------------------------------------------------------------------------------

# From the finest: rows of a finer field say which value of a coarser one they have.
_TIMES = ("date", "month", "year")


def time_axis(question: Question, holdings: Holdings) -> Axis | None:
    """The finest field of time that a question is grouped by."""
    at = {dimension.name: place for place, dimension in enumerate(question.by) if dimension.name in _TIMES}
    finest = next((name for name in _TIMES if name in at), None)
    if finest is None:
        return None
    filtered = any(one.dimension.name in ("month", "year") for one in question.filters)
    key = ("times", *at.items(), filtered, question.first is None, question.last is None)
    return holdings.kept(key, lambda: _of_times(question, holdings, at, finest))


def _of_times(question: Question, holdings: Holdings, at: dict[str, int], finest: str) -> Axis:
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
    return Axis(
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


# -- publishers --------------------------------------------------------------------------------------------------


def publisher_axis(version: DataVersion, question: Question, holdings: Holdings) -> Axis | None:
    """The field that says whose files a row needs: its force or feed, else its area, town or LSOA."""
    by = list(enumerate(question.by))
    for at, dimension in by:
        if dimension.kind == "force" or dimension.name == "feed":
            return _of_publishers(version, question, at, dimension, holdings)
    for kind in PLACES:
        for at, dimension in by:
            if dimension.kind == kind and version.forces:
                return _of_places(version, question, at, dimension, holdings)
    return None


def _of_publishers(version: DataVersion, question: Question, at: int, dimension: Dimension, holdings: Holdings) -> Axis:
    by_force = dimension.kind == "force"
    concerned = forces_concerned(version, question) if by_force else None

    def make() -> Axis:
        names = [version.forces[int(one)][0] if by_force else str(one) for one in holdings.publishers]
        masks = np.concatenate([np.eye(len(names), dtype=bool), np.ones((1, len(names)), bool)])
        asked = names
        if concerned is not None:
            # Who only strays into a place has a row where something was recorded, and none where nothing was.
            asked = [name for name, one in zip(names, holdings.publishers, strict=True) if one in concerned]
        return Axis(at, {name: row for row, name in enumerate(names)}, masks, asked)

    return holdings.kept(("publishers", at, None if concerned is None else frozenset(concerned)), make)


def _of_places(version: DataVersion, question: Question, at: int, dimension: Dimension, holdings: Holdings) -> Axis:
    """A place needs its own force, and every one that publishes a fair share of the records there."""
    held_to_forces = any(one.dimension.kind == "force" for one in question.filters)
    chosen = _chosen(question, dimension)
    key = (
        "places", question.dataset.name, dimension.name, at, holdings.publishers, held_to_forces,
        None if chosen is None else frozenset(chosen),
    )  # fmt: skip
    return version.often(key, lambda: _made(version, question, at, dimension, holdings, held_to_forces, chosen))


def _made(
    version: DataVersion,
    question: Question,
    at: int,
    dimension: Dimension,
    holdings: Holdings,
    held_to_forces: bool,
    chosen: set[str] | None,
) -> Axis:
    publishers = set(holdings.publishers)
    asked: list[str] = []
    apart: set[str] = set()
    shapes: dict[tuple[frozenset[int], frozenset[int]], int] = {}
    places: dict[Label, int] = {}
    for name, (own, needed) in _needed(version, question, dimension).items():
        present = own & publishers
        if own and not present:
            apart.add(name)
        elif own and (chosen is None or name.lower() in chosen) and dimension.kind != "lsoa":
            asked.append(name)
        places[name] = shapes.setdefault((needed, frozenset(present)), len(shapes))
    everybody = holdings.which(None)
    masks = [mask if (mask := holdings.which(needed)).any() else everybody for needed, _ in shapes]
    own_masks = [holdings.which(present) for _, present in shapes]
    nobody = np.zeros(len(everybody), bool)
    return Axis(
        at,
        places,
        np.array([*masks, everybody], bool),
        asked,
        np.array([*own_masks, nobody], bool),
        closed=frozenset() if held_to_forces else frozenset(apart),
        foreign=frozenset(apart) if held_to_forces else frozenset(),
    )


def _needed(
    version: DataVersion, question: Question, dimension: Dimension
) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """place → (its own forces, the forces whose files it needs)."""
    spec = question.dataset

    def find() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
        publishing: dict[int, dict[int, int]] = {}
        numbers: dict[str, int] = {}
        if dimension.kind != "lsoa":
            publishing = version.publishing(spec, "area_id" if dimension.kind == "area" else "town_id")
            numbers = version.words(dimension)
        found = {}
        for name, own in _own_forces(version, dimension).items():
            records = publishing.get(numbers.get(name, -1), {})
            found[name] = (frozenset(own), frozenset(with_fair_shares(version, spec.name, own, records)))
        return found

    return version.once(f"needed {spec.name} {dimension.kind}", find)


def _chosen(question: Question, dimension: Dimension) -> set[str] | None:
    """The places that filters by the same field leave, in lower case; none where another place is chosen; None for
    all."""
    found: set[str] | None = None
    for filter_ in question.filters:
        kind = filter_.dimension.kind
        if filter_.dimension is dimension and not filter_.negated:
            names = {value.lower() for value in filter_.values}
            found = names if found is None else found & names
        elif kind in PLACES or kind == "point":
            return set()
    return found


def _own_forces(version: DataVersion, dimension: Dimension) -> dict[str, set[int]]:
    """place → its territorial forces; none where none is known."""
    if dimension.kind == "area":
        return {area.name: {area.force_id} - {0} for area in version.areas.values()}
    if dimension.kind == "town":
        labels = version.labels(dimension)
        found: dict[str, set[int]] = {name: set() for name in labels.values()}
        for town, area in version.town_areas:
            if town in labels and area in version.areas:
                found[labels[town]] |= {version.areas[area].force_id} - {0}
        return found
    return version.once("forces of LSOAs", lambda: _of_lsoas(version))


def _of_lsoas(version: DataVersion) -> dict[str, set[int]]:
    rows = version.rows(
        "SELECT lsoa.code, coalesce(any_value(area.force_id), 0) FROM dim_lsoa AS lsoa "
        "LEFT JOIN dim_area AS area USING (area_id) GROUP BY lsoa.code"
    )
    return {code: {force} - {0} for code, force in rows}
