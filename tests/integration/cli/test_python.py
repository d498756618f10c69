"""`import bluelamp; bluelamp.ask(…)`: what a script gets, and that it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bluelamp
from tests.lib.cli.command_line import environment
from tests.lib.rows import figures

SCRIPT = """\
import bluelamp

answer = bluelamp.ask("crimes", by=["month"], where={{"crime_type": "Burglary"}}, force="kent", home={home!r})
total: int = sum(int(row["count"]) for row in answer.rows)
for gap in answer.coverage.gaps:
    print(gap.words())
held: int = answer.coverage.held
caveats: tuple[str, ...] = answer.caveats
version: str = answer.data_version + answer.citation()
print(total, held, len(caveats), answer.to_arrow().num_rows)
"""


def test_an_answer_carries_what_a_figure_must_carry(home):
    answer = bluelamp.ask("crimes", by=["month"], where={"crime_type": "Burglary"}, force="kent", home=home)
    assert figures(answer.rows) == [{"month": month, "count": 4} for month in ("2023-11", "2023-12", "2024-01")]
    assert len(answer) == 3
    assert answer.coverage.is_complete
    assert answer.columns == ("month", "count", "held", "expected", "state")
    assert answer.words["month"] == "the month of the file"
    assert any("snap points" in caveat for caveat in answer.caveats)
    assert answer.newest_release == "2024-01"
    assert not answer.truncated
    assert answer.data_version in answer.citation()
    assert "releases up to 2024-01" in answer.citation()
    assert "Complete: all 3 force-months are held." in answer.citation()
    assert "Open Government Licence" in answer.citation()


def test_the_same_as_the_command_line(home, lines):
    asked = bluelamp.ask("stops", measure="count,unlocated", by=("force", "month"), home=str(home))
    (told,) = lines("ask", "stops", "--measure", "count,unlocated", "--by", "force,month")
    assert asked.rows == told["rows"]
    assert asked.question == told["question"]
    assert list(asked.caveats) == told["caveats"]


def test_gaps_and_parts_of_years_are_told(home):
    answer = bluelamp.ask("crimes", by="year", force="cumbria", home=home)
    assert [gap.words() for gap in answer.coverage.gaps] == ["Cumbria Constabulary published nothing for December 2023"]
    assert "2023 holds November to December only; 2024 holds January only" in answer.caveats[0]
    assert "Not all files are held of 2023 (1 of 2 missing)" in answer.caveats[1]


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"crime_type": ["Burglary", "Anti-social behaviour"]}, 18),
        ({"crime_type!": "Burglary"}, 6),
        ({"recorded": True}, 12),
        ({"year": 2024}, 6),
        (["year=2024", "crime_type=Burglary"], 4),
        (None, 18),
    ],
)
def test_filters(home, where, count):
    assert figures(bluelamp.ask("crimes", where=where, force=["kent"], home=home).rows) == [{"count": count}]


def test_months_order_and_limit(home):
    answer = bluelamp.ask("crimes", by="month", first="2023-12", last="2024-01", order="-month", limit=1, home=home)
    assert [row["month"] for row in answer.rows] == ["2024-01"]
    assert answer.truncated


def test_as_arrow_pandas_and_polars(home):
    answer = bluelamp.ask(
        "crimes", measure=["count", "median_months_to_outcome"], by=["year", "recorded", "force"], home=home
    )
    table = answer.to_arrow()
    assert table.num_rows == len(answer)
    assert [str(field.type) for field in table.schema][:3] == ["int64", "bool", "string"]
    told = json.loads(table.schema.metadata[b"bluelamp"])
    assert told["citation"] == answer.citation()
    assert told["coverage"]["expected"] == answer.coverage.expected
    pytest.importorskip("pandas")
    assert answer.to_pandas()["count"].sum() == 20
    pytest.importorskip("polars")
    assert answer.to_polars().to_dicts() == answer.rows


def test_an_answer_without_rows_keeps_its_types(home):
    words = {"where": {"crime_type": "Burglary"}, "force": "surrey", "home": home}
    table = bluelamp.ask("crimes", by=["crime_type", "recorded"], **words).to_arrow()
    assert (table.num_rows, [str(field.type) for field in table.schema][:2]) == (0, ["string", "bool"])


def test_a_force_that_is_not_held_is_a_row_without_a_value(home):
    table = bluelamp.ask("crimes", by=["force", "year"], force="surrey", home=home).to_arrow()
    assert [str(field.type) for field in table.schema][:3] == ["string", "int64", "int64"]
    assert table.column("count").to_pylist() == [None, None]
    assert table.column("state").to_pylist() == ["missing", "missing"]


def test_without_pandas_the_message_says_what_to_do(home, monkeypatch):
    answer = bluelamp.ask("crimes", home=home)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for convert in (answer.to_pandas, answer.to_polars):
        with pytest.raises(bluelamp.BluelampError, match=r"is not installed\. Install it"):
            convert()


def test_what_cannot_be_asked_is_refused_with_the_near_name(home, tmp_path):
    for words, near in (
        (("crims", {}), "crimes"),
        (("crimes", {"by": "mnth"}), "month"),
        (("crimes", {"measure": "cuont"}), "count"),
        (("crimes", {"force": "kennt"}), "kent"),
        (("crimes", {"where": {"crime_type": "Burglery"}}), "Burglary"),
        (("crimes", {"first": "2024"}), "2024"),
    ):
        with pytest.raises(bluelamp.BluelampError, match=near):
            bluelamp.ask(words[0], home=home, **words[1])
    with pytest.raises(bluelamp.BluelampError, match="Nothing is loaded yet"):
        bluelamp.ask("crimes", home=tmp_path / "none")


def test_public_names_have_docstrings_and_nothing_else_is_public():
    for name in bluelamp.__all__:
        assert hasattr(bluelamp, name)
        if not name.startswith("__"):
            assert getattr(bluelamp, name).__doc__
    for name, member in vars(bluelamp.Answer).items():
        if callable(member) and not name.startswith("_"):
            assert member.__doc__, name
    assert dir(bluelamp) == sorted(bluelamp.__all__)
    with pytest.raises(AttributeError):
        bluelamp.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_a_script_runs_and_is_clean_in_strict_mode(home, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(home=str(home)))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stdout.split()) == (0, ["12", "3", "1", "3"]), done.stderr
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        'import bluelamp\n\nbluelamp.ask(3)\nbluelamp.nothing\nnumber: int = bluelamp.ask("crimes").citation()\n'
    )
    pytest.importorskip("mypy")
    cache = Path(__file__).parents[3] / ".mypy_cache" / "scripts"
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), "--config-file", "/dev/null"]
    clean = subprocess.run([*command, str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert clean.returncode == 0, clean.stdout
    found = subprocess.run([*command, str(wrong)], capture_output=True, text=True, cwd=tmp_path)
    assert [line.partition(":")[2].partition(":")[0] for line in found.stdout.splitlines() if "error:" in line] == [
        "3",
        "4",
        "5",
    ]


def test_load_publishes_a_version_that_can_be_asked_and_loading_again_changes_nothing(tmp_path, releases):
    home = tmp_path / "home"
    report = bluelamp.load(*releases, whole=True, force="kent", dataset=["crimes"], home=home)
    assert report.changed
    assert report.files_loaded == 5, "two months of the earlier release, three of the later one"
    assert report.files_quarantined == report.rows_rejected == 0
    answer = bluelamp.ask("crimes", by="force", home=home)
    assert [row["force"] for row in answer.rows] == ["kent"]
    assert answer.data_version == report.data_version
    again = bluelamp.load(releases[1], force="kent", dataset="crimes", home=home)
    assert (again.changed, again.files_loaded, again.data_version) == (False, 0, None)
    assert again.files_unchanged == 3


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"dataset": "crime"}, "There is no dataset “crime”."),
        ({"first": "2024-02", "last": "2024-01"}, "The months run backwards: from 2024-02 to 2024-01."),
        ({"release": "2024-13"}, "release: "),
        ({"named_as": "kent"}, "named_as: "),
    ],
)
def test_load_refuses_what_cannot_be_chosen_before_a_home_is_made(tmp_path, releases, wanted, words):
    with pytest.raises(bluelamp.BluelampError) as raised:
        bluelamp.load(releases[0], home=tmp_path / "home", **wanted)
    assert raised.value.message.startswith(words)
    assert not (tmp_path / "home").exists()
