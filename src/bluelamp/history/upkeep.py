"""The history of calls: closed days into the lake, and what the event log then lets go. Called by the command line,
and once an hour by whoever polls."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog

from bluelamp.errors import BluelampError, Busy, NoSuchThing
from bluelamp.history.compact import Compaction, CompactionStores
from bluelamp.history.retention import retain
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.live.log_writer import LogWriter

_LOG = structlog.get_logger("bluelamp.live")


@dataclass(frozen=True, slots=True)
class History:
    """The history of calls in one home. `keep_days` is how long changes are kept one by one; 0 is for ever."""

    agencies: Mapping[str, Agency]
    stores: CompactionStores
    writer: LogWriter
    keep_days: int = 0

    def close(self) -> None:
        """Give the database's connections back."""
        self.stores.log.close()

    def compact_closed(self, now: datetime | None = None) -> list[CallsDay]:
        """Put what is due of every feed into the lake and let go what may go; the days that are other than before. What
        goes wrong with one feed is logged and stops no other; nothing is done while another process is at it."""
        made: list[CallsDay] = []
        try:
            with self._writing():
                for feed in self._feeds():
                    try:
                        made += self._compaction(feed, now).run()
                        retain(self.stores, self.writer, self.agencies[feed], now or datetime.now(UTC), self.keep_days)
                    except BluelampError as error:
                        _LOG.error("history", feed=feed, problem=error.message)
        except Busy:
            return []
        return made

    def compact(
        self,
        feeds: Sequence[str] = (),
        days: Collection[date] = (),
        *,
        force: bool = False,
        now: datetime | None = None,
    ) -> list[CallsDay]:
        """Put days of some feeds (all by default) into the lake; see `Compaction.run`. Raises NoSuchThing for a feed
        that there is not, Busy while another process is at it, StorageError."""
        names = [self._known(feed) for feed in feeds] or self._feeds()
        with self._writing():
            return [day for feed in names for day in self._compaction(feed, now).run(days, force=force)]

    def mend(self) -> int:
        """Make those closed days anew whose file is lost or damaged; how many were. Raises Damaged where the log has
        let the calls of one go."""
        lost: dict[str, list[date]] = {}
        for day in self.stores.days.all():
            if day.path and day.feed in self.agencies and not self._is_sound(day):
                lost.setdefault(day.feed, []).append(date.fromisoformat(day.day))
        for feed, days in lost.items():
            self.compact([feed], days, force=True)
        return sum(map(len, lost.values()))

    def _is_sound(self, day: CallsDay) -> bool:
        lake = self.stores.lake
        try:
            lake.fetch(day.path, day.sha256, day.uploaded)
        except BluelampError:
            return False
        return lake.is_sound(day.path, day.sha256)

    def waiting(self, feed: str, now: datetime | None = None) -> list[date]:
        """The days of a feed that are over and not yet in the lake."""
        return self._compaction(self._known(feed), now).waiting()

    def retain(self, feeds: Sequence[str] = (), now: datetime | None = None) -> dict[str, int]:
        """Let go what is older than `keep_days` and safely in the lake; how many changes of each feed."""
        when = now or datetime.now(UTC)
        with self._writing():
            return {
                feed: retain(self.stores, self.writer, self.agencies[feed], when, self.keep_days)
                for feed in [self._known(feed) for feed in feeds] or self._feeds()
            }

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.stores.lake.writing():
            yield
            self.stores.lake.sweep({day.path for day in self.stores.days.all()})

    def _compaction(self, feed: str, now: datetime | None) -> Compaction:
        return Compaction(self.stores, self.agencies[feed], now or datetime.now(UTC))

    def _feeds(self) -> list[str]:
        """Those with a log, as far as their configuration says which zone they are in."""
        return [feed for feed in self.stores.log.heads() if feed in self.agencies]

    def _known(self, feed: str) -> str:
        if feed not in self.agencies:
            raise NoSuchThing(f"There is no feed “{feed[:60]}”.", "bluelamp feeds list shows those there are.")
        self.stores.log.head(feed)  # raises where nothing was ever taken in
        return feed
