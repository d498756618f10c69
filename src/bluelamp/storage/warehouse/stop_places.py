"""The towns and authorities of stops, which carry no LSOA: by crimes at the same map point, else by outlines. Used by
`build`, once the crimes and outcomes of a version stand in it.

What the rows of the version say decides, whatever else the lake holds and in whatever order it came. So a version may
place the stops of a force otherwise than the one before, though none of the force's files changed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from bluelamp.storage.lake import CRIME, OUTCOME, STOP
from bluelamp.storage.reference.boundaries import OutsideDistance
from bluelamp.storage.warehouse.places import PlaceDimensions
from bluelamp.storage.warehouse.plan import BuildPlan, Progress
from bluelamp.storage.warehouse.writer import Tables, plain, shapes_of

# A witness whose own point lies farther than this outside its authority says nothing of the place: its coordinates, or
# its LSOA, are wrong.
CREDIBLE_KM = 5.0


class StopPlaces:
    """Fills dim_stop_point. All is done by distinct points, never by records."""

    def __init__(self, tables: Tables, plan: BuildPlan, places: PlaceDimensions, progress: Progress) -> None:
        self.tables, self.plan, self.places, self.progress = tables, plan, places, progress
        self._execute = tables.connection.execute

    def fill(self) -> set[int]:
        """The forces among those whose stops stand in the version already that must be made anew: a point of theirs has
        another town or authority now."""
        self.progress("placing stops", 0, 1)
        self._find_witnesses()
        self._drop_incredible()
        self._execute("CREATE TEMP TABLE placed_before AS FROM dim_stop_point")
        self._execute("DELETE FROM dim_stop_point")
        self._place()
        found = self._forces_to_make_anew()
        for table in ("witness", "placed_before"):
            self._execute(f"DROP TABLE {table}")
        return found

    def _find_witnesses(self) -> None:
        """Each point without an LSOA that crimes or outcomes with one stand on as well: the authority that these are
        in, null where it is not known, and the town, null where they name several.

        Where they are in several authorities (of the LSOAs of two censuses, say), the point has no witness.
        """
        self._execute(
            f"""
            CREATE TEMP TABLE witness AS
            SELECT point.point_id, point.longitude, point.latitude, point.area_id AS outline_id, told.town_id,
                told.area_id
            FROM dim_point AS point JOIN (
                SELECT longitude, latitude,
                    CASE WHEN min(town_id) = max(town_id) THEN min(town_id) END AS town_id,
                    min(nullif(area_id, 0)) AS area_id
                FROM dim_point
                WHERE lsoa_id <> 0 AND longitude IS NOT NULL AND latitude IS NOT NULL AND point_id IN (
                    SELECT point_id FROM {CRIME} UNION SELECT point_id FROM {OUTCOME}
                )
                GROUP BY longitude, latitude
                HAVING count(DISTINCT nullif(area_id, 0)) < 2
            ) AS told USING (longitude, latitude)
            WHERE point.lsoa_id = 0
            """
        )

    def _drop_incredible(self) -> None:
        shapes = shapes_of(self.plan.authorities)
        if not shapes:
            return
        codes = [code for code, _ in shapes]
        polygon_of = {
            area: codes.index(code)
            for area, code in self.tables.rows("SELECT area_id, code FROM dim_area")
            if code in codes
        }
        # Where the outline says the same, there is no doubt: only few points are measured.
        doubtful = self._execute(
            "SELECT point_id, longitude, latitude, area_id FROM witness WHERE area_id <> outline_id"
        ).fetchnumpy()
        polygons = np.array([polygon_of.get(area, -1) for area in np.asarray(doubtful["area_id"]).tolist()], np.int64)
        outside = OutsideDistance([wkb for _, wkb in shapes])
        km = outside.km(plain(doubtful["longitude"]), plain(doubtful["latitude"]), polygons)
        with np.errstate(invalid="ignore"):
            wrong = np.asarray(doubtful["point_id"])[km > CREDIBLE_KM]
        if len(wrong):
            self._execute("CREATE TEMP TABLE incredible (point_id UINTEGER)")
            self.tables.insert("incredible", pa.table({"point_id": wrong}))
            self._execute("DELETE FROM witness WHERE point_id IN (FROM incredible)")
            self._execute("DROP TABLE incredible")

    def _place(self) -> None:
        """Town and authority by the witness; where its LSOA is of no authority known, an outline goes before it."""
        self._execute(
            """
            INSERT INTO dim_stop_point
            SELECT point_id, town_id, coalesce(area_id, 0) FROM witness
            WHERE town_id IS NOT NULL AND (area_id IS NOT NULL OR outline_id = 0)
            """
        )
        # LSOAs of one authority may name several towns: former districts, before and after. Then it is the authority's.
        several = self.tables.rows(
            "SELECT DISTINCT area_id FROM witness WHERE town_id IS NULL AND area_id IS NOT NULL ORDER BY 1"
        )
        towns = self.places.towns_of_areas([area for (area,) in several])
        for area, town in towns.items():
            self._execute(
                "INSERT INTO dim_stop_point "
                "SELECT point_id, $town, area_id FROM witness WHERE town_id IS NULL AND area_id = $area",
                {"town": town, "area": area},
            )

    def _forces_to_make_anew(self) -> set[int]:
        rows = self.tables.rows(
            f"""
            SELECT DISTINCT force_id FROM {STOP} WHERE point_id IN (
                SELECT point.point_id
                FROM placed_before AS before FULL JOIN dim_stop_point AS now USING (point_id)
                JOIN dim_point AS point USING (point_id)
                WHERE coalesce(before.town_id, point.town_id) <> coalesce(now.town_id, point.town_id)
                    OR coalesce(before.area_id, point.area_id) <> coalesce(now.area_id, point.area_id)
            )
            """
        )
        return {force for (force,) in rows}
