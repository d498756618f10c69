"""A chaos run in a process of its own, for a test that kills it again and again: HOME SEED POLLS [DATABASE]."""

from __future__ import annotations

import sys
from pathlib import Path

from bluelamp.synthetic.city.chaos import chaos_publisher, drive, open_chaos
from bluelamp.synthetic.city.plan import fair_plan


def main() -> None:
    home, seed, polls = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    publisher = chaos_publisher(seed)
    flow = open_chaos(home, database=sys.argv[4] if len(sys.argv) > 4 else "")
    drive(flow, publisher, fair_plan(publisher, polls, seed=seed))


if __name__ == "__main__":
    main()
