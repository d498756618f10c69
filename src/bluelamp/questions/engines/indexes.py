"""The engine that counts by a data version's indexes, without touching the database.

A question becomes, dimension by dimension, the codes that are kept; a cube or a bit index counts them; numbers become
words again. What the indexes do not hold (single LSOAs, medians, who reported it) gives None, and the rows answer.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.questions.engines.engine import Rows
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import DatasetSpec, Dimension, Only
from bluelamp.questions.model.ordering import sorted_rows
from bluelamp.questions.model.question import MAX_ROWS, Filter, Question

if TYPE_CHECKING:
    from bluelamp.storage.warehouse.indexes import Counter, Facts

Codes = npt.NDArray[np.int64]
Keep = dict[str, Codes]


@dataclass(frozen=True, slots=True)
class Scope:
    """The codes that a question keeps, by axis of the index (an axis that is not there is kept whole), and the span of
    months."""

    first: int
    last: int
    keep: Keep


class IndexesEngine:
    """Counts by cubes and bit indexes, where the version has them with every dimension that is asked for."""

    name = "indexes"

    def count(self, version: DataVersion, question: Question) -> Rows | None:
        answering = _answering(version, question)
        return None if answering is None else answering.rows()


def count_from_indexes(version: DataVersion, question: Question) -> tuple[int, npt.NDArray[np.int64]] | None:
    """(the first month, the measures' sum as a table with an axis for each field grouped by: months from the first on,
    else the codes of the field); None where no index can tell. For sums over many groups, where rows would be slow."""
    answering = _answering(version, question)
    return None if answering is None else answering.table()


def _answering(version: DataVersion, question: Question) -> _Answering | None:
    if version.indexes is None:
        return None
    facts = version.indexes.facts.get(question.dataset.name)
    if facts is None or not all(measure.counts or measure.only for measure in question.measures):
        return None
    grouped = [_base(dimension) for dimension in question.by]
    dims = {name for name in grouped if name != "month"}
    filters = [*question.filters, *(_filter(question, measure.only) for measure in question.measures if measure.only)]
    dims |= {name for one in filters if (name := _base(one.dimension)) != "month"}
    if any(name not in facts.sizes for name in dims) or len(set(grouped)) < len(grouped):
        return None
    counter = version.indexes.counter(question.dataset.name, frozenset(dims), tuple(grouped))
    return None if counter is None else _Answering(version, question, counter, facts)


def _base(dimension: Dimension) -> str:
    return dimension.folds or dimension.name


def _filter(question: Question, only: Only) -> Filter:
    dimension = question.dataset.dimension(only.dimension)
    assert dimension is not None
    return Filter(dimension, only.values, only.negated)


# -- what is kept ------------------------------------------------------------------------------------------------


def scope_of(version: DataVersion, question: Question, facts: Facts, dims: Container[str]) -> Scope | None:
    """What a question's filters keep; None where one of them is by something that is not among `dims`."""
    names = {_base(filter_.dimension) for filter_ in question.filters} - {"month"}
    if not all(name in dims and name in facts.sizes for name in names):
        return None
    return _scope(version, question, question.filters, facts)


def _scope(version: DataVersion, question: Question, filters: Sequence[Filter], facts: Facts) -> Scope:
    first = max(question.first.index if question.first else 0, facts.first_month)
    last = min(question.last.index if question.last else 1 << 16, facts.last_month)
    keep: Keep = {}
    for filter_ in filters:
        name = _base(filter_.dimension)
        codes = _codes(version, question.dataset, filter_, first, last, facts.sizes)
        keep[name] = np.intersect1d(keep[name], codes) if name in keep else codes
    return Scope(first, last, keep)


def _codes(
    version: DataVersion, spec: DatasetSpec, filter_: Filter, first: int, last: int, sizes: dict[str, int]
) -> Codes:
    """The codes of an axis that a filter keeps."""
    dimension, kind = filter_.dimension, filter_.dimension.kind
    if dimension.name in ("month", "year"):
        months = np.arange(first, last + 1)
        shown = months if dimension.name == "month" else months // 12
        wanted = [kind.key(version, dimension, value) for value in filter_.values]
        inside = np.isin(shown, [key for key in wanted if key is not None])
        return months[~inside if filter_.negated else inside]
    size = sizes[_base(dimension)]
    folded = _coarser(version, spec, dimension, size)
    if folded is not None:
        inside = np.isin(folded, [kind.key(version, dimension, value) for value in filter_.values])
    else:
        inside = np.zeros(size, bool)
        for value in filter_.values:
            key = kind.key(version, dimension, value)
            # Null is the last code of an axis; a number beyond the axis is one that no record has.
            code = size - 1 if key is None else int(key)
            if 0 <= code < size - (kind.blank_is_last and key is not None):
                inside[code] = True
    return np.flatnonzero(~inside if filter_.negated else inside)


def _coarser(version: DataVersion, spec: DatasetSpec, dimension: Dimension, size: int) -> Codes | None:
    """What the codes of the axis that a dimension folds are in it; None where it folds none."""
    base = spec.dimension(dimension.folds) if dimension.grouping is not None or dimension.all_but else None
    if base is None:
        return None
    if dimension.all_but:
        left_out = version.words(base).get(dimension.all_but, -1)
        kept: Codes = (np.arange(size) != left_out).astype(np.int64)
        return kept
    assert dimension.grouping is not None
    words, terms = version.labels(base), dimension.terms
    return np.array([terms.index(dimension.grouping.of(words.get(code, ""))) for code in range(size)], np.int64)


# -- what is counted, and how it is shown ------------------------------------------------------------------------


class _Answering:
    def __init__(self, version: DataVersion, question: Question, counter: Counter, facts: Facts) -> None:
        self.version, self.question, self.counter, self.facts = version, question, counter, facts
        self.sizes = facts.sizes

    def rows(self) -> list[tuple[Any, ...]]:
        question = self.question
        scope = _scope(self.version, question, question.filters, self.facts)
        whole = self._count(scope)
        columns = self._columns(whole)
        if not question.by:
            return [tuple(int(column.sum()) for column in columns)]
        groupings = [self._grouping(dimension, scope) for dimension in question.by]
        whole, columns = _grouped(whole, groupings), [_grouped(column, groupings) for column in columns]
        present = np.argwhere(whole > 0)
        places = tuple(present.T)
        counts = [column[places].tolist() for column in columns]
        labels = []
        for axis, grouping in enumerate(groupings):
            words = [grouping.label(number) for number in range(grouping.size)]
            labels.append([words[number] for number in present[:, axis].tolist()])
        rows = list(zip(*labels, *counts, strict=True))
        return sorted_rows(question, rows)[: (question.limit or MAX_ROWS) + 1]

    def table(self) -> tuple[int, npt.NDArray[np.int64]]:
        scope = _scope(self.version, self.question, self.question.filters, self.facts)
        whole = self._count(scope)
        return scope.first, np.add.reduce(self._columns(whole))

    def _columns(self, whole: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
        """The counts of each measure; `whole` are those of all records."""
        return [
            whole if one.only is None else self._count(self._narrowed(_filter(self.question, one.only)))
            for one in self.question.measures
        ]

    def _narrowed(self, filter_: Filter) -> Scope:
        return _scope(self.version, self.question, [*self.question.filters, filter_], self.facts)

    def _count(self, scope: Scope) -> npt.NDArray[np.int64]:
        by = [_base(dimension) for dimension in self.question.by]
        return self.counter.count(scope.first, scope.last, scope.keep, by)

    def _grouping(self, dimension: Dimension, scope: Scope) -> _Grouping:
        if dimension.name == "month":
            return _Grouping(None, scope.last - scope.first + 1, lambda code: str(Month(scope.first + code)))
        if dimension.name == "year":
            years = np.arange(scope.first, scope.last + 1) // 12
            begin = int(years[0]) if len(years) else 0
            return _Grouping(years - begin, len(set(years.tolist())), lambda code: begin + code)
        size = self.sizes[_base(dimension)]
        folded = _coarser(self.version, self.question.dataset, dimension, size)
        labels = self.version.labels(dimension) if dimension.kind.has_words or dimension.kind.is_publisher else {}
        label = dimension.kind.code_label(dimension, labels, size)
        # A flag has two values, whatever it folds.
        folded_size = len(dimension.terms) or 2
        return _Grouping(folded, size if folded is None else folded_size, label)


@dataclass(frozen=True, slots=True)
class _Grouping:
    """How the codes of one axis are shown: `to` maps each to a coarser one, None where they stay as they are."""

    to: Codes | None
    size: int
    label: Callable[[int], Any]


def _grouped(counts: npt.NDArray[np.int64], groupings: Sequence[_Grouping]) -> npt.NDArray[np.int64]:
    for axis, grouping in enumerate(groupings):
        if grouping.to is None:
            continue
        shape = list(counts.shape)
        shape[axis] = grouping.size
        folded = np.zeros(shape, np.int64)
        np.add.at(np.moveaxis(folded, axis, 0), grouping.to, np.moveaxis(counts, axis, 0))
        counts = folded
    return counts
