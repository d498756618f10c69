"""What `/metrics` shows of webhooks. Used by `web.app`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bluelamp.errors import BluelampError
from bluelamp.storage.follow.hooks import STATES, Hooks, waiting_of
from bluelamp.storage.live.event_log import EventLog

if TYPE_CHECKING:
    from bluelamp.bootstrap import LiveHalf


class HookMetrics(Collector):
    """`reach` gives the live half, None where there is none or its database is away: then nothing is shown."""

    def __init__(self, reach: Callable[[], LiveHalf | None]) -> None:
        self._reach = reach

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            half = self._reach()
            if half is not None:
                yield from _shown(half.hooks, half.flow.log)
        except BluelampError:
            return


def _shown(store: Hooks, log: EventLog) -> list[Metric]:
    hooks, dead, heads = store.all(), store.dead(), log.heads()
    states, delivered, letters, waiting, failing = (Counter[str]() for _ in range(5))
    for hook in hooks:
        states[hook.state] += 1
        delivered[hook.feed] += hook.delivered
        letters[hook.feed] += dead.get(hook.id, 0)
        failing[hook.feed] += hook.tries > 0
        if hook.feed in heads:
            waiting[hook.feed] += waiting_of(hook, heads[hook.feed]) or 0
    by_state = GaugeMetricFamily("bluelamp_webhooks", "Webhooks by state.", labels=("state",))
    for state in STATES:
        by_state.add_metric((state,), states[state])
    taken = CounterMetricFamily(
        "bluelamp_webhook_deliveries", "Deliveries that were taken, of the webhooks there are.", labels=("feed",)
    )
    for feed, count in delivered.items():
        taken.add_metric((feed,), count)
    return [
        by_state,
        taken,
        _gauge("bluelamp_webhook_waiting_changes", "Changes that webhooks are still to be told.", waiting),
        _gauge("bluelamp_webhooks_failing", "Webhooks whose last delivery was not taken.", failing),
        _gauge("bluelamp_webhook_dead_letters", "Deliveries that were given up.", letters),
    ]


def _gauge(name: str, words: str, values: Counter[str]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=("feed",))
    for feed, value in values.items():
        family.add_metric((feed,), value)
    return family
