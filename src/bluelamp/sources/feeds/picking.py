"""How one of our fields is picked out of a publisher's row: columns, patterns, units, times (points: `points`). Made
once for each agency by `making`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bluelamp.domain.snapshot import FIELDS, ListedUnit, clean, clean_block
from bluelamp.sources.feeds.agency_file import AgencyFile, PrivacyTable
from bluelamp.sources.feeds.agency_file_fields import FieldTable, TimeTable
from bluelamp.sources.feeds.markup import decoded, without_tags
from bluelamp.sources.feeds.times import NOTHING, Clock, ReportedTime

Raw = Mapping[str, Any]  # a row as published: column → text, number, null (nothing nested, see `making.flattened`)
Pick = Callable[[Raw], str | None]
# Points of masked blocks are rounded to some hundred metres.
_MASKED_DECIMALS = 3
_MAY_NEED_CARE = re.compile("  |[&<]")


def text_of(value: Any) -> str | None:
    """A cell's text as it is kept: `domain.snapshot.clean` without entities and tags (`markup`); at once for what is
    clean as it stands, as nearly every cell is."""
    if type(value) is str and value.isascii() and value.isprintable() and not _MAY_NEED_CARE.search(value):
        return value.strip(" ") or None
    return clean(without_tags(decoded(value)) if isinstance(value, str) else value)


def written_of(value: Any) -> str | None:
    """A cell's text as patterns see it: its tags in their places."""
    return clean(decoded(value) if isinstance(value, str) else value)


def field_picks(fields: Mapping[str, FieldTable]) -> list[tuple[str, Pick]]:
    """In the order of FIELDS, so that what is made reads the same everywhere."""
    found = []
    for name in FIELDS:
        if name in fields:
            pick = _field_pick(fields[name])
            found.append((name, _block(pick) if name == "block" else pick))
    return found


def pick_of(written: AgencyFile, name: str) -> Pick | None:
    return _field_pick(written.fields[name]) if name in written.fields else None


def _field_pick(table: FieldTable) -> Pick:
    if table.pattern is None:
        return _source_pick(table)
    pick, pattern, whole = _source_pick(table, written_of), re.compile(table.pattern), table.otherwise == "whole"

    def part(raw: Raw) -> str | None:
        text = pick(raw)
        found = next((one for form in _forms(text) if (one := pattern.search(form))), None)
        if found is None:
            return text_of(text) if whole else None
        return text_of(found[1])

    return part


def _forms(text: str | None) -> tuple[str, ...]:
    """What a pattern is tried on: the text as it is written, then without tags."""
    if text is None:
        return ()
    plain = text_of(text) if "<" in text else None
    return (text,) if plain is None else (text, plain)


def _source_pick(table: FieldTable, read: Callable[[Any], str | None] = text_of) -> Pick:
    if table.column is not None:
        column = table.column
        return lambda raw: read(raw.get(column))
    if table.any_of:
        names = table.any_of
        return lambda raw: next((text for name in names if (text := read(raw.get(name)))), None)
    columns, joint = table.columns, table.join
    return lambda raw: joint.join(text for name in columns if (text := read(raw.get(name)))) or None


def _block(pick: Pick) -> Pick:
    return lambda raw: clean_block(pick(raw))


def units_pick(table: FieldTable | None) -> Callable[[Raw], tuple[ListedUnit, ...]] | None:
    if table is None:
        return None
    of_text, of_objects = _units_of_text(table), _units_of_objects(table)

    def units(raw: Raw) -> tuple[ListedUnit, ...]:
        # A unit is on a call once, however often it is written.
        found = of_objects(raw)
        return tuple(sorted({one.unit: one for one in (of_text(raw) if found is None else found)}.values()))

    return units


def _units_of_text(table: FieldTable) -> Callable[[Raw], list[ListedUnit]]:
    """Units that stand in one text."""
    pick = _source_pick(table, written_of if table.pattern else text_of)
    pattern = re.compile(table.pattern) if table.pattern else None
    separator = table.separator or ","
    named = pattern is not None and "status" in pattern.groupindex

    def units(raw: Raw) -> list[ListedUnit]:
        text = pick(raw)
        if text is None:
            return []
        if pattern is None:
            return [ListedUnit(unit, None) for part in text.split(separator) if (unit := text_of(part))]
        matches = next((found for form in _forms(text) if (found := list(pattern.finditer(form)))), [])
        return [
            ListedUnit(unit, text_of(found["status"]) if named else None)
            for found in matches
            if (unit := text_of(found[1]))
        ]

    return units


def _units_of_objects(table: FieldTable) -> Callable[[Raw], list[ListedUnit] | None]:
    """Units that are a list of objects: `Unit.UnitID` is the key UnitID of each in the list Unit. The list's name alone
    is enough where each has one key."""
    column, status = table.column or "", table.status or ""

    def units(raw: Raw) -> list[ListedUnit] | None:
        whole, listed = column, raw.get(column)
        while not isinstance(listed, list) and "." in whole:
            whole = whole.rpartition(".")[0]
            listed = raw.get(whole)
        if not isinstance(listed, list):
            return None
        key, state = column[len(whole) + 1 :], status[len(whole) + 1 :]
        found = [(text_of(one.get(key) if key else _only(one)), text_of(one.get(state))) for one in listed]
        return [ListedUnit(unit, state_of) for unit, state_of in found if unit]

    return units


def _only(values: Raw) -> Any:
    return next(iter(values.values())) if len(values) == 1 else None


def reported_pick(table: TimeTable | None, zone: str) -> Callable[[Raw, datetime], ReportedTime]:
    if table is None:
        return lambda _raw, _fetched_at: NOTHING
    shown = ZoneInfo(zone)
    clock = Clock(ZoneInfo(table.zone or zone), shown, table.formats, table.time_formats)
    moment = _field_pick(FieldTable(column=table.moment, pattern=table.pattern)) if table.moment else None
    date, of_day = table.date, table.time

    def reported(raw: Raw, fetched_at: datetime) -> ReportedTime:
        if moment and (text := moment(raw)):
            return clock.moment(text, fetched_at)
        hour = text_of(raw.get(of_day)) if of_day else None
        if hour and not date:
            return clock.time_alone(hour, fetched_at)
        if hour and date and (day := text_of(raw.get(date))):
            return clock.date_and_time(day, hour, fetched_at)
        return NOTHING

    return reported


def decimals_of(privacy: PrivacyTable) -> int | None:
    """To how many decimals of a degree the publisher's points are rounded; None where they are not."""
    if privacy.point_decimals is None and privacy.mask_block:
        return _MASKED_DECIMALS
    return privacy.point_decimals
