"""When a call was reported: a publisher's text or number, read in the feed's time zone. Pure; used by `making`.

Local clocks show one hour twice in autumn and skip one in spring. A doubtful hour is read as the later of its two
moments, unless that lies in the future of the snapshot; an hour that was skipped is moved on by what was skipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bluelamp.domain.moment import moment_of

# A publisher's clock may be ahead of ours by so much before an hour counts as one that is still to come.
AHEAD = timedelta(minutes=5)


class Reported(NamedTuple):
    """`local` is the clock's text without an offset, `at` the moment; `depends` says that another time of fetching
    could have given another moment."""

    local: str | None = None
    at: str | None = None
    depends: bool = False


NOTHING = Reported()


def resolve_local(clock: datetime, zone: ZoneInfo, fetched_at: datetime) -> tuple[datetime, bool]:
    """The moment of a clock's naive time, and whether the time of fetching decided which."""
    early = clock.replace(tzinfo=zone, fold=0)
    late = clock.replace(tzinfo=zone, fold=1)
    # Before and after a change of the clocks the offsets differ: more before is an hour that comes twice.
    before, after = early.utcoffset(), late.utcoffset()
    assert before is not None
    assert after is not None
    if before <= after:
        # The offset of before, applied to a time that was skipped, moves it on by what was skipped.
        return (clock - before).replace(tzinfo=UTC), False
    second = (clock - after).replace(tzinfo=UTC)
    if second <= fetched_at + AHEAD:
        return second, True
    return (clock - before).replace(tzinfo=UTC), True


@dataclass(frozen=True, slots=True)
class Clock:
    """How one feed states times. `zone` is that of its texts, `shown` the one that `local` is told in."""

    zone: ZoneInfo
    shown: ZoneInfo
    formats: tuple[str, ...]
    time_formats: tuple[str, ...]

    def moment(self, text: str, fetched_at: datetime) -> Reported:
        """What a column says that holds date and time; NOTHING where it cannot be read."""
        found = _read(text, self.formats)
        return NOTHING if found is None else self._reported(found, fetched_at)

    def date_and_time(self, date: str, of_day: str, fetched_at: datetime) -> Reported:
        """What two columns say together; a date without a time says too little. A time that holds a date itself, as
        some do for what was reported yesterday, is right by itself."""
        hour = _read_time(of_day, self.time_formats)
        if isinstance(hour, datetime):
            return self._reported(hour, fetched_at)
        day = _read(date, self.formats)
        if day is None or hour is None:
            return NOTHING
        if day.tzinfo is not None:
            day = day.astimezone(self.zone)
        return self._reported(datetime.combine(day.date(), hour), fetched_at)

    def _reported(self, found: datetime, fetched_at: datetime) -> Reported:
        depends = False
        try:
            if found.tzinfo is None:
                moment, depends = resolve_local(found, self.zone, fetched_at)
                if self.zone is self.shown:
                    # As the publisher's clock shows it, even where that is an hour that was skipped.
                    return Reported(found.isoformat(timespec="seconds"), moment_of(moment), depends)
            else:
                moment = found.astimezone(UTC)
            local = moment.astimezone(self.shown).replace(tzinfo=None)
        except (OverflowError, ValueError):
            return NOTHING
        return Reported(local.isoformat(timespec="seconds"), moment_of(moment), depends)


def _read(text: str, formats: tuple[str, ...]) -> datetime | None:
    for one in formats:
        found = _read_as(text, one)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=8192)
def _read_as(text: str, form: str) -> datetime | None:
    try:
        if form == "iso":
            return datetime.fromisoformat(text)
        if form == "epoch":
            return _from_epoch(float(text))
        if form == "rfc822":
            return parsedate_to_datetime(text)
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the feed's, see Clock
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None


def _from_epoch(number: float) -> datetime | None:
    """Seconds since 1970, or thousandths of them: 1e11 seconds is the year 5138, 1e11 thousandths is 1973."""
    seconds = number / 1000 if number > 1e11 else number
    return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) and seconds > 0 else None


@lru_cache(maxsize=8192)
def _read_time(text: str, formats: tuple[str, ...]) -> time | datetime | None:
    for form in formats:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the feed's, see Clock
        except ValueError:
            continue
        return found if "%Y" in form or "%y" in form else found.time()
    return None
