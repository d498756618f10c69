"""What was wrong with parts of rows that could be read: a time, a point. Nothing comes of that part, and it is counted.
Told by `bluelamp feeds check`, and in the poller's log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Each in words that follow “12 rows”.
ODDITIES: dict[str, str] = {
    "time_unread": "have a time that no format reads wholly: it is unknown",
    "time_outside": "have a time of more than ten years ago or more than a day ahead: it is unknown",
    "point_unread": "have a point that is no two numbers",
    "point_zero": "have a point of 0, 0, which stands for “not known”",
    "point_nowhere": "have a point that is nowhere on earth, or a default such as -1, -1",
    "point_reference": "have a point in another reference system than degrees",
    "point_zone": "have a point far from where the feed's time zone is",
    "point_bounds": "have a point outside the feed's bounds",
}


class Oddity(NamedTuple):
    """One of ODDITIES, and what the publisher wrote there."""

    code: str
    text: str


class Count(NamedTuple):
    """How many rows, and the first example."""

    rows: int
    example: str


def counted_oddities(found: Iterable[Oddity]) -> Mapping[str, Count]:
    """By code, in the order of ODDITIES."""
    counts: dict[str, Count] = {}
    for code, text in found:
        before = counts.get(code, Count(0, text))
        counts[code] = Count(before.rows + 1, before.example)
    return {code: counts[code] for code in ODDITIES if code in counts}
