"""The data-quality report of a version: what was counted while loading, and what needs areas or other months. Used by
`build`.
"""

from __future__ import annotations

import json

from bluelamp.domain.eras import changes
from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan, IncludedFile
from bluelamp.storage.warehouse.report_places import PlaceFindings
from bluelamp.storage.warehouse.writer import Tables


class Report:
    """Fills mart_quality__finding."""

    def __init__(self, tables: Tables, plan: BuildPlan) -> None:
        self.tables, self.plan = tables, plan

    def fill(self) -> None:
        rows = [
            (
                *_unit(file),
                finding["check"],
                finding.get("field", ""),
                finding["count"],
                file.rows,
                json.dumps(finding["examples"], ensure_ascii=False),
                finding.get("ids"),
            )
            for file in self.plan.included
            for finding in self.plan.findings.get(file.file_id, ())
            if not self._is_overruled(finding["check"], file)
        ]
        self.tables.append("mart_quality__finding", rows)
        self._find_properties()
        self._find_out_of_month()
        self._find_rejected()
        self._find_unmapped()
        self._find_codes_outside_era()
        PlaceFindings(self.tables, self.plan, self._find).find()

    def _is_overruled(self, check: str, file: IncludedFile) -> bool:
        """Whether something that was counted of the rows is not to be told, for what is known of the whole file."""
        if check == "out_of_month" and file.unit.dataset == "stops":
            return True  # a program of before counted it as stops were loaded, all by UTC; it is told by the clock
        properties = self.plan.properties.get(file.file_id, ())
        return check == "stands_twice" and any(one.name == "copies" and one.value == "once" for one in properties)

    def _find_properties(self) -> None:
        """What files as wholes were found to be, where it is not what one would expect."""
        self.tables.append(
            "mart_quality__finding",
            [
                (
                    *_unit(file),
                    one.finding,
                    "",
                    one.rows,
                    file.rows,
                    json.dumps([{"line": 1, "value": one.reason}], ensure_ascii=False),
                    None,
                )
                for file in self.plan.included
                for one in self.plan.properties.get(file.file_id, ())
                if one.finding
            ],
        )

    def _find_out_of_month(self) -> None:
        """Stops of another month than their file's, by the clock that the file was found to be of."""
        found = []
        for file in self.plan.included:
            times = (self.plan.counted.get(file.file_id) or {}).get("times", {})
            clock = "local" if file.reading.local else "utc"
            if times.get(f"outside_{clock}"):
                examples = json.dumps(times[f"examples_{clock}"], ensure_ascii=False)
                found.append(
                    (*_unit(file), "out_of_month", "Date", times[f"outside_{clock}"], file.rows, examples, None)
                )
        self.tables.append("mart_quality__finding", found)

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

    def _find_codes_outside_era(self) -> None:
        """LSOA codes of one census alone in files of months that should have none; where reference data tells them."""
        if self.plan.lsoas is None:
            return
        (change,) = (one for one in changes() if "lsoa" in one.fields)
        older, newer = change.eras
        assert older.last is not None
        assert newer.first is not None
        for table in (TABLE_OF["crimes"], TABLE_OF["outcomes"]):
            self._find(
                "outside_era",
                f"""
                SELECT file_id, count(*) AS rows,
                    list({{'line': line, 'value': lsoa.code}} ORDER BY line)[:3] AS examples
                FROM {table} AS r JOIN dim_lsoa AS lsoa USING (lsoa_id)
                WHERE (lsoa.vintage = '2011' AND r.month > {older.last.index})
                    OR (lsoa.vintage = '2021' AND r.month < {newer.first.index}) GROUP BY file_id
                """,
                "LSOA code",
            )

    def _find(self, finding: str, per_file: str, field: str = "") -> None:
        self.tables.connection.execute(
            f"""
            INSERT INTO mart_quality__finding
            SELECT included.file_id, dataset, force_id, month, ?, ?, found.rows, included.rows,
                to_json(found.examples), NULL
            FROM ({per_file}) AS found JOIN included_file AS included USING (file_id)
            """,
            [finding, field],
        )


def _unit(file: IncludedFile) -> tuple[int, str, int, int]:
    return file.file_id, file.unit.dataset, FORCE_IDS[file.force], file.unit.month.index
