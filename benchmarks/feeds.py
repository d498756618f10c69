"""Measures many feeds in one process: `python -m benchmarks.feeds` polls 1,000 of them, and with `--before SRC` (the
`src` of a build of before) does the same with that build, one after the other: feeds that fell silent, how late they
are asked, memory, processor time and database for each snapshot.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

FOLDER = Path(".bench") / "feeds"
CALLS = 30


class Publisher:
    """Lists about 30 calls of a feed; two come and two go each time that it is asked."""

    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)
        self._lock = threading.Lock()

    def answer(self, feed: str) -> bytes:
        with self._lock:
            self.asked[feed].append(time.monotonic())
            turn = len(self.asked[feed])
        chance = random.Random(f"{feed}{turn}")
        return json.dumps(
            [row for number in range(2 * turn, 2 * turn + CALLS) for row in _call(number, chance)]
        ).encode()


def _call(number: int, chance: random.Random) -> list[dict[str, str]]:
    row = {
        "incident_number": f"26-{number:07d}",
        "nature_of_call": "7X - Major Accident",
        "priority": "2",
        "division": "North Central",
        "beat": str(100 + number % 600),
        "reporting_area": str(1000 + number % 3000),
        "date": "2026-01-01T00:00:00.000",
        "time": f"{number % 24:02d}:{number % 60:02d}:00",
        "block": str(number % 9900),
        "location": f"Invented {number % 700} St",
        "status": chance.choice(["At Scene"] * 9 + ["En Route"]),
    }
    return [{**row, "unit_number": f"A{number:05d}{unit}"} for unit in range(1 + number % 2)]


def _serve(publisher: Publisher) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = publisher.answer(self.path.partition("?")[0].rpartition("/")[2])
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.request_queue_size = 512
    server.socket.listen(512)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _run(source: str, feeds: int, interval: float, seconds: float) -> dict[str, Any]:
    home = FOLDER / "home"
    shutil.rmtree(home, ignore_errors=True)
    publisher = Publisher()
    server = _serve(publisher)
    url = f"http://127.0.0.1:{server.server_address[1]}/calls"
    child = [sys.executable, str(Path(__file__).parent / "feeds_child.py"), str(home.absolute()), url]
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(
        [*child, str(feeds), str(interval), str(seconds)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    ended = time.monotonic()
    server.shutdown()
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, **_lateness(publisher, feeds, interval, ended)}


def _lateness(publisher: Publisher, feeds: int, interval: float, ended: float) -> dict[str, float]:
    """How much later than its interval (with its jitter of 5 %) a feed was asked again, and which are asked no more."""
    late = [
        max(after - before - 1.05 * interval, 0.0)
        for times in publisher.asked.values()
        for before, after in pairwise(times)
    ]
    silent = feeds - sum(times[-1] > ended - 2.5 * interval for times in publisher.asked.values())
    late.sort()
    return {"silent": silent, "late_p95": late[int(0.95 * len(late))] if late else float("nan")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds")
    parser.add_argument("--before", default="", help="the src folder of a build of before")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=240.0)
    chosen = parser.parse_args()
    builds = {"before": chosen.before} if chosen.before else {}
    builds["now"] = str(Path(__file__).parents[1] / "src")
    print(
        "| build | snapshots | feeds silent | late p95, s | threads | memory, MB | cpu ms a snapshot | database, kB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, source in builds.items():
        found = _run(source, chosen.feeds, chosen.interval, chosen.seconds)
        many = max(found["snapshots"], 1)
        print(
            f"| {name} | {found['snapshots']:,} | {found['silent']} | {found['late_p95']:.1f} | {found['threads']} "
            f"| {found['pss'] / 1e6:,.0f} ({found['pss_at_start'] / 1e6:,.0f} before the first) "
            f"| {1000 * found['cpu'] / many:.1f} | {found['database'] / many / 1e3:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
