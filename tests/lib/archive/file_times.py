"""Published times of invented files, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np

from bluelamp.archive.profile.evidence import StopEvidence, count_stops
from bluelamp.domain.month import Month

LONDON = ZoneInfo("Europe/London")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def evidence_of(month: str, times: Iterable[str]) -> StopEvidence:
    """The evidence of a file with these times, as published without their offset: `2021-06-30 23:34`."""
    instants = [_micros(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in times]
    return count_stops(
        Month.parse(month), np.array(instants, np.int64), np.arange(2, len(instants) + 2, dtype=np.int32)
    )


def nights(month: str, *, local: bool) -> list[str]:
    """A month with three stops in each hour of the night and some of the day, as a file on either clock writes it."""
    first = Month.parse(month).first_day
    found, day = [], datetime(first.year, first.month, 1)  # noqa: DTZ001 - a wall clock
    while day.month == first.month:
        for hour, turn in product((0, 1, 2, 12, 17, 20, 22, 23), range(3)):
            wall = day + timedelta(hours=hour, minutes=1 + (day.day * 7 + hour * 5 + turn * 19) % 59)
            utc = wall.replace(tzinfo=LONDON).astimezone(UTC)
            if local and utc.astimezone(LONDON).replace(tzinfo=None) != wall:
                continue  # the hour that spring leaves out
            found.append(f"{wall if local else utc.replace(tzinfo=None):%Y-%m-%d %H:%M}")
        day += timedelta(days=1)
    return found


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
