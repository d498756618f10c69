"""A question: a small typed value with one canonical text form. Made from the words of a person by `parsing`, answered
by `answer`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from bluelamp.domain.month import Month
from bluelamp.questions.model.dataset import DatasetSpec, Dimension, Measure

# Far beyond any table that a person reads; a truncated answer says so.
MAX_ROWS = 10_000_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep rows whose dimension has one of these values, or, negated, none of them. Values are as published."""

    dimension: Dimension
    values: tuple[str, ...]
    negated: bool = False

    def keeps(self, name: str, value: str) -> bool:
        """Whether a value of the dimension of this name is kept, in whatever case it is written; one of another
        dimension is."""
        if self.dimension.name != name:
            return True
        return (value.casefold() in {one.casefold() for one in self.values}) != self.negated


def filters_keep(filters: Iterable[Filter], name: str, value: str) -> bool:
    """Whether all filters keep a value of the dimension of this name."""
    return all(one.keeps(name, value) for one in filters)


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a measure or a dimension of the question."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Two questions with the same canonical text have the same answer in one data version."""

    dataset: DatasetSpec
    measures: tuple[Measure, ...]
    by: tuple[Dimension, ...] = ()
    filters: tuple[Filter, ...] = ()
    first: Month | None = None
    last: Month | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    as_of: Month | None = None

    def canonical(self) -> str:
        """The one text form: a dataset and URL parameters, filters and their values in alphabetical order."""
        parts = [("measure", ",".join(measure.name for measure in self.measures))]
        if self.by:
            parts.append(("by", ",".join(dimension.name for dimension in self.by)))
        for filter_ in sorted(self.filters, key=lambda one: (one.dimension.name, one.negated)):
            sign = "!=" if filter_.negated else "="
            parts += [("where", f"{filter_.dimension.name}{sign}{value}") for value in sorted(filter_.values)]
        if self.first:
            parts.append(("from", str(self.first)))
        if self.last:
            parts.append(("to", str(self.last)))
        parts += [("order", ("-" if order.descending else "") + order.name) for order in self.order]
        if self.limit is not None:
            parts.append(("limit", str(self.limit)))
        if self.as_of:
            parts.append(("as_of", str(self.as_of)))
        return self.dataset.name + "?" + "&".join(f"{name}={quote(value, safe=',=!-')}" for name, value in parts)
