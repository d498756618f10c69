"""Measures the indexes of a loaded home: `python -m benchmarks.serving HOME` builds them anew and times counts.

Each count is made several times over in one process that has the files mapped; what is stated is the first time, in
which pages of the files are met for the first time, and the best.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bluelamp.storage.warehouse.database import WarehouseFolder
from bluelamp.storage.warehouse.indexes import IndexFolder, build_indexes, open_indexes

_TIMES = 7
LONDON = (10, 511, 340)
Keep = dict[str, np.ndarray]


def measure(what: str, make: Callable[[], object]) -> None:
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        make()
        taken.append(1000 * (time.perf_counter() - began))
    print(f"| {what:84} | {taken[0]:8.2f} | {min(taken):8.3f} |")


def counts(serving: IndexFolder) -> None:
    """Questions of dashboards: none, one and many filters, answered by cubes and by bits."""
    code = np.array([1])
    for dataset, keep, by in (
        ("crimes", {}, ["month", "crime_type"]),
        ("crimes", {"local_authority": code}, ["month", "crime_type"]),
        ("crimes", {"crime_type": code}, ["local_authority"]),
        ("crimes", {"last_outcome": np.array([3, 5])}, ["month", "local_authority"]),
        ("crimes", {"force": code, "crime_type": code}, ["town", "local_authority"]),
        ("crimes", {"last_outcome": code, "outcome_status": np.array([1, 2])}, ["month"]),
        ("outcomes", {"crime_type": code}, ["time_to_outcome"]),
        ("stops", {}, ["gender", "object"]),
        ("stops", {"gender": code, "force": np.array([3])}, ["month", "hour"]),
        ("stops", {"gender": code}, ["object", "outcome"]),
    ):
        given: Keep = keep
        counter = serving.counter(dataset, frozenset([*given, *by]), by)
        assert counter is not None
        first, last = counter.first_month, counter.last_month
        words = f"{type(counter).__name__}: {dataset} by {', '.join(by)}, filtered by {', '.join(given) or 'nothing'}"
        measure(words, lambda: counter.count(first, last, given, by))  # noqa: B023


def tiles(serving: IndexFolder) -> None:
    index, facts = serving.maps["crimes"], serving.facts["crimes"]
    first, last = facts.first_month, facts.last_month
    many = {
        "crime_type": np.array([1, 3]),
        "last_outcome": np.array([1, 2, 3, 8, 9]),
        "month": np.arange(first + 5, first + facts.months // 2),
    }
    for words, keep in (("nothing", {}), ("a force", {"force": np.array([5])}), ("a type, outcomes, months", many)):
        given: Keep = keep
        measure(f"the whole world, filtered by {words}", lambda: index.grid(0, 0, 0, first, last, given, 64))  # noqa: B023
        measure(f"one tile of zoom 10, London, {words}", lambda: index.grid(*LONDON, first, last, given, 32))  # noqa: B023
        measure(f"points of a tile of zoom 12, {words}", lambda: index.points(12, 2046, 1362, first, last, given))  # noqa: B023


def main() -> None:
    version = WarehouseFolder(Path(sys.argv[1]) / "warehouse").current()
    assert version is not None, "load a release into the home first"
    folder = Path(tempfile.mkdtemp()) / "serving"
    began = time.perf_counter()
    build_indexes(version.file, folder, lambda done, of: None)
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_blocks * 512 for path in folder.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    serving = open_indexes(folder)
    assert serving is not None
    print({dataset: facts.records for dataset, facts in serving.facts.items()})
    print(f"built in {seconds:.1f} s, {size / 1e6:,.0f} MB on disk, {peak:,.0f} MB of memory at most\n")
    print("| what | first ms | best ms |\n|---|---|---|")
    measure("opening", lambda: open_indexes(folder))
    counts(serving)
    tiles(serving)
    ids = serving.crime_ids
    if ids is not None:
        measure("a row by its crime ID", lambda: ids.find(0x9E3779B97F4A7C15))
    shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
