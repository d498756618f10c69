"""What the streams come to: plain counters that cost nothing while writing, read when asked. Kept by the hub, shown by
`stream_metrics`.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Histogram

from bluelamp.domain.moment import moment_of, seconds_between

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_LAG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900)


class StreamCounters:
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
