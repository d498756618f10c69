"""A call in words, for programs that show entries to people: its title, and what is known of it with times as
intervals in the agency's own zone. Used by `syndication`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bluelamp.domain.call import Between, Call, Unit
from bluelamp.domain.moment import parse_moment

_LISTED_UNITS = 20


def title_of(call: Call) -> str:
    """`Theft, 5300 Hazel St / Ivy Ave`, in the agency's own words."""
    return ", ".join(part for part in (call["nature"], where_of(call)) if part) or "Call for service"


def where_of(call: Call) -> str:
    """The location with its block before it, where it does not begin with it already."""
    block, location = call["block"] or "", call["location"] or ""
    if not block or location.split(" ")[0] == block:
        return location
    return f"{block} {location}".strip()


def summary_of(call: Call, zone: ZoneInfo) -> str:
    """What is known of a call, in sentences."""
    named = (("priority", call["priority"]), ("division", call["division"]), ("beat", call["beat"]))
    facts = ", ".join(f"{name} {value}" for name, value in named if value)
    told = [f"{facts[0].upper()}{facts[1:]}." if facts else "", _units(call), _opened(call, zone), _ended(call, zone)]
    return " ".join(sentence for sentence in told if sentence)


def _units(call: Call) -> str:
    names = _names(call["units"])
    if call["ended"]:
        everybody = _names([*call["units"], *call["former_units"]])
        return f"Units that were on it: {everybody}." if everybody else ""
    return f"Units on it: {names}." if names else "No unit is listed on it."


def _names(units: Sequence[Unit]) -> str:
    names = sorted({unit["unit"] for unit in units})
    more = f" and {len(names) - _LISTED_UNITS} more" if len(names) > _LISTED_UNITS else ""
    return ", ".join(names[:_LISTED_UNITS]) + more


def _opened(call: Call, zone: ZoneInfo) -> str:
    again = f" It was listed again {times}." if (times := _times(call["reopened"])) else ""
    return f"Opened {interval(call['opened_between'], zone)}.{again}"


def _times(number: int) -> str:
    return "" if not number else "once" if number == 1 else f"{number} times"


def _ended(call: Call, zone: ZoneInfo) -> str:
    if not call["ended"]:
        return "Still open."
    between = call["closed_between"] or [None, None]
    if call["ended"] == "closed":
        return f"Ended {interval(between, zone)}."
    return f"Left the list {interval(between, zone)}; whether it has ended is not known."


def interval(between: Between, zone: ZoneInfo) -> str:
    """When something happened, as far as it is known: `on 11 February 2026 between 00:40 and 00:42 CST`."""
    first, last = (None if text is None else parse_moment(text).astimezone(zone) for text in between)
    if last is None:
        return "at a time that is not known"
    if first is None:
        return f"before {last:%H:%M %Z} on {_day(last)}"
    if first.date() != last.date() or first.utcoffset() != last.utcoffset():
        return f"between {first:%H:%M %Z} on {_day(first)} and {last:%H:%M %Z} on {_day(last)}"
    if (first.hour, first.minute) == (last.hour, last.minute):
        return f"on {_day(last)} at {last:%H:%M %Z}"
    return f"on {_day(last)} between {first:%H:%M} and {last:%H:%M %Z}"


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y}"
