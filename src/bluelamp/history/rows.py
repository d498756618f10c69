"""Calls as rows of the lake: one row for each call, every duration as an interval. Used by `compact`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bluelamp.domain.call import Call
from bluelamp.domain.call_field import CALL_FIELDS
from bluelamp.domain.duration import Minutes, minutes_open, minutes_with_unit
from bluelamp.domain.month import Month

# Columns that are as the call has them.
_SAME = (*(field.name for field in CALL_FIELDS if field.kind in ("word", "text")), "reopened")
Row = dict[str, Any]


def rows_of(
    feed: str, day: date, zone: ZoneInfo, calls: Iterable[Call], first_natures: Mapping[str, str | None]
) -> list[Row]:
    """The rows of the calls that were opened on a local day, in the order that they were opened."""
    rows = [_row(feed, day, zone, call, first_natures.get(call["id"], call["nature"])) for call in calls]
    return in_order(rows)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """The order of a day's file: by the moment of opening, then id."""
    return sorted(rows, key=lambda row: (row["opened_by"], row["call"]))


def merged(fresh: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """A day's rows where the log has let some of its calls go: these stay as they were. How a call was first listed is
    known from before, where its opening was let go."""
    known = {row["call"]: row for row in before}
    stays = known.keys() - {row["call"] for row in fresh}
    found = [known[call] for call in stays]
    for row in fresh:
        first = known[row["call"]]["first_nature"] if row["call"] in known else row["first_nature"]
        found.append({**row, "first_nature": first})
    return in_order(found)


def _row(feed: str, day: date, zone: ZoneInfo, call: Call, first_nature: str | None) -> Row:
    opened_by = call["opened_between"][1]
    assert opened_by is not None, "a call has been seen"
    local = datetime.fromisoformat(opened_by).astimezone(zone)
    closed = call["closed_between"] or [None, None]
    units = sorted({unit["unit"] for unit in (*call["former_units"], *call["units"])})
    values: Mapping[str, Any] = call
    return {
        "feed": feed,
        "day": day,
        "call": call["id"],
        **{name: values[name] for name in _SAME},
        "first_nature": first_nature,
        "reported_at": _utc(call["reported_at"]),
        "opened_after": _utc(call["opened_between"][0]),
        "opened_by": _utc(opened_by),
        "opened_local": local.replace(tzinfo=None, fold=0),
        "month": Month.of(day.year, day.month).index,
        "weekday": day.isoweekday(),
        "hour": local.hour,
        "closed_after": _utc(closed[0]),
        "closed_by": _utc(closed[1]),
        "ended": call["ended"] or "open",
        **_minutes("minutes_open", minutes_open(call)),
        "units": units,
        "unit_count": len(units),
        **_minutes("minutes_on_scene", minutes_with_unit(call)),
        "changes": call["revision"],
        **_place(call),
    }


def _minutes(name: str, minutes: Minutes) -> Row:
    return {f"{name}_least": minutes.least, f"{name}_most": minutes.most, name: minutes.middle}


def _place(call: Call) -> Row:
    place: Mapping[str, Any] = call["place"] or {}
    is_point = place.get("kind") == "point"
    return {
        "place_kind": place.get("kind") or "none",
        "latitude": place.get("lat") if is_point else None,
        "longitude": place.get("lon") if is_point else None,
        "uncertainty_m": place.get("uncertainty_m"),
        "place_method": place.get("method"),
        "place_area": place.get("area"),
    }


def _utc(moment: str | None) -> datetime | None:
    """A moment as a column in UTC holds it."""
    return None if moment is None else datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None)
