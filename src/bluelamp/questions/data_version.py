"""One open data version as questions see it: how to run statements on it, and what its numbers mean in words.

Made by whoever opens the warehouse (the command line for one question, the web server for many at once) and passed to
`answer`. What is small is read once and kept: words, forces, towns, areas, the coverage of every force-month. So a
question that the indexes answer touches the database not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from bluelamp.domain.coverage import State
from bluelamp.domain.dataset import DATASETS as PUBLISHED
from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.cells import Cells, make_cells
from bluelamp.questions.datasets import DATASETS, DatasetSpec, Dimension
from bluelamp.questions.kept import Kept
from bluelamp.questions.question import Question, near

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from bluelamp.storage.warehouse.indexes import Serving

NOT_RECORDED = "not recorded"
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0 (data.police.uk)."
_OFTEN = 512
# Beyond every number of a word: what it stands for was never recorded here, and so has no record.
NO_RECORD = 1 << 20
Found = TypeVar("Found")
Guard = Callable[["duckdb.DuckDBPyConnection", bool], AbstractContextManager[None]]

# kind of dimension → (table, key column, word column, extra condition)
DIMENSION_TABLES = {
    "word": ("dim_word", "word_id", "word", " AND field = $field"),
    "force": ("dim_force", "force_id", "slug", ""),
    "town": ("dim_town", "town_id", "town", ""),
    "area": ("dim_area", "area_id", "name", ""),
    "lsoa": ("dim_lsoa", "lsoa_id", "code", ""),
}


@cache
def published_words(dimension: Dimension) -> tuple[str, ...]:
    """The words that the publisher uses in a column, in order: nothing recorded under one of them is a zero."""
    if dimension.kind != "word":
        return ()
    columns = [one.column for spec in DATASETS.values() for one in spec.dimensions if one.field == dimension.field]
    return tuple(sorted({word for one in PUBLISHED for name in columns for word in one.vocabularies.get(name, ())}))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a data version is. `name` is short and stable; `as_of` is set for one of an older state of knowledge."""

    name: str
    newest_release: Month | None
    as_of: Month | None
    built_at: str
    reference_missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A local authority; `force_id` is 0 where no force is known, `residents` None outside England and Wales."""

    number: int
    code: str
    name: str
    force_id: int
    residents: int | None


class DataVersion:
    """`connection` is a read-only connection to the version's file; every statement runs on a cursor of its own, so
    that several threads may ask at once. `serving` holds the version's indexes, None where it has none."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, serving: Serving | None = None) -> None:
        self.connection, self.serving = connection, serving
        # What surrounds every statement; a server sets one that bounds time, memory and how many run at once.
        self.guard: Guard = lambda _cursor, _light: nullcontext()
        self._lock = threading.RLock()
        self._held: dict[str, Any] = {}
        self._often = Kept(_OFTEN)

    def rows(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        most: int | None = None,
        light: bool = True,
    ) -> list[tuple[Any, ...]]:
        """What a statement gives, at most `most` rows of it. A statement that reads many rows is not `light`: where
        several ask at once it may have to wait its turn."""
        cursor = self.connection.cursor()
        with self.guard(cursor, light):
            cursor.execute(statement, dict(parameters or {}))
            rows: list[tuple[Any, ...]] = cursor.fetchall() if most is None else cursor.fetchmany(most)
            return rows

    def arrow(self, statement: str, parameters: Mapping[str, Any] | None = None, *, light: bool = False) -> pa.Table:
        """What a statement gives, as an Arrow table."""
        cursor = self.connection.cursor()
        with self.guard(cursor, light):
            return cursor.execute(statement, dict(parameters or {})).to_arrow_table()

    def often(self, key: tuple[Any, ...], make: Callable[[], Found]) -> Found:
        """What `make` gives, kept for the next who ask the same: the cards of a page share their coverage."""
        return self._often.get(key, make)

    def once(self, name: str, read: Callable[[], Found]) -> Found:
        """What `read` gives, read once whoever asks first: two threads must not both pay for it."""
        with self._lock:
            if name not in self._held:
                self._held[name] = read()
            found: Found = self._held[name]
            return found

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table of the version, none where it has no such table: one that an older program published
        lacks what came since, and still answers."""

        def read() -> frozenset[str]:
            query = "SELECT column_name FROM duckdb_columns() WHERE table_name = $table"
            return frozenset(name for (name,) in self.rows(query, {"table": table}))

        return self.once(f"columns {table}", read)

    def table_of(self, question: Question, *, mart: bool = False) -> tuple[str, dict[str, Any]]:
        """(what the rows of a question are read from, its parameters)."""
        return (question.dataset.mart if mart else question.dataset.table), {}

    def source(self, question: Question) -> str:
        """Where the figures of a question are from, as it is cited."""
        del question
        newest = self.facts.newest_release
        return "data.police.uk" + (f", releases up to {newest}" if newest else "")

    def licence(self, question: Question) -> str:
        """The sentence that the licence of the source asks for."""
        del question
        return LICENCE

    # -- what the version is ------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> Facts:
        ((fingerprint, newest, as_of, built_at, missing),) = self.rows(
            "SELECT fingerprint, newest_release, as_of, built_at, reference_missing FROM data_version"
        )
        return Facts(
            str(fingerprint)[:12],
            Month(newest) if newest is not None else None,
            Month(as_of) if as_of is not None else None,
            str(built_at),
            tuple(missing),
        )

    @cached_property
    def forces(self) -> dict[int, tuple[str, str]]:
        """number → (slug, name); 0, “not stated”, left out."""
        return {number: (slug, name) for number, slug, name in self.rows("FROM dim_force ORDER BY slug") if number}

    @cached_property
    def areas(self) -> dict[int, Area]:
        """number → local authority; 0, “none”, left out."""
        rows = self.rows("SELECT area_id, code, name, coalesce(force_id, 0), residents FROM dim_area ORDER BY name")
        return {row[0]: Area(*row) for row in rows if row[0]}

    @cached_property
    def town_areas(self) -> list[tuple[int, int]]:
        """(town, local authority) of every LSOA, each pair once."""
        return [(town, area) for town, area in self.rows("SELECT DISTINCT town_id, area_id FROM dim_lsoa")]

    @cached_property
    def cells(self) -> dict[str, Cells]:
        """The state of every force-month, by dataset, over the same months; forces in order of their short names."""
        rows: dict[str, list[tuple[int, int, State]]] = {name: [] for name in DATASETS}
        states = {str(state): state for state in State}
        for dataset, force, month, state in self.rows(
            "SELECT dataset, force_id, month, state FROM mart_coverage__force_month "
            "JOIN dim_force USING (force_id) ORDER BY slug, month"
        ):
            rows[dataset].append((force, month, states[state]))
        months = [month for its in rows.values() for _, month, _ in its]
        span = (min(months), max(months)) if months else None
        return {name: make_cells(its, span) for name, its in rows.items()}

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Every month that coverage speaks of, in order."""
        rows = self.rows("SELECT DISTINCT month FROM mart_coverage__force_month ORDER BY month")
        return tuple(Month(index) for (index,) in rows)

    # -- numbers and words --------------------------------------------------------------------------------------

    def words(self, dimension: Dimension) -> dict[str, int]:
        """Every word of a vocabulary with its number; the blank, 0, left out."""
        name = dimension.field or dimension.kind
        return self.once(f"words {name}", lambda: self._read_words(dimension))

    def _read_words(self, dimension: Dimension) -> dict[str, int]:
        table, key, word, condition = DIMENSION_TABLES[dimension.kind]
        # Of several rows with one word (an LSOA code under two names) the first number stands for it.
        found: dict[str, int] = {}
        for text, number in self.rows(
            f"SELECT {word}, {key} FROM {table} WHERE {word} <> ''{condition} ORDER BY {word}, {key}",
            {"field": dimension.field} if condition else {},
        ):
            found.setdefault(str(text), int(number))
        return found

    def spelling(self, dimension: Dimension, value: str) -> str:
        """The word as the data spells it, or, of one that the publisher uses and no record here has, as the publisher
        does. Raises UsageError with the nearest words for any other."""
        words = self.words(dimension)
        if value in words:
            return value
        published = published_words(dimension)
        folded = self.once(
            f"folded {dimension.field or dimension.kind}",
            lambda: {word.lower(): word for word in (*published, *reversed(words))},
        )
        if value.lower() in folded:
            return folded[value.lower()]
        raise UsageError(f"No record has the {dimension.name} “{value}”.", near(value, {*words, *published}))

    def number(self, dimension: Dimension, value: str) -> int:
        """The number that stands for a word in the rows; NO_RECORD for one that no record has. Raises UsageError."""
        return self.words(dimension).get(self.spelling(dimension, value), NO_RECORD)

    def labels(self, dimension: Dimension) -> dict[int, str]:
        """number → word, of a vocabulary."""
        return self.once(
            f"labels {dimension.field or dimension.kind}",
            lambda: {number: word for word, number in self.words(dimension).items()},
        )

    # -- who publishes where ------------------------------------------------------------------------------------

    def publishing(self, spec: DatasetSpec, key: str) -> dict[int, dict[int, int]]:
        """place → force → records, over all months; `key` is town_id or area_id."""
        counted = spec.measures[0].mart or spec.measures[0].rows
        table = spec.mart or spec.table

        def read() -> dict[int, dict[int, int]]:
            found: dict[int, dict[int, int]] = {}
            for place, force, count in self.rows(f"SELECT {key}, force_id, {counted} FROM {table} AS r GROUP BY ALL"):
                found.setdefault(place, {})[force] = int(count)
            return found

        return self.once(f"publishing {spec.name} {key}", read)

    def force_ids(self, slugs: Sequence[str]) -> set[int]:
        return {number for number, (slug, _) in self.forces.items() if slug in slugs}
