"""Findings about where records lie: points far from where their file says that they are. Used by `report`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.dataset import DATASETS
from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.reference.boundaries import OutsideDistance, PointLocator
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan
from bluelamp.storage.warehouse.writer import Tables, plain, shapes_of

# Beyond this a point in another force's area is told as over the border: generalised outlines and people on the other
# side of a street explain less. Beyond the second it is told as far outside, wherever it lies.
BORDER_KM, FAR_OUTSIDE_KM = 1.0, 20.0
# Beyond this a point is told as far from its LSOA, which was worked out from that very point. Outlines of LSOAs are
# generalised: an eighth of all good points lies outside the one that they name, and hardly any so far.
FAR_FROM_LSOA_M = 200.0
# The same of the local authority of an LSOA whose own outline is not held.
FAR_FROM_LSOA_KM = 5.0
# A file is told of when more than this share of its placed records, and at least so many, lie with other forces.
_MOST, _FEWEST_ELSEWHERE = 0.5, 5


# Points of which it is only an LSOA that says in whose area they lie.
_DOUBTFUL = """
    point_id IN (
        SELECT point_id FROM astray_point
        UNION ALL SELECT point_id FROM dim_stop_point AS placed JOIN dim_point AS own USING (point_id)
        WHERE placed.area_id <> own.area_id
    )
"""


def _distance(km: str) -> str:
    """SQL for a distance in words: `450 m` or `23 km`."""
    return f"CASE WHEN {km} < 1 THEN round(1000 * {km})::BIGINT || ' m' ELSE round({km})::BIGINT || ' km' END"


class PlaceFindings:
    """`find(finding, statement)` records a finding from a statement that gives file_id, rows and examples."""

    def __init__(self, tables: Tables, plan: BuildPlan, find: Callable[[str, str], None]) -> None:
        self.tables, self.plan, self._find = tables, plan, find
        self._execute = tables.connection.execute

    def find(self) -> None:
        """All of them, as far as boundaries are held. The cost follows the distinct points, not the records."""
        checked = self._measure_points()
        self._find_far_from_lsoa()
        self._find_outside_force(checked=checked)
        self._find_mostly_elsewhere()

    def _measure_points(self) -> bool:
        """Fills astray_point with every point that lies outside the local authority of its LSOA, and by how much.

        False where no boundaries of authorities are held: then it is not known of any point.
        """
        self._execute("CREATE OR REPLACE TEMP TABLE astray_point (point_id UINTEGER, km DOUBLE)")
        shapes = shapes_of(self.plan.authorities)
        if not shapes:
            return False
        place = {code: number for number, (code, _) in enumerate(shapes)}
        area_ids = self.tables.rows("SELECT area_id, code FROM dim_area")
        polygon_of = np.full(max(area for area, _ in area_ids) + 1, -1, np.int64)
        for area, code in area_ids:
            polygon_of[area] = place.get(code, -1)
        points = self._execute(
            """
            SELECT point_id, longitude, latitude, area_id FROM dim_point
            WHERE lsoa_id <> 0 AND area_id <> 0 AND longitude IS NOT NULL AND latitude IS NOT NULL
            """
        ).fetchnumpy()
        outside = OutsideDistance([wkb for _, wkb in shapes])
        km = outside.km(
            plain(points["longitude"]), plain(points["latitude"]), polygon_of[np.asarray(points["area_id"])]
        )
        self._insert("astray_point", km > 0, point_id=np.asarray(points["point_id"]), km=km)
        return True

    def _insert(self, table: str, chosen: npt.NDArray[np.bool_], **columns: npt.NDArray[np.generic]) -> None:
        self.tables.insert(table, pa.table({name: values[chosen] for name, values in columns.items()}))

    def _find_far_from_lsoa(self) -> None:
        for table in (TABLE_OF["crimes"], TABLE_OF["outcomes"]):
            self._find(
                "far_from_lsoa",
                f"""
                SELECT file_id, count(*) AS rows,
                    list({{'line': line, 'value': {_distance("far.km")}}} ORDER BY line)[:3] AS examples
                FROM {table} JOIN (
                    SELECT point_id, coalesce(lsoa_m / 1000, km) AS km
                    FROM dim_point LEFT JOIN astray_point USING (point_id)
                    WHERE lsoa_m > {FAR_FROM_LSOA_M} OR (lsoa_m IS NULL AND km > {FAR_FROM_LSOA_KM})
                ) AS far USING (point_id) GROUP BY file_id
                """,
            )

    def _find_outside_force(self, *, checked: bool) -> None:
        """Records outside the publishing force, by the point itself: over the border, or far away.

        A point that was found to lie in an area of the force needs no distance; where it is only its LSOA, or that of
        crimes at the same point, that says so, it does.
        """
        shapes = dict(shapes_of(self.plan.force_areas))
        if not shapes:
            return
        outside, located = OutsideDistance(list(shapes.values())), PointLocator(list(shapes.values()), near_metres=0)
        place = {FORCE_IDS[slug]: number for number, slug in enumerate(shapes)}
        for dataset in DATASETS:
            table = TABLE_OF[dataset.name]
            pairs = self._execute(
                f"""
                SELECT DISTINCT staged.force_id, point_id, longitude, latitude
                FROM {table} AS staged JOIN dim_area AS area USING (area_id) JOIN dim_point AS point USING (point_id)
                WHERE staged.located
                    AND (area.force_id IS DISTINCT FROM staged.force_id OR {_DOUBTFUL if checked else "true"})
                """
            ).fetchnumpy()
            force_ids, longitude, latitude = (
                np.asarray(pairs["force_id"]), plain(pairs["longitude"]), plain(pairs["latitude"])
            )  # fmt: skip
            polygon = np.array([place.get(force, -1) for force in force_ids.tolist()], np.int64)
            km = outside.km(longitude, latitude, polygon)
            with np.errstate(invalid="ignore"):
                far, beyond = km > FAR_OUTSIDE_KM, np.flatnonzero((km > BORDER_KM) & (km <= FAR_OUTSIDE_KM))
            there = np.zeros(len(km), bool)
            there[beyond] = located.locate(longitude[beyond], latitude[beyond]) >= 0
            for finding, chosen in (("far_outside_force", far), ("over_the_border", there)):
                self._report(finding, table, chosen, force_ids, np.asarray(pairs["point_id"]), km)

    def _report(
        self,
        finding: str,
        table: str,
        chosen: npt.NDArray[np.bool_],
        force_ids: npt.NDArray[np.generic],
        point_ids: npt.NDArray[np.generic],
        km: npt.NDArray[np.float64],
    ) -> None:
        self._execute("CREATE OR REPLACE TEMP TABLE told_point (force_id UTINYINT, point_id UINTEGER, km DOUBLE)")
        self._insert("told_point", chosen, force_id=force_ids, point_id=point_ids, km=km)
        self._find(
            finding,
            f"""
            SELECT file_id, count(*) AS rows,
                list({{'line': line, 'value': {_distance("km")}}} ORDER BY line)[:3] AS examples
            FROM {table} JOIN told_point USING (force_id, point_id) GROUP BY file_id
            """,
        )

    def _find_mostly_elsewhere(self) -> None:
        """Files most of whose placed records lie with other forces; of forces that have an area of their own."""
        for dataset in DATASETS:
            table = TABLE_OF[dataset.name]
            elsewhere = """
                area.force_id <> staged.force_id
                AND staged.force_id IN (SELECT force_id FROM dim_area WHERE force_id IS NOT NULL)
            """
            placed = f"FROM {table} AS staged JOIN dim_area AS area USING (area_id) WHERE area.force_id IS NOT NULL"
            files = self.tables.rows(
                f"""
                SELECT file_id FROM (
                    SELECT file_id, count(*) AS placed, count(*) FILTER ({elsewhere}) AS away {placed} GROUP BY file_id
                ) AS counted
                WHERE away >= {_FEWEST_ELSEWHERE} AND away > {_MOST} * placed
                """
            )
            if files:
                chosen = ", ".join(str(int(file_id)) for (file_id,) in files)
                self._find(
                    "mostly_elsewhere",
                    f"""
                    SELECT file_id, count(*) AS rows,
                        list({{'line': line, 'value': area.name}} ORDER BY line)[:3] AS examples
                    {placed} AND {elsewhere} AND file_id IN ({chosen}) GROUP BY file_id
                    """,
                )
