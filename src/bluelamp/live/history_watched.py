"""How much of a local day a feed was watched, from the ledger of its snapshots. Used by `compact`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bluelamp.domain.local_day import Watched, bounds, spans_of, watched
from bluelamp.domain.moment import moment_of
from bluelamp.live.guard import GOOD, SUSPICIOUS, UNCHANGED
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.snapshots import Snapshots

# Answers that showed what was going on, or that nothing had changed.
_SEEN = {GOOD, UNCHANGED, SUSPICIOUS}
# Answers that are at most so many intervals apart cover the time between them.
_INTERVALS = 3
# However often a feed is polled: in so short a time hardly a call comes and goes unseen.
_SHORT = timedelta(minutes=6)


def watched_day(snapshots: Snapshots, agency: Agency, day: date) -> Watched:
    """The minutes that were watched, by local hour, and the gaps."""
    zone = ZoneInfo(agency.zone)
    apart = max(timedelta(seconds=_INTERVALS * agency.interval_seconds), _SHORT)
    begin, end = bounds(day, zone)
    # An answer just outside of the day covers time within it.
    found = snapshots.watched(agency.name, moment_of(begin - apart), moment_of(end + apart))
    answers = [datetime.fromisoformat(moment) for moment, verdict in found if verdict in _SEEN]
    return watched(day, zone, spans_of(answers, apart))
