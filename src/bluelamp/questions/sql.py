"""A question as SQL over the rows or the marts of a data version. Used by `answer`, `records` and `tiles`.

The one place where questions become SQL: identifiers come from `datasets` only, values become parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.questions.data_version import DIMENSION_TABLES, NOT_RECORDED, DataVersion
from bluelamp.questions.datasets import Dimension, Measure
from bluelamp.questions.ordering import ORDERED
from bluelamp.questions.question import MAX_ROWS, Filter, Question

_BARE = ("number", "month", "year", "text", "date", "point", "coded", "label")


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
        keys = [f"{_grouped(dimension)} AS k{number}" for number, dimension in enumerate(question.by)]
        values = [f"{self._aggregate(measure)} AS m{number}" for number, measure in enumerate(question.measures)]
        grouped = f" GROUP BY {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        inner = f"SELECT {', '.join(keys + values)} FROM {table} AS r{self.conditions()}{grouped}"
        labels, joins = [], []
        for number, dimension in enumerate(question.by):
            label, join = _label(dimension, number)
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
        found = []
        live = self.question.dataset.live
        if not live and not any(filter_.dimension.name == "origin" for filter_ in self.question.filters):
            # Crimes around a point, from the API, belong to force-months that are counted already.
            found.append("r.force_id <> 0")
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
        if filter_.dimension.kind == "point" and not self.question.dataset.live:
            return self._at_points(filter_, name)
        if filter_.dimension.kind == "lsoa":
            keys: list[Any] = _keys_of_lsoas(self.version, filter_)
        else:
            keys = [key_of(self.version, filter_.dimension, value) for value in filter_.values]
        given = [key for key in keys if key is not None]
        self.parameters[name] = given
        inside = f"list_contains(${name}, {filter_.dimension.key})"
        if None in keys:
            inside = f"({inside} OR {filter_.dimension.key} IS NULL)"
        return f"NOT coalesce({inside}, false)" if filter_.negated else inside

    def _at_points(self, filter_: Filter, name: str) -> str:
        """Records at map points: the few numbers of the points first, so that the rows are compared with numbers."""
        self.parameters[f"{name}x"] = [float(value.split(",")[0]) for value in filter_.values if value]
        self.parameters[f"{name}y"] = [float(value.split(",")[1]) for value in filter_.values if value]
        inside = (
            "r.point_id IN (SELECT point_id FROM dim_point AS p "
            f"JOIN (SELECT unnest(${name}x) AS x, unnest(${name}y) AS y) AS wanted "
            "ON round(p.longitude, 6) = round(wanted.x, 6) AND round(p.latitude, 6) = round(wanted.y, 6))"
        )
        if "" in filter_.values:
            inside = f"({inside} OR NOT r.located)"
        return f"NOT {inside}" if filter_.negated else inside

    def _order(self) -> str:
        question = self.question
        places = {dimension.name: f"l{number}" for number, dimension in enumerate(question.by)}
        places |= {measure.name: f"a.m{number}" for number, measure in enumerate(question.measures)}
        # A coded dimension is ordered by its code: its words are stages, and their alphabet means nothing.
        places |= {one.name: f"a.k{number}" for number, one in enumerate(question.by) if one.kind == "coded"}
        wanted = [f"{places[o.name]} {'DESC' if o.descending else 'ASC'} NULLS LAST" for o in question.order]
        if not wanted and question.by and question.by[0].kind not in ORDERED:
            # Sorted bars: the largest first, and the unknown as its own last row.
            wanted = [f"l0 = '{NOT_RECORDED}'"] if question.by[0].kind not in ("flag", "coded") else []
            wanted.append("a.m0 DESC")
        # All labels at the end make the order, and so the answer, the same every time.
        ends = [f"a.k{n}" if one.kind == "coded" else f"l{n} NULLS LAST" for n, one in enumerate(question.by)]
        return ", ".join(wanted + ends) or "1"


def key_of(version: DataVersion, dimension: Dimension, value: str) -> Any:
    """The key that a filter's value has in the rows; None for null. Raises UsageError for a word that no record has."""
    if dimension.kind == "coded":
        return dimension.terms.index(value)
    if value in ("", NOT_RECORDED) and dimension.kind != "flag":
        return None if dimension.kind in _BARE else 0
    if dimension.kind == "month":
        return Month.parse(value).index
    if dimension.kind in ("number", "year"):
        return int(value)
    if dimension.kind == "flag":
        return value == "true"
    if dimension.kind == "date":
        return date.fromisoformat(value)
    if dimension.kind in ("text", "point"):
        return value
    if dimension.kind == "label":
        return version.spelling(dimension, value)
    return version.number(dimension, value)


def _keys_of_lsoas(version: DataVersion, filter_: Filter) -> list[Any]:
    """Every number of these LSOA codes: a code stands once for each name that files gave it."""
    codes = [version.spelling(filter_.dimension, value) for value in filter_.values if value not in ("", NOT_RECORDED)]
    rows = version.rows("SELECT lsoa_id FROM dim_lsoa WHERE list_contains($codes, code)", {"codes": codes})
    return [number for (number,) in rows] + [0] * (len(codes) < len(filter_.values))


def _grouped(dimension: Dimension) -> str:
    """The key to group by: for LSOAs one number a code, whatever names files gave it."""
    if dimension.kind != "lsoa":
        return dimension.key
    return (
        "(SELECT one.first_id FROM (SELECT lsoa_id, min(lsoa_id) OVER (PARTITION BY code) AS first_id FROM dim_lsoa) "
        "AS one WHERE one.lsoa_id = r.lsoa_id)"
    )


def _label(dimension: Dimension, number: int) -> tuple[str, str]:
    """(label expression, join) that turn a key into what a person reads."""
    key = f"a.k{number}"
    if dimension.kind == "month":
        return f"printf('%04d-%02d', {key}::INTEGER // 12, {key}::INTEGER % 12 + 1)", ""
    if dimension.kind in ("year", "number"):
        return f"{key}::INTEGER", ""
    if dimension.kind == "flag":
        return key, ""
    if dimension.kind == "coded":
        words = ", ".join("'" + term.replace("'", "''") + "'" for term in dimension.terms)  # constants of `datasets`
        return f"([{words}])[{key} + 1]", ""
    if dimension.kind in ("text", "date", "point"):
        return f"{key}::VARCHAR", ""
    if dimension.kind == "label":
        return f"coalesce(nullif({key}, ''), '{NOT_RECORDED}')", ""
    table, key_column, word, condition = DIMENSION_TABLES[dimension.kind]
    on = f"d{number}.{key_column} = {key}"
    if condition:
        on += f" AND d{number}.field = '{dimension.field}'"  # a constant of `datasets`, never a person's word
    join = f"LEFT JOIN {table} AS d{number} ON {on}"
    return f"coalesce(nullif(d{number}.{word}, ''), '{NOT_RECORDED}')", join
