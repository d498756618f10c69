"""Chaos: a plan of faults driven through the real live flow, poll by poll. Used by tests and `benchmarks/chaos.py`.

What comes out is judged by `oracle`. A run can be killed at any moment and driven on: it goes on after the last answer
that was kept, as a poller does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bluelamp.bootstrap import open_live
from bluelamp.domain.change import Change
from bluelamp.domain.moment import moment_of
from bluelamp.live.capture import POLLED
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.workflow import LiveFlow
from bluelamp.settings import read_settings
from bluelamp.sources.feeds.fetching import Part
from bluelamp.synthetic.city.agency import FEED, PATH, agency_toml
from bluelamp.synthetic.city.faults import Plan
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.publisher import CityResponse, Publisher

# The night of 1 November 2026, when an hour comes twice, lies a week in.
START = datetime(2026, 10, 25, 6, tzinfo=UTC)
_URL = f"http://127.0.0.1{PATH}"
_LAG = timedelta(seconds=7)  # from a publication to the poll
_RENEW = 100


def chaos_publisher(seed: int = 1) -> Publisher:
    """The city of a chaos run."""
    return Publisher(SyntheticCity(seed), START)


def open_chaos(home: Path, *, database: str = "", url: str = _URL, timeout: float = 30.0) -> LiveFlow:
    """The live flow on a home that knows the city's feed; the home is made where it is not there yet."""
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    (home / "feeds" / f"{FEED}.toml").write_text(agency_toml(url, timeout=timeout), encoding="utf-8")
    flags = {"home": home, "allow_private_addresses": True, "database": database or None}
    return open_live(read_settings(flags, {})[0])


def moment_of_poll(publisher: Publisher, poll: int) -> str:
    """When a poll is made."""
    return moment_of(publisher.moment(poll) + _LAG)


def parts_of(answer: CityResponse) -> tuple[tuple[Part, ...], str]:
    """An answer as it is fetched: its parts, or why there are none."""
    if answer.hang:
        return (), "127.0.0.1 took too long to answer."
    if answer.cut:
        return (), "The connection to 127.0.0.1 was cut."
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return (Part(_URL, answer.status, headers, answer.body),), ""


def drive(
    flow: LiveFlow,
    publisher: Publisher,
    plan: Plan,
    *,
    until: int | None = None,
    after_each: Callable[[int], bool] | None = None,
) -> int:
    """Poll from where the feed stands to the plan's end, or up to `until`, through the flow's own steps; how many polls
    are done in all. `after_each` is told of each poll and may ask for the flow to be opened anew, as by a restart."""
    lease = flow.leases.acquire(FEED)
    assert lease is not None, "nobody else polls the feed"
    try:
        newest = flow.snapshots.newest(FEED)
        poll = newest.number if newest else 0
        feed = FeedFlow(flow.agency(FEED), lease, flow.writer, flow.snapshots)
        feed.take_waiting(moment_of_poll(publisher, poll))
        while poll < (len(plan) if until is None else until):
            parts, problem = parts_of(publisher.at(plan, poll))
            at = moment_of_poll(publisher, poll)
            flow.keep(FEED, parts, at, POLLED, problem)
            feed.take_waiting(at)
            poll += 1
            if after_each is not None and after_each(poll):
                feed = FeedFlow(flow.agency(FEED), lease, flow.writer, flow.snapshots)
            if poll % _RENEW == 0:
                flow.leases.renew(lease)
        return poll
    finally:
        flow.leases.release(lease)


def changes_of(flow: LiveFlow, page: int = 2000) -> Iterator[Change]:
    """Every change of the feed's log, in order."""
    head, after = flow.log.head(FEED), 0
    while after < head.seq:
        for logged in flow.log.changes(head, after, page):
            yield logged.change
            after = logged.seq
