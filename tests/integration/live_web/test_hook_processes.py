"""Processes that deliver, killed in the middle of it: nothing is lost, nothing comes out of order, and what comes twice
is recognised as the same."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluelamp.storage.follow.hooks import NewHook
from bluelamp.storage.live.leases import LEASE_SECONDS
from tests.lib.hooks import process as hook_process
from tests.lib.hooks.courier import key_id
from tests.lib.hooks.receiver import Receiver
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.postgres import Postgres
from tests.lib.web.thread_server import until

pytestmark = pytest.mark.process


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CityFeed]:
    database = ""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        database = server.migrated_database()
    feed = CityFeed(tmp_path / "home", database)
    yield feed
    feed.close()


class Processes:
    def __init__(self, city: CityFeed) -> None:
        self._arguments = [str(city.settings.home), *filter(None, [city.settings.database])]
        self.running: list[subprocess.Popen[str]] = []

    def begin(self) -> subprocess.Popen[str]:
        begun = subprocess.Popen(
            [sys.executable, str(hook_process.__file__), *self._arguments], stdout=subprocess.PIPE, text=True
        )
        self.running.append(begun)
        return begun

    def kill(self, which: subprocess.Popen[str]) -> None:
        """With -9."""
        which.kill()
        which.wait()
        assert which.stdout is not None
        which.stdout.close()
        self.running.remove(which)


@pytest.fixture
def processes(city: CityFeed) -> Iterator[Processes]:
    made = Processes(city)
    yield made
    for process in list(made.running):
        made.kill(process)


def test_killed_while_delivering_nothing_is_lost(city: CityFeed, processes: Processes, receiver: Receiver) -> None:
    assert LEASE_SECONDS > 15, "the second process must know by itself that the first is no more"
    hook = city.half.hooks.make(
        NewHook(key_id(city), FEED, f"{receiver.url}/in", {"beat": ["1"]}), city.flow.log.head(FEED)
    )
    for process in (processes.begin(), processes.begin()):
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
    city.open(130, beat="1")
    until(lambda: city.half.hooks.get(hook.id).told == 130)
    assert len(receiver.sent) == 2, "two processes, and each delivery came once"
    # Whoever delivers is killed while its receiver has the delivery in hand.
    receiver.held["/in"] = threading.Event()
    city.open(20, beat="1")
    until(lambda: receiver.waiting == 1)
    for process in list(processes.running):
        processes.kill(process)
    receiver.held.pop("/in").set()
    assert city.half.hooks.get(hook.id).told == 130
    city.open(10, beat="1")
    processes.begin()
    until(lambda: city.half.hooks.get(hook.id).told == 160)
    assert [one.is_signed_with(hook.secret) for one in receiver.sent] == [True] * len(receiver.sent)
    # The one that was in hand comes again as it was; what followed, afterwards.
    ids = [one.id for one in receiver.sent]
    assert ids[2] == ids[3]
    assert receiver.sent[2].body == receiver.sent[3].body
    seen: dict[str, list[int]] = {one.id: [change["seq"] for change in one.told["changes"]] for one in receiver.sent}
    assert [seq for seqs in seen.values() for seq in seqs] == list(range(1, 161))


@pytest.mark.parametrize("city", ["postgresql"], indirect=True)
def test_a_database_that_restarts_meanwhile_loses_nothing(
    city: CityFeed, postgres: Postgres, receiver: Receiver
) -> None:
    hook = city.half.hooks.make(NewHook(key_id(city), FEED, f"{receiver.url}/in", {}), city.flow.log.head(FEED))
    receiver.held["/in"] = threading.Event()
    city.open(5)
    deliverer = city.half.deliver()
    deliverer.start()
    until(lambda: receiver.waiting == 1)
    # It goes away while the receiver has the delivery in hand: that it was taken cannot be kept.
    postgres.halt()
    receiver.held.pop("/in").set()
    until(lambda: deliverer.problem)
    postgres.start()
    city.open(3)
    until(lambda: city.half.hooks.get(hook.id).told == 8, 60)
    deliverer.stop()
    seen = {one.id: [change["seq"] for change in one.told["changes"]] for one in receiver.sent}
    assert [seq for seqs in seen.values() for seq in seqs] == list(range(1, 9))
    assert receiver.sent[0].body == receiver.sent[1].body
