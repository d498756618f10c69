"""Pollers as processes: killed at any moment, started twice, with a full disk, with a publisher that misbehaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluelamp.live.rebuild import rebuild
from bluelamp.settings import Settings
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.plan import fair_plan
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.server import CityServer, running
from tests.lib.live import poller_process
from tests.lib.live.home import FEED, engine_of, everything, make_home, open_flow
from tests.lib.postgres import Postgres

pytestmark = pytest.mark.process

_START = datetime(2026, 3, 6, 22, tzinfo=UTC)
# A check by hand may ask for many more: BLUELAMP_KILLS is read by the tests only.
_KILLS = int(os.environ.get("KILLS", "8"))


@pytest.fixture
def city() -> Iterator[CityServer]:
    publisher = Publisher(SyntheticCity(5), _START)
    plan = fair_plan(publisher, 400, kinds=[kind for kind in _kinds() if kind != "hang"])
    with CityServer(publisher, plan, now=running(_START, 2400)) as server:
        yield server


def _kinds() -> list[str]:
    from bluelamp.synthetic.city.faults import FAULTS

    return list(FAULTS)


class Pollers:
    """Processes that poll one home."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, interval: float = 0.03) -> subprocess.Popen[bytes]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BLUELAMP_")}
        if self.settings.database:
            environment["BLUELAMP_DATABASE"] = self.settings.database
        command = [sys.executable, str(poller_process.__file__), str(self.settings.home), str(interval)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)


@pytest.fixture
def pollers(tmp_path: Path, database: str, city: CityServer) -> Iterator[Pollers]:
    url = "" if database.startswith("sqlite") else database
    made = Pollers(make_home(tmp_path / "home", city.url, database=url))
    yield made
    made.end()


def _until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


def _kept(settings: Settings) -> int:
    flow = open_flow(settings)
    try:
        newest = flow.snapshots.newest(FEED)
        return newest.number if newest else 0
    finally:
        flow.close()


def _assert_sound(settings: Settings) -> None:
    """Nothing lost, nothing doubled: the log is what an undisturbed reading of all that was kept gives."""
    flow = open_flow(settings)
    flow.take_waiting(FEED)
    found = everything(engine_of(flow))
    assert [row[0] for row in found["snapshot"]] == list(range(1, len(found["snapshot"]) + 1))
    assert all(row[2] for row in found["snapshot"]), "every snapshot has a verdict"
    assert [row[0] for row in found["change"]] == list(range(1, len(found["change"]) + 1))
    rebuild(flow, FEED, lambda _count, _of: None)
    assert everything(engine_of(flow)) == found
    assert len(found["change"]) > 20
    flow.close()


def test_killed_again_and_again(pollers: Pollers) -> None:
    chance = random.Random(11)
    for _ in range(_KILLS):
        before = _kept(pollers.settings)
        process = pollers.start()
        _until(lambda before=before: _kept(pollers.settings) > before + 2)  # type: ignore[misc]
        time.sleep(chance.random() * 0.4)
        pollers.kill(process)
    _assert_sound(pollers.settings)


def test_of_two_pollers_one_polls_and_the_other_takes_over(pollers: Pollers, city: CityServer) -> None:
    first = pollers.start(0.1)
    _until(lambda: _kept(pollers.settings) > 2)
    second = pollers.start(0.1)
    time.sleep(2.5)
    assert second.poll() is None
    flow = open_flow(pollers.settings)
    with engine_of(flow).connect() as connection:
        holders = connection.exec_driver_sql("SELECT holder, fence FROM feed").all()
    assert [(holder.split("/")[1], fence) for holder, fence in holders] == [(str(first.pid), 1)]
    flow.close()
    pollers.kill(first)
    before = _kept(pollers.settings)
    _until(lambda: _kept(pollers.settings) > before + 2)
    pollers.kill(second)
    _assert_sound(pollers.settings)
    assert all(seen.parameters.get("$order") == ":id" for seen in city.seen)


def test_a_full_disk_pauses_polling_and_ends_nothing(tmp_path: Path, city: CityServer) -> None:
    if os.geteuid() != 0:
        pytest.skip("only the administrator may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    pollers = Pollers(make_home(disk / "home", city.url))
    try:
        process = pollers.start()
        _until(lambda: _free(disk) < 16_000 and process.poll() is None, 60)
        time.sleep(2.5)
        assert process.poll() is None, "it waits for room"
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        before = _kept(pollers.settings)
        _until(lambda: _kept(pollers.settings) > before + 5)
        pollers.kill(process)
        _assert_sound(pollers.settings)
    finally:
        pollers.end()
        subprocess.run(["umount", disk], check=True)


def _free(disk: Path) -> int:
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def test_postgresql_away_for_a_while_is_caught_up_with(tmp_path: Path, postgres: Postgres, city: CityServer) -> None:
    pollers = Pollers(make_home(tmp_path / "home", city.url, database=postgres.migrated_database()))
    try:
        process = pollers.start()
        _until(lambda: _kept(pollers.settings) > 3)
        for _ in range(2):
            postgres.halt()
            time.sleep(2.5)
            assert process.poll() is None, "it waits for its database"
            postgres.start()
            before = _kept(pollers.settings)
            _until(lambda before=before: _kept(pollers.settings) > before + 3)  # type: ignore[misc]
        pollers.kill(process)
        _assert_sound(pollers.settings)
    finally:
        pollers.end()
