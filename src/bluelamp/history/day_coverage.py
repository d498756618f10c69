"""How much of a local day a feed was watched, from the ledger of its snapshots. Used by `compact`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bluelamp.domain.local_day import Watched, bounds, spans_of, watched
from bluelamp.domain.moment import moment_of
from bluelamp.history.gaps import SEEN, longest_wait
from bluelamp.sources.feeds.agency import Agency
from bluelamp.storage.live.snapshots import Snapshots


def watched_day(snapshots: Snapshots, agency: Agency, day: date) -> Watched:
    """The minutes that were watched, by local hour, and the gaps."""
    zone = ZoneInfo(agency.zone)
    apart = timedelta(seconds=longest_wait(agency))
    begin, end = bounds(day, zone)
    # An answer just outside of the day covers time within it.
    found = snapshots.watched(agency.name, moment_of(begin - apart), moment_of(end + apart))
    answers = [datetime.fromisoformat(moment) for moment, verdict in found if verdict in SEEN]
    return watched(day, zone, spans_of(answers, apart))
