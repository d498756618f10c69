"""What time it is, when clocks disagree. Used by `capture`, for the time that a snapshot is kept with.

Three witnesses: this machine's clock, its count of seconds since the last snapshot (which no setting of the clock
changes), and the source's `Date` header. A machine that slept agrees with the source again; a machine whose clock was
set wrong agrees with neither of the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Clocks that differ by less agree, seconds.
AGREEMENT = 120.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Last:
    when: datetime
    count: float


class SteadyClock:
    """Tells the time of answers. One for each feed; `now` and `count` are the machine's, or a test's."""

    def __init__(self, now: Callable[[], datetime] = _now, count: Callable[[], float] = time.monotonic) -> None:
        self._now, self._count = now, count
        self._last: _Last | None = None

    def time_of(self, headers: Mapping[str, str]) -> tuple[datetime, float | None]:
        """The time of an answer that has just come, and how far this machine's clock is ahead of the source's
        (seconds, None where the source states no time)."""
        here, count = self._now(), self._count()
        there = _stated(headers)
        skew = None if there is None else (here - there).total_seconds()
        when = self._agreed(here, count, there)
        self._last = _Last(when, count)
        return when, skew

    def _agreed(self, here: datetime, count: float, there: datetime | None) -> datetime:
        if self._last is None or there is None or _agree(here, there):
            return here
        counted = self._last.when + timedelta(seconds=count - self._last.count)
        if _agree(here, counted):
            return here  # it is the source's clock that is wrong
        return there if _agree(there, counted) else counted


def _agree(one: datetime, other: datetime) -> bool:
    return abs((one - other).total_seconds()) <= AGREEMENT


def _stated(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
        age = float(headers.get("age", "0") or 0)
    except (ValueError, TypeError, IndexError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    # What a cache has kept for a while was stated that long ago.
    return found + timedelta(seconds=min(max(age, 0.0), 86_400.0))
