"""What the indexes count by: for each dataset its axes, each a small whole number worked out from a staged row.

Used by the builders of this room, and, as what a built folder holds (`Facts`), by whoever asks an index. The names are
those by which questions name their dimensions; the codes are the rows' own numbers, so that an index and the rows speak
of the same thing. Where a row has no number, its code is the last one of the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from bluelamp.domain.dataset import DATASETS, Dataset
from bluelamp.domain.published_column import Counted

if TYPE_CHECKING:
    import duckdb

# The tables whose rows are counted. Not by way of the lake, whose libraries a reader of indexes has no use for.
TABLE_OF = {
    "crimes": "stg_police_uk__street_crime",
    "outcomes": "stg_police_uk__outcome",
    "stops": "stg_police_uk__stop_and_search",
}
# Rows of force 0 came from the API around a point: they count only when asked for by origin, which no index knows.
COUNTED = "r.force_id <> 0"
# The axes that say where a record lies or whose it is; together with the month they order an index.
PLACE = ("force", "town", "local_authority")


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing to count by. `code` is SQL on a staged row, alias `r`; `size` is SQL for how many codes it may have."""

    name: str
    code: str
    size: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the indexes of one dataset hold: the codes of each axis but the month, the span of months, the records."""

    sizes: dict[str, int]
    first_month: int  # as Month.index
    months: int
    records: int

    @property
    def last_month(self) -> int:
        return self.first_month + self.months - 1


def _numbered(name: str, column: str, table: str) -> Axis:
    return Axis(name, f"r.{column}", f"(SELECT max({column}) + 1 FROM {table})")


def _word(name: str) -> Axis:
    size = f"(SELECT coalesce(max(word_id), 0) + 1 FROM dim_word WHERE field = '{name}')"
    return Axis(name, f"r.{name}_id", size)


def _flag(name: str) -> Axis:
    return Axis(name, f"r.{name}::UTINYINT", "2")


_FORCE = _numbered("force", "force_id", "dim_force")
_TOWN = _numbered("town", "town_id", "dim_town")
_AUTHORITY = _numbered("local_authority", "area_id", "dim_area")
_LOCATED = _flag("located")
# An ID that names several crimes tells of none of them, so the states exclude each other.
_STATUS = "CASE WHEN r.id_names_several THEN 2 WHEN r.outcomes > 0 THEN 1 WHEN r.crime_key IS NULL THEN 0 ELSE 3 END"
_TIME_TO_OUTCOME = """
    CASE WHEN r.crime_month IS NULL THEN 7
        WHEN r.month <= r.crime_month THEN 0
        WHEN r.month <= r.crime_month + 3 THEN r.month - r.crime_month
        WHEN r.month <= r.crime_month + 6 THEN 4
        WHEN r.month <= r.crime_month + 12 THEN 5
        ELSE 6 END
"""

_PLACES = (_FORCE, _TOWN, _AUTHORITY, _LOCATED)
# What is counted beside the published words: worked out from the rows.
_WORKED_OUT = {
    "crimes": (Axis("outcome_status", _STATUS, "4"),),
    "outcomes": (_word("crime_type"), Axis("time_to_outcome", _TIME_TO_OUTCOME, "8")),
    "stops": (
        Axis("weekday", "coalesce(isodow(r.local_time), 8)", "9"),
        Axis("hour", "CASE WHEN r.time_known THEN coalesce(hour(r.local_time), 24) ELSE 24 END", "25"),
    ),
}


def counted_words(dataset: Dataset, *counted: Counted) -> list[str]:
    """The columns of words that are counted in one of these ways, those that are aside last."""
    words = sorted(dataset.of_kind("word"), key=attrgetter("aside"))
    return [column.name for column in words if column.counted in counted]


def _axes(dataset: Dataset) -> tuple[Axis, ...]:
    known = (_flag("time_known"),) if dataset.of_kind("time") else ()
    words = (_word(name) for name in counted_words(dataset, "alone", "pairs", "together"))
    return (*_PLACES, *known, *words, *_WORKED_OUT[dataset.name])


# Questions name no dataset that is not here.
AXES: dict[str, tuple[Axis, ...]] = {dataset.name: _axes(dataset) for dataset in DATASETS}


def read_facts(connection: duckdb.DuckDBPyConnection, dataset: str) -> Facts | None:
    """The facts of one dataset of an open version; None where it has no records that count."""
    row = connection.execute(
        f"SELECT min(r.month), max(r.month), count(*) FROM {TABLE_OF[dataset]} AS r WHERE {COUNTED}"
    ).fetchone()
    if row is None or not row[2]:
        return None
    first, last, records = row
    sizes = connection.execute(f"SELECT {', '.join(axis.size for axis in AXES[dataset])}").fetchone()
    assert sizes is not None
    names = [axis.name for axis in AXES[dataset]]
    # Where no town or authority is known at all, the blank is still a code.
    found = {name: int(size or 1) for name, size in zip(names, sizes, strict=True)}
    return Facts(found, int(first), int(last) - int(first) + 1, int(records))


def code_columns(dataset: str, facts: Facts, names: Sequence[str]) -> str:
    """SQL for the codes of these axes, each in as few bytes as hold it; `month` counts from the first month."""
    by_name = {axis.name: axis.code for axis in AXES[dataset]} | {"month": f"r.month - {facts.first_month}"}
    kinds = {np.dtype(np.uint8): "UTINYINT", np.dtype(np.uint16): "USMALLINT"}
    return ", ".join(f"({by_name[name]})::{kinds[kind]} AS {name}" for name, kind in code_kinds(facts, names).items())


def code_kinds(facts: Facts, names: Sequence[str]) -> dict[str, np.dtype[Any]]:
    """The kind of number that holds the codes of each of these axes."""
    sizes = facts.sizes | {"month": facts.months}
    return {name: np.dtype(np.uint8 if sizes[name] <= 1 << 8 else np.uint16) for name in names}
