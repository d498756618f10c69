"""`bluelamp places`: a file of locations in, one answer a line out; places put right; places measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from bluelamp.cli import places
from bluelamp.cli.context import Context
from bluelamp.errors import SettingsError, SourceError, UsageError
from bluelamp.settings import read_settings
from bluelamp.storage.gazetteer import GazetteerStore
from tests.lib.loopback import Loopback
from tests.lib.places.geocoder_forms import FORMS, Found
from tests.lib.places.ground import answers, at, keep_scores_in


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run one command; what it printed."""

    def run_command(*arguments: str, **settings: str) -> str:
        for name, value in settings.items():
            monkeypatch.setenv(f"BLUELAMP_{name.upper()}", value)
        here = Context()
        here.home = home
        command = typer.main.get_command(places.app)
        code = command.main(list(arguments), "places", standalone_mode=False, obj=here)
        assert code in (0, None)
        return capsys.readouterr().out

    return run_command


def written(path: Path, *lines: dict[str, object]) -> str:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return str(path)


def build_gazetteer(home: Path, folder: Path) -> None:
    """A gazetteer of one street with centre and numbers, and of one beat, from a file of incidents."""
    from bluelamp.places.gazetteer_build import take_in
    from bluelamp.sources.gazetteer import read_cities

    rows = [
        {"address": f"{number} HARROW AVE", "beat": "114", "ra": "1", "lat": 32.80, "lon": -96.80 + number / 1e5}
        for number in range(1900, 2000, 4)
    ]
    folder.mkdir()
    (folder / "incidents.json").write_text(json.dumps(rows))
    take_in(GazetteerStore(home), read_cities(None)["dallas-tx"], files=[folder], client=lambda: pytest.fail("fetched"))


def test_resolve_answers_one_object_a_line_in_order(run: Any, home: Path, tmp_path: Path) -> None:
    build_gazetteer(home, tmp_path / "material")
    file = written(
        tmp_path / "locations.jsonl",
        {"block": "1900", "location": "HARROW AVE", "beat": "114"},
        {"block": 1900, "location": "Harrow Avenue", "beat": 114},
        {"location": "NOWHERE RD / ELSEWHERE ST", "beat": "114"},
        {"location": "NOWHERE RD"},
        {"block": None, "location": None, "beat": None},
    )
    found = [json.loads(line) for line in run("resolve", file, "--feed", "dallas-tx", "--json").splitlines()]
    assert [one["kind"] for one in found] == ["point", "point", "area", "none", "none"]
    assert found[0] == found[1]
    for one in found:
        wanted = {"kind", "lat", "lon", "uncertainty_m", "method", "confidence", "candidates"}
        assert wanted <= set(one)
    (candidate,) = found[0]["candidates"]
    assert (candidate["source"], candidate["kept"], candidate["reason"]) == (
        "gazetteer",
        True,
        "It lies in the beat 114, which the call names.",
    )
    assert found[0]["uncertainty_m"] <= 500
    shown = run("resolve", file, "--feed", "dallas-tx")
    assert "+ gazetteer block" in shown


def test_resolve_works_without_anything(run: Any, tmp_path: Path) -> None:
    file = written(tmp_path / "one.jsonl", {"block": "1900", "location": "HARROW AVE", "beat": "114"})
    (line,) = run("resolve", file, "--feed", "dallas-tx", "--json").splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["area"]) == ("area", "beat 114")


def test_resolve_asks_the_geocoders_that_are_chosen_and_once(run: Any, tmp_path: Path, server: Loopback) -> None:
    answers(server, "census", lambda text: [Found(*at(1), street="Harrow Ave")])
    file = written(tmp_path / "one.jsonl", *[{"block": "1900", "location": "HARROW AVE", "beat": "114"}] * 3)  # type: ignore[arg-type]
    chosen = {"geocoders": "gazetteer, census", "census_url": server.url, "allow_private_addresses": "true"}
    offline = run("resolve", file, "--feed", "dallas-tx", "--json", "--offline", **chosen)
    assert not server.log
    keep_scores_in(tmp_path / "home")
    asked = run("resolve", file, "--feed", "dallas-tx", "--json", **chosen).splitlines()
    assert {json.loads(line)["method"] for line in asked} == {"census block"}
    assert {json.loads(line)["kind"] for line in offline.splitlines()} == {"area"}
    run("resolve", file, "--feed", "dallas-tx", "--json", **chosen)
    assert len(server.asked(FORMS["census"].path)) == 1
    # What was answered is known without asking.
    again = run("resolve", file, "--feed", "dallas-tx", "--json", "--offline", **chosen).splitlines()
    assert json.loads(again[0])["method"] == "census block"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json\n", "line 1: this is no JSON object"),
        ('{"location": "A ST"}\n[1]\n', "line 2: this is no JSON object"),
        ('{"location": {"a": 1}}\n', "“location” is neither a text nor a number"),
        ("\udcff", "not UTF-8"),
    ],
)
def test_a_file_that_is_not_right_is_told_with_its_line(run: Any, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "locations.jsonl"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError, match=words):
        run("resolve", str(file), "--feed", "dallas-tx", "--json")


def test_wrong_names_are_told(run: Any, tmp_path: Path) -> None:
    file = written(tmp_path / "one.jsonl", {"location": "HARROW AVE"})
    with pytest.raises(UsageError, match="no feed “dalas-tx”"):
        run("resolve", file, "--feed", "dalas-tx")
    with pytest.raises(SettingsError, match="no geocoder “cencus”"):
        run("resolve", file, "--feed", "dallas-tx", geocoders="cencus")
    with pytest.raises(SettingsError, match="google needs the setting google_key"):
        run("resolve", file, "--feed", "dallas-tx", geocoders="google")
    with pytest.raises(SettingsError, match="pelias_url"):
        read_settings({}, {"BLUELAMP_PELIAS_URL": "pelias.example"})


def test_fix_goes_before_everything_and_can_be_undone(run: Any, tmp_path: Path) -> None:
    file = written(tmp_path / "one.jsonl", {"block": "01900", "location": "Harrow Ave", "beat": "114"})
    where = ("--lat", "32.81", "--lon", "-96.79", "--why", "seen there")
    told = json.loads(run("fix", "1900 HARROW AVE", "--feed", "dallas-tx", *where, "--json"))
    assert (told["lat"], told["why"]) == (32.81, "seen there")
    (line,) = run("resolve", file, "--feed", "dallas-tx", "--json").splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["method"]) == ("point", "manual")
    assert "1900 HARROW AVE" in run("fix", "--feed", "dallas-tx")
    assert "taken back" in run("fix", "1900 HARROW AVE", "--feed", "dallas-tx", "--undo")
    assert "nothing was said" in run("fix", "1900 HARROW AVE", "--feed", "dallas-tx", "--undo")
    (line,) = run("resolve", file, "--feed", "dallas-tx", "--json").splitlines()
    assert json.loads(line)["kind"] == "area"
    with pytest.raises(UsageError, match="Where is it"):
        run("fix", "1900 HARROW AVE", "--feed", "dallas-tx")
    with pytest.raises(UsageError, match="is no location"):
        run("fix", "?", "--feed", "dallas-tx", *where)


def test_score_measures_and_is_kept(run: Any, home: Path, tmp_path: Path) -> None:
    build_gazetteer(home, tmp_path / "material")
    lines = ["number,address,beat,latitude,longitude"]
    lines += [f"26-{n},1900 HARROW AVE,114,32.80,{-96.80 + 1950 / 1e5}" for n in range(30)]
    lines += ["26-30,1900 HARROW AVE,114,32.81,-96.78", "26-31,NOWHERE RD,114,32.80,-96.79", "26-32,X,114,,"]
    file = tmp_path / "reports.csv"
    file.write_text("\n".join(lines))
    assert "Nothing was measured" in run("score", "--feed", "dallas-tx")
    run("score", str(file), "--feed", "dallas-tx")
    scores = [json.loads(line) for line in run("score", "--feed", "dallas-tx", "--json").splitlines()]
    every = next(one for one in scores if (one["source"], one["kind"]) == ("shown", "all"))
    assert (every["official"], every["points"], every["areas"]) == (32, 31, 1)
    assert (every["near"], every["far"], every["within"]) == (30, 1, 30)
    source = next(one for one in scores if one["source"] == "gazetteer")
    assert (source["precision"], source["points"], source["far"]) == ("block", 31, 1)
    assert "gazetteer" in run("score", "--feed", "dallas-tx")
    for content, words in (("a,b\n1,2\n", "No row of"), ("[1, 2", "neither CSV"), ("[1, 2]", "neither CSV")):
        file.write_text(content)
        with pytest.raises(SourceError, match=words):
            run("score", str(file), "--feed", "dallas-tx")


def test_what_was_measured_is_believed(lite: Any, tmp_path: Path) -> None:
    from bluelamp.places.scoring import learnt
    from bluelamp.storage.places.store import Score
    from tests.lib.places.ground import Clock

    assert learnt(lite, "f") == ({}, {})
    poor = Score("census", "all", "block", 100, 80, 0, 10, 60, 10, 700.0, 3000.0, 8.0)
    good = Score("arcgis", "all", "block", 100, 80, 0, 79, 0, 79, 30.0, 90.0, 0.8)
    lite.keep_scores("f", [good, poor], Clock()())
    reliability, stretch = learnt(lite, "f")
    # What was never scored begins with less belief than before, so a good score lifts it a little less high.
    assert reliability[("census", "block")] < 0.5 < 0.92 < reliability[("arcgis", "block")]
    assert stretch == {("census", "block"): 8.0}
