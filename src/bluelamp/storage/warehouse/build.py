"""Builds a data version of the warehouse from the lake. Called by the archive flow's model step.

A version is built from nothing, or from the version before it: then only the forces whose files changed are made
anew. Both ways run the same statements, so they give the same answer; a test holds them against each other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from bluelamp.domain.area import town_of
from bluelamp.domain.coverage import Cell
from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import Damaged, DiskFull, StorageError
from bluelamp.storage.boundaries import OutsideDistance, PointLocator
from bluelamp.storage.lake import TABLE_OF, Lake
from bluelamp.storage.warehouse.coding import Coder, Dimensions, Points
from bluelamp.storage.warehouse.pipeline import ahead
from bluelamp.storage.warehouse.tables import BY_FORCE, TABLES, create_statement, fill_statement

FORCE_IDS = {force.slug: number for number, force in enumerate(FORCES, 1)}
# Crimes around a point, loaded from the API, do not say which force publishes them: they bear force 0.
NO_FORCE = ""
FORCE_IDS[NO_FORCE] = 0
# Coded rows are inserted in portions of about this many: memory stays bounded, and the engine writes whole groups.
_INSERT_ROWS = 500_000
# Portions of coded rows that may wait while earlier ones are inserted.
_CODED_AHEAD = 3
# Beyond this a point is told as “far outside the force”: snap points and borders explain less.
FAR_OUTSIDE_KM = 20.0


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """One force-month of the version: the file whose rows stand for it and the lake file they lie in."""

    file_id: int
    unit: ForceMonth
    release: Month
    lake_path: str  # "" where the file has no rows
    rows: int
    origin: str = "archive"  # or "api"

    @property
    def force(self) -> str:
        """The publisher's slug, NO_FORCE where the unit names none."""
        return self.unit.force if self.unit.force in FORCE_IDS else NO_FORCE


@dataclass(slots=True)
class BuildPlan:
    """Everything that a version is made of."""

    fingerprint: str
    as_of: Month | None
    newest_release: Month | None
    built_at: str
    program: str
    included: list[IncludedFile]
    affected: set[str]  # slugs of the forces to make anew
    word_files: list[Path]  # lake files with words and points that the base does not have yet
    point_files: list[Path]
    issue_files: list[Path]  # all lake files with issues
    lake_paths: list[str]  # of all word and point files, for the next version to build upon this one
    cells: list[Cell]
    findings: dict[int, list[dict[str, Any]]]  # by file
    schema_version: int
    reference_version: str = ""
    reference_missing: list[str] = field(default_factory=list)
    lsoas: pa.Table | None = None  # of storage/reference.py
    authorities: pa.Table | None = None
    force_areas: pa.Table | None = None


Progress = Callable[[str, int, int], None]  # (what, done, of)


@dataclass(slots=True)
class Engine:
    """How much of the machine the engine may use."""

    memory_mb: int
    threads: int
    spill: Path  # a folder for what does not fit in memory


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
    except (duckdb.Error, OSError, MemoryError, pa.ArrowInvalid) as error:
        for leftover in target.parent.glob(f"{target.name}*"):
            leftover.unlink(missing_ok=True)
        raise _as_storage_error(error) from error


class _Build:
    def __init__(self, plan: BuildPlan, lake: Lake, connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
        self.plan, self.lake, self.connection, self.progress = plan, lake, connection, progress
        self.force_ids = sorted(FORCE_IDS[slug] for slug in plan.affected)

    def run(self, engine: Engine, *, fresh: bool) -> None:
        self._configure(engine)
        if fresh:
            self._create()
        else:
            self._forget_affected()
        self._fill_included()
        self._fill_words()
        self._fill_points()
        # One transaction for all rows: the engine then writes full row groups once, straight into the file. Nobody
        # sees the file before it is published whole.
        self.connection.execute("BEGIN")
        self._fill_rows()
        self.connection.execute("COMMIT")
        self._fill_issues()
        self._fill_marts()
        self._fill_coverage()
        self._fill_findings()
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
        self._append("dim_force", [(0, "", "not stated")])
        self._append("dim_force", [(FORCE_IDS[force.slug], force.slug, force.name) for force in FORCES])
        self._append("dim_town", [(0, "")])
        self._append("dim_lsoa", [(0, "", "", "unknown", 0, 0)])
        self._append("dim_area", [(0, "", "", None, None)])
        if self.plan.authorities is not None:
            rows = [
                (number, row["code"], row["name"], FORCE_IDS.get(row["force"] or ""), row["residents"])
                for number, row in enumerate(self.plan.authorities.to_pylist(), 1)
            ]
            self._append("dim_area", rows)

    def _forget_affected(self) -> None:
        for table in BY_FORCE:
            self.connection.execute(f"DELETE FROM {table} WHERE list_contains($forces, force_id)", self._forces())
        for table in ("included_file", "stg_police_uk__issue", "mart_coverage__force_month", "mart_quality__finding"):
            self.connection.execute(f"DELETE FROM {table}")
        for table in ("data_version", "included_lake_file"):
            self.connection.execute(f"DELETE FROM {table}")

    def _forces(self) -> dict[str, Any]:
        return {"forces": self.force_ids}

    def _append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert few or many rows of plain values, through Arrow: row by row would take minutes."""
        if not rows:
            return
        names = [column[0] for column in self.connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        rows_given = pa.Table.from_arrays([pa.array(list(values)) for values in zip(*rows, strict=True)], names=names)
        self.connection.register("rows_given", rows_given)
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM rows_given")
        self.connection.unregister("rows_given")

    # -- dimensions -----------------------------------------------------------------------------------------

    def _fill_included(self) -> None:
        self._append(
            "included_file",
            [
                (
                    file.file_id, file.unit.dataset, FORCE_IDS[file.force], file.unit.month.index,
                    file.release.index, file.lake_path, file.rows, file.origin,
                )
                for file in self.plan.included
            ],
        )  # fmt: skip

        self._append("included_lake_file", [(path,) for path in self.plan.lake_paths])

    def _fill_words(self) -> None:
        if self.plan.word_files:
            self.connection.execute(fill_statement("dim_word"), {"lake_files": _texts(self.plan.word_files)})

    def _fill_points(self) -> None:
        if not self.plan.point_files:
            return
        self.progress("placing snap points", 0, 1)
        # One hash over the five values tells whether two different points share a key: then nothing may go on.
        self.connection.execute(
            """
            CREATE TEMP TABLE fresh_point AS
            SELECT point, first(longitude) AS longitude, first(latitude) AS latitude, first(location) AS location,
                first(lsoa_code) AS lsoa_code, first(lsoa_name) AS lsoa_name, min(tuple) <> max(tuple) AS collides
            FROM (
                SELECT *, hash(longitude, latitude, location, lsoa_code, lsoa_name) AS tuple
                FROM read_parquet($lake_files, hive_partitioning = false)
            ) AS published
            WHERE point NOT IN (SELECT point FROM dim_point)
            GROUP BY point
            """,
            {"lake_files": _texts(self.plan.point_files)},
        )
        if self._value("SELECT count(*) FROM fresh_point WHERE collides"):
            raise StorageError("Two snap points share one key, so their records cannot be told apart.", "Report this.")
        self._fill_lsoas()
        self._locate_points()
        self.connection.execute(fill_statement("dim_point"))
        self.connection.execute("DROP TABLE fresh_point")
        self.connection.execute("DROP TABLE located_point")

    def _fill_lsoas(self) -> None:
        fresh = self.connection.execute(
            """
            SELECT DISTINCT coalesce(lsoa_code, ''), coalesce(lsoa_name, '') FROM fresh_point
            WHERE coalesce(lsoa_code, lsoa_name) IS NOT NULL
            EXCEPT SELECT code, name FROM dim_lsoa ORDER BY ALL
            """
        ).fetchall()
        known = {row["code"]: row for row in self.plan.lsoas.to_pylist()} if self.plan.lsoas is not None else {}
        areas = dict(self.connection.execute("SELECT code, area_id FROM dim_area").fetchall())
        towns = self._town_ids({town_of(name) or "" for _, name in fresh})
        first = int(self._value("SELECT max(lsoa_id) FROM dim_lsoa")) + 1
        rows = []
        for number, (code, name) in enumerate(fresh, first):
            reference = known.get(code, {})
            area = areas.get(reference.get("lad_code") or "", 0)
            rows.append((number, code, name, reference.get("vintage") or "unknown", towns[town_of(name) or ""], area))
        self._append("dim_lsoa", rows)

    def _locate_points(self) -> None:
        """Give points without an LSOA the local authority whose boundary holds them: stops, and Northern Ireland."""
        self.connection.execute("CREATE TEMP TABLE located_point (point UBIGINT, town_id USMALLINT, area_id USMALLINT)")
        shapes = self._shapes(self.plan.authorities)
        if not shapes:
            return
        found = self.connection.execute(
            """
            SELECT point, longitude, latitude FROM fresh_point
            WHERE lsoa_code IS NULL AND longitude IS NOT NULL AND latitude IS NOT NULL
            """
        ).fetchnumpy()
        index = PointLocator([wkb for _, wkb in shapes]).locate(_plain(found["longitude"]), _plain(found["latitude"]))
        areas = {code: (area, name) for code, name, area in self._rows("SELECT code, name, area_id FROM dim_area")}
        by_index = [areas[code] for code, _ in shapes]
        towns = self._town_ids({name for _, name in by_index})
        inside = index >= 0
        points = np.asarray(found["point"])[inside]
        area_ids = np.array([area for area, _ in by_index], np.uint16)[index[inside]]
        town_ids = np.array([towns[name] for _, name in by_index], np.uint16)[index[inside]]
        located = pa.table({"point": points, "town_id": town_ids, "area_id": area_ids})
        self.connection.register("located", located)
        self.connection.execute("INSERT INTO located_point SELECT * FROM located")
        self.connection.unregister("located")

    def _town_ids(self, names: Iterable[str]) -> dict[str, int]:
        known = {town: number for number, town in self._rows("SELECT town_id, town FROM dim_town")}
        fresh = sorted(set(names) - set(known))
        first = max(known.values()) + 1
        added = {town: number for number, town in enumerate(fresh, first)}
        self._append("dim_town", [(number, town) for town, number in added.items()])
        return known | added

    def _shapes(self, areas: pa.Table | None) -> list[tuple[str, bytes]]:
        if areas is None:
            return []
        name = "code" if "code" in areas.schema.names else "force"
        return [(row[name], row["wkb"]) for row in areas.select([name, "wkb"]).to_pylist() if row["wkb"] is not None]

    # -- rows -----------------------------------------------------------------------------------------------

    def _fill_rows(self) -> None:
        by_force: dict[str, list[IncludedFile]] = {slug: [] for slug in sorted(self.plan.affected)}
        for file in self.plan.included:
            if file.force in by_force and file.lake_path:
                by_force[file.force].append(file)
        coder = Coder(self._dimensions())
        done, of = 0, sum(file.rows for files in by_force.values() for file in files)
        waiting: dict[str, list[pa.Table]] = {}
        coded = (pair for slug, files in by_force.items() for pair in self._coded(coder, FORCE_IDS[slug], files))
        for table, rows in ahead(coded, _CODED_AHEAD):
            waiting.setdefault(table, []).append(rows)
            done += rows.num_rows
            if sum(one.num_rows for one in waiting[table]) >= _INSERT_ROWS:
                self._insert_rows(table, waiting.pop(table))
                self.progress("modelling records", done, of)
        for table, tables in waiting.items():
            self._insert_rows(table, tables)
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
        for field_, word, number in self._rows("SELECT field, word, word_id FROM dim_word"):
            words.setdefault(field_, {})[word] = number
        # One place beyond the last file stands for every file that is not part of this version.
        months = np.zeros(max((file.file_id for file in self.plan.included), default=0) + 2, np.uint16)
        for file in self.plan.included:
            months[file.file_id] = file.unit.month.index
        return Dimensions(points, words, months)

    def _coded(self, coder: Coder, force_id: int, files: list[IncludedFile]) -> Iterator[tuple[str, pa.Table]]:
        """(table, coded rows) of one force, portion by portion; what the ledger counts must be there."""
        paths = {
            dataset.name: [self.lake.path(path) for path in dict.fromkeys(
                file.lake_path for file in files if file.unit.dataset == dataset.name
            )]
            for dataset in DATASETS
        }  # fmt: skip
        linked = coder.link(paths["crimes"], paths["outcomes"])
        coded = {
            "crimes": coder.crimes(paths["crimes"], force_id, linked),
            "outcomes": coder.outcomes(paths["outcomes"], force_id, linked),
            "stops": coder.stops(paths["stops"], force_id),
        }
        for dataset, tables in coded.items():
            inserted = 0
            for rows in tables:
                yield TABLE_OF[dataset], rows
                inserted += rows.num_rows
            expected = sum(file.rows for file in files if file.unit.dataset == dataset)
            if inserted != expected:
                raise Damaged(
                    f"The lake gave {inserted:,} {dataset} where the ledger counts {expected:,}.",
                    "bluelamp doctor names the damaged file.",
                )

    def _insert_rows(self, table: str, coded: list[pa.Table]) -> None:
        # In one piece: from many small batches the engine makes many small row groups, and packs them again later.
        self.connection.register("coded", pa.concat_tables(coded, promote_options="permissive").combine_chunks())
        self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM coded")
        self.connection.unregister("coded")

    def _fill_issues(self) -> None:
        if self.plan.issue_files:
            self.connection.execute(
                """
                INSERT INTO stg_police_uk__issue
                SELECT * FROM read_parquet($lake_files, hive_partitioning = false)
                WHERE file_id IN (SELECT file_id FROM included_file) ORDER BY file_id, line
                """,
                {"lake_files": _texts(self.plan.issue_files)},
            )

    # -- marts ----------------------------------------------------------------------------------------------

    def _fill_marts(self) -> None:
        for table in ("mart_crime__monthly_by_area", "mart_outcome__monthly_by_area", "mart_crime__time_to_outcome"):
            self.progress("counting", 0, 1)
            self.connection.execute(fill_statement(table), self._forces())

    def _fill_coverage(self) -> None:
        self._append(
            "mart_coverage__force_month",
            [
                (
                    cell.unit.dataset, FORCE_IDS[cell.unit.force], cell.unit.month.index, str(cell.state),
                    cell.release.index if cell.release else None, cell.rows,
                )
                for cell in self.plan.cells
            ],
        )  # fmt: skip

    def _fill_findings(self) -> None:
        rows = [
            (
                file.file_id,
                file.unit.dataset,
                FORCE_IDS[file.force],
                file.unit.month.index,
                finding["check"],
                finding.get("field", ""),
                finding["count"],
                file.rows,
                json.dumps(finding["examples"], ensure_ascii=False),
            )
            for file in self.plan.included
            for finding in self.plan.findings.get(file.file_id, ())
        ]
        self._append("mart_quality__finding", rows)
        self._find_rejected()
        self._find_unmapped()
        self._find_far_points()

    def _find_rejected(self) -> None:
        self._find(
            "rejected_row",
            """
            SELECT file_id, count(*) AS rows,
                list({'line': line, 'value': reason} ORDER BY line)[:3] AS examples
            FROM stg_police_uk__issue GROUP BY file_id
            """,
        )

    def _find_unmapped(self) -> None:
        """Records with an LSOA that the reference data cannot place; only where there is reference data."""
        if self.plan.lsoas is None:
            return
        for table in (TABLE_OF["crimes"], TABLE_OF["outcomes"]):
            self._find(
                "unmapped_lsoa",
                f"""
                SELECT file_id, count(*) AS rows,
                    list({{'line': line, 'value': lsoa.code}} ORDER BY line)[:3] AS examples
                FROM {table} JOIN dim_lsoa AS lsoa USING (lsoa_id)
                WHERE lsoa_id <> 0 AND lsoa.area_id = 0 GROUP BY file_id
                """,
            )

    def _find_far_points(self) -> None:
        """Records far outside the publishing force; only points in another force's area need a distance."""
        shapes = dict(self._shapes(self.plan.force_areas))
        if not shapes:
            return
        outside = OutsideDistance(list(shapes.values()))
        place = {FORCE_IDS[slug]: number for number, slug in enumerate(shapes)}
        for dataset in DATASETS:
            table = TABLE_OF[dataset.name]
            pairs = self.connection.execute(
                f"""
                SELECT DISTINCT staged.force_id, point_id, longitude, latitude
                FROM {table} AS staged JOIN dim_area AS area USING (area_id) JOIN dim_point AS point USING (point_id)
                WHERE staged.located AND area.force_id IS DISTINCT FROM staged.force_id
                """
            ).fetchnumpy()
            force_ids = np.asarray(pairs["force_id"])
            known = np.isin(force_ids, list(place))
            if not known.any():
                continue
            polygon = np.array([place[force] for force in force_ids[known].tolist()], np.int64)
            km = outside.km(_plain(pairs["longitude"])[known], _plain(pairs["latitude"])[known], polygon)
            far = km > FAR_OUTSIDE_KM
            far_points = pa.table(
                {
                    "force_id": force_ids[known][far],
                    "point_id": np.asarray(pairs["point_id"])[known][far],
                    "km": np.round(km[far]).astype(np.int64),
                }
            )
            self.connection.register("far_point", far_points)
            self._find(
                "far_outside_force",
                f"""
                SELECT file_id, count(*) AS rows,
                    list({{'line': line, 'value': far_point.km || ' km'}} ORDER BY line)[:3] AS examples
                FROM {table} JOIN far_point USING (force_id, point_id) GROUP BY file_id
                """,
            )
            self.connection.unregister("far_point")

    def _find(self, finding: str, per_file: str) -> None:
        self.connection.execute(
            f"""
            INSERT INTO mart_quality__finding
            SELECT included.file_id, dataset, force_id, month, ?, '', found.rows, included.rows,
                to_json(found.examples)
            FROM ({per_file}) AS found JOIN included_file AS included USING (file_id)
            """,
            [finding],
        )

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

    def _value(self, query: str, parameters: list[Any] | None = None) -> Any:
        row = self.connection.execute(query, parameters or []).fetchone()
        return row[0] if row else None

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(query).fetchall())


def _texts(paths: Iterable[Path]) -> list[str]:
    return [str(path) for path in paths]


def _plain(values: Any) -> Any:
    return np.ma.filled(np.asarray(values, dtype=np.float64), np.nan)


def _as_storage_error(error: BaseException) -> StorageError:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "No space left" in text or "disk is full" in text.lower() or "could not write" in text.lower():
        return DiskFull(
            f"The disk is full: could not build the warehouse ({text}).",
            "The version before it still answers; free some space and run the same command again.",
        )
    if isinstance(error, (duckdb.OutOfMemoryException, MemoryError)):
        return StorageError(
            f"There is not enough memory to build the warehouse ({text}).",
            "Set BLUELAMP_MEMORY_MB higher, or load fewer forces.",
        )
    return StorageError(f"The warehouse could not be built: {text}.", "bluelamp doctor checks what it is built from.")
