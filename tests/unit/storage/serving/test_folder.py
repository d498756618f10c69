"""A folder of indexes: opened only where it is whole, and built anew where something stood before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bluelamp.errors import StorageError
from bluelamp.storage.warehouse.indexes import build_indexes, open_indexes, problem_of
from bluelamp.storage.warehouse.indexes.files import IndexReader, Writer
from tests.lib.serving.random_version import write_version


@pytest.fixture
def copy(serving_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(serving_folder, tmp_path / "copy.serving"))


def test_a_whole_folder_has_no_problem(copy: Path) -> None:
    assert problem_of(copy) == problem_of(copy, thorough=True) == ""


def test_no_folder_no_indexes(tmp_path: Path) -> None:
    assert open_indexes(tmp_path / "none.serving") is None
    assert problem_of(tmp_path / "none.serving") == "it is not there"


@pytest.mark.parametrize("name", ["crimes.cubes", "stops.bits", "outcomes.map", "points", "crimes.ids"])
def test_a_file_that_is_cut_or_gone_is_told(copy: Path, name: str) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes()[:-1])
    assert open_indexes(copy) is None
    assert name in problem_of(copy)
    path.unlink()
    assert open_indexes(copy) is None
    assert problem_of(copy)


def test_a_changed_byte_is_found_by_reading_all(copy: Path) -> None:
    path = copy / "outcomes.cubes"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    assert problem_of(copy) == ""
    assert problem_of(copy, thorough=True) == "outcomes.cubes has changed"


@pytest.mark.parametrize("damage", ['{"layout": 1', "", "[]", "null", '{"layout": 0}', '{"layout": 1}'])
def test_a_manifest_that_says_nothing(copy: Path, damage: str) -> None:
    (copy / "manifest.json").write_text(damage)
    assert open_indexes(copy) is None
    assert problem_of(copy)


def test_a_manifest_of_another_layout(copy: Path) -> None:
    facts = json.loads((copy / "manifest.json").read_text())
    facts["layout"] += 1
    (copy / "manifest.json").write_text(json.dumps(facts))
    assert open_indexes(copy) is None
    assert "layout" in problem_of(copy)


def test_a_version_without_rows(tmp_path: Path) -> None:
    file, folder = tmp_path / "empty.duckdb", tmp_path / "empty.serving"
    write_version(file, rows=0, seed=1)
    build_indexes(file, folder, lambda done, of: None)
    serving = open_indexes(folder)
    assert serving is not None
    assert serving.facts == serving.maps == {}  # type: ignore[comparison-overlap]
    assert serving.counter("crimes", frozenset()) is None
    assert serving.crime_ids is serving.outcome_ids is None


def test_a_version_without_map_points(tmp_path: Path) -> None:
    file, folder = tmp_path / "bare.duckdb", tmp_path / "bare.serving"
    write_version(file, rows=500, seed=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE dim_point SET longitude = NULL, latitude = NULL, location = NULL")
        for table in ("street_crime", "outcome", "stop_and_search"):
            connection.execute(f"UPDATE stg_police_uk__{table} SET located = false")
    build_indexes(file, folder, lambda done, of: None)
    serving = open_indexes(folder)
    assert serving is not None
    assert serving.maps["crimes"].bounds is None
    assert serving.maps["crimes"].total(0, 1 << 16, {}) == 0
    assert serving.maps["crimes"].points(0, 0, 0, 0, 1 << 16, {})[0].tolist() == []


def test_building_tells_how_far_it_is(version_file: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build_indexes(version_file, tmp_path / "told.serving", lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert 0 < told[-1][0] <= told[-1][1]


def test_a_file_that_is_no_version_leaves_nothing_behind(tmp_path: Path) -> None:
    file, folder = tmp_path / "none.duckdb", tmp_path / "none.serving"
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError):
        build_indexes(file, folder, lambda done, of: None)
    assert not folder.exists()


def test_arrays_come_back_as_they_were_written(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    arrays = [
        np.zeros((3, 5000), np.uint32),
        random.integers(0, 2, (70_000,)).astype(np.uint8),
        np.where(random.random(300_000) < 0.0001, 7, 0).astype(np.uint64),
        np.zeros(0, np.float64),
        np.zeros(100_000, np.uint16),
    ]
    writer = Writer(tmp_path / "arrays")
    with writer.file("one") as output:
        places = [output.put(array) for array in arrays]  # type: ignore[arg-type]
        slots = output.slots((4, 1000), np.dtype(np.uint32))
        slots.put(2, np.arange(1000, dtype=np.uint32))
    writer.finish({"places": places, "slots": slots.place})
    reader = IndexReader(tmp_path / "arrays")
    for array, place in zip(arrays, reader.parts["places"], strict=True):
        found = reader.array(place)
        assert found.dtype == array.dtype  # type: ignore[attr-defined]
        assert (found == array).all()
    assert reader.array(reader.parts["slots"]).sum(axis=1).tolist() == [0, 0, 499_500, 0]
    assert reader.changed() == ""
