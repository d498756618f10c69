"""Builds the indexes of a finished version, in a folder beside its file. Called by the archive flow before publishing.

The file is only read. Whatever goes wrong, the folder is removed and nothing refers to it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.storage.warehouse.failure import as_build_error
from bluelamp.storage.warehouse.memory import give_back_memory
from bluelamp.storage.warehouse.serving.bit_build import write_bits
from bluelamp.storage.warehouse.serving.crime_ids import write_crime_ids
from bluelamp.storage.warehouse.serving.cube_build import write_cubes
from bluelamp.storage.warehouse.serving.facts import AXES, TABLE_OF, Facts, read_facts
from bluelamp.storage.warehouse.serving.files import Writer
from bluelamp.storage.warehouse.serving.ordering import ordered_by_month
from bluelamp.storage.warehouse.serving.point_build import (
    WrittenPoints,
    ordered_by_point,
    write_map,
    write_points,
)

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[int, int], None]  # (rows treated, of how many)


def build_serving(file: Path, folder: Path, progress: Progress, *, memory_mb: int = 400, threads: int = 2) -> None:
    """Write the indexes of the version in `file` to the new folder `folder`. Raises DiskFull or StorageError."""
    import duckdb
    import pyarrow as pa

    shutil.rmtree(folder, ignore_errors=True)
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute(f"SET memory_limit = '{int(memory_mb)}MB'")
            connection.execute(f"SET threads = {int(threads)}")
            connection.execute("SET temp_directory = ?", [str(folder / "spill")])
            _Build(connection, Writer(folder), progress).run()
        shutil.rmtree(folder / "spill", ignore_errors=True)
    except (duckdb.Error, OSError, MemoryError, RuntimeError, pa.ArrowException) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise as_build_error(error) from error


class _Build:
    def __init__(self, connection: duckdb.DuckDBPyConnection, writer: Writer, progress: Progress) -> None:
        self._connection, self._writer, self._progress = connection, writer, progress
        self._facts: dict[str, Facts] = {}
        self._done = 0

    def run(self) -> None:
        found = {dataset: read_facts(self._connection, dataset) for dataset in AXES}
        self._facts = {dataset: facts for dataset, facts in found.items() if facts is not None}
        with self._writer.file("points") as output:
            points = write_points(self._connection, output)
        parts = {dataset: self._dataset(dataset, facts, points) for dataset, facts in self._facts.items()}
        ids = {dataset: self._crime_ids(dataset) for dataset in ("crimes", "outcomes")}
        self._writer.finish({"points": points.manifest, "datasets": parts, "crime_ids": ids})

    def _dataset(self, dataset: str, facts: Facts, points: WrittenPoints) -> dict[str, Any]:
        ordered = ordered_by_month(self._connection, dataset, facts, self._advance)
        with self._writer.file(f"{dataset}.bits") as output:
            bits = write_bits(ordered, facts, output)
        with self._writer.file(f"{dataset}.cubes") as output:
            cubes = write_cubes(ordered, dataset, facts, output)
        del ordered
        give_back_memory()
        ordered = ordered_by_point(self._connection, dataset, facts, points, self._advance)
        with self._writer.file(f"{dataset}.map") as output:
            on_map = write_map(ordered, facts, points, output)
        del ordered
        give_back_memory()
        return {"facts": asdict(facts), "bits": bits, "cubes": cubes, "map": on_map}

    def _crime_ids(self, dataset: str) -> dict[str, Any] | None:
        with self._writer.file(f"{dataset}.ids") as output:
            found = write_crime_ids(self._connection, TABLE_OF[dataset], output)
        give_back_memory()
        return found

    def _advance(self, rows: int) -> None:
        self._done += rows
        # Every record is read twice: in the order of months and in that of the map, where not all have a place.
        self._progress(self._done, 2 * sum(facts.records for facts in self._facts.values()))
