"""What the streams come to, in figures for Prometheus: plain counters that cost nothing while writing, read when asked.
Kept by the hub, shown by `/metrics`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bluelamp.domain.moment import moment_of, seconds_between
from bluelamp.live.health import FeedHealth

if TYPE_CHECKING:
    from bluelamp.web.streams.hub import Hub

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_LAG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900)


class Tally:
    """Counts by feed. Used on the event loop only, read by any thread."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.bytes: Counter[str] = Counter()
        self.begun: Counter[str] = Counter()
        self.resyncs: Counter[str] = Counter()
        self.endings: Counter[tuple[str, str]] = Counter()
        self.refused = 0
        self._lag = Histogram(
            "bluelamp_stream_lag_seconds",
            "From the snapshot that showed a change to this process having it, by feed.",
            ("feed",),
            registry=registry,
            buckets=_LAG,
        )
        self._delivery = Histogram(
            "bluelamp_stream_delivery_seconds",
            "From this process having a change to its bytes being handed to a connection, by feed.",
            ("feed",),
            registry=registry,
            buckets=_SECONDS,
        )

    def grew(self, feed: str, at: str) -> None:
        """Changes came, of a snapshot of this moment."""
        lag = seconds_between(at, moment_of(datetime.now(UTC))) if at else 0.0
        self._lag.labels(feed).observe(max(lag, 0.0))

    def wrote(self, feed: str, data: bytes, seconds: float | None) -> None:
        """Bytes were handed to a connection, so many seconds after they had come; None where they are no news."""
        self.bytes[feed] += len(data)
        if seconds is not None:
            self._delivery.labels(feed).observe(seconds)
        if data.startswith(b"event: resync"):
            self.resyncs[feed] += 1

    def opened(self, feed: str) -> None:
        self.begun[feed] += 1

    def ended(self, feed: str, why: str) -> None:
        self.endings[feed, why] += 1


class StreamMetrics(Collector):
    """What `/metrics` shows of the live half. `health` gives each feed's, or nothing while the database is away."""

    def __init__(self, hub: Hub, health: Callable[[], list[FeedHealth]]) -> None:
        self._hub, self._health = hub, health

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._streams()
        yield from self._feeds()

    def _streams(self) -> Iterator[Metric]:
        hub, tally = self._hub, self._hub.tally
        opened = Counter(stream.board.feed for stream in list(hub.streams))
        boards = list(hub.boards.items())
        yield _gauge("bluelamp_streams_open", "Open streams.", {feed: opened[feed] for feed in sorted(hub.heads)})
        yield _gauge("bluelamp_stream_ring_head", "The newest change.", {name: one.ring.head for name, one in boards})
        yield _gauge(
            "bluelamp_stream_ring_tail", "Changes up to here are let go.", {name: one.ring.tail for name, one in boards}
        )
        yield _counter("bluelamp_stream_bytes", "Bytes handed to connections.", tally.bytes)
        yield _counter("bluelamp_streams_opened", "Streams that were opened.", tally.begun)
        yield _counter("bluelamp_stream_resyncs", "Streams that were told to load the calls anew.", tally.resyncs)
        yield CounterMetricFamily("bluelamp_streams_refused", "Streams that were refused a place.", tally.refused)
        endings = CounterMetricFamily("bluelamp_streams_ended", "Streams that ended, by why.", labels=("feed", "why"))
        for (feed, why), count in list(tally.endings.items()):
            endings.add_metric((feed, why), count)
        yield endings
        yield GaugeMetricFamily("bluelamp_logs_followed", "Whether the logs can be read.", int(not hub.problem))
        yield GaugeMetricFamily("bluelamp_tasks", "Tasks of the event loop.", _tasks(hub))

    def _feeds(self) -> Iterator[Metric]:
        found = self._health()
        age = {one.feed: one.age_seconds for one in found if one.age_seconds is not None}
        yield _gauge("bluelamp_feed_snapshot_age_seconds", "Age of the newest whole snapshot.", age)
        yield _gauge("bluelamp_feed_open_calls", "Open calls.", {one.feed: one.open_calls for one in found})
        verdicts = CounterMetricFamily("bluelamp_feed_snapshots", "Snapshots by verdict.", labels=("feed", "verdict"))
        for one in found:
            for verdict, count in one.verdicts.items():
                verdicts.add_metric((one.feed, verdict), count)
        yield verdicts


def _tasks(hub: Hub) -> int:
    loop = hub.loop
    return len(asyncio.all_tasks(loop)) if loop is not None else 0


def _gauge(name: str, words: str, values: dict[str, int] | dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=("feed",))
    for feed, value in values.items():
        family.add_metric((feed,), value)
    return family


def _counter(name: str, words: str, values: Counter[str]) -> Metric:
    family = CounterMetricFamily(name, words, labels=("feed",))
    for feed, value in list(values.items()):
        family.add_metric((feed,), value)
    return family
