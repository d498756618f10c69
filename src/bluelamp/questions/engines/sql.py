"""A question as SQL over the rows or the marts of a data version. Used by `answer`, `records` and `tiles`.

The one place where questions become SQL: identifiers come from the declarations of datasets and the kinds of their
dimensions only, values become parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import Measure
from bluelamp.questions.model.question import MAX_ROWS, Filter, Question


@dataclass(frozen=True, slots=True)
class Compiled:
    sql: str
    parameters: dict[str, Any]


class Compiler:
    """Turns one question into one statement; `mart` says which table answers."""

    def __init__(self, version: DataVersion, question: Question, *, mart: bool) -> None:
        self.version, self.question, self.mart = version, question, mart
        self.parameters: dict[str, Any] = {}

    def compile(self) -> Compiled:
        question = self.question
        table, given = self.version.table_of(question, mart=self.mart)
        self.parameters |= given
        keys = [f"{dimension.kind.group_key(dimension)} AS k{number}" for number, dimension in enumerate(question.by)]
        values = [f"{self._aggregate(measure)} AS m{number}" for number, measure in enumerate(question.measures)]
        grouped = f" GROUP BY {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        inner = f"SELECT {', '.join(keys + values)} FROM {table} AS r{self.conditions()}{grouped}"
        labels, joins = [], []
        for number, dimension in enumerate(question.by):
            label, join = dimension.kind.label(dimension, f"a.k{number}", f"d{number}")
            labels.append(f"{label} AS l{number}")
            joins.append(join)
        shown = labels + [f"a.m{number}" for number in range(len(values))]
        sql = (
            f"SELECT {', '.join(shown)} FROM ({inner}) AS a {' '.join(joins)} ORDER BY {self._order()} LIMIT $row_limit"
        )
        self.parameters["row_limit"] = (question.limit or MAX_ROWS) + 1
        return Compiled(sql, self.parameters)

    def _aggregate(self, measure: Measure) -> str:
        if not self.mart:
            return measure.rows
        # A sum over no rows is null where a count is zero, and is wider than any figure needs.
        return f"coalesce({measure.mart}, 0)::BIGINT"

    def conditions(self) -> str:
        """` WHERE …`, or nothing; fills `parameters`."""
        own = self.version.own_condition(self.question)
        found = [own] if own else []
        if self.question.first:
            self.parameters["first_month"] = self.question.first.index
            found.append("r.month >= $first_month")
        if self.question.last:
            self.parameters["last_month"] = self.question.last.index
            found.append("r.month <= $last_month")
        for number, filter_ in enumerate(self.question.filters):
            found.append(self._condition(filter_, f"f{number}"))
        return f" WHERE {' AND '.join(found)}" if found else ""

    def _condition(self, filter_: Filter, name: str) -> str:
        dimension = filter_.dimension
        condition, given = dimension.kind.condition(self.version, dimension, filter_.values, name)
        self.parameters |= given
        return dimension.kind.negated(condition) if filter_.negated else condition

    def _order(self) -> str:
        question = self.question
        sorts = [one.kind.sort_key(f"l{number}", f"a.k{number}") for number, one in enumerate(question.by)]
        places = {dimension.name: sort for dimension, (sort, _) in zip(question.by, sorts, strict=True)}
        places |= {measure.name: f"a.m{number}" for number, measure in enumerate(question.measures)}
        wanted = [f"{places[o.name]} {'DESC' if o.descending else 'ASC'} NULLS LAST" for o in question.order]
        if not wanted and question.by and not question.by[0].kind.ordered:
            # Sorted bars: the largest first, and the unknown as its own last row.
            wanted = [*filter(None, [question.by[0].kind.blank_first("l0")]), "a.m0 DESC"]
        # All labels at the end make the order, and so the answer, the same every time.
        return ", ".join([*wanted, *(f"{sort}{nulls}" for sort, nulls in sorts)]) or "1"
