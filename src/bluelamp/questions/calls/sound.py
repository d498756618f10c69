"""Which files of closed days are what was written. One that is not costs its day, and no other: it is a gap. Used by
`opening` and by the web server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import structlog

from bluelamp.errors import StorageError
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.calls.lake import CallsLake

# So many bytes are read to the end before the first answer; of more, at first only their presence and their sizes.
CHECKED_AT_ONCE = 64 << 20


def is_small(days: Iterable[CallsDay]) -> bool:
    """Whether all of it can be checked at once."""
    return sum(day.size for day in days) <= CHECKED_AT_ONCE


def sound_days(days: Iterable[CallsDay], lake: CallsLake, *, thorough: bool) -> list[CallsDay]:
    """The days, those without their file's path whose file is not there or not what was written; one that is missing
    here is brought from object storage. Thorough: every byte is read."""
    return [day if not day.path or problem_of(day, lake, thorough=thorough) == "" else _lost(day) for day in days]


def problem_of(day: CallsDay, lake: CallsLake, *, thorough: bool) -> str:
    """What is wrong with a day's file, in a few words; empty where nothing is."""
    try:
        lake.fetch(day.path, day.sha256, day.uploaded)
        found = lake.path(day.path)
        if not found.exists():
            return "it is gone"
        if found.stat().st_size != day.size or (thorough and not lake.is_sound(day.path, day.sha256)):
            return "it has changed"
    except (StorageError, OSError) as error:
        return str(error)
    return ""


def _lost(day: CallsDay) -> CallsDay:
    structlog.get_logger("bluelamp.questions").error("a day of calls is lost", feed=day.feed, day=day.day)
    return replace(day, path="")
