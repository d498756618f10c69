"""Measures the streams: a burst of changes to many clients, memory, what is left behind, the end; beside peers.

Usage: python -m benchmarks.streams [--part burst|peers|held|left|shutdown|churn|slow] [--clients 5000] [--minutes 2]

The server is `bluelamp serve` as a process of its own; the changes are written to its event log as the live flow writes
them, in one transaction, and the clock runs from before that transaction until the last client has the last change.
Clients share the machine with the server.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from bluelamp.bootstrap import open_live
from bluelamp.domain.moment import moment_of
from bluelamp.settings import read_settings
from bluelamp.sources.feeds.agency import shipped
from bluelamp.sources.feeds.fetching import Part

FEED = "bench"
EVENTS = f"/api/v1/feeds/{FEED}/events"
OPEN_CALLS, BURST = 100, 50
# Connections of one client process; each has an address of its own.
_EACH = 2_500


class Feed:
    """A feed whose snapshots are handed in: each burst has new incidents, units that join and units that change."""

    def __init__(self, home: Path) -> None:
        folder = home / "feeds"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{FEED}.toml").write_text(shipped()["dallas-tx"], encoding="utf-8")
        self.settings = read_settings({"home": home}, {})[0]
        self._flow = open_live(self.settings)
        self._rows = [self._row(number, "A") for number in range(OPEN_CALLS)]
        self._number = OPEN_CALLS
        self._flow.take(FEED, self._answer(), _now(), "replayed")

    def burst(self) -> list[dict[str, Any]]:
        """Take a snapshot in that differs by 50 changes; these."""
        for number in range(self._number, self._number + 10):
            self._rows.append(self._row(number, "A"))
        for place in range(20):
            row = self._rows[(self._number + place) % OPEN_CALLS]
            self._rows.append({**row, "unit_number": f"{row['unit_number']}{self._number}"})
        for row in self._rows[:20]:
            row["status"] = f"Status {self._number}"
        self._number += 10
        step = self._flow.take(FEED, self._answer(), _now(), "replayed")
        assert len(step.changes) == BURST, len(step.changes)
        return [dict(change, seq=place) for place, change in enumerate(step.changes, 1)]

    def _answer(self) -> tuple[Part, ...]:
        return (Part("https://example.org/", 200, {}, json.dumps(self._rows).encode()),)

    @staticmethod
    def _row(number: int, unit: str) -> dict[str, str]:
        return {
            "incident_number": f"26-{number:07d}",
            "division": "Central",
            "nature_of_call": "40/01 - Other",
            "priority": "3",
            "date": "2026-02-11T00:00:00.000",
            "time": "00:10:00",
            "unit_number": f"{unit}{number}",
            "block": f"{100 * (number % 90 + 1)}",
            "location": f"N Example Street {number % 500}",
            "beat": f"{100 + number % 50}",
            "reporting_area": f"{1000 + number % 900}",
            "status": "At Scene",
        }


def _now() -> str:
    return moment_of(datetime.now(UTC))


@contextmanager
def server(home: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """(address, process) of `bluelamp serve` on a free port."""
    limits = {"BLUELAMP_STREAMS_PER_ADDRESS": "100000", "BLUELAMP_STREAMS_TOTAL": "100000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "bluelamp", "--home", str(home), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "BLUELAMP_LOG_REQUESTS": "false", **limits},
    )
    with _ending(process):
        assert process.stdout is not None
        url = process.stdout.readline().strip().rstrip("/")
        _wait(f"{url}/api/v1/feeds/{FEED}/calls")
        yield url, process


@contextmanager
def peer(name: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stream_peers", name], stdout=subprocess.PIPE, text=True
    )
    with _ending(process):
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        _wait(f"{_base(url)}/openapi.json")
        yield url, process


@contextmanager
def _ending(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(url, timeout=10).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer")


class Clients:
    """Client processes with so many streams in all."""

    def __init__(self, url: str, count: int) -> None:
        parts = urlsplit(url)
        shares = [min(_EACH, count - begun) for begun in range(0, count, _EACH)]
        command = [sys.executable, "-m", "benchmarks.stream_clients", str(parts.hostname), str(parts.port), parts.path]
        self.count = count
        self._processes = []
        for place, share in enumerate(shares):
            self._processes.append(
                subprocess.Popen(
                    [*command, str(share), f"127.0.0.{place + 2}"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        for process in self._processes:
            assert process.stdout is not None
            said = process.stdout.readline().strip()
            assert said == "ready", said

    def order(self, words: str) -> list[dict[str, Any]]:
        self.send(words)
        return self.answers()

    def send(self, words: str) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(words + "\n")
            process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        found = []
        for process in self._processes:
            assert process.stdout is not None
            found.append(json.loads(process.stdout.readline()))
        return found

    def close(self) -> None:
        self.order("close")
        for process in self._processes:
            process.wait(20)


def pss_kb(process: subprocess.Popen[str]) -> float:
    """The server's proportional share of memory."""
    return float(psutil.Process(process.pid).memory_full_info().pss) / 1024


def cpu(process: subprocess.Popen[str]) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def figure(url: str, name: str) -> float:
    """The sum of a metric's series."""
    lines = httpx.get(f"{url}/metrics", timeout=30).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def told_burst(name: str, process: subprocess.Popen[str], clients: Clients, send: Any, bursts: int) -> None:
    """One line of the table. `all` runs from before the snapshot is taken in, `sent` from when it is committed."""
    seconds, after, cpus, sizes = [], [], [], []
    for _ in range(bursts):
        clients.send(f"expect {BURST}")
        began, used = time.monotonic(), cpu(process)
        send()
        handed_over = time.monotonic()
        found = clients.answers()
        assert not any(one["short"] or one["over"] for one in found), found
        last = max(one["last"] for one in found)
        seconds.append(last - began)
        after.append(last - handed_over)
        cpus.append(cpu(process) - used)
        sizes.append(sum(one["bytes"] for one in found) / clients.count / 1024)
        time.sleep(1)
    times = [f"{pick(values):.2f}" for values in (seconds, after) for pick in (min, statistics.median)]
    row(name, clients.count, *times, f"{statistics.median(cpus):.2f}", f"{sizes[0]:.0f}")


def burst(feed: Feed, home: Path, count: int, bursts: int = 9) -> None:
    with server(home) as (url, process):
        before = pss_kb(process)
        clients = Clients(url + EVENTS, count)
        time.sleep(2)
        idle = pss_kb(process)
        told_burst("Bluelamp", process, clients, feed.burst, bursts)
        after = pss_kb(process)
        each = f"{(idle - before) / count:.1f} KB a connection idle, {(after - before) / count:.1f} KB after the bursts"
        print(f"  {each} (PSS of the server)", flush=True)
        clients.close()


def peers(feed: Feed, count: int, bursts: int = 2) -> None:
    changes = feed.burst()
    for name in ("sse-starlette", "streaming-response"):
        with peer(name) as (url, process):
            before = pss_kb(process)
            clients = Clients(url, count)
            time.sleep(2)

            def send(base: str = _base(url)) -> None:
                httpx.post(f"{base}/burst", json=changes, timeout=120).raise_for_status()

            told_burst(name, process, clients, send, bursts)
            print(f"  {(pss_kb(process) - before) / count:.1f} KB a connection after the bursts", flush=True)
            clients.close()


def held(feed: Feed, home: Path, count: int = 10_000) -> None:
    with server(home) as (url, process):
        before = pss_kb(process)
        clients = Clients(url + EVENTS, count)
        time.sleep(20)
        used = cpu(process)
        time.sleep(10)
        share = 10 * (cpu(process) - used)
        print(f"held: {figure(url, 'bluelamp_streams_open'):,.0f} streams for 30 s at {share:.1f} % of a core")
        told_burst("Bluelamp", process, clients, feed.burst, 3)
        print(f"  {(pss_kb(process) - before) / count:.1f} KB a connection", flush=True)
        clients.close()


def left(home: Path, count: int) -> None:
    with server(home) as (url, _):
        before = figure(url, "bluelamp_tasks")
        clients = Clients(url + EVENTS, count)
        during = figure(url, "bluelamp_tasks")
        clients.close()
        time.sleep(5)
        after, streams = figure(url, "bluelamp_tasks"), figure(url, "bluelamp_streams_open")
        print(f"left: tasks {before:.0f} before, {during:.0f} with {count:,} streams, {after:.0f} five seconds after; "
              f"{streams:.0f} streams left", flush=True)  # fmt: skip


def shutdown(home: Path, count: int = 1_000) -> None:
    with server(home) as (url, process):
        clients = Clients(url + EVENTS, count)
        clients.send("ended 20")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        ended = time.monotonic() - began
        found = clients.answers()
        byes = sum(one["byes"] for one in found)
        print(f"shutdown: {ended:.2f} s with {count:,} streams, {byes:,} were told bye, exit code {process.returncode}")


def churn(feed: Feed, home: Path, minutes: float, count: int = 1_000) -> None:
    with server(home) as (url, process):
        marks = []
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end:
            clients = Clients(url + EVENTS, count)
            clients.send(f"expect {BURST}")
            feed.burst()
            clients.answers()
            clients.close()
            time.sleep(0.5)
            marks.append(pss_kb(process) / 1024)
        half = marks[len(marks) // 2 :]
        print(f"churn: {len(marks)} times {count:,} clients in {minutes:g} min: {marks[0]:.1f} MB after the first, "
              f"{half[0]:.1f} MB at half time, {marks[-1]:.1f} MB at the end", flush=True)  # fmt: skip


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("burst", "peers", "held", "left", "shutdown", "churn")
    parser.add_argument("--part", choices=parts, action="append")
    parser.add_argument("--clients", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=2)
    asked = parser.parse_args(given)
    wanted = asked.part or parts
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="bluelamp-streams-") as folder:
        home = Path(folder)
        feed = Feed(home)
        if {"burst", "peers", "held"} & set(wanted):
            row("server", "clients", "all s: best", "median", "sent s: best", "median", "cpu s", "KB a client")
            row(*["---"] * 8)
        if "burst" in wanted:
            burst(feed, home, asked.clients)
        if "peers" in wanted:
            peers(feed, asked.clients)
        if "held" in wanted:
            held(feed, home)
        if "left" in wanted:
            left(home, asked.clients)
        if "shutdown" in wanted:
            shutdown(home)
        if "churn" in wanted:
            churn(feed, home, asked.minutes)


if __name__ == "__main__":
    main()
