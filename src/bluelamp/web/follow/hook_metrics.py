"""What `/metrics` shows of webhooks. Used by `web.app`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bluelamp.errors import BluelampError
from bluelamp.storage.follow.hooks import STATES, waiting_of

if TYPE_CHECKING:
    from bluelamp.live.workflow import LiveFlow


class HookMetrics(Collector):
    """`open_flow` gives the live flow, None where there is none or its database is away: then nothing is shown."""

    def __init__(self, open_flow: Callable[[], LiveFlow | None]) -> None:
        self._open_flow = open_flow

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            flow = self._open_flow()
            if flow is not None:
                yield from _shown(flow)
        except BluelampError:
            return


def _shown(flow: LiveFlow) -> list[Metric]:
    hooks, dead, heads = flow.hooks.all(), flow.hooks.dead(), flow.log.heads()
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
