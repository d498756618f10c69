"""UK local time of UTC instants and back, for whole columns. Used by `load` and `build` for the times of stops.

The rules come from the IANA time zone database (Python's zoneinfo); this only turns them into a table of switches,
because asking zoneinfo row by row would take longer than reading the files.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

_ZONE = ZoneInfo("Europe/London")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 2005, 2045
_HOUR = 3_600_000_000

Instants = npt.NDArray[np.int64]


@cache
def _switches() -> tuple[Instants, Instants]:
    """(instants in microseconds since 1970 at which the offset changes, the offset from then on)."""
    moments, offsets = [np.iinfo(np.int64).min], [_offset(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC))]
    hour = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC)
    end = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    while hour < end:
        day_later = hour + timedelta(days=1)
        if _offset(day_later) != offsets[-1]:
            while _offset(hour) == offsets[-1]:
                hour += timedelta(hours=1)
            moments.append(int((hour - _EPOCH).total_seconds()) * 1_000_000)
            offsets.append(_offset(hour))
        hour = day_later
    return np.array(moments, np.int64), np.array(offsets, np.int64)


def _offset(moment: datetime) -> int:
    offset = moment.astimezone(_ZONE).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) * 1_000_000


def to_local(instants: Instants) -> Instants:
    """Local wall-clock microseconds for UTC microseconds since 1970."""
    moments, offsets = _switches()
    shifted: Instants = instants + offsets[np.searchsorted(moments, instants, side="right") - 1]
    return shifted


def from_local(walls: Instants) -> Instants:
    """UTC microseconds for local wall-clock microseconds since 1970.

    Of the hour that comes twice in autumn the first is taken. The hour that spring leaves out is taken as UTC.
    """
    earlier = walls - _HOUR
    found: Instants = np.where(to_local(earlier) == walls, earlier, walls)
    return found
