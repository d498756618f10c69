"""Make a feed's event log anew from the bytes as received: the same snapshots give the same log.

A new log is written beside the old one and takes its place at the end, with an epoch of its own, so that streams of the
old one are told to start afresh. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.moment import moment_of
from bluelamp.errors import Busy
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.intake_counts import IntakeCounts
from bluelamp.live.workflow import LiveFlow


@dataclass(slots=True)
class Rebuilt:
    """What came of it: how many snapshots were read, and what they came to."""

    feed: str
    snapshots: int
    counts: IntakeCounts = field(default_factory=IntakeCounts)


def rebuild(flow: LiveFlow, feed: str, progress: Callable[[int, int], None]) -> Rebuilt:
    """Read every snapshot of a feed again, as far as its delay lets them be told. `progress` is told how many of how
    many are done. Raises Busy while another process polls the feed: nothing is changed then."""
    agency = flow.agency(feed)
    lease = flow.leases.acquire(feed)
    if lease is None:
        raise Busy(f"Another process polls the feed {feed}.", "Stop it, then run this again.")
    try:
        flow.writer.open(lease)
        newest = flow.snapshots.newest(feed)
        last = newest.number if newest else 0
        feed_flow = FeedFlow(agency, lease, flow.writer, flow.snapshots)
        state = flow.writer.begin_rebuild(lease)
        feed_flow.use(state)
        done = Rebuilt(feed, 0)
        now = moment_of(datetime.now(UTC))
        while entries := feed_flow.due(now):
            for step in feed_flow.take(entries):
                done.counts.add(step)
            done.snapshots += len(entries)
            flow.leases.renew(lease)
            progress(done.snapshots, last)
        flow.writer.finish_rebuild(lease, state)
        return done
    finally:
        flow.leases.release(lease)
