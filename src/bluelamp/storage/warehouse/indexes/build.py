"""Builds the indexes of a finished version, in a folder beside its file. Called by the archive flow before publishing.

The file is only read. Whatever goes wrong, the folder is removed and nothing refers to it.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.storage.warehouse.failure import as_build_error
from bluelamp.storage.warehouse.indexes.bit_build import write_bits
from bluelamp.storage.warehouse.indexes.crime_ids import write_crime_ids
from bluelamp.storage.warehouse.indexes.cube_build import write_cubes
from bluelamp.storage.warehouse.indexes.facts import AXES, TABLE_OF, Facts, read_facts
from bluelamp.storage.warehouse.indexes.files import Writer
from bluelamp.storage.warehouse.indexes.ordering import ordered_by_month
from bluelamp.storage.warehouse.indexes.point_build import (
    WrittenPoints,
    ordered_by_point,
    write_map,
    write_points,
)
from bluelamp.storage.warehouse.memory import give_back_memory

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[int, int], None]  # (rows treated, of how many)
Advance = Callable[[int], None]  # told of rows treated, or of none; raises where the build is to stop


def build_indexes(file: Path, folder: Path, progress: Progress, *, memory_mb: int = 300, threads: int = 2) -> None:
    """Write the indexes of the version in `file` to the new folder `folder`. Raises DiskFull or StorageError.

    The engine takes up to `memory_mb`, the columns that are put in order some six bytes a crime and outcome beside it.
    """
    import duckdb
    import pyarrow as pa

    shutil.rmtree(folder, ignore_errors=True)
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute(f"SET memory_limit = '{int(memory_mb)}MB'")
            connection.execute(f"SET threads = {int(threads)}")
            connection.execute("SET temp_directory = ?", [str(folder / "spill")])
            _Build(connection, Writer(folder), progress).run(threads)
        shutil.rmtree(folder / "spill", ignore_errors=True)
    except (duckdb.Error, OSError, MemoryError, RuntimeError, pa.ArrowException) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise as_build_error(error) from error


class _Stopped(Exception):
    """Another part of the build has failed, or somebody has interrupted it."""


class _Build:
    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: Writer, progress: Progress) -> None:
        self._connection, self._writer, self._progress = connection, writer, progress
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._done = self._of = 0

    def run(self, threads: int) -> None:
        found = {dataset: read_facts(self._connection, dataset) for dataset in AXES}
        facts = {dataset: its for dataset, its in found.items() if its is not None}
        # Every record is read twice: in the order of months and in that of the map, where not all have a place.
        self._of = 2 * sum(its.records for its in facts.values())
        with self._writer.file("points") as output:
            points = write_points(self._connection, output)
        jobs: dict[str, Callable[[], Any]] = {}
        for dataset in AXES:
            if dataset in facts:
                jobs[dataset] = partial(self._dataset, dataset, facts[dataset], points)
            if dataset != "stops":
                jobs[f"{dataset}.ids"] = partial(self._crime_ids, dataset)
        made = self._side_by_side(jobs, threads)
        parts = {dataset: made[dataset] for dataset in facts}
        ids = {dataset: made[f"{dataset}.ids"] for dataset in ("crimes", "outcomes")}
        self._writer.finish({"points": points.manifest, "datasets": parts, "crime_ids": ids})

    def _side_by_side(self, jobs: dict[str, Callable[[], Any]], threads: int) -> dict[str, Any]:
        """What each job gives. The first failure, or an interruption, ends the others at their next step."""
        with ThreadPoolExecutor(threads, "bluelamp-index") as pool:
            try:
                futures = {name: pool.submit(job) for name, job in jobs.items()}
                for future in as_completed(futures.values()):
                    future.result()
            except BaseException:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                raise
            return {name: future.result() for name, future in futures.items()}

    def _dataset(self, dataset: str, facts: Facts, points: WrittenPoints) -> dict[str, Any]:
        connection = self._connection.cursor()
        ordered = ordered_by_month(connection, dataset, facts, self._advance)
        with self._writer.file(f"{dataset}.bits") as output:
            bits = write_bits(ordered, facts, output)
        with self._writer.file(f"{dataset}.cubes") as output:
            cubes = write_cubes(ordered, dataset, facts, output, self._advance)
        del ordered
        give_back_memory()
        ordered = ordered_by_point(connection, dataset, facts, points, self._advance)
        with self._writer.file(f"{dataset}.map") as output:
            on_map = write_map(ordered, facts, points, output)
        del ordered
        give_back_memory()
        return {"facts": asdict(facts), "bits": bits, "cubes": cubes, "map": on_map}

    def _crime_ids(self, dataset: str) -> dict[str, Any] | None:
        with self._writer.file(f"{dataset}.ids") as output:
            found = write_crime_ids(self._connection.cursor(), TABLE_OF[dataset], output, self._advance)
        give_back_memory()
        return found

    def _advance(self, rows: int) -> None:
        if self._stop.is_set():
            raise _Stopped
        with self._lock:
            self._done += rows
            self._progress(self._done, self._of)
