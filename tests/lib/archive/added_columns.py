"""What a publisher's new columns come to once they are declared: run in a process of its own, because what follows from
the declarations is made when the program's modules are imported.

python -m tests.lib.archive.added_columns before FOLDER    loads files that lack them, undeclared
python -m tests.lib.archive.added_columns since FOLDER     declares them, loads more, prints what became of them as JSON
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.domain import dataset as declared
from bluelamp.domain.dataset import Dataset
from bluelamp.domain.published_column import PublishedColumn

if TYPE_CHECKING:
    from bluelamp.archive.workflow import Archive
    from bluelamp.storage.warehouse.database import Version

REASON = PublishedColumn(
    "Reason for search", "reason", "word", "why it was made", "Why",
    frozenset({"Behaviour", "Smell"}), counted="pairs", api="outcome_id", added=True,
)  # fmt: skip
WEAPON = PublishedColumn(
    "Weapon", "weapon", "word", "the weapon used", vocabulary=frozenset({"Knife"}), counted="together", added=True
)
CRIME = {
    "Reported by": "Kent Police", "Falls within": "Kent Police", "Longitude": "0.52", "Latitude": "51.27",
    "Location": "On or near High Street", "LSOA code": "E01024001", "LSOA name": "Maidstone 001A",
    "Crime type": "Robbery", "Last outcome category": "Under investigation",
}  # fmt: skip
STOP = {"Type": "Person search", "Latitude": "51.27", "Longitude": "0.52", "Gender": "Male"}
BEFORE, SINCE = "2023-12", "2024-01"


def declare() -> None:
    """Add REASON to stops and WEAPON to crimes, before anything is made of the declarations."""
    assert "bluelamp.storage.lake" not in sys.modules
    more = {"stops": REASON, "crimes": WEAPON}
    datasets = tuple(
        replace(one, declared=(*one.declared, more[one.name])) if one.name in more else one for one in declared.DATASETS
    )
    declared.CRIMES, declared.OUTCOMES, declared.STOPS = datasets
    declared.DATASETS = datasets
    declared.BY_NAME = {one.name: one for one in datasets}
    declared.BY_SUFFIX = {one.suffix: one for one in datasets}


def use_sql(folder: Path) -> None:
    """Have the tables made by SQL files that the generator has written anew."""
    from scripts import warehouse_sql

    from bluelamp.storage.warehouse import tables

    shutil.copytree(warehouse_sql.FOLDER, folder)
    assert warehouse_sql.main(["--check"], folder) == 1
    assert warehouse_sql.main([], folder) == 0
    assert warehouse_sql.main(["--check"], folder) == 0

    def parts(table: str) -> tuple[str, str]:
        create, _, fill = (folder / f"{table}.sql").read_text(encoding="utf-8").partition("-- fill\n")
        return create, fill

    tables._parts = parts  # type: ignore[assignment]


def csv_of(dataset: Dataset, rows: list[dict[str, str]], *, lacks: str = "") -> str:
    header = [name for name in dataset.columns if name != lacks]
    return "\n".join([",".join(header), *(",".join(row.get(name, "") for name in header) for row in rows)]) + "\n"


def load_release(folder: Path, month: str, files: dict[str, str]) -> tuple[Archive, Version]:
    """The archive in FOLDER/home after a release of these files."""
    from tests.lib.archive.archives import archive_in, load
    from tests.lib.cli.command_line import write_release

    archive = archive_in(folder / "home")
    _, version = load(archive, write_release(folder / f"{month}.zip", files))
    assert version is not None
    return archive, version


def files_before() -> dict[str, str]:
    """Kent, a month in which files lack the columns."""
    stops = [{**STOP, "Date": f"{BEFORE}-02T12:30:00+00:00"}]
    return {
        f"{BEFORE}/{BEFORE}-kent-street.csv": csv_of(declared.CRIMES, _crimes(BEFORE), lacks=WEAPON.header),
        f"{BEFORE}/{BEFORE}-kent-stop-and-search.csv": csv_of(declared.STOPS, stops, lacks=REASON.header),
    }


def _crimes(month: str) -> list[dict[str, str]]:
    return [{**CRIME, "Crime ID": f"{month[-2:]}{at:062x}", "Month": month} for at in range(3)]


def files_since() -> dict[str, str]:
    """Kent, a month in which files have them."""
    crimes = [{**row, WEAPON.header: word} for row, word in zip(_crimes(SINCE), ("Knife", "Knife", ""), strict=True)]
    stops = [{**STOP, "Date": f"{SINCE}-02T12:30:00+00:00", REASON.header: word} for word in ("Smell", "Smell", "")]
    return {
        f"{SINCE}/{SINCE}-kent-street.csv": csv_of(declared.CRIMES, crimes),
        f"{SINCE}/{SINCE}-kent-stop-and-search.csv": csv_of(declared.STOPS, stops),
    }


def outcome(folder: Path) -> dict[str, Any]:
    """What the lake, the warehouse, every engine, the records and the API's rows say of the columns."""
    from bluelamp.questions.answer import answer
    from bluelamp.questions.engines import ENGINE_NAMES
    from bluelamp.questions.families.archive.records.reading import Records
    from bluelamp.questions.families.archive.version import ArchiveVersion
    from bluelamp.questions.parsing import make_question
    from bluelamp.storage.lake import SCHEMAS, TABLE_OF
    from bluelamp.storage.warehouse.indexes import build_indexes, open_indexes

    archive, version = load_release(folder, SINCE, {**files_before(), **files_since()})
    build_indexes(version.file, folder / "indexes", lambda _done, _of: None)
    found: dict[str, Any] = {"lake": {name: SCHEMAS[table].names for name, table in TABLE_OF.items()}}
    with archive.warehouse.reading() as connection:
        opened = ArchiveVersion(connection, open_indexes(folder / "indexes"))
        for dataset, column in (("crimes", "weapon"), ("stops", "reason")):
            asked = make_question(dataset, by=["month", column])
            answers = {name: answer(opened, asked, engines=(name, "rows")) for name in ENGINE_NAMES}
            found[dataset] = {
                "answers": {name: [list(row) for row in one.rows] for name, one in answers.items()},
                "answered by": {name: one.answered_by for name, one in answers.items()},
                "titles": [one.title for one in asked.by],
                "records": Records(opened, make_question(dataset), archive.lake.root).page(-1, 10).table.to_pylist(),
                "marts": opened.columns(asked.dataset.mart) if asked.dataset.mart else [],
            }
        found["pairs"] = [list(row) for row in answer(opened, make_question("stops", by=["gender", "reason"])).rows]
    found["API"] = list(_stop_of_the_api())
    return found


def _stop_of_the_api() -> Iterator[str]:
    from bluelamp.sources.police_uk.api_csv import stops_as_csv
    from bluelamp.sources.police_uk.api_types import Stop

    said = {"type": "Person search", "datetime": f"{SINCE}-02T12:30:00+00:00", "outcome_object": {"id": "Smell"}}
    yield from stops_as_csv([Stop.of(said)]).decode().splitlines()


def made_again() -> None:
    """Have data versions made again, as a raised SCHEMA_VERSION does."""
    from bluelamp.archive import model

    model.SCHEMA_VERSION += 1


if __name__ == "__main__":
    phase, place = sys.argv[1], Path(sys.argv[2])
    if phase == "before":
        load_release(place, BEFORE, files_before())
    else:
        declare()
        use_sql(place / "sql")
        made_again()
        print(json.dumps(outcome(place), default=list))
