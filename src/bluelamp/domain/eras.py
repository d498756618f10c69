"""Eras: what begins, ends or changes its name in the files of data.police.uk. The one table is eras.toml, beside this.

Read by the load (values outside their era are a finding), by questions (what could not have been recorded, what must be
said where a question crosses a border) and by the reference pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from bluelamp.domain.month import Month


@dataclass(frozen=True, slots=True)
class Era:
    """A span of months of files, ends included and None where it is open, in which something was one way. `values` are
    the published values that stand in it alone, empty where it is the column as a whole. `became` is what took their
    place; `alone` must be said of a figure that lies within it."""

    what: str
    first: Month | None
    last: Month | None
    values: frozenset[str] = frozenset()
    became: str = ""
    alone: str = ""

    def holds(self, month: Month) -> bool:
        """Whether a file of the month can have what the era is about."""
        return (self.first is None or month >= self.first) and (self.last is None or month <= self.last)

    def span(self) -> str:
        """`to 2019-05`, `2018-01 on`, `2011-09 to 2013-04`."""
        if self.last is None:
            return f"{self.first} on" if self.first else "always"
        return f"{self.first} to {self.last}" if self.first else f"to {self.last}"


@dataclass(frozen=True, slots=True)
class RecordingChange:
    """One thing that changed. `columns` are published columns of its `datasets`, `fields` what of a question it
    touches; `words` must be quoted where a figure crosses a border. See eras.toml for the others."""

    name: str
    datasets: tuple[str, ...]
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    words: str
    source: str
    known: str
    eras: tuple[Era, ...]
    lost: bool = False
    mixed: bool = False
    narrowed: frozenset[str] = frozenset()

    @property
    def border(self) -> Month:
        """The month in which the last of its eras begins."""
        first = self.eras[-1].first
        assert first is not None
        return first

    def open_in(self, month: Month) -> frozenset[Era]:
        """The eras that a month lies in."""
        return frozenset(era for era in self.eras if era.holds(month))


@dataclass(frozen=True, slots=True)
class Silence:
    """Months, ends included, of which a publisher published no file of a dataset."""

    force: str
    dataset: str
    first: Month
    last: Month
    source: str
    known: str

    def holds(self, month: Month) -> bool:
        return self.first <= month <= self.last


@dataclass(frozen=True, slots=True)
class Merger:
    """Local authorities that are parts of a new one from a month on."""

    first: Month
    into: str
    was: tuple[str, ...]


@cache
def changes() -> tuple[RecordingChange, ...]:
    """Every change, in the order of the table."""
    return tuple(_change(one) for one in _table()["change"])


@cache
def silences() -> tuple[Silence, ...]:
    return tuple(
        Silence(**{**one, "first": Month.parse(one["first"]), "last": Month.parse(one["last"])})
        for one in _table()["silence"]
    )


@cache
def mergers() -> tuple[Merger, ...]:
    return tuple(Merger(Month.parse(one["first"]), one["into"], tuple(one["was"])) for one in _table()["merger"])


@cache
def eras_of(dataset: str, column: str) -> Mapping[str, Era]:
    """value → its era, for the values of a published column that were not used at all times."""
    return _by_value(one for one in changes() if dataset in one.datasets and column in one.columns)


@cache
def eras_of_field(dataset: str, field: str) -> Mapping[str, Era]:
    """The same for a field of a question, which need not be a published column of its own."""
    return _by_value(one for one in changes() if dataset in one.datasets and field in one.fields)


def point_eras() -> RecordingChange:
    """The change of all map points."""
    (found,) = (one for one in changes() if "map_point" in one.fields)
    return found


def silent_in(dataset: str, force: str, month: Month) -> Silence | None:
    """The silence that a force-month lies in."""
    for one in silences():
        if (one.dataset, one.force) == (dataset, force) and one.holds(month):
            return one
    return None


def merged_into(authority: str) -> tuple[str, Month] | None:
    """(the authority of today that a former one is a part of, since when it was merged first); None for any other. The
    name may be in any case."""
    into = {was.casefold(): one for one in mergers() for was in one.was}
    first = found = into.get(authority.casefold())
    while found is not None and found.into.casefold() in into:
        found = into[found.into.casefold()]
    return (found.into, first.first) if found is not None and first is not None else None


def _by_value(touching: Iterable[RecordingChange]) -> Mapping[str, Era]:
    return {value: era for change in touching for era in change.eras for value in era.values}


@cache
def _table() -> dict[str, Any]:
    text = resources.files("bluelamp.domain").joinpath("eras.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _change(one: Mapping[str, Any]) -> RecordingChange:
    return RecordingChange(
        one["name"],
        tuple(one["datasets"]),
        tuple(one["columns"]),
        tuple(one["fields"]),
        one["words"],
        one["source"],
        one["known"],
        tuple(_era(era) for era in one["era"]),
        one.get("lost", False),
        one.get("mixed", False),
        frozenset(one.get("narrowed", ())),
    )


def _era(one: Mapping[str, Any]) -> Era:
    first, last = (Month.parse(one[end]) if end in one else None for end in ("first", "last"))
    return Era(one["what"], first, last, frozenset(one.get("values", ())), one.get("became", ""), one.get("alone", ""))
