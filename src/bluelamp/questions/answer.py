"""Answers questions from a data version of the warehouse. Called by the command line (and later the API).

The pre-counted marts answer where they can, the rows where they must; a test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.coverage import Coverage, coverage_of
from bluelamp.questions.datasets import Dimension, Measure
from bluelamp.questions.periods import Period, caveats_of, incomplete_periods
from bluelamp.questions.question import MAX_ROWS, Filter, Question, near

if TYPE_CHECKING:
    import duckdb

LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0 (data.police.uk)."
NOT_RECORDED = "not recorded"
# A force counts as one of an area's own when at least this share of the area's records are its.
_OWN_SHARE = 0.05
# Of the sentences about missing reference data, those that say that records have no town or authority.
_PLACING = tuple(f"Without {kind}:" for kind in ("lsoa_2011_to_2021", "lsoa_2021_to_ward", "authority_boundaries"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: `kind` is dimension or measure, `unit` what a measure counts."""

    name: str
    kind: str
    words: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows with everything that a figure must carry: coverage, definition, version, caveats, truncation."""

    question: Question
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    coverage: Coverage
    data_version: str
    newest_release: Month | None
    truncated: bool
    caveats: tuple[str, ...]
    from_mart: bool
    incomplete: tuple[Period, ...] = ()  # months or years of the answer that cannot be compared with whole ones

    def as_json(self) -> dict[str, Any]:
        names = [column.name for column in self.columns]
        return {
            "question": self.question.canonical(),
            "dataset": self.question.dataset.name,
            "columns": [
                {"name": c.name, "kind": c.kind, "words": c.words, **({"unit": c.unit} if c.unit else {})}
                for c in self.columns
            ],
            "rows": [dict(zip(names, row, strict=True)) for row in self.rows],
            "coverage": self.coverage.as_json(),
            "data_version": self.data_version,
            "newest_release": str(self.newest_release) if self.newest_release else None,
            "as_of": str(self.question.as_of) if self.question.as_of else None,
            "truncated": self.truncated,
            "caveats": list(self.caveats),
            "incomplete_periods": [period.as_json() for period in self.incomplete],
            "licence": LICENCE,
        }


def answer(connection: duckdb.DuckDBPyConnection, question: Question, *, marts: bool = True) -> Answer:
    """Answer a question. `marts=False` forces the rows to answer, for checks. Raises UsageError for unknown values."""
    compiled = _Compiler(connection, question, marts).compile()
    limit = question.limit or MAX_ROWS
    rows = connection.execute(compiled.sql, compiled.parameters).fetchmany(limit + 1)
    truncated = len(rows) > limit
    version, newest, missing = _version(connection)
    covered = coverage_of(
        connection,
        question.dataset.name,
        force_ids=_forces_concerned(connection, question),
        first=question.first,
        last=question.last,
        months=_months_concerned(connection, question),
    )
    incomplete = incomplete_periods(question, covered)
    columns = [Column(one.name, "dimension", one.words) for one in question.by]
    columns += [Column(one.name, "measure", one.words, one.unit) for one in question.measures]
    return Answer(
        question, tuple(columns), rows[:limit], covered, version, newest, truncated,
        (*caveats_of(incomplete), *_caveats(question, missing), *_unplaced(connection, question)),
        compiled.from_mart, incomplete,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    parameters: dict[str, Any]
    from_mart: bool


class _Compiler:
    """Turns a question into SQL: identifiers come from `datasets` only, values become parameters."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, question: Question, marts: bool) -> None:
        self.connection, self.question = connection, question
        self.parameters: dict[str, Any] = {}
        self.from_mart = marts and self._mart_can_answer()

    def compile(self) -> _Compiled:
        question = self.question
        table = question.dataset.mart if self.from_mart else question.dataset.table
        keys = [f"{dimension.key} AS k{number}" for number, dimension in enumerate(question.by)]
        values = [f"{self._aggregate(measure)} AS m{number}" for number, measure in enumerate(question.measures)]
        grouped = f" GROUP BY {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        inner = f"SELECT {', '.join(keys + values)} FROM {table} AS r{self.conditions()}{grouped}"
        labels, joins = [], []
        for number, dimension in enumerate(question.by):
            label, join = _label(dimension, number)
            labels.append(f"{label} AS l{number}")
            joins.append(join)
        shown = labels + [f"a.m{number}" for number in range(len(values))]
        order = self._order()
        sql = f"SELECT {', '.join(shown)} FROM ({inner}) AS a {' '.join(joins)} ORDER BY {order} LIMIT $row_limit"
        self.parameters["row_limit"] = (question.limit or MAX_ROWS) + 1
        return _Compiled(sql, self.parameters, self.from_mart)

    def _mart_can_answer(self) -> bool:
        question = self.question
        dimensions = [*question.by, *(filter_.dimension for filter_ in question.filters)]
        return (
            bool(question.dataset.mart)
            and all(dimension.in_mart for dimension in dimensions)
            and all(measure.mart for measure in question.measures)
        )

    def _aggregate(self, measure: Measure) -> str:
        if not self.from_mart:
            return measure.rows
        # A sum over no rows is null where a count is zero, and is wider than any figure needs.
        return f"coalesce({measure.mart}, 0)::BIGINT"

    def conditions(self) -> str:
        found = []
        if not any(filter_.dimension.name == "origin" for filter_ in self.question.filters):
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
        keys = [self._key(filter_.dimension, value) for value in filter_.values]
        given = [key for key in keys if key is not None]
        self.parameters[name] = given
        inside = f"list_contains(${name}, {filter_.dimension.key})"
        if None in keys:
            inside = f"({inside} OR {filter_.dimension.key} IS NULL)"
        return f"NOT coalesce({inside}, false)" if filter_.negated else inside

    def _key(self, dimension: Dimension, value: str) -> Any:
        if value in ("", NOT_RECORDED):
            return None if dimension.kind in ("number", "month", "year", "text", "date") else 0
        if dimension.kind == "month":
            return Month.parse(value).index
        if dimension.kind in ("number", "year"):
            return int(value)
        if dimension.kind == "flag":
            return value == "true"
        if dimension.kind == "date":
            return date.fromisoformat(value)
        if dimension.kind == "text":
            return value
        return self._look_up(dimension, value)

    def _look_up(self, dimension: Dimension, value: str) -> int:
        table, key, word, condition = _DIMENSION_TABLES[dimension.kind]
        row = self.connection.execute(
            f"SELECT {key} FROM {table} WHERE {word} = $value{condition} ORDER BY ALL LIMIT 1",
            {"value": value} | ({"field": dimension.field} if condition else {}),
        ).fetchone()
        if row is not None:
            return int(row[0])
        words = [
            str(found[0])
            for found in self.connection.execute(
                f"SELECT {word} FROM {table} WHERE {word} <> ''{condition} ORDER BY ALL",
                {"field": dimension.field} if condition else {},
            ).fetchall()
        ]
        for candidate in words:
            if candidate.lower() == value.lower():
                return self._look_up(dimension, candidate)
        raise UsageError(f"No record has the {dimension.name} “{value}”.", near(value, words))

    def _order(self) -> str:
        question = self.question
        places = {dimension.name: f"l{number}" for number, dimension in enumerate(question.by)}
        places |= {measure.name: f"a.m{number}" for number, measure in enumerate(question.measures)}
        wanted = [f"{places[o.name]} {'DESC' if o.descending else 'ASC'} NULLS LAST" for o in question.order]
        if not wanted and question.by and question.by[0].kind not in ("month", "year", "number", "date"):
            # Sorted bars: the largest first, and the unknown as its own last row.
            wanted = [f"l0 = '{NOT_RECORDED}'"] if question.by[0].kind != "flag" else []
            wanted.append("a.m0 DESC")
        # All labels at the end make the order, and so the answer, the same every time.
        return ", ".join(wanted + [f"l{number} NULLS LAST" for number in range(len(question.by))]) or "1"


# kind of dimension → (table, key column, word column, extra condition)
_DIMENSION_TABLES = {
    "word": ("dim_word", "word_id", "word", " AND field = $field"),
    "force": ("dim_force", "force_id", "slug", ""),
    "town": ("dim_town", "town_id", "town", ""),
    "area": ("dim_area", "area_id", "name", ""),
    "lsoa": ("dim_lsoa", "lsoa_id", "code", ""),
}


def _label(dimension: Dimension, number: int) -> tuple[str, str]:
    """(label expression, join) that turn a key into what a person reads."""
    key = f"a.k{number}"
    if dimension.kind == "month":
        return f"printf('%04d-%02d', {key}::INTEGER // 12, {key}::INTEGER % 12 + 1)", ""
    if dimension.kind in ("year", "number"):
        return f"{key}::INTEGER", ""
    if dimension.kind == "flag":
        return key, ""
    if dimension.kind in ("text", "date"):
        return f"{key}::VARCHAR", ""
    table, key_column, word, condition = _DIMENSION_TABLES[dimension.kind]
    on = f"d{number}.{key_column} = {key}"
    if condition:
        on += f" AND d{number}.field = '{dimension.field}'"  # a constant of `datasets`, never a person's word
    join = f"LEFT JOIN {table} AS d{number} ON {on}"
    return f"coalesce(nullif(d{number}.{word}, ''), '{NOT_RECORDED}')", join


def _version(connection: duckdb.DuckDBPyConnection) -> tuple[str, Month | None, list[str]]:
    row = connection.execute("SELECT fingerprint, newest_release, reference_missing FROM data_version").fetchone()
    assert row is not None
    return str(row[0])[:12], Month(row[1]) if row[1] is not None else None, list(row[2])


def _months_concerned(connection: duckdb.DuckDBPyConnection, question: Question) -> list[Month] | None:
    """The months that filters by month or year leave; None where there is no such filter."""
    filters = [one for one in question.filters if one.dimension.name in ("month", "year")]
    if not filters:
        return None
    known = connection.execute("SELECT DISTINCT month FROM mart_coverage__force_month ORDER BY month").fetchall()
    months = [Month(index) for (index,) in known]
    for filter_ in filters:
        if filter_.dimension.name == "month":
            months = [month for month in months if (str(month) in filter_.values) != filter_.negated]
        else:
            years = {int(value) for value in filter_.values if value}
            months = [month for month in months if (month.year in years) != filter_.negated]
    return months


def _forces_concerned(connection: duckdb.DuckDBPyConnection, question: Question) -> list[int] | None:
    """The forces whose files a question needs; None for all.

    An area is covered by its own territorial force, whether or not that published anything, and by every force that
    publishes a fair share of the records there; records that leak in from a neighbour prove no coverage.
    """
    concerned: set[int] | None = None
    for filter_ in question.filters:
        found: set[int] | None = None
        if filter_.dimension.kind == "force":
            rows = connection.execute(
                "SELECT force_id FROM dim_force WHERE force_id <> 0 AND list_contains($slugs, slug) <> $negated",
                {"slugs": list(filter_.values), "negated": filter_.negated},
            ).fetchall()
            found = {row[0] for row in rows}
        elif filter_.dimension.kind in _OWN_FORCES and not filter_.negated:
            found = _forces_of_places(connection, question, filter_)
        if found is not None:
            concerned = found if concerned is None else concerned & found
    return None if concerned is None else sorted(concerned)


# kind of place → the territorial forces of the places with these names, which need not have published anything
_OWN_FORCES = {
    "area": "SELECT force_id FROM dim_area WHERE list_contains($names, lower(name))",
    "town": """
        SELECT area.force_id
        FROM dim_lsoa AS lsoa JOIN dim_town AS town USING (town_id) JOIN dim_area AS area USING (area_id)
        WHERE list_contains($names, lower(town))
        UNION SELECT force_id FROM dim_area WHERE list_contains($names, lower(name))
    """,
    "lsoa": """
        SELECT area.force_id FROM dim_lsoa AS lsoa JOIN dim_area AS area USING (area_id)
        WHERE list_contains($names, lower(lsoa.code))
    """,
}


def _forces_of_places(connection: duckdb.DuckDBPyConnection, question: Question, filter_: Filter) -> set[int] | None:
    if any(value in ("", NOT_RECORDED) for value in filter_.values):
        return None  # records without a place may be anybody's
    kind, spec = filter_.dimension.kind, question.dataset
    table, key, word, _ = _DIMENSION_TABLES[kind]
    counted = bool(spec.mart) and filter_.dimension.in_mart
    records = spec.measures[0].mart if counted else spec.measures[0].rows
    publishing = f"""
        SELECT force_id FROM {spec.mart if counted else spec.table} AS r
        WHERE {key} IN (SELECT {key} FROM {table} WHERE list_contains($names, lower({word})))
        GROUP BY force_id QUALIFY {records} >= $share * sum({records}) OVER ()
    """
    rows = connection.execute(
        f"({_OWN_FORCES[kind]}) UNION ({publishing})",
        {"names": [value.lower() for value in filter_.values], "share": _OWN_SHARE},
    ).fetchall()
    return {row[0] for row in rows if row[0]}


def _unplaced(connection: duckdb.DuckDBPyConnection, question: Question) -> tuple[str, ...]:
    """The share of the records that have no town or authority: they are in no area's figure."""
    kinds = {one.kind for one in question.by} | {filter_.dimension.kind for filter_ in question.filters}
    elsewhere = tuple(filter_ for filter_ in question.filters if filter_.dimension.kind not in ("town", "area"))
    key = "area_id" if "area" in kinds else "town_id" if "town" in kinds else ""
    if not key:
        return ()
    count = question.dataset.measures[0]
    asked = replace(question, measures=(count,), by=(), filters=elsewhere, order=(), limit=None)
    compiler = _Compiler(connection, asked, True)
    conditions = compiler.conditions()
    table = asked.dataset.mart if compiler.from_mart else asked.dataset.table
    # The count measure comes first in every dataset: over the mart it sums the counted rows.
    total = count.mart if compiler.from_mart else count.rows
    row = connection.execute(
        f"SELECT {total}, {total} FILTER (r.{key} = 0) FROM {table} AS r{conditions}", compiler.parameters
    ).fetchone()
    if row is None or not row[0] or not row[1]:
        return ()
    name = "local authority" if key == "area_id" else "town"
    share = f"{int(row[1]):,} of {int(row[0]):,} records ({row[1] / row[0]:.1%})"
    return (f"{share} have no {name}: they are in no {name}'s figure.",)


def _caveats(question: Question, reference_missing: list[str]) -> tuple[str, ...]:
    found = list(question.dataset.caveats)
    names = {one.name for one in question.by} | {one.name for one in question.measures}
    names |= {filter_.dimension.name for filter_ in question.filters}
    if question.dataset.name == "crimes" and "count" in names and "recorded" not in names and "crime_type" not in names:
        found.append(
            "The count includes anti-social behaviour, which is not recorded crime; ask recorded_crimes without it."
        )
    if names & {"town", "local_authority"}:
        lacking = [sentence for sentence in reference_missing if sentence.startswith(_PLACING)]
        found += [f"Reference data is missing. {sentence}" for sentence in lacking]
    if "town" in names:
        found.append("Town is a label taken from LSOA names; districts abolished since live on in it.")
    if names & {"match", "crime_type", "crime_month", "months_after"} and question.dataset.name == "outcomes":
        found.append("Outcomes are joined to crimes by force and crime ID, only where the ID names exactly one crime.")
    if names & {"still_open", "months_to_outcome", "median_months_to_outcome", "with_outcome", "latest_outcome"}:
        found.append(
            "Crimes without an outcome in the files held count as open; recent crimes have had less time to get one."
        )
    return tuple(found)
