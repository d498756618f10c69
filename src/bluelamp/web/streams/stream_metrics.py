"""What `/metrics` shows of streams and feeds, read from the hub and from the health of the feeds. Used by `web.app`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bluelamp.live.health import FeedHealth
from bluelamp.web.streams.hub import Hub


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
        hub, counters = self._hub, self._hub.counters
        opened = Counter(stream.board.feed for stream in list(hub.streams))
        boards = list(hub.boards.items())
        yield _gauge("bluelamp_streams_open", "Open streams.", {feed: opened[feed] for feed in sorted(hub.heads)})
        yield _gauge("bluelamp_stream_ring_head", "The newest change.", {name: one.ring.head for name, one in boards})
        yield _gauge(
            "bluelamp_stream_ring_tail", "Changes up to here are let go.", {name: one.ring.tail for name, one in boards}
        )
        yield _counter("bluelamp_stream_bytes", "Bytes handed to connections.", counters.bytes)
        yield _counter("bluelamp_streams_opened", "Streams that were opened.", counters.begun)
        yield _counter("bluelamp_stream_resyncs", "Streams that were told to load the calls anew.", counters.resyncs)
        yield CounterMetricFamily("bluelamp_streams_refused", "Streams that were refused a place.", counters.refused)
        endings = CounterMetricFamily("bluelamp_streams_ended", "Streams that ended, by why.", labels=("feed", "why"))
        for (feed, why), count in list(counters.endings.items()):
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
