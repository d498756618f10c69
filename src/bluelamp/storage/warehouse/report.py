"""The data-quality report of a version: what was counted while loading, and what needs areas. Used by `build`."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from bluelamp.domain.dataset import DATASETS
from bluelamp.storage.boundaries import OutsideDistance
from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan
from bluelamp.storage.warehouse.writer import Tables, plain, shapes_of

# Beyond this a point is told as “far outside the force”: snap points and borders explain less.
FAR_OUTSIDE_KM = 20.0


class Report:
    """Fills mart_quality__finding."""

    def __init__(self, tables: Tables, plan: BuildPlan) -> None:
        self.tables, self.plan = tables, plan

    def fill(self) -> None:
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
        self.tables.append("mart_quality__finding", rows)
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
        shapes = dict(shapes_of(self.plan.force_areas))
        if not shapes:
            return
        outside = OutsideDistance(list(shapes.values()))
        place = {FORCE_IDS[slug]: number for number, slug in enumerate(shapes)}
        for dataset in DATASETS:
            table = TABLE_OF[dataset.name]
            pairs = self.tables.connection.execute(
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
            km = outside.km(plain(pairs["longitude"])[known], plain(pairs["latitude"])[known], polygon)
            far = km > FAR_OUTSIDE_KM
            far_points = pa.table(
                {
                    "force_id": force_ids[known][far],
                    "point_id": np.asarray(pairs["point_id"])[known][far],
                    "km": np.round(km[far]).astype(np.int64),
                }
            )
            self.tables.connection.execute(
                "CREATE OR REPLACE TEMP TABLE far_point (force_id UTINYINT, point_id UINTEGER, km BIGINT)"
            )
            self.tables.insert("far_point", far_points)
            self._find(
                "far_outside_force",
                f"""
                SELECT file_id, count(*) AS rows,
                    list({{'line': line, 'value': far_point.km || ' km'}} ORDER BY line)[:3] AS examples
                FROM {table} JOIN far_point USING (force_id, point_id) GROUP BY file_id
                """,
            )

    def _find(self, finding: str, per_file: str) -> None:
        self.tables.connection.execute(
            f"""
            INSERT INTO mart_quality__finding
            SELECT included.file_id, dataset, force_id, month, ?, '', found.rows, included.rows,
                to_json(found.examples)
            FROM ({per_file}) AS found JOIN included_file AS included USING (file_id)
            """,
            [finding],
        )
