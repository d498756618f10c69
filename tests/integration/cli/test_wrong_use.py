"""What is wrong is said in a few lines: what, where, what to do. Never a traceback unless --debug asks for one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bluelamp.cli import exits
from bluelamp.domain.dataset import CRIMES
from tests.lib.cli.command_line import bluelamp, crime, table


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["archve"], "archive"),
        (["archive", "laod"], "load"),
        (["archive", "coverage", "--forse", "kent"], "--force"),
        (["ask", "crims"], "crimes"),
        (["ask", "crimes", "--measure", "cuont"], "count"),
        (["ask", "crimes", "--by", "crime_tipe"], "crime_type"),
        (["ask", "crimes", "--where", "crime_tipe=Burglary"], "crime_type"),
        (["ask", "crimes", "--force", "kennt"], "kent"),
        (["ask", "crimes", "--format", "tabel"], "table"),
        (["ask", "crimes", "--by", "month", "--order", "cout"], "count"),
        (["archive", "coverage", "--state", "mising"], "missing"),
        (["archive", "files", "--state", "quarantine"], "quarantined"),
        (["archive", "coverage", "--dataset", "stop"], "stops"),
        (["reference", "sync", "--kind", "resident"], "residents"),
    ],
)
def test_a_typo_is_answered_with_the_near_name(run, home, arguments, near):
    code, out, err = run("--home", home, *arguments)
    assert code == exits.WRONG_USE
    assert out == ""
    assert near in err
    assert 1 <= len(err.splitlines()) <= 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "crimes", "--from", "2024"],
        ["ask", "crimes", "--from", "2024-02", "--to", "2024-01"],
        ["ask", "crimes", "--where", "month"],
        ["ask", "crimes", "--limit", "many"],
        ["ask", "crimes", "--limit", "0"],
        ["ask", "crimes", "--force", "nowhere at all"],
        ["archive", "diff", "2024-01"],
        ["archive", "diff", "2024-01", "then"],
        ["archive", "load", "a.zip", "b.zip", "--release", "2024-01"],
        ["archive", "sync", "--release", "newest"],
        ["archive", "sync", "--near", "51.5,-0.1"],
        ["archive", "sync", "--from-api", "--near", "here", "--from", "2024-01", "--to", "2024-01", "--dry-run"],
        ["archive", "sync", "--from-api"],
        ["demo", "--crimes", "3"],
        ["config", "shwo"],
    ],
)
def test_wrong_use_is_exit_code_two_in_a_few_lines(run, home, arguments):
    code, out, err = run("--home", home, *arguments)
    assert code == exits.WRONG_USE
    assert out == ""
    assert err.startswith("error: ")
    assert len(err.splitlines()) <= 3
    assert "Traceback" not in err


def _whole() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("2024-01/2024-01-kent-street.csv", "x" * 5_000)
    return made.getvalue()


def _of_a_stranger() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("notes.txt", "hello")
    return made.getvalue()


WRONG_FILES = {
    "absent.zip": None,
    "folder": "a folder",
    "empty.zip": b"",
    "picture.zip": b"\xff\xd8\xff\xe0" + bytes(500),
    "page.zip": b"<html>not found</html>",
    "cut.zip": _whole()[:60],
    "stranger.zip": _of_a_stranger(),
    "table.csv": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file_is_named_with_a_way_out(run, tmp_path, name):
    path, content = tmp_path / name, WRONG_FILES[name]
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    code, out, err = run("--home", tmp_path / "home", "archive", "load", path)
    assert code == exits.FAILED
    assert out == ""
    assert err.startswith("error: ")
    assert name in err
    assert 2 <= len(err.splitlines()) <= 5


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "GIF89a", table(CRIMES, [crime(1, "2024-01", "kent")])[:-150]])
def test_a_broken_force_month_file_is_done_in_part(run, tmp_path, content):
    path = tmp_path / "2024-01-kent-street.csv"
    path.write_text(content)
    code, out, err = run("--home", tmp_path / "home", "archive", "load", path)
    assert code == exits.IN_PART
    (line,) = (line for line in err.splitlines() if "Quarantined: 2024-01-kent-street.csv" in line)
    assert len(line) > len("  Quarantined: 2024-01-kent-street.csv is bad."), "it says why"
    assert "1 file quarantined" in out
    assert len((out + err).splitlines()) <= 5
    # A broken copy says nothing of what the publisher did.
    code, out, err = run("--home", tmp_path / "home", "ask", "crimes")
    assert "Kent Police for January 2024 cannot be read." in out + err
    assert "published a file" not in out + err


def test_one_wrong_path_stops_all_before_anything_is_received(run, tmp_path, releases):
    code, _, err = run("--home", tmp_path / "home", "archive", "load", releases[0], tmp_path / "absent.zip")
    assert code == exits.FAILED
    assert "absent.zip" in err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("where", ["under a file", "no such place"])
def test_a_home_that_cannot_be_used_is_named(run, tmp_path, where, releases):
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home" if where == "under a file" else Path("/proc/none/home")
    code, _, err = run("--home", home, "archive", "load", releases[0])
    assert code in (exits.FAILED, exits.WRONG_USE)
    assert str(home.parent) in err
    assert len(err.splitlines()) <= 3


def test_a_database_that_cannot_be_reached_is_named_without_its_password(run, tmp_path, monkeypatch):
    monkeypatch.setenv("BLUELAMP_DATABASE", "postgresql://me:hunter2@127.0.0.1:1/none")
    for command in (["archive", "status"], ["doctor"], ["doctor", "--json"], ["config", "show"]):
        code, out, err = run("--home", tmp_path, *command)
        assert code == (exits.DONE if command[0] == "config" else exits.FAILED)
        assert "hunter2" not in out + err
        assert len(err.splitlines()) <= 3


def test_nothing_held_says_what_to_do(run, tmp_path):
    for command in (["ask", "crimes"], ["archive", "quality"], ["archive", "coverage"]):
        code, out, err = run("--home", tmp_path / "home", *command)
        assert code == exits.FAILED
        assert "archive" in err.splitlines()[-1]
        assert out == ""
    assert not (tmp_path / "home").exists(), "looking creates nothing"


def test_debug_shows_the_traceback_and_the_message(run, tmp_path, monkeypatch):
    _, _, plain = run("--home", tmp_path, "archive", "load", tmp_path / "absent.zip")
    assert "Traceback" not in plain
    code, _, err = run("--home", tmp_path, "--debug", "archive", "load", tmp_path / "absent.zip")
    assert code == exits.FAILED
    assert "Traceback" in err
    assert err.splitlines()[-2:] == plain.splitlines()
    _, _, plain_again = run("--home", tmp_path, "archive", "load", tmp_path / "absent.zip")
    assert plain_again == plain
    monkeypatch.setenv("BLUELAMP_DEBUG", "1")
    assert "Traceback" in run("--home", tmp_path, "archive", "load", tmp_path / "absent.zip")[2]


def test_a_defect_is_told_as_one(run, home, monkeypatch):
    from bluelamp.archive import status

    def broken(_: object) -> None:
        raise RuntimeError("oh dear")

    monkeypatch.setattr(status, "status_of", broken)
    code, out, err = run("--home", home, "archive", "status")
    assert (code, out) == (exits.FAILED, "")
    assert "Something went wrong inside Bluelamp: RuntimeError: oh dear" in err
    assert "--debug" in err
    assert "Traceback" not in err


def test_unknown_settings_are_refused_by_every_command_that_reads_them(run, tmp_path, monkeypatch):
    (tmp_path / "bluelamp.toml").write_text("memry_mb = 5\n")
    for command in (["archive", "status"], ["config", "show"], ["ask", "crimes"], ["doctor"]):
        code, _, err = run("--home", tmp_path, *command)
        assert code == exits.WRONG_USE
        assert "line 1" in err
        assert "memory_mb" in err


def test_windows_paths_are_no_web_addresses_and_no_folders_of_ours(run, tmp_path):
    code, _, err = run("--home", tmp_path / "home", "archive", "load", r"C:\Users\me\2024-01.zip")
    assert code == exits.FAILED
    assert r"C:\Users\me\2024-01.zip" in err


def test_names_in_a_zip_with_backslashes_are_read(run, tmp_path):
    path = tmp_path / "2024-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = r"2024-01\2024-01-kent-street.csv"
        archive.writestr(info, table(CRIMES, [crime(1, "2024-01", "kent")]))
    code, out, _ = run("--home", tmp_path / "home", "archive", "load", path)
    assert code == exits.DONE
    assert "Loaded 1 row of 1 file" in out


def test_the_installed_command_is_the_module():
    done = bluelamp("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("bluelamp ")
