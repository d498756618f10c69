"""In which of the months that are asked a value could have been recorded at all, by the table of eras: outside of them
no record is no 0. Used by `scope` and `row_states`.

An entry of the table that the files held contradict is not believed for the months of those files.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.eras import Era, eras_of_field, point_eras
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.questions.families.archive.kinds import WORD
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.family import Openings
from bluelamp.questions.model.holdings import Mask, Time
from bluelamp.questions.model.question import Question

# A word of another era that stands in fewer rows, or a smaller share of its files, is a slip and opens no era.
_FEWEST, _SHARE = 5, 0.005


def open_to_filters(version: ArchiveVersion, question: Question, times: Sequence[Time]) -> Mask:
    """In which times there could be records that a question's filters keep."""
    found = np.ones(len(times), bool)
    for one in question.filters:
        if one.values and not one.negated:
            openings = _openings(version, question.dataset.name, one.dimension, one.values, times)
            if len(openings) == len(one.values):
                found &= np.logical_or.reduce(list(openings.values()))
    return found


def open_to_labels(
    version: ArchiveVersion, question: Question, rows: Sequence[Sequence[Any]], times: Sequence[Time]
) -> dict[int, Openings]:
    """For each field grouped by, as its place in the question, the labels of these rows that could not be recorded in
    all times; empty where all could."""
    found = {}
    for at, one in enumerate(question.by):
        if _eras(question.dataset.name, one):
            labels = {row[at] for row in rows} - {None}
            if its := _openings(version, question.dataset.name, one, labels, times):
                found[at] = its
    return found


def _openings(
    version: ArchiveVersion, dataset: str, dimension: Dimension, values: Collection[str], times: Sequence[Time]
) -> Openings:
    """The openings of those of the values that could not be recorded in all of these times."""
    eras = _eras(dataset, dimension)
    bound = {value: its for value in values if (its := eras.get(str(value).casefold()))}
    if not bound:
        return {}
    wrong = _contradicted(version, dataset, dimension, times)
    masks = {value: wrong | _within_any(its, times) for value, its in bound.items()}
    return {value: mask for value, mask in masks.items() if not mask.all()}


def _within_any(eras: Sequence[Era], times: Sequence[Time]) -> Mask:
    return np.array([isinstance(one, Month) and any(era.holds(one) for era in eras) for one in times], bool)


@cache
def _eras(dataset: str, dimension: Dimension) -> Mapping[str, tuple[Era, ...]]:
    """value, in lower case, → its eras; of a group of labels those of all its labels. What is not there is always
    open."""
    if dimension.name == "point_era":
        return {era.what.casefold(): (era,) for era in point_eras().eras}
    base = DATASETS[dataset].dimension(dimension.folds) if dimension.grouping is not None else dimension
    if base is None or base.kind is not WORD:
        return {}
    eras = eras_of_field(dataset, base.name)
    if dimension.grouping is None:
        return {value.casefold(): (era,) for value, era in eras.items()}
    members: dict[str, list[Era | None]] = {}
    for word in BY_NAME[dataset].vocabularies.get(base.column, ()):
        members.setdefault(dimension.grouping.of(word), []).append(eras.get(word))
    return {
        group.casefold(): tuple(era for era in its if era is not None)
        for group, its in members.items()
        if None not in its
    }


def _contradicted(version: ArchiveVersion, dataset: str, dimension: Dimension, times: Sequence[Time]) -> Mask:
    """The months of files that have values of the column outside of their eras."""
    base = DATASETS[dataset].dimension(dimension.folds) if dimension.grouping is not None else dimension
    months = _contradictions(version, dataset).get(base.column if base is not None else "", frozenset())
    return np.array([isinstance(one, Month) and one.index in months for one in times], bool)


def _contradictions(version: ArchiveVersion, dataset: str) -> Mapping[str, frozenset[int]]:
    """published column → months (Month.index) of files whose values contradict the table of eras."""

    def read() -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = {}
        for column, month in version.rows(
            "SELECT field, month FROM mart_quality__finding WHERE dataset = $dataset AND finding = 'outside_era' "
            "GROUP BY field, month HAVING sum(rows) >= $fewest AND sum(rows) >= $share * sum(of_rows)",
            {"dataset": dataset, "fewest": _FEWEST, "share": _SHARE},
        ):
            found.setdefault(column, set()).add(month)
        return {column: frozenset(months) for column, months in found.items()}

    return version.once(f"eras contradicted {dataset}", read)
