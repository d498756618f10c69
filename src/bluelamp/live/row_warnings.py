"""Tells the operator, in the log of the poller, when parts of a feed's rows begin to be of no use: times out of all
bounds, points in another reference system. Used by `feed_flow`; what each means is said by `bluelamp feeds check`.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bluelamp.sources.feeds.oddities import ODDITIES

_LOG = structlog.get_logger("bluelamp.live")


class OddRows:
    """Of one feed: told when another kind of oddity is there than before, not with every snapshot."""

    def __init__(self, feed: str) -> None:
        self._feed = feed
        self._reported: frozenset[str] = frozenset()

    def report(self, odd: Mapping[str, tuple[int, str]]) -> None:
        """`odd` as a reading counts it."""
        new = odd.keys() - self._reported
        self._reported = frozenset(odd)
        for code, (rows, example) in odd.items():
            if code in new:
                _LOG.warning("odd rows", feed=self._feed, rows=rows, words=ODDITIES[code], example=example[:100])
