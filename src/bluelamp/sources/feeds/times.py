"""When a call was reported: a publisher's text or number, read in the feed's time zone. Pure; used by `making`.

Local clocks show one hour twice in autumn and skip one in spring. A doubtful hour is read as the later of its two
moments, unless that lies in the future of the snapshot; an hour that was skipped is moved on by what was skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bluelamp.domain.moment import moment_of
from bluelamp.sources.feeds.time_formats import ParsedTime, holds, is_date_alone, read_as

# A publisher's clock may be ahead of ours by so much before an hour counts as one that is still to come.
AHEAD = timedelta(minutes=5)


# Nobody lists a call for ten years, or one of the day after tomorrow: such a time is a fault, and says nothing.
OLDEST, NEWEST = timedelta(days=3653), timedelta(days=1)


class ReportedTime(NamedTuple):
    """`local` is the clock's text without an offset, `at` the moment; `depends` says that another time of fetching
    could have given another moment. `odd` names what was wrong (`oddities`) where nothing came of a text."""

    local: str | None = None
    at: str | None = None
    depends: bool = False
    odd: str = ""


NOTHING = ReportedTime()
UNREAD = ReportedTime(odd="time_unread")
OUTSIDE = ReportedTime(depends=True, odd="time_outside")


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

    def moment(self, text: str, fetched_at: datetime) -> ReportedTime:
        """What a column says that holds date and time; UNREAD where it cannot be read. A time of day alone is today's,
        or yesterday's where that is still ahead; a day without a year is likewise the last one."""
        for form in self.formats:
            if is_date_alone(text, form):
                continue
            found = self._dated(text, form, fetched_at)
            if found is not None:
                return found
        return UNREAD

    def _dated(self, text: str, form: str, fetched_at: datetime) -> ReportedTime | None:
        for year in self._years(form, fetched_at):
            found = read_as(text, form, year)
            if found is None or (year is not None and self._is_ahead(found.when, fetched_at)):
                continue
            if not holds(form).day:
                return self.time_of_day(found.when.time(), fetched_at)
            reported = self._zoned(found, fetched_at)
            return reported if year is None else reported._replace(depends=True)
        return None

    def date_and_time(self, date: str, of_day: str, fetched_at: datetime) -> ReportedTime:
        """What two columns say together; a date without a time says too little. A time that holds a date itself, as
        some do for what was reported yesterday, is right by itself."""
        for form in self.time_formats:
            found = read_as(of_day, form)
            if found is not None:
                if holds(form).day:
                    return self._zoned(found, fetched_at)
                return self._on(date, found.when.time(), fetched_at)
        return UNREAD

    def time_alone(self, of_day: str, fetched_at: datetime) -> ReportedTime:
        """What a column says that holds a time of day, of a feed that states no date."""
        for form in self.time_formats:
            found = read_as(of_day, form)
            if found is not None:
                if holds(form).day:
                    return self._zoned(found, fetched_at)
                return self.time_of_day(found.when.time(), fetched_at)
        return UNREAD

    def time_of_day(self, of_day: time, fetched_at: datetime) -> ReportedTime:
        """Today's, or yesterday's where that is still ahead."""
        today = fetched_at.astimezone(self.zone).date()
        found = datetime.combine(today, of_day)
        if self._is_ahead(found, fetched_at):
            found = datetime.combine(today - timedelta(days=1), of_day)
        return self._reported(found, fetched_at)._replace(depends=True)

    def _on(self, date: str, of_day: time, fetched_at: datetime) -> ReportedTime:
        """A time of a day that is stated beside it."""
        for form in self.formats:
            if not holds(form).day:
                continue
            for year in self._years(form, fetched_at):
                day = read_as(date, form, year)
                if day is None:
                    continue
                when = day.when if day.when.tzinfo is None else day.when.astimezone(self.zone)
                found = datetime.combine(when.date(), of_day)
                if year is None or not self._is_ahead(found, fetched_at):
                    return self._reported(found, fetched_at, depends=year is not None)
        return UNREAD

    def _years(self, form: str, fetched_at: datetime) -> tuple[int | None, ...]:
        """The years that a text of a format may be of, the likelier first; None where it says so itself."""
        states = holds(form)
        if states.year or not states.day:
            return (None,)
        this = fetched_at.astimezone(self.zone).year
        return this, this - 1

    def _is_ahead(self, clock: datetime, fetched_at: datetime) -> bool:
        """Whether a clock's time is still to come."""
        moment = clock if clock.tzinfo is not None else resolve_local(clock, self.zone, fetched_at)[0]
        return moment > fetched_at + AHEAD

    def _zoned(self, found: ParsedTime, fetched_at: datetime) -> ReportedTime:
        """A time that may name a zone: one that the feed's own zone does not go by is not guessed at."""
        if found.zone and found.zone not in {
            found.when.replace(tzinfo=self.zone, fold=fold).tzname() for fold in (0, 1)
        }:
            return UNREAD
        return self._reported(found.when, fetched_at)

    def _reported(self, found: datetime, fetched_at: datetime, *, depends: bool = False) -> ReportedTime:
        try:
            if found.tzinfo is None:
                moment, doubtful = resolve_local(found, self.zone, fetched_at)
                depends = depends or doubtful
            else:
                moment = found.astimezone(UTC)
            if not -OLDEST <= moment - fetched_at <= NEWEST:
                return OUTSIDE
            # As the publisher's clock shows it, even where that is an hour that was skipped.
            own = found.tzinfo is None and self.zone is self.shown
            local = found if own else moment.astimezone(self.shown).replace(tzinfo=None)
        except (OverflowError, ValueError):
            return OUTSIDE
        return ReportedTime(local.isoformat(timespec="seconds"), moment_of(moment), depends)
