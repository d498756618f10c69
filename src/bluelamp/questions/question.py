"""A question: a small typed value with one canonical text form. Made from the words of a person, answered by
`answer`. Everything that is not declared in `datasets` is refused here, with the nearest valid name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import quote

from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.askable import ASKABLE
from bluelamp.questions.datasets import ALIASES, DatasetSpec, Dimension, Measure

# Far beyond any table that a person reads; a truncated answer says so.
MAX_ROWS = 10_000_000
# Nobody publishes anything outside of these; a row for each month of ten thousand years helps nobody.
_EARLIEST, _LATEST = Month.of(1900, 1), Month.of(2199, 12)
_COORDINATES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,9})?,-?[0-9]{1,2}(\.[0-9]{1,9})?")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep rows whose dimension has one of these values, or, negated, none of them. Values are as published."""

    dimension: Dimension
    values: tuple[str, ...]
    negated: bool = False


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


def make_question(
    dataset: str,
    *,
    measures: Sequence[str] = (),
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    first: Month | None = None,
    last: Month | None = None,
    order: Sequence[str] = (),
    limit: int | None = None,
    as_of: Month | None = None,
) -> Question:
    """A question from a person's words. Raises UsageError that names the nearest valid word."""
    return _made(dataset, tuple(measures), tuple(by), tuple(where), first, last, tuple(order), limit, as_of)


# The cards of a page ask for the same a few times over.
@lru_cache(maxsize=1024)
def _made(
    dataset: str,
    measures: tuple[str, ...],
    by: tuple[str, ...],
    where: tuple[str, ...],
    first: Month | None,
    last: Month | None,
    order: tuple[str, ...],
    limit: int | None,
    as_of: Month | None,
) -> Question:
    spec = find_dataset(dataset)
    chosen = tuple(_find_measure(spec, name) for name in _split(measures)) or (spec.measures[0],)
    grouped = tuple(_find_dimension(spec, name) for name in _split(by))
    asked = [one.name for one in chosen] + [one.name for one in grouped]
    _refuse_twice(asked)
    if first and last and first > last:
        raise UsageError(f"The months run backwards: from {first} to {last}.")
    for month in (first, last):
        if month is not None and not _EARLIEST <= month <= _LATEST:
            raise UsageError(f"Months are asked for from {_EARLIEST} to {_LATEST}, not {month}.")
    if limit is not None and not 1 <= limit <= MAX_ROWS:
        raise UsageError(f"A limit is 1 to {MAX_ROWS:,}, not {limit}.")
    if as_of is not None and spec.live:
        raise UsageError(f"{spec.name} are no part of any release: they cannot be asked as of one.")
    orders = tuple(_find_order(text, set(asked)) for text in _split(order))
    return Question(spec, chosen, grouped, _filters(spec, where), first, last, orders, limit, as_of)


def find_dataset(name: str) -> DatasetSpec:
    found = ASKABLE.get(ALIASES.get(name, name))
    if found is None:
        raise UsageError(f"There is no dataset “{name}”.", near(name, ASKABLE))
    return found


def near(name: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest valid ones, or all of them."""
    names = list(valid)
    close = difflib.get_close_matches(name, names, n=2, cutoff=0.55)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return "There are: " + ", ".join(names) + "." if len(names) <= 40 else ""


def _split(names: Sequence[str]) -> list[str]:
    return [part.strip() for name in names for part in name.split(",") if part.strip()]


def _find_measure(spec: DatasetSpec, name: str) -> Measure:
    found = spec.measure(name)
    if found is None:
        raise UsageError(f"{spec.name} has no measure “{name}”.", near(name, (one.name for one in spec.measures)))
    return found


def _find_dimension(spec: DatasetSpec, name: str) -> Dimension:
    found = spec.dimension(name)
    if found is None:
        raise UsageError(
            f"{spec.name} cannot be grouped or filtered by “{name}”.", near(name, (one.name for one in spec.dimensions))
        )
    return found


def _refuse_twice(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"“{name}” is asked for twice.")


def _find_order(text: str, names: set[str]) -> Order:
    name = text.removeprefix("-").replace("-", "_")
    if name not in names:
        raise UsageError(f"Cannot order by “{text}”: it is not part of the question.", near(name, sorted(names)))
    return Order(name, text.startswith("-"))


def _filters(spec: DatasetSpec, where: Sequence[str]) -> tuple[Filter, ...]:
    gathered: dict[tuple[str, bool], list[str]] = {}
    dimensions: dict[str, Dimension] = {}
    for text in where:
        name, sign, value = text.partition("=")
        if not sign or not name.strip("! "):
            raise UsageError(
                f"“{text}” is no filter.", "Write FIELD=VALUE or FIELD!=VALUE; repeat it for several values."
            )
        dimension = _find_dimension(spec, name.rstrip("! "))
        dimensions[dimension.name] = dimension
        gathered.setdefault((dimension.name, name.endswith("!")), []).append(_value(dimension, value.strip()))
    return tuple(
        Filter(dimensions[name], tuple(dict.fromkeys(values)), negated) for (name, negated), values in gathered.items()
    )


def _value(dimension: Dimension, value: str) -> str:
    """A filter's value in canonical spelling; values of vocabularies are checked when they are looked up."""
    if dimension.kind == "force":
        return find_force(value) if value else ""
    if dimension.kind == "month" and value:
        try:
            month = Month.parse(value)
        except ValueError as error:
            raise UsageError(f"{dimension.name}: {error}.") from None
        if not _EARLIEST <= month <= _LATEST:
            raise UsageError(f"Months are asked for from {_EARLIEST} to {_LATEST}, not {month}.")
        return str(month)
    if dimension.kind == "date" and value:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise UsageError(f"{dimension.name} is a day, written as YYYY-MM-DD, not “{value}”.") from None
    if dimension.kind == "coded" and value not in dimension.terms:
        raise UsageError(f"{dimension.name} has no “{value}”.", near(value, dimension.terms))
    if dimension.kind == "point" and value:
        return _point(dimension, value)
    if dimension.kind == "flag" and value.lower() not in ("true", "false"):
        raise UsageError(f"{dimension.name} is true or false, not “{value}”.")
    if dimension.kind in ("number", "year") and value and not _WHOLE_NUMBER.fullmatch(value):
        raise UsageError(f"{dimension.name} is a whole number, not “{value}”.")
    if dimension.kind == "year" and value and not _EARLIEST.year <= int(value) <= _LATEST.year:
        raise UsageError(f"{dimension.name} is a year from {_EARLIEST.year} to {_LATEST.year}, not “{value}”.")
    return value.lower() if dimension.kind == "flag" else value


def _point(dimension: Dimension, value: str) -> str:
    """A map point as it is published: longitude and latitude with six decimals."""
    if not _COORDINATES.fullmatch(value):
        raise UsageError(
            f"{dimension.name} is a longitude and a latitude, not “{value}”.", "Write it as -0.123456,51.5."
        )
    longitude, latitude = (float(part) for part in value.split(","))
    return f"{longitude:.6f},{latitude:.6f}"


def find_force(text: str) -> str:
    """The slug of a force named by slug or by name. Raises UsageError with the nearest ones."""
    wanted = text.strip().lower()
    if wanted in BY_SLUG:
        return wanted
    for force in FORCES:
        if wanted == force.name.lower():
            return force.slug
    raise UsageError(f"There is no force “{text}”.", near(wanted, BY_SLUG) or "bluelamp archive forces lists them.")
