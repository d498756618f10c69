"""Closed days of a feed become rows of the lake: the dataset `calls`. Used by `upkeep`.

A call belongs to the local day on which it was first listed. A day is closed when it is over and what was seen of it
has been taken in, whatever is still open: a call that has not ended is a row that says so, without minutes. A change
that comes later makes the day's file anew: a call that ends, that comes back or that is placed. Killed at any moment,
a day has its old file or its new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bluelamp.domain.local_day import bounds, day_of
from bluelamp.domain.moment import moment_of
from bluelamp.errors import Damaged, UsageError
from bluelamp.history.day_coverage import watched_day
from bluelamp.history.gaps import SEEN, longest_wait
from bluelamp.history.rows import Row, merged, rows_of
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.calls.days import CallsDay, CallsDays
from bluelamp.storage.calls.lake import CallsLake
from bluelamp.storage.calls.log import CallsLog
from bluelamp.storage.live.event_log import EventLog, Head
from bluelamp.storage.live.snapshots import Snapshots

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CompactionStores:
    """What compaction reads and writes."""

    log: EventLog
    calls: CallsLog
    snapshots: Snapshots
    days: CallsDays
    lake: CallsLake


@dataclass(frozen=True, slots=True)
class Compaction:
    """One feed's closed days, put into the lake. `now` is a moment in time; the caller holds the lake's lock."""

    stores: CompactionStores
    agency: Agency
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.agency.zone)

    def run(self, only: Collection[date] = (), *, force: bool = False) -> list[CallsDay]:
        """Put what is due into the lake; the days that are other than before. `only` limits it to some days, and
        `force` takes days of which answers are still to be taken in. Raises UsageError for a day that is not over,
        StorageError; and Damaged, once all others are made, where a day's file is not what was written and the log has
        let its calls go."""
        feed, stores = self.agency.name, self.stores
        head = stores.log.head(feed)
        held = {date.fromisoformat(one.day): one for one in stores.days.all(feed)}
        again = self._changed(head, held)
        past = list(self._past())
        for day in only:
            if day not in past:
                raise UsageError(f"{day} is not over, or {feed} was not looked at yet or any more.")
        made: list[CallsDay] = []
        damaged: Damaged | None = None
        for day in only or sorted({*again, *(day for day in past if day not in held)}):
            # What is in the lake follows the log at once; what is new to it waits until it is closed.
            if day not in held and not force and not self._is_closed(day):
                continue
            try:
                found = self._make(head, day, held.get(day))
            except Damaged as error:  # of a day from before: it keeps no other one out
                damaged = damaged or error
                continue
            made += [found] if found is not None else []
        if not only and damaged is None:
            stores.days.put_seen(feed, head.log, head.seq)
        self._upload()
        if damaged is not None:
            raise damaged
        return made

    def waiting(self) -> list[date]:
        """The days that are over and not yet in the lake."""
        held = {one.day for one in self.stores.days.all(self.agency.name)}
        return [day for day in self._past() if day.isoformat() not in held]

    def _past(self) -> Iterator[date]:
        """Every day that is over, from the first to the newest on which the feed was looked at."""
        looked = self.stores.calls.looked(self.agency.name)
        if looked is None:
            return
        day, last = (day_of(datetime.fromisoformat(moment), self.zone) for moment in looked)
        while day <= last and bounds(day, self.zone)[1] <= self.now:
            yield day
            day += _A_DAY

    def _changed(self, head: Head, held: Collection[date]) -> set[date]:
        """The days in the lake of which a call has changed since they were looked through; all of them for another
        log."""
        log, seq = self.stores.days.seen(self.agency.name)
        if log != head.log:
            return set(held)
        moments = self.stores.calls.changed_since(head, seq)
        return {day_of(datetime.fromisoformat(moment), self.zone) for moment in moments} & set(held)

    def _is_closed(self, day: date) -> bool:
        """Whether all that was seen of a day that is over has been taken in, and how much of its last minutes was
        watched can be said: by an answer from after it, or because none came in time."""
        end = bounds(day, self.zone)[1]
        if self.stores.calls.waits_before(self.agency.name, moment_of(end)):
            return False
        newest = self.stores.snapshots.newest(self.agency.name, SEEN)
        answered = newest is not None and newest.fetched_at >= moment_of(end)
        return answered or end + timedelta(seconds=longest_wait(self.agency)) <= self.now

    def _make(self, head: Head, day: date, before: CallsDay | None) -> CallsDay | None:
        """Write a day's file and say that it is there; None where nothing is other than before."""
        feed, stores = self.agency.name, self.stores
        rows = self._rows(head, day, before)
        seen = watched_day(stores.snapshots, self.agency, day)
        about = {"feed": feed, "day": day.isoformat(), "zone": self.agency.zone, "watched": seen}
        file = stores.lake.write(feed, day.isoformat(), rows, about)
        still_open = sum(1 for row in rows if row["ended"] == "open")
        if before is not None and (before.file, before.watched) == (file, seen):
            return None
        made = CallsDay(
            feed, day.isoformat(), file.path, file.rows, file.size, file.sha256, seen, head.log, head.seq, still_open,
            "", moment_of(datetime.now(UTC)),
        )  # fmt: skip
        stores.days.put(made)
        if before is not None and before.path != file.path:
            stores.lake.retire(before.path)
        return made

    def _rows(self, head: Head, day: date, before: CallsDay | None) -> list[Row]:
        feed, stores = self.agency.name, self.stores
        first, last = map(moment_of, bounds(day, self.zone))
        calls = stores.log.calls_opened_between(feed, first, last)
        rows = rows_of(feed, day, self.zone, calls, stores.calls.first_natures(head, [call["id"] for call in calls]))
        # Once changes were let go the log may lack calls of the day, which then are only in the file.
        return merged(rows, self._rows_before(before)) if head.tail and before is not None else rows

    def _rows_before(self, before: CallsDay) -> list[Row]:
        lake = self.stores.lake
        if not before.path:
            return []
        lake.fetch(before.path, before.sha256, before.uploaded)
        if not lake.is_sound(before.path, before.sha256):
            raise Damaged(
                f"The lake's {before.path} is not what was written, and the log has let its calls go.",
                f"bluelamp live rebuild {self.agency.name} makes the log anew from the bytes as received.",
            )
        return lake.rows(before.path)

    def _upload(self) -> None:
        """Put into object storage what is not there yet."""
        bucket = self.stores.lake.bucket
        if bucket is None:
            return
        for day in self.stores.days.all(self.agency.name):
            key = bucket.key(day.feed, day.day)
            if day.uploaded:
                continue
            if day.path:
                bucket.put(key, self.stores.lake.path(day.path).read_bytes())
            else:
                bucket.delete(key)
            self.stores.days.put(replace(day, uploaded=key))
