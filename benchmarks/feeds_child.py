"""Polls many feeds with whichever build of Bluelamp is on the path, and says what it came to as JSON. Started by
`benchmarks.feeds`: HOME URL FEEDS INTERVAL SECONDS."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bluelamp.bootstrap import open_live
from bluelamp.settings import read_settings
from bluelamp.sources.feeds.agency import shipped


def main() -> None:
    home, url, feeds, interval, seconds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *map(float, sys.argv[4:6])
    (home / "feeds").mkdir(parents=True)
    text = shipped()["dallas-tx"].replace("https://www.dallasopendata.com/resource/9fxf-t2tr.json", url)
    (home / "feeds" / "city.toml").write_text(text, encoding="utf-8")
    flow = open_live(read_settings({"home": home, "allow_private_addresses": True}, {})[0])
    city = flow.agencies["city"]
    names = [f"city-{number:04d}" for number in range(feeds)]
    flow.agencies = {
        name: replace(city, name=name, url=f"{city.url}/{name}", interval_seconds=interval) for name in names
    }
    flow.locator, flow.tidy = None, None
    at_start = _pss()
    taken: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()

    def count(feed: str, step: object) -> None:
        taken[feed] += 1
        verdicts[step.result.verdict] += 1  # type: ignore[attr-defined]

    runner = flow.runner(names, count)
    runner.start()
    time.sleep(seconds)
    said = {
        "snapshots": sum(taken.values()),
        "never": sum(not taken[name] for name in names),
        "verdicts": dict(verdicts),
        "cpu": time.process_time(),
        "pss_at_start": at_start,
        "pss": _pss(),
        "threads": threading.active_count(),
        "database": sum(path.stat().st_size for path in home.glob("live.sqlite*")),
    }
    print(json.dumps(said), flush=True)
    runner.stop(2.0)


def _pss() -> int:
    """The proportional share of memory of this process, bytes."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
