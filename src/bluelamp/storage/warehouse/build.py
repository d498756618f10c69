"""Builds a data version of the warehouse from the lake. Called by the archive flow's model step.

A version is built from nothing, or from the version before it: then only the forces whose files changed are made
anew. Both ways run the same statements, so they give the same answer; a test holds them against each other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bluelamp.domain.force import FORCES
from bluelamp.storage.lake import TABLE_OF, Lake
from bluelamp.storage.warehouse.coding import Coder, Dimensions, PointDimension
from bluelamp.storage.warehouse.failure import as_build_error
from bluelamp.storage.warehouse.forces import coded_crimes, coded_stops, force_of
from bluelamp.storage.warehouse.memory import give_back_memory
from bluelamp.storage.warehouse.pipeline import Portions, ahead
from bluelamp.storage.warehouse.places import PlaceDimensions
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan, EngineLimits, Progress
from bluelamp.storage.warehouse.report import Report
from bluelamp.storage.warehouse.stop_clocks import StopClocks
from bluelamp.storage.warehouse.stop_places import StopPlaces
from bluelamp.storage.warehouse.tables import BY_FORCE, TABLES, create_statement, fill_statement
from bluelamp.storage.warehouse.writer import Tables, texts

# The engine stores rows in groups of this many. Given in batches of just that size it fills each group once, several at
# a time; given others, it leaves small groups behind and packs them again later.
_ROW_GROUP = 122_880
_INSERT_ROWS = 4 * _ROW_GROUP
# Portions of coded rows that may wait while earlier ones are inserted.
_CODED_AHEAD = 3


def build(
    plan: BuildPlan, target: Path, base: Path | None, lake: Lake, engine: EngineLimits, progress: Progress
) -> None:
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
        self.places = PlaceDimensions(self.tables, plan, progress)
        self.stop_places = StopPlaces(self.tables, plan, self.places, progress)
        self.force_ids = sorted(FORCE_IDS[slug] for slug in plan.affected)
        self._coded_rows, self._of_rows = 0, sum(file.rows for file in plan.included if file.force in plan.affected)

    def run(self, engine: EngineLimits, *, fresh: bool) -> None:
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
        self._fill_crimes()
        self._fill_stops(self.stop_places.fill())
        self._fill_issues()
        self._fill_marts()
        self._fill_coverage()
        self._fill_profile()
        Report(self.tables, self.plan).fill()
        self._fill_version()
        self.connection.execute("CHECKPOINT")

    # -- setting up -----------------------------------------------------------------------------------------

    def _configure(self, engine: EngineLimits) -> None:
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
        for table in ("data_version", "included_lake_file", "mart_stop__placed"):
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

    def _fill_crimes(self) -> None:
        """Crimes and outcomes of the affected forces."""
        coder = Coder(self._dimensions())
        forces = [force_of(self.plan, self.lake, slug) for slug in sorted(self.plan.affected)]
        # Three stations at once: one force is linked while the one before it is coded and the one before that inserted.
        linked = ahead(((force, coder.link(force.paths["crimes"], force.paths["outcomes"])) for force in forces), 1)
        self._insert_coded(pair for force, its in linked for pair in coded_crimes(coder, force, its))

    def _fill_stops(self, again: set[int]) -> None:
        """Stops of the affected forces, and of those `again` whose points lie elsewhere than in the base."""
        self.connection.execute(
            f"DELETE FROM {TABLE_OF['stops']} WHERE list_contains($forces, force_id)", {"forces": sorted(again)}
        )
        slugs = self.plan.affected | {slug for slug, number in FORCE_IDS.items() if number in again}
        coder = Coder(self._dimensions(of_stops=True))
        self._insert_coded(
            pair for slug in sorted(slugs) for pair in coded_stops(coder, force_of(self.plan, self.lake, slug))
        )

    def _insert_coded(self, coded: Iterator[tuple[str, pa.Table]]) -> None:
        portions = {table: Portions(_INSERT_ROWS) for table in TABLE_OF.values()}
        for table, rows in ahead(coded, _CODED_AHEAD):
            self._coded_rows += rows.num_rows
            for portion in portions[table].add(rows):
                self._insert_rows(table, portion)
                give_back_memory()
                self.progress("modelling records", self._coded_rows, self._of_rows)
        for table, its_portions in portions.items():
            for portion in its_portions.rest():
                self._insert_rows(table, portion)
        self.progress("modelling records", self._coded_rows, self._of_rows)

    def _dimensions(self, *, of_stops: bool = False) -> Dimensions:
        placed = "dim_stop_point" if of_stops else "(FROM dim_stop_point LIMIT 0)"
        found = self.connection.execute(
            f"""
            SELECT point, point_id, lsoa_id,
                coalesce(placed.town_id, p.town_id) AS town_id, coalesce(placed.area_id, p.area_id) AS area_id,
                longitude IS NOT NULL AND latitude IS NOT NULL AS located
            FROM dim_point AS p LEFT JOIN {placed} AS placed USING (point_id) ORDER BY point
            """
        ).fetchnumpy()
        points = PointDimension(
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
        # Of all forces: crimes of one may say where stops of another lie.
        self.connection.execute(fill_statement("mart_stop__placed"))

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
