"""Measures what a web process holds of many feeds: `python -m benchmarks.watched` makes a home of 1,000 feeds with 60
changes each, follows it as `bluelamp serve` does while nobody watches and while ten are watched, and says how much
memory and processor time that takes; with `--before SRC` by the build of before as well, which holds all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.feeds import Publisher
from benchmarks.feeds_child import _pss

FOLDER = Path(".bench") / "watched"
SNAPSHOTS, SECONDS, WATCHED = 8, 10.0, 10


def make(home: Path, feeds: int) -> None:
    """The feeds, by whichever build is on the path."""
    from bluelamp.bootstrap import open_live
    from bluelamp.settings import read_settings
    from bluelamp.sources.feeds.agency import shipped
    from bluelamp.sources.feeds.part import Part

    shutil.rmtree(home, ignore_errors=True)
    (home / "feeds").mkdir(parents=True)
    (home / "feeds" / "city.toml").write_text(shipped()["dallas-tx"], encoding="utf-8")
    flow = open_live(read_settings({"home": home}, {})[0])
    city, publisher = flow.agencies["city"], Publisher()
    for number in range(feeds):
        name = f"city-{number:04d}"
        flow.agencies[name] = replace(city, name=name)
        for turn in range(SNAPSHOTS):
            part = Part("https://example.org/", 200, {}, publisher.answer(name))
            flow.take(name, [part], f"2026-01-01T00:{2 * turn:02d}:00.000Z", "polled")
    flow.close()


def follow(home: Path) -> None:
    """As a server process does."""
    from bluelamp.bootstrap import open_live
    from bluelamp.settings import read_settings
    from bluelamp.web.streams.follower import Follower
    from bluelamp.web.streams.hub import Hub

    async def run() -> None:
        log = open_live(read_settings({"home": home}, {})[0], looking=True).log
        at_start = _pss()
        hub = Hub(ring=10_000, per_address=20, total=10_000)
        wanted = {"wanted": hub.wanted_feeds} if hasattr(hub, "wanted_feeds") else {}
        follower = Follower(lambda: log, hub, ring=10_000, busy=lambda: True, **wanted)  # type: ignore[arg-type]
        hub.poke = follower.poke
        hub.start()
        follower.start()
        await hub.ready.wait()
        said = {"nobody": _pss() - at_start}
        names = [f"city-{number:04d}" for number in range(WATCHED)]
        for name in names:
            assert await hub.find(name) is not None
        began = time.process_time()
        await asyncio.sleep(SECONDS)
        said |= {"watched": _pss() - at_start, "cpu": (time.process_time() - began) / SECONDS}
        print(json.dumps(said))
        await hub.stop()
        follower.stop()

    asyncio.run(run())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watched")
    parser.add_argument("--before", default="", help="the src folder of a build of before")
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    home = FOLDER.absolute() / "home"
    if chosen.child:
        make(home, chosen.feeds) if chosen.child == "make" else follow(home)
        return
    builds = {"before": chosen.before} if chosen.before else {}
    builds["now"] = str(Path(__file__).parents[1] / "src")
    print(
        "| build | memory while nobody watches, MB | while ten are watched, MB | share of a core |\n|---|---|---|---|"
    )
    for name, source in builds.items():
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((source, str(Path(__file__).parents[1])))}
        command = [sys.executable, "-m", "benchmarks.watched", "--feeds", str(chosen.feeds), "--child"]
        subprocess.run([*command, "make"], env=environment, check=True)
        done = subprocess.run([*command, "follow"], env=environment, stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        nobody, watched = found["nobody"] / 1e6, found["watched"] / 1e6
        print(f"| {name} | {nobody:,.0f} | {watched:,.0f} | {100 * found['cpu']:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
