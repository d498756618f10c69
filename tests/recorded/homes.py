"""The homes that are looked at: the demo's (archive twin and live city) and three sparse ones. Made by a recording."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from tests.recorded.clock import MADE, environment

DEMO = "demo"
SPARSE = ("with-holes", "three-in-a-hundred", "outcomes-alone")
NAMES = (DEMO, *SPARSE)
FEED = "demo-city"
_CRIMES, _DAYS = 20_000, 4
_EARLY, _APART = timedelta(hours=12), timedelta(hours=1)
_PLACE = "made-at.txt"
_OWN = """title: Bicycles
nav: Bicycles
dataset: crimes
lead: A dashboard that an installation has added.
filters: [force]
cards:
  - name: total
    kind: total
    title: Bicycle thefts
    measure: recorded_crimes
    where: [crime_type=Bicycle theft]
  - name: about
    kind: text
    title: About this dashboard
    text: Bicycle theft is told apart from other theft.
"""


def make(folder: Path) -> None:
    """Make every home under `folder`, as `folder/NAME/home` with what it was loaded from beside it."""
    with ThreadPoolExecutor(2) as crew:
        for done in [crew.submit(_make_demo, folder / DEMO), *(crew.submit(_make_sparse, folder, n) for n in SPARSE)]:
            done.result()
    (folder / _PLACE).write_text(str(folder), encoding="utf-8")


def place(folder: Path) -> str:
    """Where the homes in `folder` were made: files of theirs name it."""
    return (folder / _PLACE).read_text(encoding="utf-8")


def copy(folder: Path, target: Path) -> None:
    """A copy with the times of its files, so that nothing is made again because it seems to be new."""
    shutil.copytree(folder, target, symlinks=True)


def _run(*words: str, before: timedelta = timedelta()) -> str:
    """Run `bluelamp`, begun so long before the moment of making; what it prints."""
    clock = environment(MADE - before, still=False)
    done = subprocess.run([sys.executable, "-m", "bluelamp", *words], capture_output=True, text=True, env=clock)
    # 3: some file was set aside, as the synthetic faults want it.
    if done.returncode not in (0, 3):
        raise SystemExit(f"bluelamp {' '.join(words)} failed: {done.stderr}")
    return done.stdout


def _make_demo(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(parents=True)
    _run("demo", "--folder", str(folder), "--crimes", str(_CRIMES), before=_EARLY)
    subprocess.run([sys.executable, "-m", "tests.recorded.homes", str(home)], check=True, env=environment(MADE))
    (home / "dashboards").mkdir()
    (home / "dashboards" / "bikes.yaml").write_text(_OWN, encoding="utf-8")
    key = json.loads(_run("--home", str(home), "keys", "add", "A newsroom", "--json"))["key"]
    (folder / "key.txt").write_text(key, encoding="utf-8")


def _make_sparse(folder: Path, name: str) -> None:
    place = folder / name
    told = json.loads(_run("synthetic", "archive", name, "--folder", str(place), "--json"))
    steps = [words for _, *words in told["commands"] if "sync" in words or "load" in words]
    for number, words in enumerate(steps):
        _run(*words, before=_EARLY - number * _APART)


def _give_city(home: Path, now: datetime) -> None:
    """The synthetic city's past days, in a home."""
    from bluelamp.synthetic.city.history import prepare

    prepare(home, home.with_name("city-since.txt"), tempo=4.0, interval=5.0, days=_DAYS, now=now)


if __name__ == "__main__":
    _give_city(Path(sys.argv[1]), MADE)
