"""From a publisher's row to a canonical one: fields picked, patterns applied, times read, privacy kept. Made once for
each agency, used by `reading`.

Most rows of a snapshot stood in the one before as well, so what was made of them is remembered until the next.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from bluelamp.domain.snapshot import FIELDS, ListedUnit, Row
from bluelamp.sources.feeds.agency_file import AgencyFile
from bluelamp.sources.feeds.coordinates import without_coordinates
from bluelamp.sources.feeds.geometry import of_point
from bluelamp.sources.feeds.masking import HIDDEN, masked_block, masked_location
from bluelamp.sources.feeds.oddities import Oddity
from bluelamp.sources.feeds.picking import Raw, field_picks, pick_of, reported_pick, units_pick, written_of
from bluelamp.sources.feeds.points import point_pick

_DEEPEST = 8  # what is nested deeper is not read
# How many rows are remembered: more than any feed lists at once.
_REMEMBERED = 60_000
# Numbers and times, which can be mistaken for coordinates and are none.
_NO_TEXTS = frozenset({"incident_number", "reported_local", "reported_at"})
_WHY = {
    "unit": "a unit", "location": "a location", "incident_number": "a number",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a row: canonical, or unreadable for a reason, or (with neither) one that is kept from view.
    `columns` are the publisher's."""

    columns: tuple[str, ...] = ()
    row: Row | None = None
    why: str = ""
    depends: bool = False  # on the time of fetching: not to be remembered
    odd: tuple[Oddity, ...] = ()  # what nothing came of


class RowMaker:
    """Makes the canonical rows of one agency. With several threads at once the worst is that a row is made twice."""

    def __init__(self, written: AgencyFile) -> None:
        self._values = field_picks(written.fields)
        self._unit, self._unit_status = pick_of(written, "unit"), pick_of(written, "unit_status")
        self._units = units_pick(written.fields.get("units"))
        self._reported = reported_pick(written.time, written.zone)
        time = written.time
        self._times = tuple(name for name in (time.moment, time.date, time.time) if name) if time else ()
        self._point = point_pick(written)
        self._required, self._hashed = written.rows.required, written.rows.hash_fields
        self._mask, self._hides_points = written.privacy.mask_block, written.privacy.hides_points
        self._suppressed = [pattern.casefold() for pattern in written.privacy.suppress_natures]
        self._remembered: dict[bytes, Made] = {}
        self._sources = _sources(written)
        self.fields = frozenset(name for name, _ in self._values) | _more_fields(written)

    def stated_by(self, columns: frozenset[str]) -> set[str]:
        """The fields whose columns are there, even where every cell is empty: an empty list of units says that there
        are none, while a column that is gone says nothing."""
        return {name for name, sources in self._sources.items() if any(one <= columns for one in sources)}

    def make(self, rows: Iterable[Any], fetched_at: datetime) -> list[Made]:
        """One of `Made` for each row, in their order."""
        before, after = self._remembered, dict[bytes, Made]()
        found = []
        for raw in rows:
            key = _key(raw)
            made = before.get(key) or after.get(key) or self._made(raw, fetched_at)
            if key and not made.depends and len(after) < _REMEMBERED:
                after[key] = made
            found.append(made)
        self._remembered = after
        return found

    def _made(self, published: Any, fetched_at: datetime) -> Made:
        raw = flattened(published)
        if raw is None:
            return Made(why="it is no object with columns")
        columns = tuple(raw)
        values = {name: text for name, pick in self._values if (text := pick(raw)) is not None}
        if self._suppressed and _matches(values.get("nature"), self._suppressed):
            return Made(columns)
        reported = self._reported(raw, fetched_at)
        if reported.local is not None and reported.at is not None:
            values["reported_local"], values["reported_at"] = reported.local, reported.at
        units = self._listed(raw)
        if not any(units if name == "unit" else values.get(name) for name in self._required):
            return Made(columns, why=f"it has neither {' nor '.join(_WHY.get(name, name) for name in self._required)}")
        # Before a number is made: whoever knew the block could find the house by trying a hundred of them.
        if self._hides_points:
            _take_coordinates(values)
            units = tuple(_without_coordinates(unit) for unit in units)
        if self._mask:
            _mask(values)
        if self._hashed and "incident_number" not in values:
            _number(values, self._hashed)
        point = self._point(raw)
        odd = (
            *((Oddity(reported.odd, self._time_text(raw)),) if reported.odd else ()),
            *(self._pointed_oddly(point.odd) if point.odd else ()),
        )
        return Made(columns, Row(values, units, point.at), depends=reported.depends, odd=odd)

    def _pointed_oddly(self, odd: Oddity) -> Iterator[Oddity]:
        """What is wrong with a point; what was published there stays out of logs where points are hidden."""
        hides = self._hides_points and odd.code != "point_reference"
        yield Oddity(odd.code, HIDDEN) if hides else odd

    def _time_text(self, raw: Raw) -> str:
        return " ".join(text for name in self._times if (text := written_of(raw.get(name))))

    def _listed(self, raw: Raw) -> tuple[ListedUnit, ...]:
        if self._units is not None:
            return self._units(raw)
        unit = self._unit(raw) if self._unit else None
        if unit is None:
            return ()
        return (ListedUnit(unit, self._unit_status(raw) if self._unit_status else None),)


def _sources(written: AgencyFile) -> dict[str, list[frozenset[str]]]:
    """Our fields, with the publisher's columns that each can be made of: any of these sets that is there whole."""
    found: dict[str, list[frozenset[str]]] = {}
    for name, table in written.fields.items():
        columns = (table.column,) if table.column is not None else (*table.any_of, *table.columns)
        if name in FIELDS or name in ("unit", "units"):
            # An empty list of objects has no keys: that it is there says that there are none.
            lists = _above(table.column) if name == "units" and table.column else ()
            found["unit" if name == "units" else name] = [frozenset({column}) for column in (*columns, *lists)]
    time = written.time
    if time is not None:
        moment = [frozenset({time.moment})] if time.moment else []
        both = [frozenset(name for name in (time.date, time.time) if name)] if time.time else []
        found["reported_local"] = found["reported_at"] = moment + both
    return found


def _above(column: str) -> tuple[str, ...]:
    """What a column's name is nested in: `a.b.c` in `a.b` and `a`."""
    names = column.split(".")
    return tuple(".".join(names[:count]) for count in range(len(names) - 1, 0, -1))


def _more_fields(written: AgencyFile) -> frozenset[str]:
    found = {"unit"} if {"unit", "units"} & written.fields.keys() else set()
    if written.rows.hash_fields:
        found.add("incident_number")
    return frozenset(found | ({"reported_local", "reported_at"} if written.time else set()))


def _key(raw: Any) -> bytes:
    """What names a row's content, types and order included (1 is not true); empty for what cannot be named."""
    try:
        return marshal.dumps(raw, 2)
    except ValueError:
        return b""


def flattened(raw: Any) -> Raw | None:
    """A row without anything nested: `{"a": {"b": 1}}` is `{"a.b": 1}`, a list of texts is one text with commas, a list
    of objects stays one (flat objects) and is one text for each key: `{"a": [{"b": 1}, {"b": 2}]}` has `a.b` as `1, 2`.
    None for what is no object."""
    if not isinstance(raw, dict):
        return None
    if not any(isinstance(value, (dict, list)) for value in raw.values()):
        return raw
    flat: dict[str, Any] = {}
    _flatten(raw, "", flat, 0)
    return flat


def _flatten(value: dict[str, Any], prefix: str, flat: dict[str, Any], depth: int) -> None:
    for name, below in value.items():
        if isinstance(below, dict) and depth < _DEEPEST:
            _flatten(of_point(below), f"{prefix}{name}.", flat, depth + 1)
        elif isinstance(below, list) and depth < _DEEPEST and any(isinstance(one, dict) for one in below):
            flat[prefix + name] = objects = [_flat_object(one, depth + 1) for one in below if isinstance(one, dict)]
            for key in dict.fromkeys(key for one in objects for key in one):
                flat[f"{prefix}{name}.{key}"] = _listed(one.get(key) for one in objects)
        elif isinstance(below, list):
            flat[prefix + name] = _listed(below)
        else:
            flat[prefix + name] = below


def _flat_object(value: dict[str, Any], depth: int) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    _flatten(value, "", flat, depth)
    return flat


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(text for one in values if (text := written_of(one)))


def _matches(nature: str | None, patterns: Iterable[str]) -> bool:
    folded = (nature or "").casefold()
    return any(fnmatchcase(folded, pattern) for pattern in patterns)


def _number(values: dict[str, str], fields: Iterable[str]) -> None:
    """A number for a call that has none, of what does not change while it lasts; none where a part of that lacks."""
    parts = [values.get(name) for name in fields]
    if all(parts):
        text = "\x1f".join(part.upper() for part in parts if part)
        values["incident_number"] = f"~{sha256(text.encode()).hexdigest()[:12]}"


def _take_coordinates(values: dict[str, str]) -> None:
    """No text tells a point where points are not shown as they are known."""
    for name, text in values.items():
        if name not in _NO_TEXTS:
            values[name] = without_coordinates(text, HIDDEN)


def _without_coordinates(unit: ListedUnit) -> ListedUnit:
    status = unit.status
    return unit._replace(
        unit=without_coordinates(unit.unit, HIDDEN),
        status=None if status is None else without_coordinates(status, HIDDEN),
    )


def _mask(values: dict[str, str]) -> None:
    if "block" in values:
        values["block"] = masked_block(values["block"])
    if "location" in values:
        values["location"] = masked_location(values["location"])
