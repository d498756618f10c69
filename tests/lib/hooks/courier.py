"""A courier of webhooks that tests drive by hand, with a clock of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bluelamp.follow.delivery import Courier, Outcome
from bluelamp.follow.log_reader import HookReading
from bluelamp.sources.http import HttpClient
from bluelamp.storage.follow.hooks import Hook, NewHook
from bluelamp.storage.follow.progress import LEASE_NAME, HookProgress
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.tables.follow import HOOK_LEASE
from tests.lib.live.city_feed import FEED, CityFeed


def key_id(city: CityFeed) -> int:
    """The id of a key, made where there is none."""
    if not city.half.keys.all():
        city.half.keys.add("The desk")
    return city.half.keys.all()[0].id


class Desk:
    """`hook` makes a webhook of the city's feed, `run` delivers until there is nothing more to do at this hour."""

    def __init__(self, city: CityFeed) -> None:
        self.city = city
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.hooks = city.half.hooks
        city.half.keys.add("The desk")
        self._client = HttpClient(allow_private=True)
        lease = Leases(self.hooks.engine, HOOK_LEASE).acquire(LEASE_NAME)
        assert lease is not None
        self.lease = lease
        self.restart()

    def restart(self) -> None:
        """As a process that has just begun."""
        self.courier = Courier(
            HookProgress(self.hooks.engine), HookReading(self.city.flow.log), self._client.post, now=lambda: self.now
        )

    def hook(
        self, url: str, through: Mapping[str, Any] | None = None, kinds: Sequence[str] = (), *, key: int = 1
    ) -> Hook:
        return self.hooks.make(NewHook(key, FEED, url, through or {}, kinds), self.city.flow.log.head(FEED))

    def once(self, hook: Hook) -> Outcome:
        """One step; `nothing` where it is not due."""
        hook, head = self.hooks.get(hook.id), self.city.flow.log.head(FEED)
        return self.courier.deliver(self.lease, hook, head) if self.courier.is_due(hook, head) else "nothing"

    def run(self, hook: Hook) -> Outcome:
        while (outcome := self.once(hook)) in ("taken", "moved"):
            pass
        return outcome

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def close(self) -> None:
        self._client.close()
