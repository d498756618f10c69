"""What a load costs beside the build before it: `python -m benchmarks.loading BEFORE ARCHIVE.zip…`

BEFORE is a checkout of the older build. Both load each archive into an empty home, in turn, one process each, so that
whatever else the machine does hits both alike. Told is the processor time, of which other work takes nothing.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROUNDS = 3
NOW = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str]) -> int:
    """Measure, print a table, and give 0; 2 where the arguments are not what is said above."""
    before, archives = Path(arguments[0]) if arguments else Path(), [Path(one) for one in arguments[1:]]
    if not archives or not (before / "src" / "bluelamp").is_dir() or not all(one.is_file() for one in archives):
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    print("| archive | before, s | now, s | ratio | rounds apart |\n|---|---|---|---|---|")
    for archive in archives:
        pairs = [(_load(before, archive), _load(NOW, archive)) for _ in range(ROUNDS)]
        ratios = sorted(now / then for then, now in pairs)
        then, now = (statistics.median(side) for side in zip(*pairs, strict=True))
        print(
            f"| {archive.name} | {then:.2f} | {now:.2f} | {statistics.median(ratios):.3f} "
            f"| {ratios[0]:.3f} to {ratios[-1]:.3f} |"
        )
    return 0


def _load(build: Path, archive: Path) -> float:
    """Seconds of the processor that one load takes, its workers' included."""
    with tempfile.TemporaryDirectory() as home:
        before = os.times()
        subprocess.run(
            [sys.executable, "-m", "bluelamp", "--home", home, "archive", "load", str(archive)],
            env={**os.environ, "PYTHONPATH": str(build / "src"), "BLUELAMP_PROCESSES": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
