"""The tests that depend on the date and the hour, at moments at which programs go wrong: `make dates` runs them at all
of these, CI runs the few that ask the machine's clock at three.

Usage: python -m tests.dates [--short] [--at MOMENT] [options and paths of pytest]

The clock of this machine stays as it is. `moved_clock.c` moves that of the tests and of every process that they start,
so that they begin at the moment, and it goes on from there; files keep the machine's own times. (libfaketime 0.9.10
lets `time.sleep` of Python 3.11 fail where the monotonic clock is left alone, and waits for ever where it is not.)
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
from datetime import datetime
from pathlib import Path

# Mostly a minute before something changes, so that it does while the tests run.
MOMENTS = {
    "2026-12-31T23:59:00Z": "the year ends in London",
    "2027-01-01T05:59:00Z": "the year ends in Chicago",
    "2027-02-28T23:59:00Z": "a February of 28 days ends",
    "2027-03-14T07:59:00Z": "Chicago's clocks go forward",
    "2027-03-28T00:59:00Z": "London's clocks go forward",
    "2027-05-01T04:59:00Z": "a month ends in Chicago",
    "2027-05-03T00:00:30Z": "a Monday has begun",
    "2027-09-30T23:59:00Z": "a month and a quarter end",
    "2027-10-31T00:59:00Z": "London's clocks go back",
    "2027-11-07T06:59:00Z": "Chicago's clocks go back",
    "2028-02-29T12:00:00Z": "noon of 29 February",
    "2028-02-29T23:59:00Z": "29 February ends",
}
_SHORT = ("2027-03-14T07:59:00Z", "2027-10-31T00:59:00Z", "2028-02-29T23:59:00Z")

# Whatever takes calls in, asks of them or tells of them, and the commands.
_WHERE = (
    *(f"tests/integration/{room}" for room in ("calls", "live", "live_web", "feeds", "places", "gazetteer", "cli")),
    "tests/unit",
)
# Those of them that make something at the machine's own time.
_ASKING = (
    "tests/integration/calls/test_city_history.py::test_the_city_grows_without_a_jump",
    "tests/integration/calls/test_calls_still_open.py::test_the_command_tells_of_it",
    "tests/integration/live/test_city_reports.py",
    "tests/integration/live_web/test_feed_figures.py",
    "tests/integration/live_web/test_feed_placing.py",
    "tests/integration/live_web/test_hook_guide.py",
    "tests/integration/live_web/test_privacy_rebuilt.py",
    "tests/integration/places/test_locator.py",
    "tests/integration/sources/test_http_client.py",
    "tests/unit/live",
    "tests/unit/synthetic/test_city.py",
)
_AT_ONCE = 2
_TELLING = threading.Lock()
_SOURCE = Path(__file__).with_name("moved_clock.c")
_HOW = "They need Linux and a C compiler (Debian: apt-get install gcc libc6-dev)."


def _compiler() -> str | None:
    """A C compiler, None where there is none; as root one is installed."""
    found = shutil.which("cc") or shutil.which("gcc")
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in ("update -qq", "install -y -qq gcc libc6-dev"):
            subprocess.run(["apt-get", *words.split()], check=True, env=environment)
        found = shutil.which("cc") or shutil.which("gcc")
    return found


def build(folder: Path) -> Path | None:
    """The clock that is loaded before the C library; None where it cannot be made: why is told."""
    made, compiler = folder / "moved_clock.so", None
    try:
        compiler = _compiler() if sys.platform == "linux" else None
        if compiler is not None:
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(_SOURCE)], check=True)
            return made
    except (OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
    print(f"The tests at other dates were not run. {_HOW}", file=sys.stderr)
    return None


def at(moment: str, clock: Path) -> dict[str, str]:
    """The environment of a process that begins at a moment."""
    ahead = datetime.fromisoformat(moment).timestamp() - time.time()
    # Seconds ahead, so that a process that is started later does not begin at the moment again.
    return {**os.environ, "LD_PRELOAD": str(clock), "MOVED_CLOCK_AHEAD": f"{ahead:.0f}"}


def _run(moment: str, clock: Path, options: list[str]) -> int:
    """Runs the tests at a moment and tells what they said once they have ended."""
    begun, name = time.monotonic(), moment.replace(":", "")
    # A folder of its own: by a clock that is years ahead, those of other runs are long forgotten, and tidied away.
    place, told = clock.with_name(f"{name}.tmp"), clock.with_name(f"{name}.txt")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={place}", *options]
    with told.open("wb") as output:
        code = subprocess.run(
            command, env=at(moment, clock), cwd=Path(__file__).parents[1], stdout=output, stderr=subprocess.STDOUT
        ).returncode
    with _TELLING:
        print(f"\n== {moment}: {MOMENTS.get(moment, 'as asked')} ==", flush=True)
        sys.stdout.buffer.write(told.read_bytes())
        print(f"{moment}: {'failed' if code else 'passed'} in {time.monotonic() - begun:.0f} s", flush=True)
    shutil.rmtree(place, ignore_errors=True)
    return code


def main() -> int:
    options = sys.argv[1:]
    short = "--short" in options
    moments = _SHORT if short else tuple(MOMENTS)
    if "--at" in options:
        place = options.index("--at")
        moments = (options[place + 1],)
        del options[place : place + 2]
    options = [one for one in options if one != "--short"]
    if not any(one.startswith("tests/") for one in options):
        options += _ASKING if short else _WHERE
    with tempfile.TemporaryDirectory(prefix="bluelamp-dates-") as folder:
        clock = build(Path(folder))
        if clock is None:
            return 1
        with ThreadPoolExecutor(_AT_ONCE) as crew:
            codes = crew.map(lambda moment: _run(moment, clock, options), moments)
            failed = [moment for moment, code in zip(moments, codes, strict=True) if code]
    if failed:
        print(f"\nFailed at: {', '.join(failed)}. Once more: python -m tests.dates --at {failed[0]}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
