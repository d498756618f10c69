"""Who may open one more stream: bounds for the process, for each network address, and for the filters of a feed.

Used by the hub, on the event loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from bluelamp.domain.call_filter import CallFilter
from bluelamp.errors import Overloaded
from bluelamp.web.asgi.client_address import network_of
from bluelamp.web.streams.stream import Stream

# Filters that differ, of one feed: each is evaluated for every change.
MOST_FILTERS = 256
# So many of them an address may hold, at least; more where it may have a large share of all streams.
_FILTERS_EACH = 8
Groups = Mapping[CallFilter | None, Collection[Stream]]


class Admission:
    """`per_address` and `total` are the most open streams."""

    def __init__(self, per_address: int, total: int) -> None:
        self._per_address, self._total = per_address, total
        self.addresses: Counter[str] = Counter()  # open streams of each network

    def check(self, streams: int, groups: Groups, through: CallFilter | None, address: str) -> None:
        """Raises Overloaded, in words, where there is no place for one more beside `streams`. `groups` are those of its
        feed, by filter."""
        if streams >= self._total:
            raise Overloaded(
                f"{self._total:,} streams are open here, and no more may be.", "Connect again later, or read …/calls."
            )
        if self.addresses[network_of(address)] >= self._per_address:
            raise Overloaded(
                f"Your network address has {self._per_address} open streams, and may have no more.",
                "Close one, or share one among your windows.",
            )
        if through and through not in groups:
            self._check_filters(groups, address)

    def opened(self, address: str) -> None:
        self.addresses[network_of(address)] += 1

    def ended(self, address: str) -> None:
        network = network_of(address)
        self.addresses[network] -= 1
        if self.addresses[network] <= 0:
            del self.addresses[network]

    def _check_filters(self, groups: Groups, address: str) -> None:
        if len(groups) >= MOST_FILTERS:
            raise Overloaded(
                f"{MOST_FILTERS} different filters of this feed are in use, and no more may be.",
                "Connect again later, or without a filter.",
            )
        each, network = max(_FILTERS_EACH, self._per_address * MOST_FILTERS // self._total), network_of(address)
        held = sum(
            any(network_of(stream.address) == network for stream in streams)
            for through, streams in groups.items()
            if through
        )
        if held >= each:
            raise Overloaded(
                f"Your network address uses {each} different filters of this feed, and may use no more.",
                "Close one of these streams, or connect without a filter.",
            )
