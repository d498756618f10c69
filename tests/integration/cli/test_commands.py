"""Each command on a small home: what it prints for people, what it prints for machines, what it changes."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bluelamp.cli import exits
from tests.lib.cli.command_line import files_of, write_release


def seen(home: Path) -> dict[str, object]:
    """Every file below a folder with its size and time, and what the ledger says: unchanged when nothing is written."""
    ledger = home / "ledger.sqlite"
    found: dict[str, object] = {}
    if ledger.exists():
        # Its bytes move whenever SQLite folds its log in; what it says does not.
        with closing(sqlite3.connect(ledger)) as connection:
            found["ledger"] = list(connection.iterdump())
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith(ledger.name):
            found[str(path)] = (path.stat().st_size, path.stat().st_mtime_ns)
    return found


# -- load and sync ----------------------------------------------------------------------------------------------


def test_a_load_says_what_it_did_and_the_same_again_says_nothing_to_do(run, tmp_path, releases):
    home = tmp_path / "home"
    code, out, err = run("--home", home, "archive", "load", releases[0])
    assert code == exits.DONE
    assert "release 2023-12, 7 files, 7 new" in err
    assert out.startswith("Loaded 19 rows of 7 files; data version ")
    before = seen(home)
    code, out, err = run("--home", home, "archive", "load", releases[0])
    assert code == exits.DONE
    assert out == "Nothing to do: everything in it is held already.\n"
    assert seen(home) == before
    code, out, _ = run("--home", home, "archive", "load")
    assert (code, out) == (exits.DONE, "Nothing to do.\n")


def test_the_next_release_reads_only_what_changed(run, tmp_path, releases):
    run("--home", tmp_path, "archive", "load", releases[0])
    code, out, _ = run("--home", tmp_path, "archive", "load", releases[1], "--json")
    assert code == exits.DONE
    facts = json.loads(out)
    assert facts["files_unchanged"] == 5
    assert facts["files_loaded"] == 6
    assert facts["changed"] is True
    assert facts["releases"] == ["2024-01"]


def test_quiet_says_nothing_but_the_answer(run, tmp_path, releases):
    code, out, err = run("--home", tmp_path, "--quiet", "archive", "load", releases[0])
    assert code == exits.DONE
    assert err == ""
    assert out.startswith("Loaded")


def test_verbose_says_more(run, tmp_path, releases):
    path = write_release(tmp_path / "2024-02.zip", files_of(["2024-01"]) | {f"notes-{n}.txt": "x" for n in range(24)})
    plain = run("--home", tmp_path / "a", "archive", "load", path)[2]
    verbose = run("--home", tmp_path / "b", "--verbose", "archive", "load", path)[2]
    assert "4 more; --verbose names them all" in plain
    assert "Left out: 24 files." in plain
    assert plain.count("notes-") == 20
    assert verbose.count("notes-") == 24
    assert "reading and checking: " in verbose
    assert "reading and checking: " not in plain


def test_a_dry_run_of_a_load_counts_and_writes_nothing(run, tmp_path, releases):
    home = tmp_path / "home"
    code, out, err = run("--home", home, "archive", "load", releases[1], "--dry-run", "--force", "kent")
    assert code == exits.DONE
    assert err == ""
    assert "release 2024-01, 11 files" in out
    assert "9 new, " in out
    assert "2 left out by the selection" in out
    assert "Nothing was fetched or written" in out
    assert not home.exists()
    code, out, _ = run("--home", home, "archive", "load", "--dry-run")
    assert out == "Nothing to do.\n"


def test_a_dry_run_knows_what_is_held(run, tmp_path, releases):
    run("--home", tmp_path, "archive", "load", releases[0])
    before = seen(tmp_path)
    code, out, _ = run("--home", tmp_path, "archive", "load", releases[1], "--dry-run", "--json")
    assert code == exits.DONE
    facts = json.loads(out)
    assert (facts["files"], facts["files_new"], facts["files_unchanged"], facts["files_left_out"]) == (11, 6, 5, 0)
    assert 0 < facts["bytes"] < releases[1].stat().st_size
    assert facts["release"] == "2024-01"
    assert facts["dry_run"] is True
    assert seen(tmp_path) == before
    # And what it foretold is what happens.
    done = json.loads(run("--home", tmp_path, "archive", "load", releases[1], "--json")[1])
    assert done["files_loaded"] == facts["files_new"]


def test_sync_fetches_the_newest_release_in_parts(run, tmp_path, publisher):
    code, out, err = run("--home", tmp_path, "archive", "sync", "--force", "cumbria")
    assert code == exits.DONE
    assert "Loaded 2 rows of 2 files" in out
    assert "2 new, 9 left out by the selection" in err
    code, out, _ = run("--home", tmp_path, "archive", "sync", "--force", "cumbria")
    assert out.startswith("Nothing to do")


def test_a_dry_run_of_a_sync_fetches_the_directory_and_writes_nothing(run, tmp_path, publisher):
    home = tmp_path / "home"
    code, out, _ = run("--home", home, "archive", "sync", "--dry-run", "--json")
    assert code == exits.DONE
    facts = json.loads(out)
    assert (facts["files_new"], facts["release"]) == (11, "2024-01")
    assert facts["bytes"] > 0
    assert not home.exists()


def test_a_dry_run_of_a_server_without_parts_keeps_nothing(run, tmp_path, publisher, releases):
    from tests.lib.loopback import file_route

    publisher.routes["/plain/2024-01.zip"] = file_route(releases[1].read_bytes(), ranges=False)
    home = tmp_path / "home"
    code, out, _ = run("--home", home, "archive", "load", f"{publisher.url}/plain/2024-01.zip", "--dry-run")
    assert code == exits.DONE
    assert "11 new" in out
    assert not home.exists()


def test_a_dry_run_of_the_api_counts_the_questions(run, tmp_path):
    months = ["--from", "2024-01", "--to", "2024-03", "--dry-run"]
    arguments = ["archive", "sync", "--from-api", "--force", "kent", "--force", "cumbria", *months]
    code, out, _ = run("--home", tmp_path / "home", *arguments)
    assert code == exits.DONE
    assert "asked 6 questions" in out
    code, out, _ = run(
        "--home", tmp_path / "home", "archive", "sync", "--from-api", "--near", "51.5,-0.1", *months, "--json"
    )
    assert json.loads(out) == {"kind": "api", "questions": 3, "dry_run": True}
    assert not (tmp_path / "home").exists()


def test_retries_are_told_on_standard_error_when_asked(run, tmp_path, publisher, monkeypatch):
    import stamina

    from tests.lib.loopback import Reply

    good = publisher.routes["/data/archive/latest.zip"]
    publisher.routes["/data/archive/latest.zip"] = lambda request: Reply(503) if request.number == 0 else good(request)
    with stamina.set_testing(True, attempts=4, cap=True):
        code, out, err = run("--home", tmp_path, "--verbose", "archive", "sync", "--force", "cumbria", "--json")
    assert code == exits.DONE
    assert len(out.splitlines()) == 1
    assert "Trying again in" in err


def test_published_releases_are_listed(run, home, publisher):
    code, out, _ = run("--home", home, "archive", "releases", "--published", "--json")
    assert code == exits.DONE
    assert [json.loads(line)["release"] for line in out.splitlines()] == ["2024-01", "2023-12"]


# -- what is held -----------------------------------------------------------------------------------------------


def test_status(run, lines, home):
    (facts,) = lines("archive", "status")
    assert facts["releases"] == ["2023-12", "2024-01"]
    assert facts["datasets"]["crimes"]["rows"] == 3 * 6 + 2
    assert facts["unfinished"] == 0
    code, out, _ = run("--home", home, "archive", "status")
    assert code == exits.DONE
    assert "months 2023-11 to 2024-01" in out


def test_status_and_lists_of_an_empty_home_say_what_to_do(run, tmp_path):
    for command in ("status", "releases"):
        code, out, _ = run("--home", tmp_path / "home", "archive", command)
        assert code == exits.DONE
        assert "bluelamp archive load PATH" in out
    assert run("--home", tmp_path / "home", "archive", "files")[1] == "No file fits.\n"
    assert not (tmp_path / "home").exists()


def test_coverage(run, lines, home):
    cells = lines("archive", "coverage", "--dataset", "crimes", "--force", "cumbria")
    assert [(cell["month"], cell["state"]) for cell in cells] == [
        ("2023-11", "held"), ("2023-12", "missing"), ("2024-01", "held"),
    ]  # fmt: skip
    assert set(cells[0]) >= {"dataset", "force", "month", "state", "release"}
    assert len(lines("archive", "coverage")) == 45 * 3 * 3
    assert {cell["state"] for cell in lines("archive", "coverage", "--force", "northern-ireland")} == {
        "missing", "not published",
    }  # fmt: skip
    out = run("--home", home, "archive", "coverage", "--force", "cumbria", "--dataset", "crimes")[1]
    assert "missing 2023-12" in out


def test_the_scope_is_shown_and_changed(run, tmp_path, releases):
    """By default what was chosen on loading; a change makes a version, and is undone."""
    home = tmp_path / "home"
    err = run("--home", home, "archive", "load", releases[1], "--force", "kent")[2]
    assert "Read as release 2024-01: street crime a part (2 publishers, 3 months);" in err

    def states(force):
        out = run("--home", home, "archive", "coverage", "--force", force, "--dataset", "crimes", "--json")[1]
        return [json.loads(line)["state"] for line in out.splitlines()]

    assert states("kent") == ["held"] * 3
    assert states("cumbria") == ["out of scope"] * 3
    out = " ".join(run("--home", home, "archive", "scope")[1].split())
    assert "Set up to hold street crime of 1 of 45 publishers (Kent Police), November 2023 to January 2024." in out
    assert "Outside, and not counted as missing: street crime of 44 publishers;" in out
    table = " ".join(run("--home", home, "archive", "coverage")[1].split())
    assert "Outside, and not counted as missing" in table
    assert "cumbria" not in table
    changed = json.loads(run("--home", home, "archive", "scope", "--all-forces", "--from", "2023-12", "--json")[1])
    assert changed["changed"] is True
    assert changed["chosen"]["from"] == "2023-12"
    assert states("cumbria") == ["out of scope", "not held", "not fetched"]
    assert states("kent") == ["held"] * 3
    assert json.loads(run("--home", home, "archive", "scope", "--to", "2023-12", "--json")[1])["changed"] is True
    assert states("cumbria") == ["out of scope", "not held", "out of scope"]
    assert json.loads(run("--home", home, "archive", "scope", "--reset", "--json")[1])["chosen"] is None
    assert states("cumbria") == ["out of scope"] * 3
    assert "Street crime" not in run("--home", home, "archive", "status")[2]
    assert "Set up to hold street crime" in run("--home", home, "archive", "status")[1]


def test_whole_and_part_are_said(run, tmp_path, releases):
    """Of two forces a part, whatever the name; whole when that is said, which a plain load does not take back."""
    states = []
    for said in ([], ["--whole"], [], ["--part"]):
        assert run("--home", tmp_path, "archive", "load", releases[1], *said)[0] == exits.DONE
        out = run("--home", tmp_path, "archive", "coverage", "--force", "cumbria", "--from", "2023-12", "--json")[1]
        states.append({json.loads(line)["state"] for line in out.splitlines() if '"crimes", ' in line})
    assert states[0] == {"held", "not held"}
    assert states[1] == states[2] == {"held", "missing"}
    assert states[3] == {"held", "not held"}
    assert run("--home", tmp_path, "archive", "load", releases[1], "--whole", "--part")[0] == exits.WRONG_USE


def test_coverage_of_one_state_keeps_the_counts_of_all(run, home):
    out = run("--home", home, "archive", "coverage", "--force", "cumbria", "--dataset", "crimes", "--state", "missing")[
        1
    ]
    assert out.splitlines()[2].split() == ["crimes", "cumbria", "2", "3", "missing", "2023-12"]
    assert len(run("--home", home, "archive", "coverage", "--force", "kent", "--state", "missing")[1].splitlines()) == 2


def test_coverage_as_of_an_older_release(lines):
    months = {cell["month"] for cell in lines("archive", "coverage", "--as-of", "2023-12")}
    assert months == {"2023-11", "2023-12"}


def test_files_releases_and_forces(run, lines, home):
    files = lines("archive", "files", "--state", "superseded")
    assert {line["member"][8:] for line in files} == {"2023-11-kent-street.csv", "2023-12-kent-street.csv"}
    assert all(len(line["sha256"]) == 64 for line in files)
    assert [line["release"] for line in lines("archive", "releases")] == ["2023-12", "2024-01"]
    forces = lines("archive", "forces")
    assert len(forces) == 45
    assert {
        "force": "northern-ireland",
        "name": "Police Service of Northern Ireland",
        "datasets": ["crimes", "stops"],
    } in forces
    for command in ("files", "releases", "forces"):
        assert run("--home", home, "archive", command)[0] == exits.DONE


def test_quality(run, lines, home):
    found = lines("archive", "quality")
    assert "identical_without_id" in {one["finding"] for one in found}
    assert all(one["words"] for one in found)
    out = run("--home", home, "archive", "quality")[1]
    assert "identical_without_id: rows without a crime ID that are alike" in out
    assert run("--home", home, "archive", "quality", "--by-file", "--force", "kent")[0] == exits.DONE
    assert run("--home", home, "archive", "quality", "--force", "surrey")[1] == "No finding.\n"


def test_diff_begins_with_sentences(run, lines, home):
    """The sentences are the first line of the JSON as well; the files that they sum up follow."""
    first, *found = lines("archive", "diff", "2023-12", "2024-01", "--force", "kent", "--dataset", "crimes")
    changed = [one for one in found if one["changed"]]
    assert [(one["month"], one["changed"], one["columns"]) for one in changed] == [
        ("2023-11", 1, ["Last outcome category"]), ("2023-12", 1, ["Last outcome category"]),
    ]  # fmt: skip
    said = [one["text"] for one in first["headline"]]
    assert said[0] == "1 of Kent's 6 crimes of November 2023 has another outcome now."
    assert (first["headline"][0]["force"], first["headline"][0]["about"]) == ("kent", "outcome")
    assert "2 crimes of Kent have another outcome now: November 2023 to December 2023, 2 of the 2" in said[2]
    out = run("--home", home, "archive", "diff", "2023-12", "2024-01", "--force", "kent", "--dataset", "crimes")[1]
    assert [line for line in out.splitlines() if line][: len(said)] == said
    assert "kent   2024-01" not in out


def test_diff_of_what_is_the_same_says_that_nothing_changed(run, home):
    code, out, err = run(
        "--home", home, "archive", "diff", "2023-12", "2024-01", "--dataset", "stops", "--to", "2023-12"
    )
    assert (code, out) == (exits.DONE, "No stop changed: 2 force-months were compared.\n")
    assert "2 force-months are held of both releases, 2 of them the same byte for byte" in err


# -- asking -----------------------------------------------------------------------------------------------------


def test_ask_for_people(run, home):
    code, out, err = run("--home", home, "ask", "crimes", "--by", "month", "--force", "cumbria")
    assert (code, err) == (exits.DONE, "")
    assert "Coverage: 2 of 3 force-months are held" in out
    assert "Cumbria Constabulary published nothing for December 2023." in out
    assert "Nothing is held of December 2023: there is no figure, and that is no zero." in out
    assert [line.split() for line in out.splitlines()[2:5]] == [
        ["2023-11", "1", "1", "of", "1", "complete"],
        ["2023-12", "–", "0", "of", "1", "missing"],
        ["2024-01", "1", "1", "of", "1", "complete"],
    ]
    assert "Data version " in out


def test_ask_as_csv_says_in_each_row_what_it_stands_on(run, home):
    code, out, err = run("--home", home, "ask", "crimes", "--by", "crime_type", "-f", "csv", "--force", "kent")
    assert code == exits.DONE
    assert out == (
        "crime_type,count,held,expected,state\nBurglary,12,3,3,complete\nAnti-social behaviour,6,3,3,complete\n"
    )
    assert "Coverage: " in err
    out = run("--home", home, "ask", "crimes", "-f", "csv", "--force", "surrey")[1]
    assert out == "count,held,expected,state\n,0,3,missing\n"


def test_ask_for_machines(lines):
    (answer,) = lines("ask", "crimes", "--by", "year", "--measure", "recorded_crimes", "--force", "kent")
    assert answer["rows"] == [
        {"year": 2023, "recorded_crimes": 8, "held": 2, "expected": 12, "state": "part"},
        {"year": 2024, "recorded_crimes": 4, "held": 1, "expected": 12, "state": "part"},
    ]
    assert answer["coverage"]["complete"] is True
    assert [(one["period"], one["months"]) for one in answer["incomplete_periods"]] == [("2023", 2), ("2024", 1)]
    assert "2023 holds November to December only" in answer["caveats"][0]


def test_ask_lists_what_may_be_asked(run, lines, home):
    (facts,) = lines("ask", "stops", "--fields")
    assert facts["dataset"] == "stops"
    assert {"name", "unit", "words"} == set(facts["measures"][0])
    assert "officer_ethnicity" in run("--home", home, "ask", "stops", "--fields")[1]


def test_ask_as_of_an_older_release(run, tmp_path, releases):
    run("--home", tmp_path, "archive", "load", *releases)
    words = ["ask", "crimes", "--by", "last_outcome", "--where", "recorded=true", "--force", "kent", "--json"]
    now = json.loads(run("--home", tmp_path, *words)[1])
    code, out, _ = run("--home", tmp_path, *words, "--as-of", "2023-12")
    assert code == exits.DONE
    then = json.loads(out)
    assert {row["last_outcome"]: row["count"] for row in now["rows"]} == {
        "Under investigation": 9, "Unable to prosecute suspect": 3,
    }  # fmt: skip
    assert [(row["last_outcome"], row["count"]) for row in then["rows"]] == [("Under investigation", 8)]
    assert then["as_of"] == "2023-12"


def test_a_cut_answer_says_so(run, home):
    out = run("--home", home, "ask", "crimes", "--by", "month", "--limit", "1")[1]
    assert "Cut off after 1 row: there are more." in out


# -- care -------------------------------------------------------------------------------------------------------


def test_rebuild_asks_and_gives_the_same_version(run, tmp_path, releases, monkeypatch):
    code, out, _ = run("--home", tmp_path / "none", "archive", "rebuild")
    assert (code, out) == (exits.DONE, "Nothing to do: nothing is held yet.\n")
    run("--home", tmp_path, "archive", "load", releases[0])
    version = json.loads(run("--home", tmp_path, "archive", "status", "--json")[1])["data_version"]["name"]
    code, _, err = run("--home", tmp_path, "archive", "rebuild")
    assert code == exits.WRONG_USE
    assert "--yes" in err

    class Person:
        def __init__(self, words: str) -> None:
            self.words = words

        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:
            return self.words

    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    code, out, err = run("--home", tmp_path, "archive", "rebuild")
    assert (code, out) == (exits.FAILED, "")
    assert "Make the lake and the warehouse anew from the vault?" in err
    assert "Nothing was changed." in err
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    code, out, _ = run("--home", tmp_path, "archive", "rebuild")
    assert code == exits.DONE
    assert version in out
    code, out, _ = run("--home", tmp_path, "archive", "rebuild", "--yes", "--json")
    assert json.loads(out) == {"data_version": version, "changed": True}


def test_doctor(run, lines, home):
    code, out, _ = run("--home", home, "doctor")
    assert code == exits.DONE, out
    for word in ("bluelamp", "python", "duckdb", str(home), "free space", "bluelamp reference sync"):
        assert word in out
    (facts,) = lines("doctor", "--quick")
    assert facts["well"] is True
    assert facts["home"] == str(home)


def test_doctor_of_a_damaged_home_fails_and_names_the_repair(run, tmp_path, releases):
    run("--home", tmp_path, "archive", "load", releases[0])
    (warehouse,) = (tmp_path / "warehouse").glob("*.duckdb")
    with warehouse.open("r+b") as file:
        file.seek(-10, 2)
        file.write(b"0123456789")
    code, out, _ = run("--home", tmp_path, "doctor")
    assert code == exits.FAILED
    assert "WRONG" in out
    assert "bluelamp archive rebuild" in out
    code, out, _ = run("--home", tmp_path, "doctor", "--json")
    assert code == exits.FAILED
    assert json.loads(out)["well"] is False


def test_config_show_says_where_each_value_comes_from(run, tmp_path, monkeypatch):
    (tmp_path / "bluelamp.toml").write_text("memory_mb = 512\n")
    monkeypatch.setenv("BLUELAMP_DATABASE", "postgresql://me:hunter2@127.0.0.1:1/none")
    monkeypatch.setenv("BLUELAMP_HOME", "/elsewhere")
    code, out, _ = run("--home", tmp_path, "config", "show", "--json")
    assert code == exits.DONE
    found = {line["setting"]: (line["value"], line["origin"]) for line in map(json.loads, out.splitlines())}
    assert found["home"] == (str(tmp_path), "flag")
    assert found["memory_mb"] == ("512", str(tmp_path / "bluelamp.toml"))
    assert found["database"] == ("postgresql://me:•••@127.0.0.1:1/none", "environment BLUELAMP_DATABASE")
    assert found["processes"] == ("0", "default")
    assert "hunter2" not in run("--home", tmp_path, "config", "show")[1]


# -- reference --------------------------------------------------------------------------------------------------


def test_reference_status_and_dry_run_write_nothing(run, tmp_path):
    home = tmp_path / "home"
    code, out, _ = run("--home", home, "reference", "status")
    assert code == exits.DONE
    assert "Missing: Without residents: " in out
    assert "bluelamp reference sync" in out
    code, out, _ = run("--home", home, "reference", "sync", "--dry-run", "--kind", "residents", "--json")
    assert code == exits.DONE
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert (line["kind"], line["held"]) == ("residents", False)
    assert line["source"].startswith("https://")
    assert not home.exists()


def test_reference_from_files_and_again(run, tmp_path):
    from bluelamp.domain.month import Month
    from bluelamp.synthetic.archive import TwinPlan, write_reference

    folder = tmp_path / "geography"
    folder.mkdir()
    write_reference(TwinPlan(release=Month.parse("2024-01"), months=2, crimes=1_000, seed=1), folder)
    code, out, _ = run("--home", tmp_path / "home", "reference", "sync", "--from-files", folder)
    assert code == exits.DONE
    assert "residents: " in out
    code, out, _ = run("--home", tmp_path / "home", "reference", "sync", "--from-files", folder)
    assert "Nothing to do: all of it is held already." in out
    code, out, _ = run("--home", tmp_path / "home", "reference", "status", "--json")
    assert {json.loads(line)["kind"] for line in out.splitlines()} >= {"residents", "lsoa_2021_to_ward"}


# -- machines ---------------------------------------------------------------------------------------------------

FOR_MACHINES = [
    ["archive", "status"],
    ["archive", "coverage", "--force", "kent"],
    ["archive", "files"],
    ["archive", "releases"],
    ["archive", "forces"],
    ["archive", "quality"],
    ["archive", "diff", "2023-12", "2024-01"],
    ["ask", "crimes"],
    ["ask", "crimes", "--fields"],
    ["config", "show"],
    ["doctor"],
    ["reference", "status"],
    ["reference", "sync", "--dry-run"],
    ["archive", "load", "--dry-run"],
    ["archive", "load"],
]


@pytest.mark.parametrize("command", FOR_MACHINES, ids=" ".join)
def test_json_is_all_that_stands_on_standard_output(run, home, command):
    code, out, _ = run("--home", home, "--verbose", *command, "--json")
    assert code == exits.DONE
    for line in out.splitlines():
        assert isinstance(json.loads(line), dict)
    assert out or command == ["reference", "status"]


def test_every_command_has_json_or_is_listed_here():
    import typer

    from bluelamp.cli.app import app

    without = set()

    def walk(command: object, path: str) -> None:
        for name, below in getattr(command, "commands", {}).items():
            walk(below, f"{path} {name}".strip())
        if not hasattr(command, "commands") and "json" not in {one.name for one in command.params}:  # type: ignore[attr-defined]
            without.add(path)

    walk(typer.main.get_command(app), "")
    told_to_people = {"demo", "serve", "feeds check", "feeds add"}
    assert without == told_to_people, "tours and trials for people, and what prints nothing but an address or a path"
