"""However slow some receivers are, the others do not wait, and there are never more threads than there may be."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bluelamp.follow.deliverer import AT_ONCE, SLOW_AT_ONCE, Deliverer
from bluelamp.storage.follow.hooks import Hook, NewHook
from tests.lib.hooks.courier import key_id
from tests.lib.hooks.receiver import Receiver
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.thread_server import until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def deliverer(city: CityFeed) -> Iterator[Deliverer]:
    made = city.half.deliver()
    made.start()
    yield made
    made.stop()


def hook_at(city: CityFeed, url: str) -> Hook:
    return city.half.hooks.make(NewHook(key_id(city), FEED, url, {}), city.flow.log.head(FEED))


def test_receivers_that_are_slow_hold_up_neither_the_others_nor_the_flow(
    city: CityFeed, deliverer: Deliverer, receiver: Receiver
) -> None:
    quick = hook_at(city, f"{receiver.url}/quick")
    city.open(1)
    deliverer.poke()
    until(lambda: len(receiver.of("/quick")) == 1)
    receiver.held["/slow"] = threading.Event()
    slow = [hook_at(city, f"{receiver.url}/slow") for _ in range(AT_ONCE + 3)]
    for round_ in range(2, 5):
        city.open(1)
        deliverer.poke()
        until(lambda wanted=round_: len(receiver.of("/quick")) == wanted)  # type: ignore[misc]
        until(lambda: receiver.waiting == SLOW_AT_ONCE)
    receiver.held["/slow"].set()
    until(lambda: all(city.half.hooks.get(hook.id).told == city.flow.log.head(FEED).seq for hook in (quick, *slow)))
    assert receiver.at_once == SLOW_AT_ONCE
    assert len({one.id for one in receiver.of("/slow")}) == len(receiver.of("/slow"))


def test_one_that_fails_again_and_again_holds_up_nobody(
    city: CityFeed, deliverer: Deliverer, receiver: Receiver
) -> None:
    broken = [hook_at(city, "http://127.0.0.1:9/") for _ in range(AT_ONCE + 3)]
    well = hook_at(city, f"{receiver.url}/well")
    city.open(1)
    deliverer.poke()
    until(lambda: receiver.of("/well"))
    until(lambda: all(city.half.hooks.get(hook.id).tries == 1 for hook in broken))
    assert city.half.hooks.get(well.id).tries == 0


def test_one_delivers_and_another_takes_over(city: CityFeed, receiver: Receiver) -> None:
    """Two of them: one delivers, the other takes over when the first has ended."""
    first, second = city.half.deliver(), city.half.deliver()
    hook_at(city, f"{receiver.url}/in")
    first.start()
    until(lambda: first.lease)
    second.start()
    city.open(3)
    first.poke()
    second.poke()
    until(lambda: len(receiver.sent) == 1)
    assert second.lease is None
    first.stop()
    second.poke()
    until(lambda: second.lease)
    city.open(2)
    second.poke()
    until(lambda: len(receiver.sent) == 2)
    second.stop()
    assert [change["seq"] for one in receiver.sent for change in one.told["changes"]] == [1, 2, 3, 4, 5]
