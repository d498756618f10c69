"""What the event log lets go: changes and ended calls that are older than is wished for, and safely in the lake. Used
by `upkeep`.

Nothing goes whose day is not in the lake with the right hash, and in object storage where there is one. A call that has
not ended stays, only its older changes go: one that never ends must not keep all the others for ever. When it ends, its
day takes the others from its file. What goes can be had again: a rebuild makes the log from the bytes as received,
which are never let go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bluelamp.domain.local_day import bounds, day_of
from bluelamp.domain.moment import moment_of
from bluelamp.history.compact import CompactionStores
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.live.log_writer import LogWriter


def retain(stores: CompactionStores, writer: LogWriter, agency: Agency, now: datetime, keep_days: int) -> int:
    """Let go what is older than so many days, as far as it is safe; how many changes. 0 days are for ever."""
    if keep_days <= 0:
        return 0
    until = safe_until(stores, agency, now - timedelta(days=keep_days))
    return 0 if until is None else writer.forget_before(agency.name, moment_of(until))


def safe_until(stores: CompactionStores, agency: Agency, wanted: datetime) -> datetime | None:
    """The moment up to which all is safely in the lake, at most the wanted one; None where nothing is."""
    head = stores.log.head(agency.name)
    oldest = stores.calls.oldest_change(head)
    if oldest is None or stores.days.seen(agency.name) != (head.log, head.seq):
        return None  # what came since was not looked through: the next time will do
    zone = ZoneInfo(agency.zone)
    held = {one.day: one for one in stores.days.all(agency.name)}
    day = day_of(datetime.fromisoformat(oldest), zone)
    while bounds(day, zone)[1] <= wanted and _is_safe(stores, held.get(day.isoformat())):
        day += timedelta(days=1)
    return bounds(day, zone)[0]


def _is_safe(stores: CompactionStores, day: CallsDay | None) -> bool:
    if day is None:
        return False
    if not day.path:
        return True
    bucket = stores.lake.bucket
    if bucket is not None and (not day.uploaded or bucket.size(day.uploaded) != day.size):
        return False
    return stores.lake.is_sound(day.path, day.sha256)
