"""All tests, in two halves side by side: most of them wait for processes, files and browsers, and two cores have room
for both. `make test` runs this; `pytest` with a path runs some of them as ever.

Usage: python -m tests.run [options of pytest]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# About half of the time; whatever is new falls into the other half.
_FIRST = ("tests/browser", "tests/unit", *(f"tests/integration/{room}" for room in ("archive", "calls", "web")))


def main() -> int:
    folder, options = Path(tempfile.gettempdir()), sys.argv[1:]
    temporary = [folder / f"bluelamp-tests-{os.getpid()}-{half}" for half in (1, 2)]
    paths = [list(_FIRST), ["tests", *(f"--ignore={path}" for path in _FIRST)]]
    told = folder / f"bluelamp-tests-{os.getpid()}.txt"
    with told.open("wb") as output:
        first, second = (
            subprocess.Popen(
                [sys.executable, "-m", "pytest", *some, f"--basetemp={place}", "-p", "no:cacheprovider", *options],
                stdout=None if number == 0 else output,
                stderr=None if number == 0 else subprocess.STDOUT,
            )
            for number, (some, place) in enumerate(zip(paths, temporary, strict=True))
        )
        try:
            codes = [first.wait(), second.wait()]
        except KeyboardInterrupt:
            for one in (first, second):
                one.terminate()
            codes = [first.wait(), second.wait()]
    print("\n== the other half, which ran beside ==\n", flush=True)
    sys.stdout.buffer.write(told.read_bytes())
    sys.stdout.flush()
    told.unlink()
    for place in temporary:
        shutil.rmtree(place, ignore_errors=True)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
