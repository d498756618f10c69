"""All that can be found wrong with a feed's file by one answer: fields that are empty, times and points of which
nothing comes, pages that repeat. Pure; used by `bluelamp feeds check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bluelamp.domain.snapshot import CUT_OFF, PAGES_REPEAT, SnapshotReading
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.feeds.oddities import ODDITIES

_SHOWN_COLUMNS = 40
_LONGEST_EXAMPLE = 60
# What many feeds write where they know no place: told, and a fault only where no row has a point.
_USUAL = frozenset({"point_zero"})
_CUT = {
    CUT_OFF: "The answer says that its list goes on: it is never whole, and no call that leaves it has ended.",
    PAGES_REPEAT: "Its pages repeat one another: the publisher does not turn pages, and the list may go on.",
}


class Remark(NamedTuple):
    """Something that was found, as a sentence. A `fault` is to be mended in the file, or by the publisher; the rest is
    good to know."""

    words: str
    fault: bool = True


def filled(reading: SnapshotReading) -> Counter[str]:
    """How many rows have each of our fields, and `point`."""
    counts = Counter[str]()
    for row in reading.rows:
        counts.update(row.values.keys())
        counts["unit"] += bool(row.units)
        counts["point"] += row.point is not None
    return counts


def findings(agency: Agency, reading: SnapshotReading) -> list[Remark]:
    """Everything, the gravest first. An empty list says nothing of its columns."""
    found = list(_unreadable(agency, reading))
    found += _cut(reading)
    if reading.rows:
        found += _empty(agency, reading)
        found += _odd(agency, reading)
        found += _pointless(agency, reading)
    return found


def _unreadable(agency: Agency, reading: SnapshotReading) -> Iterator[Remark]:
    unreadable = len(reading.unreadable)
    if unreadable:
        words = f"{unreadable:,} of {_rows(reading.total)} cannot be read."
        yield Remark(words, _many(agency, unreadable, reading))


def _empty(agency: Agency, reading: SnapshotReading) -> Iterator[Remark]:
    """Fields that are mapped and in no row: their column is not there, or it is and nothing comes of it."""
    counts = filled(reading)
    empty = [name for name in sorted(agency.fields) if not counts[name]]
    if not empty:
        return
    there = [name for name in empty if name in reading.fields]
    gone = [name for name in empty if name not in reading.fields]
    absent = sorted(agency.columns - reading.columns)
    if gone:
        columns = f" No row has the columns {', '.join(absent)}." if absent else ""
        yield Remark(f"Mapped, but in no row: {', '.join(gone)}.{columns}")
    if there:
        yield Remark(
            f"Empty in every row: {', '.join(there)}. The columns are there: either every cell is empty, or nothing"
            " comes of what stands in them (a pattern that never matches, a list of objects whose key is not named)."
        )
    yield Remark(f"The rows have: {_columns(reading)}.", fault=False)


def _columns(reading: SnapshotReading) -> str:
    names = sorted(reading.columns)
    more = f" and {len(names) - _SHOWN_COLUMNS:,} more" if len(names) > _SHOWN_COLUMNS else ""
    return f"{', '.join(names[:_SHOWN_COLUMNS])}{more}"


def _odd(agency: Agency, reading: SnapshotReading) -> Iterator[Remark]:
    for code, (rows, example) in reading.odd.items():
        shown = example if len(example) <= _LONGEST_EXAMPLE else f"{example[:_LONGEST_EXAMPLE]}…"
        fault = code not in _USUAL and _many(agency, rows, reading)
        yield Remark(f"{rows:,} of {_rows(reading.total)} {ODDITIES[code]}, such as “{shown}”.", fault)


def _pointless(agency: Agency, reading: SnapshotReading) -> Iterator[Remark]:
    if agency.coordinates != "feed":
        return
    if not any(row.point for row in reading.rows):
        yield Remark(f"No row has a point that could be read. The rows have: {_columns(reading)}.")
    if agency.bounds is None:
        yield Remark("No bounds are set: a point that is far from the feed's area cannot be told.", fault=False)


def _cut(reading: SnapshotReading) -> Iterator[Remark]:
    """Such a list is never whole, and ends no call: that is worth knowing before it is polled."""
    for reason in reading.cut:
        yield Remark(_CUT[reason])


def _many(agency: Agency, rows: int, reading: SnapshotReading) -> bool:
    """More than may be wrong in a list that is right."""
    return rows > agency.rules.unreadable_share * reading.total


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"
