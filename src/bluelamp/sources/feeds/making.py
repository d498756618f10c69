"""From a publisher's row to a canonical one: fields picked, patterns applied, times read, privacy kept. Made once for
each agency, used by `reading`.

Most rows of a snapshot stood in the one before as well, so what was made of them is remembered until the next.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from bluelamp.domain.snapshot import FIELDS, ListedUnit, Row, clean, clean_block
from bluelamp.sources.feeds.times import NOTHING, Clock, Reported
from bluelamp.sources.feeds.written import AgencyFile, FieldTable, PrivacyTable, TimeTable

Raw = Mapping[str, Any]  # a row as published: column → text, number, null (nothing nested, see `flattened`)
_Pick = Callable[[Raw], str | None]
# How many rows are remembered: more than any feed lists at once.
_REMEMBERED = 60_000
# Points of masked blocks are rounded to some hundred metres.
_MASKED_DECIMALS = 3
_HOUSE = re.compile(r"^\s*(\d+)(\s*-\s*\d+)?(?=\s+\S)")
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


class RowMaker:
    """Makes the canonical rows of one agency. With several threads at once the worst is that a row is made twice."""

    def __init__(self, written: AgencyFile) -> None:
        self._values = _picks(written.fields)
        self._unit, self._unit_status = _pick(written, "unit"), _pick(written, "unit_status")
        self._units = _units_pick(written.fields.get("units"))
        self._reported = _reported_pick(written.time, written.zone)
        self._point = _point_pick(written)
        self._required, self._hashed = written.rows.required, written.rows.hash_fields
        self._mask = written.privacy.mask_block
        self._suppressed = [pattern.casefold() for pattern in written.privacy.suppress_natures]
        self._remembered: dict[bytes, Made] = {}
        self._sources = _sources(written)
        self.fields = frozenset(name for name, _ in self._values) | _more_fields(written)

    def told_by(self, columns: frozenset[str]) -> set[str]:
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
        if self._hashed and "incident_number" not in values:
            _number(values, self._hashed)
        if self._mask:
            _mask(values)
        return Made(columns, Row(values, units, self._point(raw)), depends=reported.depends)

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
            found["unit" if name == "units" else name] = [frozenset({column}) for column in columns]
    time = written.time
    if time is not None:
        moment = [frozenset({time.moment})] if time.moment else []
        both = [frozenset({time.date, time.time})] if time.date and time.time else []
        found["reported_local"] = found["reported_at"] = moment + both
    return found


def _more_fields(written: AgencyFile) -> frozenset[str]:
    found = {"unit"} if {"unit", "units"} & written.fields.keys() else set()
    if written.rows.hash_fields:
        found.add("incident_number")
    return frozenset(found | ({"reported_local", "reported_at"} if written.time else set()))


def text_of(value: Any) -> str | None:
    """`domain.snapshot.clean`, at once for what is clean as it stands, as nearly every cell is."""
    if type(value) is str and value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ") or None
    return clean(value)


def _key(raw: Any) -> bytes:
    """What names a row's content, types and order included (1 is not true); empty for what cannot be named."""
    try:
        return marshal.dumps(raw, 2)
    except ValueError:
        return b""


def flattened(raw: Any) -> Raw | None:
    """A row without anything nested: `{"a": {"b": 1}}` is `{"a.b": 1}`, a list of texts is one text with commas. None
    for what is no object."""
    if not isinstance(raw, dict):
        return None
    if not any(isinstance(value, (dict, list)) for value in raw.values()):
        return raw
    flat: dict[str, Any] = {}
    _flatten(raw, "", flat, 0)
    return flat


def _flatten(value: dict[str, Any], prefix: str, flat: dict[str, Any], depth: int) -> None:
    for name, below in value.items():
        if isinstance(below, dict) and depth < 8:
            _flatten(below, f"{prefix}{name}.", flat, depth + 1)
        elif isinstance(below, list):
            texts = [text_of(one) for one in below]
            flat[prefix + name] = ", ".join(text for text in texts if text)
        else:
            flat[prefix + name] = below


def _picks(fields: Mapping[str, FieldTable]) -> list[tuple[str, _Pick]]:
    """In the order of FIELDS, so that what is made reads the same everywhere."""
    found = []
    for name in FIELDS:
        if name in fields:
            pick = _field_pick(fields[name])
            found.append((name, _block(pick) if name == "block" else pick))
    return found


def _pick(written: AgencyFile, name: str) -> _Pick | None:
    return _field_pick(written.fields[name]) if name in written.fields else None


def _field_pick(table: FieldTable) -> _Pick:
    pick = _source_pick(table)
    if table.pattern is None:
        return pick
    pattern, whole = re.compile(table.pattern), table.otherwise == "whole"

    def part(raw: Raw) -> str | None:
        text = pick(raw)
        found = pattern.search(text) if text is not None else None
        if found is None:
            return text if whole else None
        return text_of(found[1])

    return part


def _source_pick(table: FieldTable) -> _Pick:
    if table.column is not None:
        column = table.column
        return lambda raw: text_of(raw.get(column))
    if table.any_of:
        names = table.any_of
        return lambda raw: next((text for name in names if (text := text_of(raw.get(name)))), None)
    columns, joint = table.columns, table.join
    return lambda raw: joint.join(text for name in columns if (text := text_of(raw.get(name)))) or None


def _block(pick: _Pick) -> _Pick:
    return lambda raw: clean_block(pick(raw))


def _units_pick(table: FieldTable | None) -> Callable[[Raw], tuple[ListedUnit, ...]] | None:
    if table is None:
        return None
    pick = _source_pick(table)
    pattern = re.compile(table.pattern) if table.pattern else None
    separator = table.separator or ","
    named = pattern is not None and "status" in pattern.groupindex

    def units(raw: Raw) -> tuple[ListedUnit, ...]:
        text = pick(raw)
        if text is None:
            return ()
        if pattern is None:
            listed = [ListedUnit(unit, None) for part in text.split(separator) if (unit := text_of(part))]
        else:
            listed = [
                ListedUnit(unit, text_of(found["status"]) if named else None)
                for found in pattern.finditer(text)
                if (unit := text_of(found[1]))
            ]
        # A unit is on a call once, however often it is written.
        return tuple(sorted({one.unit: one for one in listed}.values()))

    return units


def _reported_pick(table: TimeTable | None, zone: str) -> Callable[[Raw, datetime], Reported]:
    if table is None:
        return lambda _raw, _fetched_at: NOTHING
    shown = ZoneInfo(zone)
    clock = Clock(ZoneInfo(table.zone or zone), shown, table.formats, table.time_formats)
    moment = _field_pick(FieldTable(column=table.moment, pattern=table.pattern)) if table.moment else None
    date, of_day = table.date, table.time

    def reported(raw: Raw, fetched_at: datetime) -> Reported:
        if moment and (text := moment(raw)):
            return clock.moment(text, fetched_at)
        if date and of_day and (day := text_of(raw.get(date))) and (hour := text_of(raw.get(of_day))):
            return clock.date_and_time(day, hour, fetched_at)
        return NOTHING

    return reported


def _point_pick(written: AgencyFile) -> Callable[[Raw], tuple[float, float] | None]:
    table = written.point
    if table is None:
        return lambda _raw: None
    decimals = _decimals(written.privacy)
    pair, latitude, longitude = table.pair, table.latitude, table.longitude
    swapped = table.order == "longitude latitude"

    def point(raw: Raw) -> tuple[float, float] | None:
        if pair:
            texts = re.split(r"[,;\s]+", text_of(raw.get(pair)) or "")[:2]
            first, second = texts if len(texts) == 2 else ("", "")
            lat, lon = (second, first) if swapped else (first, second)
        else:
            lat, lon = text_of(raw.get(latitude or "")) or "", text_of(raw.get(longitude or "")) or ""
        return _degrees(lat, lon, decimals)

    return point


def _decimals(privacy: PrivacyTable) -> int | None:
    if privacy.point_decimals is None and privacy.mask_block:
        return _MASKED_DECIMALS
    return privacy.point_decimals


def _degrees(latitude: str, longitude: str, decimals: int | None) -> tuple[float, float] | None:
    """A point on earth; None for none, for one that cannot be, and for 0, 0, which stands for “not known”."""
    try:
        lat, lon = float(latitude), float(longitude)
    except ValueError:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (abs(lat) < 1e-6 and abs(lon) < 1e-6):
        return None
    return (lat, lon) if decimals is None else (round(lat, decimals), round(lon, decimals))


def _matches(nature: str | None, patterns: Iterable[str]) -> bool:
    folded = (nature or "").casefold()
    return any(fnmatchcase(folded, pattern) for pattern in patterns)


def _number(values: dict[str, str], fields: Iterable[str]) -> None:
    """A number for a call that has none, of what does not change while it lasts; none where a part of that lacks."""
    parts = [values.get(name) for name in fields]
    if all(parts):
        text = "\x1f".join(part.upper() for part in parts if part)
        values["incident_number"] = f"~{sha256(text.encode()).hexdigest()[:12]}"


def _mask(values: dict[str, str]) -> None:
    if "block" in values:
        values["block"] = re.sub(r"\d+", lambda found: _masked(found[0]), values["block"])
    if "location" in values:
        values["location"] = _HOUSE.sub(
            lambda found: re.sub(r"\d+", lambda number: _masked(number[0]), found[0]), values["location"]
        )


def _masked(number: str) -> str:
    """3217 is 32XX, 45 is XX."""
    return f"{number[:-2]}XX"
