"""Crimes beside rows: what repeats counts once, what only looks alike stays, and an answer says where rows mislead."""

from __future__ import annotations

import csv
import io
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from bluelamp.archive.progress import Silent
from bluelamp.archive.quality import quality_of
from bluelamp.archive.workflow import Archive
from bluelamp.bootstrap import open_archive
from bluelamp.domain.dataset import CRIMES, OUTCOMES, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboard
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question
from bluelamp.questions.table import table_of
from bluelamp.questions.view import make_view
from bluelamp.settings import read_settings
from bluelamp.sources.police_uk.archive import open_source

FORCES = ("kent", "essex", "northern-ireland")
MONTHS = ("2023-11", "2023-12", "2024-01")
CRIME_TYPES = ("Burglary", "Drugs", "Anti-social behaviour")
OUTCOME_TYPES = ("Local resolution", "Offender fined")


class Row(NamedTuple):
    dataset: Dataset
    force: str
    month: str
    crime_id: str
    kind: str


def invented() -> list[Row]:
    """Few IDs on many rows, within files, across months and across forces; Northern Ireland publishes no outcomes."""
    chance, rows = random.Random(7), []
    for dataset, force, month in ((d, f, m) for d in (CRIMES, OUTCOMES) for f in FORCES for m in MONTHS):
        if dataset == OUTCOMES and force == "northern-ireland":
            continue
        for _ in range(30):
            kind = chance.choice(CRIME_TYPES if dataset == CRIMES else OUTCOME_TYPES)
            blank = kind == "Anti-social behaviour" or chance.random() < 0.1
            rows.append(Row(dataset, force, month, "" if blank else f"{chance.randrange(25):064x}", kind))
    return rows


def cells(row: Row) -> list[str]:
    where = ["0.520000", "51.250000", "On or near A Street", "", ""]
    common = [row.crime_id, row.month, "", "", *where, row.kind]
    return [*common, "", ""] if row.dataset == CRIMES else common


def loaded(folder: Path, rows: Sequence[Row]) -> Archive:
    files: dict[str, io.StringIO] = {}
    for row in rows:
        name = f"{row.month}/{row.month}-{row.force}-{row.dataset.suffix}.csv"
        if name not in files:
            files[name] = io.StringIO()
            csv.writer(files[name], lineterminator="\n").writerow(row.dataset.columns)
        csv.writer(files[name], lineterminator="\n").writerow(cells(row))
    with zipfile.ZipFile(folder / "2024-01.zip", "w") as target:
        for name, text in files.items():
            target.writestr(name, text.getvalue())
    archive = open_archive(read_settings({"home": folder / "home", "processes": 1}, {})[0])
    with open_source(str(folder / "2024-01.zip")) as source:
        archive.receive(source, release=None, selection=Selection(), progress=Silent())
    archive.finish(Silent())
    return archive


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveVersion]:
    with loaded(tmp_path_factory.mktemp("repeats"), invented()).warehouse.reading() as connection:
        yield ArchiveVersion(connection)


def ask(version: ArchiveVersion, dataset: str, **words: Any) -> QueryResult:
    return answer(version, make_question(dataset, measures=["distinct_crimes"], **words))


def crimes_among(rows: Sequence[Row]) -> int:
    """The rule, said once more: an ID is one crime of its force, in Northern Ireland of its file."""
    named = {(row.force, row.crime_id, row.month if row.force == "northern-ireland" else "") for row in rows}
    return len({one for one in named if one[1]}) + sum(not row.crime_id for row in rows)


Wanted = Callable[[Row], bool]


@pytest.mark.parametrize("dataset", ["crimes", "outcomes"])
@pytest.mark.parametrize(
    ("where", "wanted"),
    [
        ([], lambda row: True),
        (["force=kent"], lambda row: row.force == "kent"),
        (["month=2023-11", "month=2023-12"], lambda row: row.month != "2024-01"),
        (["TYPE!=Burglary"], lambda row: row.kind != "Burglary"),
    ],
    ids=["all", "a force", "two months", "without a type"],
)
@pytest.mark.parametrize("by", ["", "force", "month", "type"])
def test_crimes_are_counted_once_in_each_row(
    version: ArchiveVersion, dataset: str, where: list[str], wanted: Wanted, by: str
) -> None:
    kind = "crime_type" if dataset == "crimes" else "outcome_type"
    where = [one.replace("TYPE", kind) for one in where if dataset == "crimes" or "TYPE" not in one]
    rows = [row for row in invented() if row.dataset.name == dataset]
    rows = [row for row in rows if not where or wanted(row)]
    found = ask(version, dataset, by=[kind if by == "type" else by] if by else [], where=where)
    assert found.answered_by == "rows"
    if not by:
        assert found.rows == [(crimes_among(rows),)]
        return
    field = {"force": "force", "month": "month", "type": "kind"}[by]
    told = {label: figure for label, figure in found.rows if figure}
    expected = {label: crimes_among([r for r in rows if getattr(r, field) == label]) for label in told}
    assert told == expected
    assert {getattr(row, field) for row in rows} == set(told)
    assert any("the rows do not add up" in one for one in found.caveats)


def test_what_is_held_and_empty_is_0_and_what_is_not_held_is_not_known(version: ArchiveVersion) -> None:
    assert ask(version, "outcomes", where=["outcome_type=Offender sent to prison"]).rows == [(0,)]
    assert ask(version, "outcomes", where=["force=surrey"]).rows == [(None,)]
    table = table_of(ask(version, "crimes", by=["month"]))
    assert str(table.schema.field("distinct_crimes").type) == "int64"


# -- when an answer says so --------------------------------------------------------------------------------------


def with_repeats(repeats: int, single: int, month: str = "2023-11") -> list[Row]:
    """A file in which one crime's outcome stands `repeats` times, beside other crimes."""
    rows = [Row(OUTCOMES, "kent", month, f"{n + 1:064x}", OUTCOME_TYPES[0]) for n in range(single)]
    return rows + [Row(OUTCOMES, "kent", month, "f" * 64, OUTCOME_TYPES[0])] * repeats


def told(folder: Path, rows: Sequence[Row], **words: Any) -> list[str]:
    with loaded(folder, rows).warehouse.reading() as connection:
        found = answer(ArchiveVersion(connection), make_question("outcomes", **words))
    return [one for one in found.caveats if "distinct_crimes" in one]


SAID = "{} rows of 1 force-month name 1 crime, with an outcome that stands several times: the measure distinct_crimes "


def test_a_few_repeated_rows_are_no_caveat(tmp_path: Path) -> None:
    """Two rows of 100 are one too many: 1 %."""
    assert told(tmp_path, with_repeats(2, 98)) == []


def test_many_repeated_rows_are_a_caveat_with_rows_and_crimes(tmp_path: Path) -> None:
    (sentence,) = told(tmp_path, with_repeats(4, 96))
    assert sentence.startswith(SAID.format(4))


def test_a_month_that_is_mostly_repeats_is_told_however_much_is_asked(tmp_path: Path) -> None:
    """Eleven rows too many of 32 mislead about that month, though they are 1 % of the two; of the other there is
    nothing to tell."""
    rows = with_repeats(12, 20) + with_repeats(0, 1000, "2023-12")
    (sentence,) = told(tmp_path, rows)
    assert sentence.startswith(SAID.format(12))
    archive = open_archive(read_settings({"home": tmp_path / "home", "processes": 1}, {})[0])
    with archive.warehouse.reading() as connection:
        later = answer(ArchiveVersion(connection), make_question("outcomes", first=Month.parse("2023-12")))
    assert not [one for one in later.caveats if "distinct_crimes" in one]


def test_crimes_that_look_alike_without_an_id_are_crimes_and_no_caveat(tmp_path: Path) -> None:
    """As of the British Transport Police: no IDs, and removing what is alike would halve its crime."""
    rows = [Row(CRIMES, "btp", "2023-11", "", "Burglary")] * 20
    with loaded(tmp_path, rows).warehouse.reading() as connection:
        found = ask(ArchiveVersion(connection), "crimes")
    assert found.rows == [(20,)]
    assert not [one for one in found.caveats if "distinct_crimes" in one]


# -- on cards ----------------------------------------------------------------------------------------------------


def test_bars_of_crimes_are_shares_of_all_crimes_each_counted_once(version: ArchiveVersion) -> None:
    """The bars overlap: a crime with both outcomes is in both, and what is not shown is counted once as well."""
    card = "- {name: one, kind: bars, title: B, by: outcome_type, measure: distinct_crimes, limit: 5}\n"
    by_month = "- {name: two, kind: months, title: M, measures: [distinct_crimes]}\n"
    by_force = "- {name: three, kind: bars, title: F, by: force, measure: distinct_crimes, limit: 1}\n"
    total = "- {name: four, kind: total, title: T, measure: distinct_crimes}\n"
    text = f"title: Own\ndataset: outcomes\ncards:\n{card}{by_month}{by_force}{total}"
    found = answer_dashboard(version, read_dashboard("own", text, "own.yaml"), make_view(None, None, ()))["cards"]
    rows = [row for row in invented() if row.dataset == OUTCOMES]
    crimes = crimes_among(rows)
    assert found["one"]["total"] == found["four"]["value"] == crimes
    assert sum(row["count"] for row in found["one"]["rows"]) > crimes
    assert all(row["share"] == row["count"] / crimes for row in found["one"]["rows"])
    assert found["two"]["values"] == [[crimes_among([r for r in rows if r.month == month]) for month in MONTHS]]
    shown = {row["value"] for row in found["three"]["rows"]}
    assert found["three"]["rest"]["count"] == crimes_among([row for row in rows if row.force not in shown])
    assert any("the rows do not add up" in one for one in found["one"]["caveats"])


def test_a_version_that_an_older_program_published_still_answers(tmp_path: Path) -> None:
    """It has no count of IDs and does not say how stops were placed: what is not known of it is not told."""
    archive = loaded(tmp_path, with_repeats(4, 6))
    current = archive.warehouse.current()
    assert current is not None
    shutil.copy(current.file, tmp_path / "older.duckdb")
    with duckdb.connect(str(tmp_path / "older.duckdb")) as connection:
        connection.execute("ALTER TABLE mart_quality__finding DROP COLUMN ids")
        connection.execute("DROP TABLE mart_stop__placed")
        (found,) = [one for one in quality_of(connection) if one.finding == "outcome_repeated"]
        assert (found.rows, found.ids) == (4, None)
        version = ArchiveVersion(connection)
        (said,) = [one for one in answer(version, make_question("outcomes")).caveats if "distinct_crimes" in one]
        assert said.startswith("4 rows of 1 force-month name fewer crimes")
        assert answer(version, make_question("stops", by=["town"])).rows == []
