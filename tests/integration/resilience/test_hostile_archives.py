"""Hostile and odd archives against the real command: the verdict on each, and that nothing else is touched."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.lib.archive.zip_forge import Entry, forge
from tests.lib.resilience.command import Commands, Ended
from tests.lib.resilience.homes import ledger, rows_of
from tests.lib.resilience.hostile import CASES, FILES, SOUND, Case, crime, lines, street
from tests.lib.rows import figures

KENT = "2023-12/2023-12-kent-street.csv"
_MEMORY_MB = 1_000


@pytest.fixture(scope="module")
def held(bluelamp: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds 7 crimes of Kent and 2 of Surrey, from releases of its own."""
    folder = tmp_path_factory.mktemp("held")
    archive = folder / "2023-12.zip"
    archive.write_bytes(
        forge(
            Entry(KENT, street(7, "2023-12", "Kent Police")),
            Entry("2023-12/2023-12-surrey-street.csv", street(2, "2023-12")),
        )
    )
    home = folder / "home"
    assert bluelamp(home, "archive", "load", archive).code == 0
    return home


@pytest.fixture(scope="module")
def empty(bluelamp: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty") / "home"
    assert bluelamp(home, "archive", "load").code == 0
    return home


def everything_outside(folder: Path, home: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if home not in path.parents and path != home}


def check(case: Case, bluelamp: Commands, home: Path, folder: Path) -> Ended:
    """Load it into `home` and hold what happens against the table."""
    path = case.write(folder)
    before = everything_outside(folder, home)
    ended = bluelamp(home, "archive", "load", path, timeout=30).assert_civil()
    assert ended.code == case.code, ended.err
    assert case.words in ended.err + ended.out
    if ended.code == 1:
        assert ended.sentence
    assert ended.peak_mb < _MEMORY_MB
    assert everything_outside(folder, home) == before
    listed = ledger(
        home, f"SELECT force, state, reason, rows_read, rows_loaded, rows_rejected FROM file WHERE month = {2024 * 12}"
    )
    verdicts = {force: found for force, *found in listed}
    if case.verdict is None:
        assert "surrey" not in verdicts
    elif len(case.verdict) == 2:
        state, reason, *_ = verdicts["surrey"]
        assert state == case.verdict[0]
        assert re.search(case.verdict[1], reason), reason
    else:
        state, _, read, loaded, rejected = verdicts["surrey"]
        assert (state, loaded, rejected) == case.verdict
        assert read == loaded + rejected
    if case.sound_loads:
        assert (verdicts["sussex"][0], verdicts["sussex"][3]) == ("loaded", 4)
    return ended


@pytest.mark.parametrize("case", [*CASES, *FILES], ids=lambda case: case.name)
def test_against_data_held(case: Case, bluelamp: Commands, held: Path, tmp_path: Path) -> None:
    """The verdict is that of the table, and what was held before answers as before."""
    home = tmp_path / "home"
    shutil.copytree(held, home)
    check(case, bluelamp, home, tmp_path)
    assert {force: rows_of(home, force, "2023-12") for force in ("kent", "surrey")} == {"kent": 7, "surrey": 2}


# Those whose handling could depend on there being something already; by hand, all of them.
_ALSO_EMPTY = {
    "cut",
    "encrypted",
    "twice, different",
    "cut in a row",
    "header only",
    "CRLF",
    "only bad rows",
    "month 13",
}


@pytest.mark.parametrize("case", [case for case in CASES if case.name in _ALSO_EMPTY], ids=lambda case: case.name)
def test_against_an_empty_home(case: Case, bluelamp: Commands, empty: Path, tmp_path: Path) -> None:
    """A first load that fails leaves a home into which a good release still loads."""
    home = tmp_path / "home"
    shutil.copytree(empty, home)
    check(case, bluelamp, home, tmp_path)
    good = tmp_path / "2024-04.zip"
    good.write_bytes(forge(Entry("2024-04/2024-04-kent-street.csv", street(3, "2024-04", "Kent Police"))))
    assert bluelamp(home, "archive", "load", good).code == 0
    asked = bluelamp(home, "ask", "crimes", "--where", "month=2024-04", "--json")
    assert figures(asked.lines()[0]["rows"]) == [{"count": 3}]


def test_all_of_them_in_one_home(bluelamp: Commands, held: Path, tmp_path: Path) -> None:
    """One after the other, then a good release: it loads, and no hash is wrong."""
    home = tmp_path / "home"
    shutil.copytree(held, home)
    heavy = {"100,000 members", "a cell of 50 MB", "a line without end", "sparse zeros"}
    paths = []
    for number, case in enumerate(case for case in CASES if case.code == 3 and case.name not in heavy):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(case.write(folder))
    assert bluelamp(home, "archive", "load", *paths).assert_civil().code == 3
    good = tmp_path / "2024-04.zip"
    good.write_bytes(forge(Entry("2024-01/2024-01-surrey-street.csv", street(50)), SOUND))
    assert bluelamp(home, "archive", "load", good).code == 0
    asked = bluelamp(home, "ask", "crimes", "--by", "force", "--where", "month=2024-01", "--order", "force", "--json")
    rows = [row for row in figures(asked.lines()[0]["rows"]) if row["count"]]
    assert rows == [{"force": "surrey", "count": 50}, {"force": "sussex", "count": 4}]
    assert bluelamp(home, "doctor").code == 0


def test_formulas_stay_in_the_lake_and_are_safe_outside(bluelamp: Commands, tmp_path: Path) -> None:
    """Cells are kept as published; a CSV for a spreadsheet gets an apostrophe, JSON does not."""
    planted = ["=1+1", "+1", "-1", "@SUM(A1)", "<img src=x onerror=alert(1)>"]
    rows = [crime(number, Crime_type=text) for number, text in enumerate(planted)]
    archive = tmp_path / "2024-01.zip"
    archive.write_bytes(forge(Entry("2024-01/2024-01-surrey-street.csv", street(0) + lines(*rows))))
    home = tmp_path / "home"
    assert bluelamp(home, "archive", "load", archive).code == 0
    as_json = bluelamp(home, "ask", "crimes", "--by", "crime_type", "--json").lines()[0]["rows"]
    assert {row["crime_type"] for row in as_json} == set(planted)
    as_csv = bluelamp(home, "ask", "crimes", "--by", "crime_type", "--format", "csv").out.splitlines()[1:]
    assert {line.split(",")[0] for line in as_csv} == {"'=1+1", "'+1", "'-1", "'@SUM(A1)", planted[-1]}


@pytest.mark.parametrize(
    "name", ["with blanks and 'quotes' \"\"", "100% %20 %s", "hash#x=1&y=2;z", "[a-z]*{b}", "Clôs \u202e 警察", "-dash"]
)
def test_homes_of_any_name(name: str, bluelamp: Commands, tmp_path: Path) -> None:
    """A home may be called anything that the system allows."""
    archive = tmp_path / "2024-01.zip"
    archive.write_bytes(forge(Entry("2024-01/2024-01-surrey-street.csv", street())))
    home = tmp_path / name / "home"
    assert bluelamp(home, "archive", "load", archive).assert_civil().code == 0
    assert figures(bluelamp(home, "ask", "crimes", "--json").lines()[0]["rows"]) == [{"count": 5}]
    assert bluelamp(home, "doctor").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([archive.name, name])


def test_a_home_with_a_question_mark_is_refused(bluelamp: Commands, tmp_path: Path) -> None:
    """The engine takes what follows it for a query: better no home than half a one."""
    ended = bluelamp(tmp_path / "what?" / "home", "archive", "load").assert_civil()
    assert ended.code == 2
    assert "question mark" in ended.sentence
    assert list(tmp_path.iterdir()) == []
