"""One open data version as questions see it: how to run statements on it, and what its numbers mean in words. Each
family has its own, opened for one question (`open_version` of the family) or for many at once (the server's lease
pool).

What is small is read once and kept, so that a question that the indexes answer touches the database not at all.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.kept import BoundedCache
from bluelamp.questions.model.labels import value_label
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.suggestions import near

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from bluelamp.storage.warehouse.indexes import IndexFolder

_OFTEN = 512
# Beyond every number of a word: what it stands for was never recorded here, and so has no record.
NO_RECORD = 1 << 20
Found = TypeVar("Found")
StatementLimit = Callable[["duckdb.DuckDBPyConnection", bool], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a data version is. `name` is short and stable; `as_of` is set for one of an older state of knowledge."""

    name: str
    newest_release: Month | None
    as_of: Month | None
    built_at: str
    reference_missing: tuple[str, ...]


class DataVersion(ABC):
    """`connection` is a read-only connection to the version's file; every statement runs on a cursor of its own, so
    that several threads may ask at once. `indexes` holds the version's indexes, None where it has none."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, indexes: IndexFolder | None = None) -> None:
        self.connection, self.indexes = connection, indexes
        # What surrounds every statement; a server sets one that bounds time, memory and how many run at once.
        self.limited: StatementLimit = lambda _cursor, _light: nullcontext()
        self._lock = threading.RLock()
        self._held: dict[str, Any] = {}
        self._often = BoundedCache(_OFTEN)

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
        with self.limited(cursor, light):
            cursor.execute(statement, dict(parameters or {}))
            rows: list[tuple[Any, ...]] = cursor.fetchall() if most is None else cursor.fetchmany(most)
            return rows

    def arrow(self, statement: str, parameters: Mapping[str, Any] | None = None, *, light: bool = False) -> pa.Table:
        """What a statement gives, as an Arrow table."""
        cursor = self.connection.cursor()
        with self.limited(cursor, light):
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

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @property
    def name(self) -> str:
        """Short and stable; see `VersionFacts`."""
        return self.facts.name

    @property
    def cache_key(self) -> str:
        """What answers of this version are kept under: no other version has it."""
        return self.name

    @property
    def may_close(self) -> bool:
        """Whether nothing works with it beside its readers."""
        return True

    # -- what each family says ------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def facts(self) -> VersionFacts: ...

    @property
    @abstractmethod
    def months(self) -> tuple[Month, ...]:
        """Every month that is held or could be, in order."""

    @abstractmethod
    def source(self, question: Question) -> str:
        """Where the figures of a question are from, as it is cited."""

    @abstractmethod
    def licence(self, question: Question) -> str:
        """The sentence that the licence of the source asks for."""

    def source_in_prose(self, question: Question) -> str:
        """The same as a part of a sentence."""
        return self.source(question)

    def table_of(self, question: Question, *, mart: bool = False) -> tuple[str, dict[str, Any]]:
        """(what the rows of a question are read from, its parameters)."""
        return (question.dataset.mart if mart else question.dataset.table), {}

    def own_condition(self, question: Question) -> str:
        """An SQL condition on the rows that every question of this version has; empty for none."""
        del question
        return ""

    # -- numbers and words --------------------------------------------------------------------------------------

    def words(self, dimension: Dimension) -> dict[str, int]:
        """Every word of a vocabulary with its number; the blank, 0, left out."""
        name = dimension.field or dimension.kind.name
        return self.once(f"words {name}", lambda: self._read_words(dimension))

    @abstractmethod
    def _read_words(self, dimension: Dimension) -> dict[str, int]: ...

    def published_words(self, dimension: Dimension) -> tuple[str, ...]:
        """The words that the publisher uses in a column, in order: nothing recorded under one of them is a zero."""
        del dimension
        return ()

    def spelling(self, dimension: Dimension, value: str) -> str:
        """The word as the data spells it, or, of one that the publisher uses and no record here has, as the publisher
        does. Raises UsageError with the nearest words for any other."""
        words = self.words(dimension)
        if value in words:
            return value
        published = self.published_words(dimension)
        folded = self.once(
            f"folded {dimension.field or dimension.kind.name}",
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
            f"labels {dimension.field or dimension.kind.name}",
            lambda: {number: word for word, number in self.words(dimension).items()},
        )

    def value_label(self, dimension: Dimension, value: str) -> str:
        """What a person reads for a value."""
        return value_label(dimension.name, value)
