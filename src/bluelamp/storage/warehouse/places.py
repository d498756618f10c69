"""Places of a data version: snap points, and the LSOAs, towns and authorities they belong to. Used by `build`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from bluelamp.domain.area import town_of
from bluelamp.errors import StorageError
from bluelamp.storage.reference.boundaries import PointLocator, metres_outside
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan, Progress
from bluelamp.storage.warehouse.tables import fill_statement
from bluelamp.storage.warehouse.writer import Tables, plain, shapes_of, texts

_AREAS = "SELECT area_id, code, name FROM dim_area"


class PlaceDimensions:
    """Fills the place dimensions with what the lake has and the base version has not."""

    def __init__(self, tables: Tables, plan: BuildPlan, progress: Progress) -> None:
        self.tables, self.plan, self.progress = tables, plan, progress

    def begin(self) -> None:
        """The rows that every version has: number 0 stands for “none”, and all authorities of the reference data."""
        self.tables.append("dim_town", [(0, "")])
        self.tables.append("dim_lsoa", [(0, "", "", "unknown", 0, 0)])
        self.tables.append("dim_area", [(0, "", "", None, None)])
        if self.plan.authorities is not None:
            rows = [
                (number, row["code"], row["name"], FORCE_IDS.get(row["force"] or ""), row["residents"])
                for number, row in enumerate(self.plan.authorities.to_pylist(), 1)
            ]
            self.tables.append("dim_area", rows)

    def fill(self) -> None:
        if not self.plan.point_files:
            return
        self.progress("placing snap points", 0, 1)
        # One hash over the five values tells whether two different points share a key: then nothing may go on.
        self.tables.connection.execute(
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
            {"lake_files": texts(self.plan.point_files)},
        )
        if self.tables.value("SELECT count(*) FROM fresh_point WHERE collides"):
            raise StorageError("Two snap points share one key, so their records cannot be told apart.", "Report this.")
        self._fill_lsoas()
        self._locate_points()
        self._measure_points()
        self.tables.connection.execute(fill_statement("dim_point"))
        for table in ("fresh_point", "located_point", "measured_point"):
            self.tables.connection.execute(f"DROP TABLE {table}")

    def _fill_lsoas(self) -> None:
        fresh = self.tables.connection.execute(
            """
            SELECT DISTINCT coalesce(lsoa_code, ''), coalesce(lsoa_name, '') FROM fresh_point
            WHERE coalesce(lsoa_code, lsoa_name) IS NOT NULL
            EXCEPT SELECT code, name FROM dim_lsoa ORDER BY ALL
            """
        ).fetchall()
        known = {row["code"]: row for row in self.plan.lsoas.to_pylist()} if self.plan.lsoas is not None else {}
        areas = dict(self.tables.connection.execute("SELECT code, area_id FROM dim_area").fetchall())
        towns = self._town_ids({town_of(name) or "" for _, name in fresh})
        first = int(self.tables.value("SELECT max(lsoa_id) FROM dim_lsoa")) + 1
        rows = []
        for number, (code, name) in enumerate(fresh, first):
            reference = known.get(code, {})
            area = areas.get(reference.get("lad_code") or "", 0)
            rows.append((number, code, name, reference.get("vintage") or "unknown", towns[town_of(name) or ""], area))
        self.tables.append("dim_lsoa", rows)

    def _locate_points(self) -> None:
        """Give points without an LSOA the local authority whose boundary holds them: stops, and Northern Ireland."""
        self.tables.connection.execute(
            "CREATE TEMP TABLE located_point (point UBIGINT, town_id USMALLINT, area_id USMALLINT)"
        )
        shapes = shapes_of(self.plan.authorities)
        if not shapes:
            return
        found = self.tables.connection.execute(
            """
            SELECT point, longitude, latitude FROM fresh_point
            WHERE lsoa_code IS NULL AND longitude IS NOT NULL AND latitude IS NOT NULL
            """
        ).fetchnumpy()
        index = PointLocator([wkb for _, wkb in shapes]).locate(plain(found["longitude"]), plain(found["latitude"]))
        numbers = dict(self.tables.rows("SELECT code, area_id FROM dim_area"))
        by_index = [numbers[code] for code, _ in shapes]
        towns = self.towns_of_areas(by_index)
        inside = index >= 0
        points = np.asarray(found["point"])[inside]
        area_ids = np.array(by_index, np.uint16)[index[inside]]
        town_ids = np.array([towns[area] for area in by_index], np.uint16)[index[inside]]
        located = pa.table({"point": points, "town_id": town_ids, "area_id": area_ids})
        self.tables.insert("located_point", located)

    def _measure_points(self) -> None:
        """How far each point lies outside the LSOA that it names, where the outline of that is held: those of the
        census of 2021. Measured once, when the point is new."""
        self.tables.connection.execute("CREATE TEMP TABLE measured_point (point UBIGINT, lsoa_m REAL)")
        outlines = self.plan.lsoa_outlines
        if outlines is None:
            return
        self.tables.connection.register("outlines", outlines.select(["code"]))
        found = self.tables.connection.execute(
            """
            SELECT point, longitude, latitude, place FROM fresh_point
            JOIN (SELECT code, row_number() OVER () - 1 AS place FROM outlines) AS outline ON code = lsoa_code
            WHERE longitude IS NOT NULL AND latitude IS NOT NULL
            """
        ).fetchnumpy()
        self.tables.connection.unregister("outlines")
        polygons = outlines.column("wkb").to_pylist()
        metres = metres_outside(
            plain(found["longitude"]), plain(found["latitude"]), np.asarray(found["place"], np.int64), polygons
        )
        self.tables.insert(
            "measured_point", pa.table({"point": np.asarray(found["point"]), "lsoa_m": metres.astype(np.float32)})
        )

    def towns_of_areas(self, areas: Sequence[int]) -> dict[int, int]:
        """{authority: the town that a record has of which no more is known than that it lies there}."""
        labels = self._labels() if areas else {}
        known = {area: labels.get(code, name) for area, code, name in self.tables.rows(_AREAS)}
        towns = self._town_ids({known[area] for area in areas})
        return {area: towns[known[area]] for area in areas}

    def _labels(self) -> dict[str, str]:
        """The town label of each authority whose LSOAs all bear the same one: `Bristol` for Bristol, City of.

        So that one filter finds crimes, whose town is the label of their LSOA, and stops, which have no LSOA. Where an
        authority's LSOAs bear several labels (Somerset has those of its former districts), its own name is the label.
        """
        labels: dict[str, set[str]] = {}
        if self.plan.lsoas is not None:
            for row in self.plan.lsoas.select(["lad_code", "name"]).to_pylist():
                if row["lad_code"] and row["name"]:
                    labels.setdefault(row["lad_code"], set()).add(town_of(row["name"]) or "")
        return {code: next(iter(its)) for code, its in labels.items() if len(its) == 1}

    def _town_ids(self, names: Iterable[str]) -> dict[str, int]:
        known = {town: number for number, town in self.tables.rows("SELECT town_id, town FROM dim_town")}
        fresh = sorted(set(names) - set(known))
        first = max(known.values()) + 1
        added = {town: number for number, town in enumerate(fresh, first)}
        self.tables.append("dim_town", [(number, town) for town, number in added.items()])
        return known | added
