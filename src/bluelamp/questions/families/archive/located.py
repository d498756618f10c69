"""How many of a force's records say where they lie: a place whose force leaves it out has few records for that reason
alone. Used by `family`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.axis import ValueAxis
from bluelamp.questions.model.family import Count
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.question import Question

_TIMES = ("month", "year")


def located_shares(
    version: ArchiveVersion, question: Question, axis: ValueAxis | None, holdings: Holdings, own: Mask, count: Count
) -> dict[Any, float | None]:
    """place → the share (0 to 1) of its force's records in the months asked that have a map point; None where its force
    has no record. Of a question about one place, whose forces are `own`, that place is called None. Empty where a
    question is about no place."""
    if axis is None:
        return _of_one_place(version, question, holdings, own, count)
    if question.by[axis.at].kind.is_publisher:
        return _of_forces_there(version, question, axis, count)
    if not question.by[axis.at].kind.is_place or axis.own is None:
        return {}
    located = located_by_force(version, question, count)
    rows = [located.get(int(force), (0, 0)) for force in holdings.publishers]
    whole, found = (np.array([row[at] for row in rows], np.int64) for at in (0, 1))
    theirs = np.where(np.asarray(axis.own.any(axis=1))[:, None], axis.own, axis.masks).astype(np.int64)
    sums, placed = theirs @ whole, theirs @ found
    shares = [round(its / of, 4) if of else None for its, of in zip(placed.tolist(), sums.tolist(), strict=True)]
    return {label: shares[row] for label, row in axis.places.items()}


def _of_forces_there(
    version: ArchiveVersion, question: Question, axis: ValueAxis, count: Count
) -> dict[Any, float | None]:
    """Of forces in one place: a force that gives no points has nothing in it, whatever it recorded there."""
    placed = any(one.dimension.kind.is_place and not one.negated for one in question.filters)
    if not placed or not question.dataset.placed_by_point:
        return {}
    located = located_by_force(version, question, count)
    numbers = {slug: number for number, (slug, _) in version.forces.items()}
    rows = {slug: located.get(numbers[slug], (0, 0)) for slug in axis.places}
    return {slug: round(found / whole, 4) if whole else None for slug, (whole, found) in rows.items()}


def _of_one_place(
    version: ArchiveVersion, question: Question, holdings: Holdings, own: Mask, count: Count
) -> dict[Any, float | None]:
    if not own.any() or not question.dataset.placed_by_point:
        return {}
    located = located_by_force(version, question, count)
    rows = [located.get(int(one), (0, 0)) for one, its in zip(holdings.publishers, own.tolist(), strict=True) if its]
    whole = sum(row[0] for row in rows)
    return {None: round(sum(row[1] for row in rows) / whole, 4) if whole else None}


def located_by_force(version: ArchiveVersion, question: Question, count: Count) -> dict[int, tuple[int, int]]:
    """force → (its records, those with a map point) in the months that a question asks about, under no other filter."""
    spec = question.dataset
    force = spec.dimension("force")
    measures = tuple(one for name in (spec.measures[0].name, "unlocated") if (one := spec.measure(name)) is not None)
    if force is None or len(measures) < 2:
        return {}
    filters = tuple(one for one in question.filters if one.dimension.name in _TIMES)
    asked = replace(question, measures=measures, by=(force,), filters=filters, order=(), limit=None)

    def read() -> dict[int, tuple[int, int]]:
        numbers = {slug: number for number, (slug, _) in version.forces.items()}
        return {numbers[slug]: (whole, whole - unlocated) for slug, whole, unlocated in count(asked) if slug in numbers}

    return version.often(("located", asked.canonical()), read)
