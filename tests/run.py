"""All tests, room by room, two rooms at a time: most of them wait for processes, files and browsers, and two cores have
room for both. `make test` runs this; `pytest` with a path runs some of them as ever.

Usage: python -m tests.run [options of pytest]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_AT_ONCE = 2
# The longest begin first, so that both end at about the same time; whatever is new comes behind them.
_LONGEST = (
    "tests/browser",
    "tests/integration/resilience",
    "tests/integration/ground",
    "tests/integration/web",
    "tests/unit",
    "tests/integration/live",
    "tests/integration/cli",
    "tests/integration/archive",
    "tests/integration/live_web",
)
_NOTHING_TO_RUN = 5  # pytest's code where options leave no test in a room


def rooms() -> list[list[str]]:
    """The paths of each part of the tests: a folder of its own for each part of integration, and all that is left."""
    folders = ["tests/browser", "tests/unit"]
    folders += [str(path) for path in sorted(Path("tests/integration").iterdir()) if any(path.glob("test_*.py"))]
    folders.sort(key=lambda path: _LONGEST.index(path) if path in _LONGEST else len(_LONGEST))
    return [*([path] for path in folders), ["tests", *(f"--ignore={path}" for path in folders)]]


class _Run:
    def __init__(self, folder: Path, options: list[str]) -> None:
        self.folder, self.options = folder, options
        self._telling = threading.Lock()

    def room(self, number: int, paths: list[str]) -> int:
        """Runs one room and tells what it said once it has ended."""
        told = self.folder / f"{number}.txt"
        begun = time.monotonic()
        with told.open("wb") as output:
            code = subprocess.run(
                [
                    sys.executable, "-m", "pytest", *paths, f"--basetemp={self.folder / str(number)}",
                    "-p", "no:cacheprovider", *self.options,
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode  # fmt: skip
        with self._telling:
            print(
                f"\n== {paths[0] if len(paths) == 1 else 'all others'}: {time.monotonic() - begun:.0f} s ==\n",
                flush=True,
            )
            sys.stdout.buffer.write(told.read_bytes())
            sys.stdout.flush()
        shutil.rmtree(self.folder / str(number), ignore_errors=True)
        return 0 if code == _NOTHING_TO_RUN and self.options else code


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix=f"bluelamp-tests-{os.getpid()}-"))
    run = _Run(folder, sys.argv[1:])
    try:
        with ThreadPoolExecutor(_AT_ONCE) as crew:
            codes = list(crew.map(run.room, *zip(*enumerate(rooms()), strict=True)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    failed = [paths[0] for paths, code in zip(rooms(), codes, strict=True) if code]
    print(f"\n== {', '.join(failed)} failed ==" if failed else "\n== all rooms passed ==", flush=True)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
