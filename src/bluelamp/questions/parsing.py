"""A question from the words of a person. What no dataset declares is refused here, with the nearest valid name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import DatasetSpec, Dimension, Measure
from bluelamp.questions.model.kinds import check_month
from bluelamp.questions.model.question import MAX_ROWS, Filter, Order, Question
from bluelamp.questions.model.suggestions import near
from bluelamp.questions.registry import find_dataset


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
    named = [one.name for one in chosen] + [one.name for one in grouped]
    _refuse_twice(named)
    if first and last and first > last:
        raise UsageError(f"The months run backwards: from {first} to {last}.")
    for month in (first, last):
        if month is not None:
            check_month(month)
    if limit is not None and not 1 <= limit <= MAX_ROWS:
        raise UsageError(f"A limit is 1 to {MAX_ROWS:,}, not {limit}.")
    if as_of is not None and not spec.family.capabilities.has_releases:
        raise UsageError(f"{spec.name} are no part of any release: they cannot be asked as of one.")
    orders = tuple(_find_order(text, set(named)) for text in _split(order))
    return Question(spec, chosen, grouped, _filters(spec, where), first, last, orders, limit, as_of)


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
        gathered.setdefault((dimension.name, name.endswith("!")), []).append(
            dimension.kind.parse(dimension, value.strip())
        )
    return tuple(
        Filter(dimensions[name], tuple(dict.fromkeys(values)), negated) for (name, negated), values in gathered.items()
    )
