"""The filters of a page: months and field values, applied to each dataset as far as it has the fields. Used by `cards`,
`records` and `tiles`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import NOT_RECORDED, DatasetSpec, Dimension
from bluelamp.questions.model.labels import value_label
from bluelamp.questions.model.question import Filter, Question
from bluelamp.questions.model.suggestions import near
from bluelamp.questions.parsing import make_question
from bluelamp.questions.registry import datasets

# What a URL may carry; beyond it nobody has chosen by hand.
MAX_VALUES = 200


@dataclass(frozen=True, slots=True)
class View:
    """`where` holds (field, sign, value) in the order given; a field may be one of any dataset."""

    first: Month | None = None
    last: Month | None = None
    where: tuple[tuple[str, str, str], ...] = ()

    def fields(self) -> list[str]:
        return list(dict.fromkeys(field for field, _, _ in self.where))

    def without(self, field: str) -> View:
        return replace(self, where=tuple(one for one in self.where if one[0] != field))

    def for_dataset(self, spec: DatasetSpec) -> tuple[list[str], list[str]]:
        """(filters in words, fields that the dataset does not have)."""
        known = {field for field in self.fields() if spec.dimension(field) is not None}
        ignored = [field for field in self.fields() if field not in known]
        return [f"{field}{sign}{value}" for field, sign, value in self.where if field in known], ignored

    def as_json(self) -> dict[str, Any]:
        found = []
        for field in self.fields():
            for sign in ("=", "!="):
                values = [value for name, its_sign, value in self.where if (name, its_sign) == (field, sign)]
                if values:
                    found.append(
                        {
                            "field": field,
                            "label": _dimension(field).title,
                            "negated": sign == "!=",
                            "values": [{"value": value, "label": value_label(field, value)} for value in values],
                        }
                    )
        return {
            "from": str(self.first) if self.first else None,
            "to": str(self.last) if self.last else None,
            "where": found,
        }


def make_view(first: Month | None, last: Month | None, where: Sequence[str]) -> View:
    """A view from a URL's words. Raises UsageError for a field that no dataset has, or for too many values."""
    if first and last and first > last:
        raise UsageError(f"The months run backwards: from {first} to {last}.")
    if len(where) > MAX_VALUES:
        raise UsageError(f"That is {len(where):,} filter values; {MAX_VALUES} is the most that are answered at once.")
    found = []
    for text in where:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"“{text}” is no filter.", "Write where=FIELD=VALUE or where=FIELD!=VALUE.")
        dimension = _dimension(name.rstrip("! "))
        # Spelled once here, so that every dataset gets the same: a force by its slug, a point with six decimals.
        spelled = _spelled(dimension, value)
        found.append((dimension.name, "!=" if name.endswith("!") else "=", spelled))
    return View(first, last, tuple(dict.fromkeys(found)))


def _spelled(dimension: Dimension, value: str) -> str:
    spec = next(spec for spec in datasets().values() if spec.dimension(dimension.name) is dimension)
    (filter_,) = make_question(spec.name, where=[f"{dimension.name}={value}"]).filters
    return filter_.values[0] or NOT_RECORDED


def _dimension(name: str) -> Dimension:
    for spec in datasets().values():
        found = spec.dimension(name)
        if found is not None:
            return found
    names = dict.fromkeys(one.name for spec in datasets().values() for one in spec.dimensions)
    raise UsageError(f"There is no field “{name}” to filter by.", near(name, names))


def question_of(
    view: View,
    spec: DatasetSpec,
    *,
    measures: Sequence[str] = (),
    by: Sequence[str] = (),
    extra: Sequence[Filter] = (),
    limit: int | None = None,
) -> Question:
    """The view's question of a dataset, without the fields that it does not have."""
    where, _ = view.for_dataset(spec)
    question = make_question(
        spec.name, measures=measures, by=by, where=where, first=view.first, last=view.last, limit=limit
    )
    return replace(question, filters=(*question.filters, *extra)) if extra else question
