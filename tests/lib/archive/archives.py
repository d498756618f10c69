"""An archive in a temporary home, as the tests of the flow drive it, and what its tables say in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from bluelamp.archive.load import Loaded
from bluelamp.archive.progress import Silent
from bluelamp.archive.quality import Finding, quality_of
from bluelamp.archive.reference import take_in
from bluelamp.archive.workflow import Archive
from bluelamp.bootstrap import open_archive
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question
from bluelamp.settings import read_settings
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.storage.warehouse.database import Version
from bluelamp.storage.warehouse.tables import TABLES
from bluelamp.synthetic.archive import Truth

OLDER, NEWER = "2023-05", "2023-06"
Unit = tuple[str, str, str]  # dataset, force, month
SILENT = Silent()
# The tables whose rows must not depend on how a version came about; the rest are dimensions (read through these) and
# the version's own line.
TELLING = [table for table in TABLES if table.startswith(("stg_", "mart_", "included_file"))]
_FIELD_OF = {"latest_outcome_id": "outcome_type"}


@dataclass
class Twin:
    """Two consecutive releases on disk, with what is true of them."""

    folder: Path
    truths: dict[str, Truth]

    def zip(self, release: str) -> Path:
        return self.folder / f"{release}.zip"

    @property
    def reference(self) -> Path:
        return self.folder / "reference"


@dataclass
class Known:
    """An archive after both releases, and what it said when it knew only the first one that it was given."""

    archive: Archive
    first_coverage: dict[Any, Any]
    first_findings: dict[Any, Any]
    first_contents: dict[Any, Any]
    first_answers: dict[str, Any] = field(default_factory=dict)


def archive_in(home: Path, *, processes: int = 1) -> Archive:
    return open_archive(read_settings({"home": home, "processes": processes}, {})[0])


def no_network() -> Any:
    raise AssertionError("these tests download nothing")


def take_reference(archive: Archive, folder: Path) -> None:
    take_in(archive, [folder], [], no_network, SILENT)


def load(
    archive: Archive,
    *paths: Path,
    release: str | None = None,
    selection: Selection | None = None,
    whole: bool | None = None,
) -> tuple[Loaded, Version | None]:
    """Load releases as `bluelamp archive load` does: receive them all, then finish."""
    stated = Month.parse(release) if release else None
    for path in paths:
        with open_source(str(path)) as source:
            chosen = selection or Selection()
            archive.receive(source, release=stated, selection=chosen, progress=SILENT, whole=whole)
    return archive.finish(SILENT)


def ask(
    archive: Archive, dataset: str, version: Version | None = None, *, marts: bool = True, **words: Any
) -> QueryResult:
    with archive.warehouse.reading(version) as connection:
        engines = ("marts", "rows") if marts else ("rows",)
        return answer(ArchiveVersion(connection), make_question(dataset, **words), engines=engines)


def figures(archive: Archive, dataset: str, version: Version | None = None, **words: Any) -> dict[Any, Any]:
    """{dimension, or tuple of them: measure, or tuple of them}."""
    found = ask(archive, dataset, version, **words)
    split = len(found.question.by)
    rows = [(row[:split], row[split:]) for row in found.rows]
    return {key[0] if len(key) == 1 else key: value[0] if len(value) == 1 else value for key, value in rows}


def query(archive: Archive, sql: str, version: Version | None = None) -> list[tuple[Any, ...]]:
    with archive.warehouse.reading(version) as connection:
        return list(connection.execute(sql).fetchall())


def coverage(archive: Archive, version: Version | None = None) -> dict[Unit, tuple[str, str | None, int]]:
    """{unit: (state, release, rows)} of every expected force-month."""
    rows = query(
        archive,
        """
        SELECT dataset, slug, month, state, release, rows
        FROM mart_coverage__force_month JOIN dim_force USING (force_id)
        """,
        version,
    )
    return {
        (dataset, slug, str(Month(month))): (state, str(Month(release)) if release is not None else None, count)
        for dataset, slug, month, state, release, count in rows
    }


def findings(archive: Archive, version: Version | None = None) -> dict[tuple[str, Unit], int]:
    """{(finding, unit): rows}, summed over fields."""
    found: dict[tuple[str, Unit], int] = {}
    for one in quality(archive, version):
        key = (one.finding, unit_of(one))
        found[key] = found.get(key, 0) + one.rows
    return found


def quality(archive: Archive, version: Version | None = None) -> list[Finding]:
    with archive.warehouse.reading(version) as connection:
        return list(quality_of(connection))


def unit_of(finding: Finding) -> Unit:
    return finding.unit.dataset, finding.unit.force, str(finding.unit.month)


def held_rows(archive: Archive, version: Version | None = None) -> dict[Unit, int]:
    """Rows that really stand in the warehouse, by force-month."""
    found = {}
    for dataset, table in (
        ("crimes", "stg_police_uk__street_crime"),
        ("outcomes", "stg_police_uk__outcome"),
        ("stops", "stg_police_uk__stop_and_search"),
    ):
        sql = f"SELECT slug, month, count(*) FROM {table} JOIN dim_force USING (force_id) GROUP BY ALL"
        for slug, month, count in query(archive, sql, version):
            found[dataset, slug, str(Month(month))] = count
    return found


def contents(archive: Archive, version: Version | None = None, *, file_ids: bool = True) -> dict[str, tuple[int, str]]:
    """For every telling table: its rows, and a sum of their hashes in words instead of row ids.

    `file_ids=False` leaves the ledger's numbers out, for archives that received the same files in another order.
    """
    with archive.warehouse.reading(version) as connection:
        return {table: _content(connection, table, file_ids) for table in TELLING}


def _content(connection: duckdb.DuckDBPyConnection, table: str, file_ids: bool) -> tuple[int, str]:
    names = [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
    words = ", ".join(f"coalesce(({_in_words(name)})::VARCHAR, '∅')" for name in names if _tells(name, file_ids))
    row = connection.execute(
        f"""
        SELECT count(*), coalesce(sum(hash(concat_ws('│', {words}))::HUGEINT), 0)::VARCHAR
        FROM {table} AS r
        LEFT JOIN dim_force AS force ON force.force_id = {"r.force_id" if "force_id" in names else "NULL"}
        LEFT JOIN dim_town AS town ON town.town_id = {"r.town_id" if "town_id" in names else "NULL"}
        LEFT JOIN dim_area AS area ON area.area_id = {"r.area_id" if "area_id" in names else "NULL"}
        LEFT JOIN dim_lsoa AS lsoa ON lsoa.lsoa_id = {"r.lsoa_id" if "lsoa_id" in names else "NULL"}
        LEFT JOIN dim_point AS point ON point.point_id = {"r.point_id" if "point_id" in names else "NULL"}
        {_word_joins(names)}
        """
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _tells(name: str, file_ids: bool) -> bool:
    return name != "lake_path" and (file_ids or name != "file_id")


def _in_words(name: str) -> str:
    special = {
        "file_id": "r.file_id",
        "force_id": "force.slug",
        "town_id": "town.town",
        "area_id": "area.code",
        "lsoa_id": "concat_ws('/', lsoa.code, lsoa.name, lsoa.vintage)",
        "point_id": "concat_ws('/', point.longitude, point.latitude, point.location, point.point)",
    }
    if name in special:
        return special[name]
    return f"{name}_word.word" if name.endswith("_id") else f"r.{name}"


def _word_joins(names: Iterable[str]) -> str:
    plain = {"file_id", "force_id", "town_id", "area_id", "lsoa_id", "point_id"}
    return "\n".join(
        f"LEFT JOIN dim_word AS {name}_word ON {name}_word.field = '{_FIELD_OF.get(name, name.removesuffix('_id'))}' "
        f"AND {name}_word.word_id = r.{name}"
        for name in names
        if name.endswith("_id") and name not in plain
    )


def recall_and_precision(found: set[Any], true: set[Any]) -> tuple[float, float]:
    hits = len(found & true)
    return hits / len(true) if true else 1.0, hits / len(found) if found else 1.0


def ledger_state(archive: Archive) -> tuple[Sequence[Any], Sequence[Any], list[str]]:
    """All that the ledger and the vault hold, to tell whether anything changed."""
    vault = sorted(
        str(path.relative_to(archive.home)) for path in (archive.home / "vault").rglob("*") if path.is_file()
    )
    return archive.ledger.files_of(), archive.ledger.receipts(), vault
