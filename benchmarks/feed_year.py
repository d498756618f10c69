"""Measures what a feed comes to on disk: `python -m benchmarks.feed_year` takes in 1,500 snapshots of 100 rows, of
which 4.3 calls come and go each time (what was measured of a real feed); with `--before SRC` by the build of before
too. Processor time, bytes of database and of vault, and files, for each snapshot and for a year of them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(".bench") / "feed_year"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = 262_800
NATURES = ("7X - Major Accident", "40 - Other", "6X - Major Dist (Violence)", "11B - Burglary of Business")


def _row(number: int, chance: random.Random) -> dict[str, str]:
    return {
        "incident_number": f"26-{number:07d}",
        "nature_of_call": NATURES[number % len(NATURES)],
        "priority": str(1 + number % 4),
        "division": ("North Central", "Southwest", "Central")[number % 3],
        "beat": str(100 + number % 600),
        "reporting_area": str(1000 + number % 3000),
        "date": f"{BEGIN + timedelta(minutes=number // 2):%Y-%m-%d}T00:00:00.000",
        "time": f"{BEGIN + timedelta(minutes=number // 2):%H:%M}:00",
        "block": str(number * 37 % 9900),
        "location": f"{('Elm', 'Abrams', 'Northwest', 'Ledbetter', 'Skillman')[number % 5]} {number % 700} St",
        "status": "At Scene" if chance.random() < 0.9 else "En Route",
        "unit_number": f"{'ABCDE'[number % 5]}{number % 900:03d}",
    }


def child(home: Path, snapshots: int) -> None:
    """Takes them in, and says what they came to."""
    from bluelamp.bootstrap import open_live
    from bluelamp.settings import read_settings
    from bluelamp.sources.feeds.agency import shipped
    from bluelamp.sources.feeds.part import Part

    shutil.rmtree(home, ignore_errors=True)
    (home / "feeds").mkdir(parents=True)
    (home / "feeds" / "city.toml").write_text(shipped()["dallas-tx"], encoding="utf-8")
    flow = open_live(read_settings({"home": home}, {})[0])
    from bluelamp.live.feed_flow import FeedFlow

    lease = flow.leases.acquire("city")
    assert lease is not None
    feed = FeedFlow(flow.agency("city"), lease, flow.writer, flow.snapshots)
    chance = random.Random(1)
    rows, number = [_row(number, chance) for number in range(100)], 100
    first, cpu = 0, 0.0
    for turn in range(snapshots):
        for _ in range(4 + (chance.random() < 0.3)):
            rows[number % 100] = _row(number, chance)
            number += 1
        body = json.dumps(rows).encode()
        at = (BEGIN + timedelta(minutes=2 * turn)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        headers = {"content-type": "application/json;charset=utf-8", "etag": f'W/"YWxwaGEuMTQ5{turn:012x}"', "age": "0"}
        began = time.process_time()
        flow.keep("city", [Part("https://example.org/calls.json?$limit=1000", 200, headers, body)], at, "polled")
        feed.take_waiting(at)
        cpu += time.process_time() - began
        if turn == snapshots // 10:
            first = _pages(home)
    flow.leases.release(lease)
    if hasattr(flow, "pack_closed"):
        flow.now = lambda: BEGIN + timedelta(days=400)
        flow.pack_closed("city")
    flow.close()
    print(
        json.dumps(
            {
                "database": (_pages(home) - first) / (snapshots - snapshots // 10),
                "cpu": cpu / snapshots,
                "vault": _size(home / "vault", "**/*") / snapshots,
                "files": sum(path.is_file() for path in (home / "vault").rglob("*")) / snapshots,
                "days": 2 * snapshots / 1440,
            }
        )
    )


def _pages(home: Path) -> int:
    """Bytes of the database that are in use."""
    with closing(sqlite3.connect(home / "live.sqlite")) as connection:
        pages, free, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feed_year")
    parser.add_argument("--before", default="", help="the src folder of a build of before")
    parser.add_argument("--snapshots", type=int, default=1_500)
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(Path(chosen.child), chosen.snapshots)
        return
    builds = {"before": chosen.before} if chosen.before else {}
    builds["now"] = str(Path(__file__).parents[1] / "src")
    found = {}
    for name, source in builds.items():
        command = [sys.executable, __file__, "--child", str(FOLDER / name), "--snapshots", str(chosen.snapshots)]
        environment = {**os.environ, "PYTHONPATH": source}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
    print("| build | cpu ms a snapshot | database, kB a snapshot | vault, kB | files of a feed-year |")
    print("|---|---|---|---|---|")
    for name, one in found.items():
        files = round(one["files"] * YEAR)
        print(
            f"| {name} | {1000 * one['cpu']:.2f} | {one['database'] / 1e3:.2f} | {one['vault'] / 1e3:.2f} | {files:,} |"
        )
    if "before" in found:
        ratios = {key: found["now"][key] / found["before"][key] for key in ("cpu", "database", "vault", "files")}
        print("| **× before** | " + " | ".join(f"**{ratios[key]:.2f}**" for key in ratios) + " |")


if __name__ == "__main__":
    main()
