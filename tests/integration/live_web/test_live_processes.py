"""The server as processes: several follow one log, polling beside serving, the end with many streams, a database that
is restarted."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from bluelamp.errors import StorageError
from tests.lib.live.city_feed import FEED, CityFeed, unit
from tests.lib.loopback import Loopback, Reply
from tests.lib.postgres import Postgres
from tests.lib.web.listeners import Listener
from tests.lib.web.process_server import Server
from tests.lib.web.thread_server import ThreadServer, until

pytestmark = pytest.mark.process

Serve = Callable[..., ThreadServer]
Listen = Callable[..., Listener]
QUIET = {"BLUELAMP_LOG_REQUESTS": "false", "BLUELAMP_STREAMS_PER_ADDRESS": "100000"}


def address(server: Server) -> str:
    return f"{server.url}/api/v1/feeds/{FEED}"


@pytest.mark.parametrize("workers", [1, 2])
def test_the_end_comes_soon_and_everybody_is_told(city: CityFeed, listen: Listen, workers: int) -> None:
    server = Server(city.settings.home, "--workers", str(workers), **QUIET)
    try:
        clients = [listen(f"{address(server)}/events") for _ in range(200)]
        for client in clients:
            assert client.begun.wait(10)
        assert server.stop(signal.SIGTERM) in (0, -signal.SIGTERM)
        for client in clients:
            assert client.ended.wait(5)
            assert client.kinds == ["bye"]
    finally:
        server.stop()
    assert "Traceback" not in "".join(server.log)


def test_several_processes_follow_one_log(database: str, tmp_path: Path, listen: Listen) -> None:
    """Whichever process a browser meets, and whichever it meets next: the same changes, each once."""
    city = CityFeed(tmp_path / "home", database)
    server = Server(city.settings.home, "--workers", "2", BLUELAMP_DATABASE=database, **QUIET)
    try:
        city.open(3)
        clients = []
        for _ in range(24):
            found = httpx.get(f"{address(server)}/calls", params={"at_least": city.cursor}).json()
            clients.append(listen(f"{address(server)}/events?cursor={found['cursor']}"))
        for client in clients:
            assert client.begun.wait(10)
        for _ in range(5):
            city.open(2)
        for client in clients:
            client.wait(10)
            assert [change["seq"] for change in client.changes] == list(range(4, 14))
            client.close()
        # A cursor of one process is known to the other at once.
        for _ in range(12):
            city.open(1)
            found = httpx.get(f"{address(server)}/calls").json()
            again = listen(f"{address(server)}/events", Last_Event_ID=found["cursor"])
            assert again.begun.wait(10)
            assert "resync" not in again.kinds
            again.close()
    finally:
        server.stop()
        city.close()


class Source:
    """A publisher on the loopback whose list the test changes."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        headers = {"Content-Type": "application/json"}
        self._server = Loopback(lambda _request: Reply(200, json.dumps(self.rows).encode(), headers))
        self.url = f"{self._server.url}/calls.json"

    def close(self) -> None:
        self._server.close()


@pytest.fixture
def source() -> Iterator[Source]:
    its = Source()
    yield its
    its.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_polls_shows_what_it_polls(
    source: Source, database: str, tmp_path: Path, listen: Listen, workers: int
) -> None:
    from tests.lib.live.home import make_home

    home = tmp_path / "home"
    make_home(home, source.url)
    text = (home / "feeds" / "city.toml").read_text()
    (home / "feeds" / "city.toml").write_text(text.replace("interval_seconds = 120", "interval_seconds = 1"))
    source.rows = [unit(number, f"U{number}") for number in range(1, 4)]
    server = Server(
        home,
        "--workers",
        str(workers),
        BLUELAMP_FEEDS="city",
        BLUELAMP_DATABASE=database,
        BLUELAMP_ALLOW_PRIVATE_ADDRESSES="true",
        **QUIET,
    )
    try:
        until(lambda: httpx.get(f"{address(server)}/calls").json().get("total") == 3, 30)
        until(lambda: httpx.get(f"{address(server)}/health").json()["state"] == "live")
        cursor = httpx.get(f"{address(server)}/calls").json()["cursor"]
        client = listen(f"{address(server)}/events?cursor={cursor}")
        source.rows.append(unit(4, "U4"))
        until(lambda: "opened" in client.kinds, 30)
        until(lambda: sum(httpx.get(f"{address(server)}/health").json()["verdicts"].values()) >= 2)
    finally:
        assert server.stop(signal.SIGTERM) in (0, -signal.SIGTERM)
    assert "Traceback" not in "".join(server.log)


def test_a_restart_of_the_database_is_no_matter_to_readers(
    postgres: Postgres, tmp_path: Path, serve: Serve, listen: Listen
) -> None:
    city = CityFeed(tmp_path / "home", postgres.migrated_database())
    wrong: list[str] = []
    try:
        server = serve(city)
        city.open(3)
        until(lambda: FEED in server.hub.boards and server.hub.boards[FEED].ring.head == 3)
        client = listen(server.events)
        assert client.begun.wait(10)
        over = threading.Event()

        def read() -> None:
            with httpx.Client(timeout=30) as reader:
                while not over.is_set():
                    for path in ("/calls", "/history?at=2026-02-11T06:04:00Z", "/health"):
                        answer = reader.get(server.api + path)
                        if answer.status_code != 200:
                            wrong.append(f"{path}: {answer.status_code} {answer.text}")

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        time.sleep(0.5)
        postgres.restart()
        time.sleep(0.5)
        postgres.halt()
        time.sleep(1)
        assert len(httpx.get(f"{server.api}/calls").json()["calls"]) == 3  # from memory
        postgres.start()
        time.sleep(1)
        over.set()
        for reader in readers:
            reader.join()
        city.units += [unit(number, f"U{number}") for number in (4, 5)]
        _again(city.show)
        assert [change["seq"] for change in client.wait(2, 30)] == [4, 5]
        assert client.kinds == ["opened", "opened"]
    finally:
        city.close()
    assert wrong == []


def _again(act: Callable[[], object]) -> None:
    """As a poller does: what could not be written is tried again."""
    for _ in range(20):
        with suppress(StorageError):
            act()
            return
        time.sleep(0.2)
    raise AssertionError("the database did not come back")
