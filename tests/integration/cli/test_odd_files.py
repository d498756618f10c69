"""One odd file never stops an archive: it is set aside, named, discarded, or said to be what it is."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bluelamp.domain.dataset import CRIMES
from bluelamp.storage.ledger.ledger import WAITING
from tests.lib.cli.command_line import crime, table

Run = Callable[..., tuple[int, str, str]]


def kent(month: str, *cells: tuple[str, str], rows: int = 3) -> str:
    """A street file of Kent; `cells` changes cells of its first row."""
    made = [crime(int(month.replace("-", "")) * 100 + number, month, "kent") for number in range(rows)]
    for name, value in cells:
        made[0][CRIMES.columns.index(name)] = value
    return table(CRIMES, made)


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def count(run: Run, home: Path, dataset: str = "crimes") -> int:
    (rows,) = json.loads(run("--home", home, "ask", dataset, "--json")[1])["rows"]
    return int(rows["count"])


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A padded coordinate beside a word: what once ended every load of a home."""
    text = kent("2024-01", ("Longitude", "abc"), rows=2) + ",".join(crime(1, "2024-01", "kent")).replace(
        "0.52", " 0.52 "
    )
    return written(tmp_path / "2024-01-kent-street.csv", text + "\n")


def test_an_odd_cell_stops_neither_its_file_nor_the_next(run: Run, tmp_path: Path, odd: Path) -> None:
    home = tmp_path / "home"
    assert run("--home", home, "archive", "load", odd)[0] == 0
    assert (
        run("--home", home, "archive", "load", written(tmp_path / "2024-02-kent-street.csv", kent("2024-02")))[0] == 0
    )
    assert count(run, home) == 6
    assert run("--home", home, "archive", "load")[0] == run("--home", home, "archive", "rebuild", "--yes")[0] == 0


def test_refused_rows_end_a_load_with_3_and_say_which_and_why(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "2024-01-kent-street.csv", kent("2024-01", ("Month", "Jan-24")))
    code, out, err = run("--home", tmp_path / "home", "archive", "load", path)
    assert code == 3
    assert "2024-01-kent-street.csv: 1 of 3 rows do not fit, most because Month is not a month" in err
    assert "1 file loaded without more than 1% of the rows" in out
    facts = json.loads(run("--home", tmp_path / "other", "archive", "load", path, "--json")[1])
    assert facts["files_with_many_rejected"] == [
        {"member": path.name, "rejected": 1, "read": 3, "reason": "Month is not a month (YYYY-MM)"}
    ]


def test_a_load_tells_that_a_file_contradicts_the_table_of_eras(run: Run, tmp_path: Path) -> None:
    """A court's result of 2024: its record counts, and whoever loads learns that the table is wrong."""
    home = tmp_path / "home"
    path = written(
        tmp_path / "2024-01-kent-street.csv", kent("2024-01", ("Last outcome category", "Offender sent to prison"))
    )
    code, _, err = run("--home", home, "archive", "load", path)
    assert code == 0
    assert "1 value of months in which the table of eras has none: see outside_era in bluelamp archive quality" in err
    facts = json.loads(run("--home", tmp_path / "other", "archive", "load", path, "--json")[1])
    assert facts["values_outside_era"] == 1
    asked = ("ask", "crimes", "--where", "last_outcome=Offender sent to prison", "--json")
    assert json.loads(run("--home", home, *asked)[1])["rows"][0]["count"] == 1
    assert "outside_era" in run("--home", home, "archive", "quality")[1]


def test_a_few_refused_rows_of_many_are_told_and_no_reason_to_stop(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "2024-01-kent-street.csv", kent("2024-01", ("Month", "Jan-24"), rows=100))
    code, _, err = run("--home", tmp_path / "home", "archive", "load", path)
    assert code == 0
    assert "1 row does not fit" in err


def test_every_file_of_a_folder_is_read_or_named(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    read = {
        "2024-01-kent-street.csv": "2024-01", "2024-02-Kent-Street.CSV": "2024-02", "2024-3-kent-street.csv": "2024-03",
        "2024_04_kent_street.csv": "2024-04", "2024-05-kent-street (1).csv": "2024-05",
        "2024-06-kent-street.csv.gz": "2024-06",
    }  # fmt: skip
    for name, month in read.items():
        text = kent(month).encode()
        written(folder / name, gzip.compress(text) if name.endswith(".gz") else text)
    left_out = {
        "2024-07-kent-street.txt": "it ends in “.txt”", "2024-13-kent-street.csv": "there is no month 2024-13",
        "kent-2024-08-street.csv": "in another order", "2024-09-kent-crimes.csv": "none of the kinds",
        "notes.md": "its name",
    }  # fmt: skip
    for name in left_out:
        written(folder / name, kent("2024-01"))
    written(folder / ".DS_Store", "")
    code, _, err = run("--home", tmp_path / "home", "archive", "load", folder)
    assert (code, count(run, tmp_path / "home")) == (0, 18)
    assert "Left out: 5 files." in err
    assert "DS_Store" not in err
    for name, why in left_out.items():
        assert any(name in line and why in line for line in err.splitlines()), name
    for name in list(read)[1:]:
        assert any("Read as 2024-" in line and name in line for line in err.splitlines()), name


def test_two_names_of_one_month_with_different_content_count_as_neither(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    written(folder / "2024-01-kent-street.csv", kent("2024-01"))
    written(folder / "2024-01-kent-street (1).csv", kent("2024-01", rows=4))
    written(folder / "2024-02-kent-street.csv", kent("2024-02"))
    code, _, _ = run("--home", tmp_path / "home", "archive", "load", folder)
    assert (code, count(run, tmp_path / "home")) == (3, 3)


def test_a_file_can_be_said_to_be_a_force_month(run: Run, tmp_path: Path) -> None:
    path, home = written(tmp_path / "export.data", kent("2024-01")), tmp_path / "home"
    assert run("--home", home, "archive", "load", path, "--as", "kent:2024-01:crimes")[0] == 0
    assert count(run, home) == 3
    (line,) = [json.loads(line) for line in run("--home", home, "archive", "files", "--json")[1].splitlines()]
    assert (line["force"], line["month"], line["dataset"], line["origin"]) == ("kent", "2024-01", "crimes", str(path))


@pytest.mark.parametrize(
    ("words", "told"),
    [("kent", "FORCE:YYYY-MM:DATASET"), ("kint:2024-01:crimes", "none of the 45"),
     ("kent:2024-13:crimes", "not a month"), ("kent:2024-01:thefts", "none of crimes")],
)  # fmt: skip
def test_what_is_no_force_month_is_refused(words: str, told: str, run: Run, tmp_path: Path) -> None:
    code, _, err = run("--home", tmp_path / "home", "archive", "load", written(tmp_path / "x.csv", ""), "--as", words)
    assert code == 2
    assert told in err


STOP = {
    "age_range": "18-24", "outcome": "Arrest", "involved_person": True, "self_defined_ethnicity": None,
    "gender": "Male", "legislation": None, "outcome_linked_to_object_of_search": True,
    "datetime": "2024-01-12T10:15:00+00:00", "removal_of_more_than_outer_clothing": False, "outcome_object": None,
    "location": None, "operation": None, "officer_defined_ethnicity": "White", "type": "Person search",
    "operation_name": None, "object_of_search": "Controlled drugs",
}  # fmt: skip
NEAR = {"category": "burglary", "month": "2024-01", "location": None, "persistent_id": "", "id": 1, "context": ""}


def test_a_saved_answer_of_the_api_loads(run: Run, tmp_path: Path) -> None:
    saved, home = written(tmp_path / "stops.json", json.dumps([STOP, STOP])), tmp_path / "home"
    code, _, err = run("--home", home, "archive", "load", saved)
    assert code == 2
    assert "--as FORCE:2024-01:stops" in err
    assert run("--home", home, "archive", "load", saved, "--as", "kent:2024-01:stops")[0] == 0
    assert count(run, home, "stops") == 2
    named = written(tmp_path / "2024-02-kent-stop-and-search.json", json.dumps([STOP]))
    assert run("--home", home, "archive", "load", named)[0] == 0
    assert count(run, home, "stops") == 3


@pytest.mark.parametrize(
    ("answer", "told"),
    [([NEAR], "a part of several force-months"), ({"a": 1}, "no answer of the API"), ("[", "no JSON")],
)
def test_other_answers_are_told_apart_in_a_sentence(answer: object, told: str, run: Run, tmp_path: Path) -> None:
    saved = written(tmp_path / "answer.json", answer if isinstance(answer, str) else json.dumps(answer))
    code, _, err = run("--home", tmp_path / "home", "archive", "load", saved)
    assert code == 1
    assert told in err


def test_a_zip_that_reaches_beyond_its_name_says_so(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "2023-12.zip"
    written(folder / "2024-01-kent-street.csv", kent("2024-01"))
    assert (
        "called 2023-12 and holds months up to 2024-01"
        in run("--home", tmp_path / "home", "archive", "load", folder)[2]
    )


# -- files that cannot be read, and how to do without them -------------------------------------------------------


@pytest.fixture
def waiting(run: Run, tmp_path: Path) -> Path:
    """A home in which a load was cut off after receiving January."""
    from bluelamp.archive.progress import Silent
    from bluelamp.bootstrap import open_archive
    from bluelamp.domain.selection import Selection
    from bluelamp.settings import read_settings
    from bluelamp.sources.police_uk.archive import open_source

    home = tmp_path / "home"
    archive = open_archive(read_settings({"home": home, "processes": 1}, {})[0])
    path = written(tmp_path / "2024-01-kent-street.csv", kent("2024-01"))
    with open_source(str(path)) as source:
        archive.receive(source, release=None, selection=Selection(), progress=Silent())
    assert [file.state for file in archive.ledger.files_of()] == [WAITING]
    return home


def test_what_a_cut_off_load_left_is_read_after_what_is_new(
    run: Run, waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It never runs in this process, and new files are in the ledger before it is tried."""
    from bluelamp.archive import load as loading

    order: list[str] = []
    here, workers = loading.run_here, loading.run_in_workers  # type: ignore[attr-defined]
    monkeypatch.setattr(
        loading,
        "run_here",
        lambda stager, task: (order.append(str(task.files[0].unit.month)), here(stager, task))[1],  # type: ignore[func-returns-value]
    )
    monkeypatch.setattr(
        loading,
        "run_in_workers",
        lambda tasks, *rest: (order.append("left over"), workers(tasks, *rest))[1],  # type: ignore[func-returns-value]
    )
    code, _, _ = run(
        "--home", waiting, "archive", "load", written(tmp_path / "2024-02-kent-street.csv", kent("2024-02"))
    )
    assert (code, order) == (0, ["2024-02", "left over"])
    assert count(run, waiting) == 6


def test_a_file_that_ends_its_process_is_quarantined_and_the_next_ones_load(
    run: Run, waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bluelamp.archive import workers

    monkeypatch.setattr(workers, "_run_in_worker", deadly)
    code, _, err = run(
        "--home", waiting, "archive", "load", written(tmp_path / "2024-02-kent-street.csv", kent("2024-02"))
    )
    assert code == 3
    assert "ends the process that reads it" in err
    assert count(run, waiting) == 3
    assert run("--home", waiting, "archive", "load")[0] == 0


def deadly(_: object) -> None:
    import os

    os._exit(9)


def test_a_waiting_file_can_be_discarded(run: Run, waiting: Path, tmp_path: Path) -> None:
    code, _, err = run("--home", waiting, "doctor")
    assert code != 0
    assert "archive discard" in err + _
    code, _, err = run("--home", waiting, "archive", "discard", "2024-01-kent-street.csv")
    assert code == 2  # nobody is here to answer
    assert "--yes" in err
    code, out, _ = run("--home", waiting, "archive", "discard", "2024-01-kent-street.csv", "--yes")
    assert code == 0
    assert "not read" in out
    assert "bytes stay in the vault" in out
    assert (
        run("--home", waiting, "archive", "load", written(tmp_path / "2024-02-kent-street.csv", kent("2024-02")))[0]
        == 0
    )
    assert run("--home", waiting, "archive", "rebuild", "--yes")[0] == 0
    assert count(run, waiting) == 3
    assert run("--home", waiting, "doctor")[0] == 0
    lines = [json.loads(line) for line in run("--home", waiting, "archive", "files", "--json")[1].splitlines()]
    assert [(line["verdict"], "discarded" in line["reason"]) for line in lines] == [
        ("not fetched", True),
        ("loaded", False),
    ]
    # Loading its release again brings it back.
    assert run("--home", waiting, "archive", "load", tmp_path / "2024-01-kent-street.csv")[0] == 0
    assert count(run, waiting) == 6


def test_a_quarantined_file_can_be_discarded_and_names_are_checked(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("--home", home, "archive", "load", written(tmp_path / "2024-01-kent-street.csv", "nothing,here\n1,2\n"))
    code, _, err = run("--home", home, "archive", "discard", "2024-09-kent-street.csv", "--yes")
    assert code == 1
    assert "There is: 2024-01-kent-street.csv" in err
    code, out, _ = run("--home", home, "archive", "discard", "2024-01-kent-street.csv", "--yes", "--json")
    assert (code, json.loads(out)["member"]) == (0, "2024-01-kent-street.csv")
    assert run("--home", home, "archive", "files", "--state", "quarantined")[1] == "No file fits.\n"
