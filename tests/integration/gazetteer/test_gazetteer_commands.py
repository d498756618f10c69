"""`bluelamp gazetteer`: built from a publisher on the loopback address or from files, told, asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.cli import exits, main
from bluelamp.storage.gazetteer import GazetteerStore
from tests.lib.gazetteer.grid import ALIASES, PLANE, degrees
from tests.lib.gazetteer.towns import address_rows, town_text
from tests.lib.loopback import Loopback, Reply


@pytest.fixture
def home(tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that knows the invented city, at the publisher's address."""
    (tmp_path / "cities").mkdir()
    (tmp_path / "cities" / "testville.toml").write_text(town_text(server.url))
    (tmp_path / "bluelamp.toml").write_text("allow_private_addresses = true\n")
    monkeypatch.delenv("BLUELAMP_HOME", raising=False)
    return tmp_path


def run(home: Path, *words: str) -> int:
    return main(["--home", str(home), "gazetteer", *words])


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_built_by_download_and_asked(home, published, capsys):
    assert run(home, "build", "testville") == exits.DONE
    said = capsys.readouterr().out
    assert "addresses: 690 rows from http://127.0.0.1" in said
    assert "Without centrelines" in said
    assert not list((home / "lake").rglob("spool/*/*")), "what is kept is not spooled any longer"

    assert run(home, "find", "testville", "Cedar St", "--block", "300", "--json") == exits.DONE
    (answer,) = lines(capsys.readouterr().out)
    east, north = PLANE.to_metres(answer["lat"], answer["lon"])
    assert (east, north) == pytest.approx((340, 400), abs=20)
    assert answer["matched"] == ["CEDAR ST"]
    assert run(home, "find", "test-police", "Cedar St / 15th Ave") == exits.DONE
    assert "CEDAR ST / 15TH AVE" in capsys.readouterr().out

    found = GazetteerStore(home).open("testville", ALIASES)
    assert found is not None
    assert found.areas.distance_m("beat", "1", *degrees(500, 500)) == pytest.approx(100, abs=1)
    assert found.areas.distance_m("beat", "2", *degrees(500, 500)) == 0


def test_a_second_build_makes_the_same(home, published, capsys):
    versions = []
    for _ in range(2):
        assert run(home, "build", "testville", "--json") == exits.DONE
        versions.append(lines(capsys.readouterr().out)[-1]["version"])
    assert versions[0] == versions[1]


def test_an_input_that_fails_is_told_and_the_others_are_used(home, published, server, capsys):
    server.reply("/beats/8/query", Reply(404, b""))
    assert run(home, "build", "testville") == exits.IN_PART
    said = capsys.readouterr()
    assert "error: beats: " in said.err
    assert "Without polygons" in said.out
    assert "Gazetteer" in said.out


def test_nothing_that_can_be_had(home, server, capsys):
    assert run(home, "build", "testville") == exits.FAILED
    assert "has nothing at this address" in capsys.readouterr().err


def test_built_from_files_without_a_network(home, server, tmp_path, capsys):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "layer.json").write_text(json.dumps({"features": address_rows()}))
    assert run(home, "build", "testville", "--from-files", str(folder), "--json") == exits.DONE
    kept, built = lines(capsys.readouterr().out)
    assert (kept["input"], kept["rows"], kept["source"]) == ("addresses", 690, "layer.json")
    assert built["addresses"] == 690
    assert server.log == []


def test_what_is_held_and_lacking(home, published, capsys):
    assert run(home, "status") == exits.DONE
    assert "testville: Testville, no gazetteer yet" in capsys.readouterr().out
    assert run(home, "build", "testville", "--input", "beats") == exits.DONE
    capsys.readouterr()
    assert run(home, "status", "--json") == exits.DONE
    (told,) = [one for one in lines(capsys.readouterr().out) if one["city"] == "testville"]
    assert told["index"]["areas"] == 2
    assert told["inputs"]["beats"]["kind"] == "area"
    assert told["inputs"]["beats"]["read_on"][:2] == "20"
    assert len(told["lacking"]) == 3


def test_a_dry_run_fetches_nothing(home, server, capsys):
    assert run(home, "build", "testville", "--dry-run") == exits.DONE
    assert "beats (area): http://127.0.0.1" in capsys.readouterr().out
    assert server.log == []
    assert not (home / "lake").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["build", "testvile"], "There is no city “testvile”"),
        (["build", "testville", "--input", "roads"], "has no input “roads”"),
        (["build", "testville", "--from-files", "nowhere.json"], "There is no file or folder nowhere.json"),
        (["find", "testville", "Cedar St"], "There is no gazetteer of Testville yet"),
    ],
)
def test_wrong_use_is_told(home, words, told, capsys):
    assert run(home, *words) in (exits.WRONG_USE, exits.FAILED)
    assert told in capsys.readouterr().err


def test_a_place_that_is_not_known(home, published, capsys):
    assert run(home, "build", "testville") == exits.DONE
    capsys.readouterr()
    assert run(home, "find", "testville", "Nowhere Ln", "--json") == exits.DONE
    said = capsys.readouterr()
    assert (said.out, "knows nothing of it" in said.err) == ("", True)


def test_a_file_of_a_city_that_is_not_right(home, capsys):
    (home / "cities" / "testville.toml").write_text('title = "Testville"\n')
    assert run(home, "status") == exits.WRONG_USE
    assert "“bounds” is missing" in capsys.readouterr().err
