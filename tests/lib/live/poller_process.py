"""A poller in a process of its own, faster than any agency's file allows, for tests that kill it: HOME SECONDS."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from bluelamp.bootstrap import open_live
from bluelamp.settings import read_settings


def main() -> None:
    home, interval = Path(sys.argv[1]), float(sys.argv[2])
    settings = read_settings({"home": home, "allow_private_addresses": True})[0]
    flow = open_live(settings)
    flow.agencies = {
        name: replace(agency, interval_seconds=interval, timeout_seconds=2.0) for name, agency in flow.agencies.items()
    }
    runner = flow.runner(["city"], lambda _feed, step: print(step.result.number, step.result.verdict, flush=True))
    runner.start()
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
