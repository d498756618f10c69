"""Sparse archives: they lack what they say that they lack, and their truth is what the csv module counts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import LEFT_OUT, FileFilter, TwinPlan, write_release
from bluelamp.synthetic.coverage import ReleaseCoverage
from bluelamp.synthetic.demo_archive import shown_releases
from bluelamp.synthetic.sparse import ARCHIVES, BY_NAME, LoadTruth, SparseTruth, as_commands, write_sparse


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SparseTruth]:
    folder = tmp_path_factory.mktemp("sparse")
    return {one.name: write_sparse(one, folder / one.name) for one in ARCHIVES}


def bodies(truth: SparseTruth, load: LoadTruth) -> Iterator[tuple[str, bytes]]:
    """(member name, bytes) of what was written, read by nothing of ours."""
    path = truth.folder / load.path
    if load.form == "file":
        yield path.name, path.read_bytes()
    elif load.form == "folder":
        for file in path.rglob("*.csv"):
            yield file.relative_to(path).as_posix(), file.read_bytes()
    else:
        with zipfile.ZipFile(path) as members:
            for info in members.infolist():
                yield info.filename, _read(members, info)


def _read(members: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return members.read(info)
    except zipfile.BadZipFile:
        return b""  # a damaged member, as its truth says


@pytest.mark.parametrize("name", BY_NAME)
def test_the_files_and_their_rows_are_those_of_the_truth(written: dict[str, SparseTruth], name: str) -> None:
    truth = written[name]
    for load in truth.loads:
        found = dict(bodies(truth, load))
        told = {file.member if load.form != "file" else Path(file.member).name: file for file in load.truth.files}
        assert found.keys() == told.keys()
        for member, file in told.items():
            if file.usable:
                rows = list(csv.DictReader(io.StringIO(found[member].decode())))
                assert len(rows) == file.rows, member
                if file.dataset != "stops":
                    assert {row["Month"] for row in rows} <= {file.month}


def received(truth: SparseTruth) -> set[tuple[str, str, str]]:
    return {(file.dataset, file.force, file.month) for load in truth.loads for file in load.files}


def test_each_lacks_in_its_own_way(written: dict[str, SparseTruth]) -> None:
    held = {name: received(truth) for name, truth in written.items()}
    assert {force for _, force, _ in held["one-force"]} == {"gwent"}
    assert len(written["one-force"].loads[0].truth.files) > 700, "the release itself is whole"
    assert held["one-file"] == {("crimes", "kent", "2022-06")}
    assert 0.025 < len(held["three-in-a-hundred"]) / (3 * 45 * 36) < 0.035
    months = sorted({month for _, _, month in held["with-holes"]})
    assert months == [f"{year}-{month:02d}" for year in (2016, 2019, 2022) for month in (1, 2, 3)]
    assert {file.condition for load in written["with-holes"].loads for file in load.files} == {
        "sound", "damaged_member", "empty_files",
    }  # fmt: skip
    assert len({force for _, force, _ in held["thirty-forces"]}) == 30
    assert {dataset for dataset, _, _ in held["thirty-forces"]} == {"crimes"}
    assert {dataset for dataset, _, _ in held["no-outcomes"]} == {"crimes", "stops"}
    assert {dataset for dataset, _, _ in held["only-stops"]} == {"stops"}
    assert {dataset for dataset, _, _ in held["outcomes-alone"]} == {"outcomes"}


def test_only_a_releases_name_says_which_it_is(written: dict[str, SparseTruth]) -> None:
    named = {name: [load.release for load in truth.loads] for name, truth in written.items()}
    assert named == {
        "one-force": ["2022-06"],
        "one-file": [None],
        "three-in-a-hundred": [None],
        "with-holes": ["2016-03", "2019-03", "2022-03"],
        "thirty-forces": [None],
        "no-outcomes": ["2022-06"],
        "only-stops": [None],
        "outcomes-alone": [None],
    }
    (command,) = [words for words in as_commands(written["one-force"]) if words[0] == "archive"]
    assert command[2:] == [str(written["one-force"].folder / "2022-06.zip"), "--force", "gwent"]


def test_what_is_kept_is_the_same_whatever_else_is(tmp_path: Path) -> None:
    """A file's rows do not depend on which other files there are, so a part can stand beside the whole."""
    last = FileFilter(("crimes",), ("kent", "gwent"), first=Month.of(2022, 6))
    part = TwinPlan(Month.of(2022, 6), months=3, crimes=3_000, seed=3, kept=(last,), pathologies=frozenset())
    assert TwinPlan.from_json(part.as_json()) == part
    plain = TwinPlan(Month.of(2022, 6), months=3, crimes=3_000, seed=3, pathologies=frozenset())
    some = write_release(part, tmp_path / "part.zip")
    every = write_release(plain, tmp_path / "whole.zip")
    assert [file.member for file in some.files] == [
        "2022-06/2022-06-gwent-street.csv",
        "2022-06/2022-06-kent-street.csv",
    ]
    assert all(file in every.files for file in some.files)
    assert {gap.why for gap in some.missing} == {LEFT_OUT}


def test_the_demo_shows_the_gaps_that_real_holdings_have() -> None:
    """Months that no release covers, a force that was silent for over a year, stops of some forces only."""
    old, *new = shown_releases(1_000)
    assert [str(plan.release) for plan in (old, *new)] == ["2019-12", "2023-05", "2023-06"]
    kept = {plan: [file for file in ReleaseCoverage(plan).expected() if plan.keeps(file)] for plan in (old, *new)}
    assert {str(file.month) for file in kept[old]} == {"2019-10", "2019-11", "2019-12"}
    assert min(file.month for file in kept[new[0]]) > Month.of(2019, 12) + 12
    forces = {(file.dataset, file.force) for file in kept[old]}
    assert Counter(dataset for dataset, _ in forces) == {"crimes": 45, "stops": 12}
    for plan in new:
        silent = {file.month for file in kept[plan] if file.force == "humberside"}
        assert [month for month in plan.window if month not in silent] == [
            Month.of(2022, 1) + number for number in range(14)
        ]
    assert len({plan.fingerprint for plan in (old, *new)}) == 3
