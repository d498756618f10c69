"""Builds a data version of the warehouse from the lake. Called by the archive flow's model step.

A version is built from nothing, or from the version before it: then only the forces whose files changed are made
anew. Both ways run the same statements, so they give the same answer; a test holds them against each other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.errors import Damaged
from bluelamp.storage.lake import TABLE_OF, Lake
from bluelamp.storage.warehouse.coding import Coder, Dimensions, Linked, Points
from bluelamp.storage.warehouse.failure import as_build_error
from bluelamp.storage.warehouse.memory import give_back_memory
from bluelamp.storage.warehouse.pipeline import Portions, ahead
from bluelamp.storage.warehouse.places import Places
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan, Engine, IncludedFile, Progress
from bluelamp.storage.warehouse.report import Report
from bluelamp.storage.warehouse.stop_clocks import StopClocks
from bluelamp.storage.warehouse.tables import BY_FORCE, TABLES, create_statement, fill_statement
from bluelamp.storage.warehouse.writer import Tables, texts

# The engine stores rows in groups of this many. Given in batches of just that size it fills each group once, several at
# a time; given others, it leaves small groups behind and packs them again later.
_ROW_GROUP = 122_880
_INSERT_ROWS = 4 * _ROW_GROUP
# Portions of coded rows that may wait while earlier ones are inserted.
_CODED_AHEAD = 3


def build(plan: BuildPlan, target: Path, base: Path | None, lake: Lake, engine: Engine, progress: Progress) -> None:
    """Write the version at `target`, from `base` where given. Raises DiskFull or StorageError in one sentence."""
    try:
        if base is not None:
            shutil.copyfile(base, target)
        connection = duckdb.connect(str(target))
        try:
            _Build(plan, lake, connection, progress).run(engine, fresh=base is None)
        finally:
            connection.close()
    except (duckdb.Error, OSError, MemoryError, RuntimeError, pa.ArrowException) as error:
        with suppress(OSError):  # where memory lacks, even this may fail: the next load sweeps
            for leftover in target.parent.glob(f"{target.name}*"):
                leftover.unlink(missing_ok=True)
        raise as_build_error(error) from error


class _Build:
    def __init__(self, plan: BuildPlan, lake: Lake, connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
        self.plan, self.lake, self.connection, self.progress = plan, lake, connection, progress
        self.tables = Tables(connection)
        self.places = Places(self.tables, plan, progress)
        self.force_ids = sorted(FORCE_IDS[slug] for slug in plan.affected)

    def run(self, engine: Engine, *, fresh: bool) -> None:
        self._configure(engine)
        if fresh:
            self._create()
        else:
            self._forget_affected()
        self._fill_included()
        self._fill_words()
        self.places.fill()
        give_back_memory()
        # Each portion is a transaction of its own, so that none waits in memory. Nobody sees the file before it is
        # published whole.
        self._fill_rows()
        self._fill_issues()
        self._fill_marts()
        self._fill_coverage()
        self._fill_profile()
        Report(self.tables, self.plan).fill()
        self._fill_version()
        self.connection.execute("CHECKPOINT")

    # -- setting up -----------------------------------------------------------------------------------------

    def _configure(self, engine: Engine) -> None:
        execute = self.connection.execute
        engine.spill.mkdir(parents=True, exist_ok=True)
        execute(f"SET memory_limit = '{int(engine.memory_mb)}MB'")
        execute(f"SET threads = {int(engine.threads)}")
        execute("SET temp_directory = ?", [str(engine.spill)])
        execute("SET checkpoint_threshold = '64GB'")  # one checkpoint, at the end
        execute("SET preserve_insertion_order = true")

    def _create(self) -> None:
        for table in TABLES:
            self.connection.execute(create_statement(table))
        self.tables.append("dim_force", [(0, "", "not stated")])
        self.tables.append("dim_force", [(FORCE_IDS[force.slug], force.slug, force.name) for force in FORCES])
        self.places.begin()

    def _forget_affected(self) -> None:
        for table in BY_FORCE:
            self.connection.execute(f"DELETE FROM {table} WHERE list_contains($forces, force_id)", self._forces())
        for table in (
            "included_file",
            "stg_police_uk__issue",
            "mart_coverage__force_month",
            "mart_profile__force_month",
            "mart_quality__finding",
        ):
            self.connection.execute(f"DELETE FROM {table}")
        for table in ("data_version", "included_lake_file"):
            self.connection.execute(f"DELETE FROM {table}")

    def _forces(self) -> dict[str, Any]:
        return {"forces": self.force_ids}

    # -- dimensions -----------------------------------------------------------------------------------------

    def _fill_included(self) -> None:
        self.tables.append(
            "included_file",
            [
                (
                    file.file_id, file.unit.dataset, FORCE_IDS[file.force], file.unit.month.index,
                    file.release.index, file.lake_path, file.rows, file.origin, str(file.reading),
                )
                for file in self.plan.included
            ],
        )  # fmt: skip

        self.tables.append("included_lake_file", [(path,) for path in self.plan.lake_paths])

    def _fill_words(self) -> None:
        if self.plan.word_files:
            self.connection.execute(fill_statement("dim_word"), {"lake_files": texts(self.plan.word_files)})

    # -- rows -----------------------------------------------------------------------------------------------

    def _fill_rows(self) -> None:
        by_force: dict[str, list[IncludedFile]] = {slug: [] for slug in sorted(self.plan.affected)}
        for file in self.plan.included:
            if file.force in by_force and file.lake_path:
                by_force[file.force].append(file)
        coder = Coder(self._dimensions())
        done, of = 0, sum(file.rows for files in by_force.values() for file in files)
        # Three stations at once: one force is linked while the one before it is coded and the one before that inserted.
        linked = ahead((self._linked(coder, FORCE_IDS[slug], files) for slug, files in by_force.items()), 1)
        coded = (pair for force in linked for pair in _coded(coder, force))
        portions = {table: Portions(_INSERT_ROWS) for table in TABLE_OF.values()}
        for table, rows in ahead(coded, _CODED_AHEAD):
            done += rows.num_rows
            for portion in portions[table].add(rows):
                self._insert_rows(table, portion)
                give_back_memory()
                self.progress("modelling records", done, of)
        for table, its_portions in portions.items():
            for portion in its_portions.rest():
                self._insert_rows(table, portion)
        self.progress("modelling records", of, of)

    def _dimensions(self) -> Dimensions:
        found = self.connection.execute(
            """
            SELECT point, point_id, lsoa_id, town_id, area_id, longitude IS NOT NULL AND latitude IS NOT NULL AS located
            FROM dim_point ORDER BY point
            """
        ).fetchnumpy()
        points = Points(
            *(np.asarray(found[name]) for name in ("point", "point_id", "lsoa_id", "town_id", "area_id", "located"))
        )
        words: dict[str, dict[str, int]] = {}
        for field_, word, number in self.tables.rows("SELECT field, word, word_id FROM dim_word"):
            words.setdefault(field_, {})[word] = number
        # One place beyond the last file stands for every file that is not part of this version.
        months = np.zeros(max((file.file_id for file in self.plan.included), default=0) + 2, np.uint16)
        for file in self.plan.included:
            months[file.file_id] = file.unit.month.index
        clocks = StopClocks.of({file.file_id: file.reading for file in self.plan.included}, len(months))
        return Dimensions(points, words, months, clocks)

    def _linked(self, coder: Coder, force_id: int, files: list[IncludedFile]) -> _Force:
        paths, rows = {}, {}
        for dataset in DATASETS:
            own = [file for file in files if file.unit.dataset == dataset.name]
            paths[dataset.name] = [self.lake.path(path) for path in dict.fromkeys(file.lake_path for file in own)]
            rows[dataset.name] = sum(file.rows for file in own)
        return _Force(force_id, paths, rows, coder.link(paths["crimes"], paths["outcomes"]))

    def _insert_rows(self, table: str, coded: pa.Table) -> None:
        self.tables.insert(table, pa.Table.from_batches(coded.to_batches(max_chunksize=_ROW_GROUP)))

    def _fill_issues(self) -> None:
        if self.plan.issue_files:
            self.connection.execute(
                """
                INSERT INTO stg_police_uk__issue
                SELECT * FROM read_parquet($lake_files, hive_partitioning = false)
                WHERE file_id IN (SELECT file_id FROM included_file) ORDER BY file_id, line
                """,
                {"lake_files": texts(self.plan.issue_files)},
            )

    # -- marts ----------------------------------------------------------------------------------------------

    def _fill_marts(self) -> None:
        for table in ("mart_crime__monthly_by_area", "mart_outcome__monthly_by_area", "mart_crime__time_to_outcome"):
            self.progress("counting", 0, 1)
            self.connection.execute(fill_statement(table), self._forces())

    def _fill_coverage(self) -> None:
        self.tables.append(
            "mart_coverage__force_month",
            [
                (
                    cell.unit.dataset, FORCE_IDS[cell.unit.force], cell.unit.month.index, str(cell.state),
                    cell.release.index if cell.release else None, cell.rows,
                )
                for cell in self.plan.cells
            ],
        )  # fmt: skip

    def _fill_profile(self) -> None:
        self.tables.append(
            "mart_profile__force_month",
            [
                (
                    file.file_id, file.unit.dataset, FORCE_IDS[file.force], file.unit.month.index,
                    one.name, one.value, one.confidence, one.standing, one.decided_by, one.reason, one.rows,
                    json.dumps(one.evidence, ensure_ascii=False),
                )
                for file in self.plan.included
                for one in self.plan.properties.get(file.file_id, ())
            ],
        )  # fmt: skip

    def _fill_version(self) -> None:
        plan = self.plan
        self.connection.execute(
            "INSERT INTO data_version VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                plan.schema_version, plan.fingerprint, plan.as_of.index if plan.as_of else None,
                plan.newest_release.index if plan.newest_release else None,
                plan.reference_version, plan.reference_missing, plan.built_at, plan.program,
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Force:
    """One force on its way: its lake files and the rows that the ledger counts, by dataset."""

    force_id: int
    paths: dict[str, list[Path]]
    rows: dict[str, int]
    linked: Linked


def _coded(coder: Coder, force: _Force) -> Iterator[tuple[str, pa.Table]]:
    """(table, coded rows), portion by portion; what the ledger counts must be there."""
    coded = {
        "crimes": coder.crimes(force.paths["crimes"], force.force_id, force.linked),
        "outcomes": coder.outcomes(force.paths["outcomes"], force.force_id, force.linked),
        "stops": coder.stops(force.paths["stops"], force.force_id),
    }
    for dataset, tables in coded.items():
        found = 0
        for rows in tables:
            yield TABLE_OF[dataset], rows
            found += rows.num_rows
        if found != force.rows[dataset]:
            raise Damaged(
                f"The lake gave {found:,} {dataset} where the ledger counts {force.rows[dataset]:,}.",
                "bluelamp doctor names the damaged file.",
            )
