"""`bluelamp feeds …` as a person meets it: what it prints, what it refuses, what it writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bluelamp.cli import main
from tests.lib.feeds.forms import FORMS
from tests.lib.loopback import Loopback, Reply

Run = Callable[..., tuple[int, str, str]]
ROW = '{"at": "Elm St", "what": "Other", "id": "1"}'
FILE = """title = "Test Town"\nplatform = "json"\nurl = "{url}"\nzone = "America/Chicago"
[fields]\nlocation = "at"\nnature = "what"\nincident_number = "id"\n"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BLUELAMP_ALLOW_PRIVATE_ADDRESSES", "true")

    def command(*words: str) -> tuple[int, str, str]:
        code = main(["--home", str(tmp_path / "home"), "feeds", *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return command


@pytest.fixture
def town(tmp_path: Path, server: Loopback) -> str:
    path = tmp_path / "test-town.toml"
    path.write_text(FILE.format(url=f"{server.url}/feed"), encoding="utf-8")
    return str(path)


def test_list(run: Run, town: str) -> None:
    code, out, err = run("list")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[2:]] == sorted(FORMS)
    assert "dallas-tx" in out
    assert "120 s" in out
    assert run("add", town)[0] == 0
    code, out, _ = run("list", "--json")
    feeds = [json.loads(line) for line in out.splitlines()]
    assert len(feeds) == len(FORMS) + 1
    mine = next(feed for feed in feeds if feed["name"] == "test-town")
    assert mine["origin"].endswith("test-town.toml")
    assert (mine["platform"], mine["window"], mine["fields"]) == (
        "json",
        "active",
        ["incident_number", "location", "nature"],
    )


def test_a_file_of_the_home_that_is_wrong_is_told(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "feeds"
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text("titel = 1\n", encoding="utf-8")
    code, out, err = run("list")
    assert (code, out) == (2, "")
    assert "bad.toml, line 1: there is no “titel”" in err
    assert "Did you mean “title”?" in err


def test_check(run: Run, town: str, server: Loopback) -> None:
    server.reply("/feed", Reply(200, f'[{ROW}, {ROW}, {{"at": "Oak", "id": "2"}}]'.encode()))
    code, out, err = run("check", town)
    assert (code, err) == (0, "")
    assert "Test Town (test-town): 3 rows in" in out
    assert "2 rows of use; 1 repeat another" in out
    assert "nature             50 %  Other" in out
    assert "incident_number: 1 · nature: Other · location: Elm St" in out
    assert out.endswith("Everything that is mapped was found.\n")
    assert len(server.log) == 1


def test_check_says_what_is_wrong(run: Run, town: str, server: Loopback) -> None:
    server.reply("/feed", Reply(200, b'[{"at": "Elm St", "sort": "x"}, {}, 7]'))
    code, out, err = run("check", town)
    assert code == 1
    assert "Row 2 cannot be read: it has neither a unit nor a location nor a number." in out
    assert "Row 3 cannot be read: it is no object with columns." in out
    assert "2 of 3 rows cannot be read." in err
    assert "Mapped, but in no row: incident_number, nature. No row has the columns id, what." in err


def test_check_tells_all_that_it_finds(run: Run, tmp_path: Path, server: Loopback) -> None:
    path = tmp_path / "odd-town.toml"
    more = (
        """priority = "sort"\nunits = "crew.name"\n[time]\nmoment = "t"\n[point]\nlatitude = "y"\nlongitude = "x"\n"""
    )
    path.write_text(FILE.format(url=f"{server.url}/feed") + more, encoding="utf-8")
    first = {"at": "A", "what": "x", "id": "1", "sort": None, "crew": [{"no": 1}], "t": "1900-01-01T08:00:00"}
    second = {"at": "B", "what": "x", "id": "2", "t": "soon", "y": 12, "x": 45}
    server.reply("/feed", Reply(200, json.dumps([{**first, "y": -1, "x": -1}, second]).encode()))
    code, out, err = run("check", str(path))
    assert code == 1
    for words in (
        "Empty in every row: priority, reported_at, reported_local, unit.",
        "1 of 2 rows have a time that no format reads wholly: it is unknown, such as “soon”.",
        "1 of 2 rows have a time of more than ten years ago or more than a day ahead",
        "1 of 2 rows have a point far from where the feed's time zone is, such as “12, 45”.",
        "1 of 2 rows have a point that is nowhere on earth, or a default such as -1, -1, such as “-1, -1”.",
        "No row has a point that could be read.",
    ):
        assert f"error: {words}" in err, words
    assert "The rows have: at, crew, crew.no, id, sort, t, what, x, y." in out
    assert "No bounds are set" in out


def test_check_says_that_pages_repeat(run: Run, tmp_path: Path, server: Loopback) -> None:
    path = tmp_path / "pages.toml"
    text = FILE.format(url=f"{server.url}/query").replace('"json"', '"arcgis"')
    path.write_text(f"{text}[paging]\nrows = 1\npages = 3\n", encoding="utf-8")
    row = {"attributes": {"at": "Elm", "what": "x", "id": "1"}}
    server.reply("/query", Reply(200, json.dumps({"exceededTransferLimit": True, "features": [row]}).encode()))
    code, _, err = run("check", str(path))
    assert code == 1
    assert "Its pages repeat one another" in err
    assert "The answer says that its list goes on" in err


def test_check_of_an_empty_list(run: Run, town: str, server: Loopback) -> None:
    server.reply("/feed", Reply(200, b"[]"))
    code, out, err = run("check", town)
    assert (code, err) == (0, "")
    assert "0 rows of use" in out
    assert "The list is empty just now." in out


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(404, b"gone"), "has nothing at this address (404)"),
        (Reply(429, b"slow"), "asks for fewer requests (429)"),
        (Reply(500, b"oops"), "fails for now (500)"),
        (Reply(200, b"<html>Sorry</html>"), "a web page where JSON should be"),
        (Reply(200, b""), "an empty answer"),
        (Reply(200, b"[1, 2", cut_after=2), "was cut"),
    ],
)
def test_check_of_a_feed_that_fails(reply: Reply, words: str, run: Run, town: str, server: Loopback) -> None:
    server.reply("/feed", reply)
    code, _, err = run("check", town)
    assert code == 1
    assert words in err
    assert "Traceback" not in err
    assert len(server.log) == 1, "one attempt, and no more"


@pytest.mark.parametrize("name", FORMS)
def test_check_of_a_saved_answer(name: str, run: Run, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.write_bytes(FORMS[name].body)
    code, out, err = run("check", name, "--from-file", str(saved))
    assert (code, err) == (0, "")
    assert f"({name}): {len(FORMS[name].rows)} row" in out


def test_check_of_what_there_is_not(run: Run, tmp_path: Path) -> None:
    code, _, err = run("check", "dalas-tx")
    assert (code, "Did you mean dallas-tx" in err) == (2, True)
    code, _, err = run("check", str(tmp_path / "none.toml"))
    assert (code, "There is no file" in err) == (2, True)
    code, _, err = run("check", "dallas-tx", "--from-file", str(tmp_path / "none"))
    assert (code, "cannot be read" in err) == (2, True)


def test_add_a_shipped_one_and_change_it(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("add", "dallas-tx")
    assert code == 0
    path = tmp_path / "home" / "feeds" / "dallas-tx.toml"
    assert str(path) in out
    path.write_text(path.read_text("utf-8").replace("Dallas Police", "My Dallas"), encoding="utf-8")
    assert "My Dallas" in run("list")[1]


def test_add_overwrites_nothing(run: Run, town: str, tmp_path: Path) -> None:
    assert run("add", town)[0] == 0
    before = (tmp_path / "home" / "feeds" / "test-town.toml").read_bytes()
    code, out, err = run("add", "test-town", "--url", "https://example.org/")
    assert (code, out) == (2, "")
    assert "is there already" in err
    assert (tmp_path / "home" / "feeds" / "test-town.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["my-town"], "comes with Bluelamp"),
        (["my-town", "--url", "ftp://example.org"], "begins with https:// or http://"),
        (["my-town", "--url", "https://example.org", "--platform", "jason"], "Did you mean json?"),
        (["my-town", "--url", "https://example.org", "--zone", "Mars/Base"], "no time zone “Mars/Base”"),
        (["My Town", "--url", "https://example.org"], "cannot name a feed"),
        (["../../evil", "--url", "https://example.org"], "cannot name a feed"),
    ],
)
def test_add_refuses_what_is_no_feed(words: list[str], told: str, run: Run, tmp_path: Path) -> None:
    code, out, err = run("add", *words)
    assert (code, out) == (2, "")
    assert told in err
    assert not list(tmp_path.rglob("*.toml"))


def test_add_a_new_one(run: Run, server: Loopback) -> None:
    server.reply("/feed", Reply(200, b'[{"incident_number": "1", "nature": "Other", "location": "Elm St"}]'))
    code, out, _ = run("add", "my-town", "--url", f"{server.url}/feed", "--zone", "Europe/London", "--title", "My Town")
    assert code == 0
    assert "bluelamp feeds check my-town" in out
    code, out, err = run("check", "my-town")
    assert (code, err) == (0, "")
    assert out.startswith("My Town (my-town): 1 row in")
