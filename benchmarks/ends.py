"""Counts how processes end: `python -m benchmarks.ends` lets a command that reads the reference tables run 300 times on
a busy machine, and says how often its code was not what it should be (134 is an abort after the work was done). With
`--before SRC`, the build of before too, in turns.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa

from bluelamp.domain.area import REFERENCE_KINDS
from bluelamp.storage.reference.store import ReferenceStore

FOLDER = Path(".bench") / "ends"
# A reference table of the size of a real one, read as commands read it, and the end of the process.
CHILD = """
from pathlib import Path
from bluelamp.storage.reference.store import ReferenceStore
assert ReferenceStore(Path({home!r})).table({kind!r}).num_rows == {rows}
"""
ROWS = 40_000
KIND = next(iter(REFERENCE_KINDS))


def _keep(home: Path) -> None:
    table = pa.table({f"column_{number}": [os.urandom(16).hex() for _ in range(ROWS)] for number in range(6)})
    facts = {"source": "made", "read_on": date(2026, 1, 1), "sha256": "", "licence": "", "vintage": ""}
    ReferenceStore(home).save(SimpleNamespace(kind=KIND, table=table, **facts))


def _ends(source: str, home: Path) -> int:
    child = CHILD.format(home=str(home), kind=KIND, rows=ROWS)
    environment = {**os.environ, "PYTHONPATH": source}
    return subprocess.run([sys.executable, "-c", child], env=environment, stderr=subprocess.DEVNULL).returncode


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ends")
    parser.add_argument("--before", default="", help="the src folder of a build of before")
    parser.add_argument("--runs", type=int, default=300)
    chosen = parser.parse_args()
    home = FOLDER.absolute()
    _keep(home)
    builds = {"before": chosen.before} if chosen.before else {}
    builds["now"] = str(Path(__file__).parents[1] / "src")
    # More at once than there are cores: an end that is waited for is where it happens.
    with ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        turns = [
            (name, pool.submit(_ends, source, home)) for _ in range(chosen.runs) for name, source in builds.items()
        ]
        codes = Counter((name, turn.result()) for name, turn in turns)
    for name in builds:
        aborted = sum(many for (build, code), many in codes.items() if build == name and code != 0)
        print(f"{name}: {aborted} of {chosen.runs} ended with another code than 0")


if __name__ == "__main__":
    main()
