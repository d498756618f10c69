"""A published column is declared once: two made-up ones are followed from the declaration and the generator to answers,
records and rows of the API, over a lake that was written before they were known."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from scripts import warehouse_sql
from scripts.project import ROOT

from bluelamp.domain.dataset import CRIMES, DATASETS, STOPS
from bluelamp.sources.police_uk.api_types import Crime, Stop
from bluelamp.storage.lake import SCHEMAS, TABLE_OF
from tests.lib.archive.added_columns import BEFORE, SINCE, WEAPON

pytestmark = pytest.mark.process

NONE = "not recorded"
ENGINES = ("indexes", "marts", "rows")


def _run(phase: str, folder: Path) -> str:
    command = [sys.executable, "-m", "tests.lib.archive.added_columns", phase, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("added columns")
    _run("before", folder)
    outcome: dict[str, Any] = json.loads(_run("since", folder).splitlines()[-1])
    return outcome


def test_declared_columns_are_the_lakes_last_ones(outcome: dict[str, Any]) -> None:
    for dataset, name in (("crimes", "weapon"), ("stops", "reason")):
        assert outcome["lake"][dataset] == [*SCHEMAS[TABLE_OF[dataset]].names, name]


@pytest.mark.parametrize(("dataset", "word"), [("crimes", "Knife"), ("stops", "Smell")])
def test_every_engine_counts_the_words_of_a_declared_column(outcome: dict[str, Any], dataset: str, word: str) -> None:
    before = 3 if dataset == "crimes" else 1
    expected = [[BEFORE, word, 0], [BEFORE, NONE, before], [SINCE, word, 2], [SINCE, NONE, 1]]
    assert outcome[dataset]["answers"] == dict.fromkeys(ENGINES, expected)
    assert outcome[dataset]["answered by"] == {
        "indexes": "indexes", "marts": "marts" if dataset == "crimes" else "rows", "rows": "rows"
    }  # fmt: skip


def test_words_counted_together_are_in_the_mart(outcome: dict[str, Any]) -> None:
    assert WEAPON.code in outcome["crimes"]["marts"]


def test_words_counted_in_pairs_are_asked_with_each_other(outcome: dict[str, Any]) -> None:
    assert outcome["pairs"] == [["Male", "Smell", 2], ["Male", NONE, 2]]


def test_a_question_names_the_column_by_its_title(outcome: dict[str, Any]) -> None:
    assert [outcome[dataset]["titles"][1] for dataset in ("crimes", "stops")] == ["Weapon", "Why"]


def test_records_have_the_column_as_published_and_blank_where_files_lacked_it(outcome: dict[str, Any]) -> None:
    weapons = [row["Weapon"] for row in outcome["crimes"]["records"]]
    assert weapons == [None, None, None, "Knife", "Knife", None]
    assert [row["Reason for search"] for row in outcome["stops"]["records"]] == [None, "Smell", "Smell", None]


def test_rows_of_the_api_have_the_column_where_an_answer_says_it(outcome: dict[str, Any]) -> None:
    header, row = (line.split(",") for line in outcome["API"])
    assert header == [*STOPS.columns, "Reason for search"]
    assert row[-1] == "Smell"


def test_sql_files_have_the_declared_columns() -> None:
    assert warehouse_sql.main(["--check"]) == 0


@pytest.mark.parametrize(("dataset", "answer"), [(CRIMES, Crime), (STOPS, Stop)], ids=str)
def test_a_column_names_a_field_of_the_apis_answers(dataset: Any, answer: type) -> None:
    named = {column.api for column in dataset.declared if column.api}
    assert named <= {field.name for field in fields(answer)}


def test_names_of_columns_are_one_word_for_one_thing() -> None:
    for dataset in DATASETS:
        names = [column.name for column in dataset.declared]
        assert len(set(names)) == len(names)
    by_name: dict[str, set[str]] = {}
    for column in (column for dataset in DATASETS for column in dataset.declared):
        by_name.setdefault(column.name, set()).add(column.header)
    assert {name: headers for name, headers in by_name.items() if len(headers) > 1} == {}
