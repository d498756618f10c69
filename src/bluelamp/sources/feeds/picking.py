"""How one of our fields is picked out of a publisher's row: columns, patterns, units, times, points. Made once for each
agency by `making`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bluelamp.domain.snapshot import FIELDS, ListedUnit, clean, clean_block
from bluelamp.sources.feeds.times import NOTHING, Clock, Reported
from bluelamp.sources.feeds.written import AgencyFile, FieldTable, PrivacyTable, TimeTable

Raw = Mapping[str, Any]  # a row as published: column → text, number, null (nothing nested, see `making.flattened`)
Pick = Callable[[Raw], str | None]
# Points of masked blocks are rounded to some hundred metres.
_MASKED_DECIMALS = 3


def text_of(value: Any) -> str | None:
    """`domain.snapshot.clean`, at once for what is clean as it stands, as nearly every cell is."""
    if type(value) is str and value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ") or None
    return clean(value)


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


def _source_pick(table: FieldTable) -> Pick:
    if table.column is not None:
        column = table.column
        return lambda raw: text_of(raw.get(column))
    if table.any_of:
        names = table.any_of
        return lambda raw: next((text for name in names if (text := text_of(raw.get(name)))), None)
    columns, joint = table.columns, table.join
    return lambda raw: joint.join(text for name in columns if (text := text_of(raw.get(name)))) or None


def _block(pick: Pick) -> Pick:
    return lambda raw: clean_block(pick(raw))


def units_pick(table: FieldTable | None) -> Callable[[Raw], tuple[ListedUnit, ...]] | None:
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


def reported_pick(table: TimeTable | None, zone: str) -> Callable[[Raw, datetime], Reported]:
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


def point_pick(written: AgencyFile) -> Callable[[Raw], tuple[float, float] | None]:
    table = written.point
    if table is None:
        return lambda _raw: None
    decimals = decimals_of(written.privacy)
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


def decimals_of(privacy: PrivacyTable) -> int | None:
    """To how many decimals of a degree the publisher's points are rounded; None where they are not."""
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
