"""One state of the calls in the lake, as questions see it: which days of which feeds, and how to read them. Made by
`opening` for the command line and by the web server for many at once.

A version is named by a hash of its days' files, so that a figure can be cited with it. Its files are never changed; the
ones before a day was made anew stay for an hour, so that what was begun can be ended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bluelamp.domain.month import Month
from bluelamp.errors import Damaged, NothingHeld
from bluelamp.questions.families.calls.datasets import DATE, MONTH, YEAR
from bluelamp.questions.model.data_version import DataVersion, VersionFacts
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.question import Filter, Question, filters_keep
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.calls.lake import SCHEMA, CallsLake

if TYPE_CHECKING:
    import duckdb

_NONE = "no_calls"  # a table without rows, in place of no file
_GATHERED = "gathered"  # the calls of all files in one table
_NAMED = 3


@dataclass(frozen=True, slots=True)
class FeedWords:
    """What must be said of a feed: `window` is active or rolling, `withheld` what this installation leaves out."""

    title: str
    description: str = ""
    window: str = "active"
    attribution: str = ""
    licence: str = ""
    withheld: tuple[str, ...] = ()
    masked: bool = False


class CallsVersion(DataVersion):
    """`days` are those in the lake, by feed and day; `feeds` says what their feeds are. See `DataVersion`."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        days: Sequence[CallsDay],
        lake: CallsLake,
        feeds: Mapping[str, FeedWords],
    ) -> None:
        DataVersion.__init__(self, connection)
        self.days, self.lake = tuple(days), lake
        self.feeds = {day.feed: feeds.get(day.feed, FeedWords(day.feed)) for day in days}
        # (feed, day) of those whose file is not what was written: gaps, of which nothing is counted.
        self.lost = frozenset((day.feed, day.day) for day in days if is_lost(day))
        self._gathered = self._unwanted = False
        self._gathering: duckdb.DuckDBPyConnection | None = None

    def gather(self) -> None:
        """Put the calls of all days into one table of the engine; from then on questions are answered from it. The
        same answers, many times as fast: what takes long is to open hundreds of files. May run beside questions.
        Raises Damaged."""
        table, given = self.reading(self.files)
        self._gathering = self.connection.cursor()
        if self._unwanted:
            return
        with _worded_errors():
            self._gathering.execute(
                f"CREATE TABLE {_GATHERED} AS SELECT * EXCLUDE (units) FROM {table} AS r",  # noqa: S608 - ours
                given,
            )
        self._gathered = True

    def stop_gathering(self) -> None:
        """Nobody needs the table any more: what is being gathered ends in an error, soon."""
        self._unwanted = True
        if self._gathering is not None:
            self._gathering.interrupt()

    @cached_property
    def facts(self) -> VersionFacts:
        return VersionFacts(
            fingerprint(self.days)[:12], None, None, max((day.written_at for day in self.days), default=""), ()
        )

    @cached_property
    def files(self) -> tuple[CallsDay, ...]:
        """The days that have calls, in the order of records: by feed, then day."""
        return tuple(day for day in self.days if day.path)

    # -- what it is about -------------------------------------------------------------------------------------------

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Every month that a day in the lake lies in, in order."""
        return tuple(sorted({month_of(day) for day in self.days}))

    def _read_words(self, dimension: Dimension) -> dict[str, int]:
        if dimension.name == "feed":
            return {feed: place for place, feed in enumerate(sorted(self.feeds))}
        table, given = self.reading(self.files)
        rows = self.rows(
            f"SELECT DISTINCT {dimension.key} AS word FROM {table} AS r WHERE word <> '' ORDER BY word",  # noqa: S608 - ours
            given,
            light=False,
        )
        return {word: place for place, (word,) in enumerate(rows)}

    def feeds_of(self, filters: Sequence[Filter]) -> list[str]:
        """The feeds that filters leave."""
        return [feed for feed in sorted(self.feeds) if filters_keep(filters, "feed", feed)]

    def value_label(self, dimension: Dimension, value: str) -> str:
        known = self.feeds.get(value) if dimension.kind.is_publisher else None
        return known.title if known is not None else super().value_label(dimension, value)

    def source(self, question: Question) -> str:
        titles = [self.feeds[feed].title for feed in self.feeds_of(question.filters)]
        more = f" and {len(titles) - _NAMED + 1} more" if len(titles) > _NAMED else ""
        return f"Active calls of {', '.join(titles[: _NAMED - 1] if more else titles) or 'no feed'}{more}"

    def licence(self, question: Question) -> str:
        words = [self.feeds[feed] for feed in self.feeds_of(question.filters)]
        told = dict.fromkeys(f"{one.attribution or one.title}: {one.licence or 'licence not stated'}." for one in words)
        return " ".join(told)

    # -- reading ----------------------------------------------------------------------------------------------------

    def table_of(self, question: Question, *, mart: bool = False) -> tuple[str, dict[str, Any]]:
        """The files that can hold what is asked: by months, days and feeds; its conditions say the rest."""
        del mart
        return self.reading(
            [day for day in self.files if self.concerns(question, day.feed, date.fromisoformat(day.day))]
        )

    def concerns(self, question: Question, feed: str, day: date) -> bool:
        """Whether a question is about a day of a feed, as far as its months and its filters by feed and date say."""
        month = Month.of(day.year, day.month)
        if (question.first and month < question.first) or (question.last and month > question.last):
            return False
        names = {"feed": feed, DATE: day.isoformat(), MONTH: str(month), YEAR: str(day.year)}
        return all(filters_keep(question.filters, name, value) for name, value in names.items())

    def reading(self, days: Sequence[CallsDay]) -> tuple[str, dict[str, Any]]:
        """(what these days are read from, its parameters); it may hold the calls of other days as well."""
        if not days:
            return _NONE, {}
        if self._gathered:
            return _GATHERED, {}
        return "read_parquet($calls_files)", {"calls_files": [str(self.lake.path(day.path)) for day in days]}

    def rows(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        most: int | None = None,
        light: bool = True,
    ) -> list[tuple[Any, ...]]:
        with self._worded_errors():
            return super().rows(statement, parameters, most=most, light=light)

    def arrow(self, statement: str, parameters: Mapping[str, Any] | None = None, *, light: bool = False) -> pa.Table:
        with self._worded_errors():
            return super().arrow(statement, parameters, light=light)

    @contextmanager
    def _worded_errors(self) -> Iterator[None]:
        try:
            with _worded_errors():
                yield
        except Damaged:
            self.report_damaged()
            raise

    def report_damaged(self) -> None:
        """A file could not be read after all; for whoever has it open for longer than one question."""


def month_of(day: CallsDay) -> Month:
    return Month.parse(day.day[:7])


def is_lost(day: CallsDay) -> bool:
    """Whether a day had calls, and its file cannot be used."""
    return day.rows > 0 and not day.path


def fingerprint(days: Sequence[CallsDay]) -> str:
    """A hash of all that a version says: the calls of each day, and how much of it was watched."""
    lines = (
        f"{one.feed} {one.day} {one.sha256} {one.rows} {json.dumps(one.watched, sort_keys=True)}"
        + (" lost" if is_lost(one) else "")
        for one in days
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def connect(
    days: Sequence[CallsDay], lake: CallsLake, *, memory_mb: int = 500, threads: int = 2, file: str = ":memory:"
) -> duckdb.DuckDBPyConnection:
    """An engine of its own for these days, which reads nothing but the lake's calls; `file` is where it may keep what
    it gathers. Their files are here; see `sound`. Raises NothingHeld where there is no day."""
    import duckdb

    if not days:
        raise NothingHeld(
            "No closed day of calls is held yet.",
            "Poll a feed (bluelamp live run); once an hour closed days are taken.",
        )
    connection = duckdb.connect(file, config={"memory_limit": f"{int(memory_mb)}MB", "threads": int(threads)})
    connection.execute("SET parquet_metadata_cache = true")  # files never change
    connection.register("nothing", _plain(SCHEMA).empty_table())
    connection.execute(f"CREATE TABLE {_NONE} AS SELECT * FROM nothing")  # noqa: S608 - a constant of this file
    connection.unregister("nothing")
    folder = str(lake.root).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{folder}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _plain(schema: pa.Schema) -> pa.Schema:
    """As the engine reads the lake's files: words as text."""
    return pa.schema([(one.name, pa.string() if pa.types.is_dictionary(one.type) else one.type) for one in schema])


@contextmanager
def _worded_errors() -> Iterator[None]:
    """What the engine cannot read, in a sentence."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise Damaged(
            f"A file of calls in the lake cannot be read: {reason}.",
            "bluelamp live rebuild FEED, then bluelamp live compact FEED, make it anew from the bytes as received.",
        ) from error
