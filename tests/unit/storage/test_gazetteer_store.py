"""What is kept of gazetteers under a home: material, versions, one writer, whatever a crash leaves."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from bluelamp.domain.location import parse_location
from bluelamp.errors import Busy, Damaged, StorageError
from bluelamp.storage.gazetteer import GazetteerStore
from tests.lib.gazetteer.grid import ALIASES, BOUNDS, addresses, areas, grid, spots


@dataclass(frozen=True)
class Town:
    name: str = "testville"
    bounds: tuple[float, float, float, float] = BOUNDS
    aliases: Mapping[str, str] = field(default_factory=lambda: ALIASES)
    default_points: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Given:
    name: str
    kind: str
    table: pa.Table
    source: str = "https://example.org/layer"
    read_on: date = date(2026, 11, 24)
    sha256: str = "0" * 64
    licence: str = "public domain"
    unreadable: int = 3


TOWN = Town()
POINTS = Given("addresses", "address", grid())


@pytest.fixture
def store(tmp_path: Path) -> GazetteerStore:
    return GazetteerStore(tmp_path)


def test_what_is_held_says_where_it_is_from(store):
    with store.writing():
        store.save("testville", POINTS)
        built = store.build(TOWN)
    (held,) = store.held("testville").values()
    assert (held.source, held.read_on, held.licence) == (POINTS.source, "2026-11-24", "public domain")
    assert (held.rows, held.unreadable) == (len(POINTS.table), 3)
    assert store.cities() == ["testville"]
    assert store.built("testville") == built
    assert built.counts["addresses"] == len(POINTS.table)
    gazetteer = store.open("testville", ALIASES)
    assert gazetteer is not None
    assert gazetteer.version == built.version
    assert gazetteer.find(parse_location("Cedar St", "300"))


def test_nothing_held(store):
    assert (store.cities(), store.held("testville"), store.built("testville")) == ([], {}, None)
    assert store.open("testville") is None
    with pytest.raises(StorageError, match="Nothing is held"):
        store.build(TOWN)


def test_it_is_made_again_only_when_what_it_is_made_of_changes(store, tmp_path):
    store.save("testville", POINTS)
    first = store.build(TOWN)
    index = tmp_path / "lake" / "gazetteer" / "testville" / "index"
    made = index / f"{first.version}.sqlite"
    before = made.stat().st_mtime_ns
    assert store.build(TOWN) == first
    assert made.stat().st_mtime_ns == before
    store.save("testville", Given("beats", "area", areas([("beat", "1", pa_box())])))
    versions = {first.version, store.build(TOWN).version}
    versions.add(store.build(replace(TOWN, default_points=((40.0, -100.0),))).version)
    versions.add(store.build(replace(TOWN, aliases={})).version)
    assert len(versions) == 4
    assert len(list(index.iterdir())) == 1, "old indexes are not kept: they can be made again"


def pa_box() -> Any:
    import shapely

    return shapely.box(0, 0, 100, 100)


def test_the_same_inputs_make_the_same_version(tmp_path):
    versions = []
    for name in ("one", "other"):
        store = GazetteerStore(tmp_path / name)
        store.save("testville", POINTS)
        store.save("testville", Given("incidents", "spot", spots([("CEDAR ST & 15TH AVE", 400.0, 400.0, "1")])))
        versions.append(store.build(TOWN))
    assert versions[0] == versions[1]


def test_a_new_input_takes_the_place_of_the_old(store):
    store.save("testville", POINTS)
    store.save("testville", replace(POINTS, table=addresses([(310, "Cedar St", 310.0, 0.0)])))
    assert store.held("testville")["addresses"].rows == 1
    assert store.build(TOWN).counts["addresses"] == 1


def test_whoever_reads_an_old_index_goes_on(store):
    store.save("testville", POINTS)
    store.build(TOWN)
    old = store.open("testville")
    store.save("testville", replace(POINTS, table=addresses([(310, "Alder St", 310.0, 0.0)])))
    store.build(TOWN)
    assert old is not None
    assert old.find(parse_location("Cedar St", "300")), "its file is gone from the folder, not from under it"


def test_material_that_has_changed_is_told(store, tmp_path):
    store.save("testville", POINTS)
    (file,) = (tmp_path / "lake" / "gazetteer" / "testville" / "addresses").iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(Damaged, match="is not what was kept"):
        store.build(TOWN)


def test_a_list_that_cannot_be_understood_is_told(store, tmp_path):
    store.save("testville", POINTS)
    (tmp_path / "lake" / "gazetteer" / "testville" / "manifest.json").write_text("{")
    with pytest.raises(Damaged, match="cannot be understood"):
        store.held("testville")


def test_an_unknown_kind_is_refused(store):
    with pytest.raises(StorageError, match="no kind"):
        store.save("testville", Given("things", "thing", grid()))


def test_what_a_killed_builder_left_is_removed(store, tmp_path):
    store.save("testville", POINTS)
    left = tmp_path / "lake" / "gazetteer" / "testville" / "index" / "abc.sqlite.1.making"
    left.parent.mkdir()
    left.write_bytes(b"half")
    with store.writing():
        assert not left.exists()


def hold(home: Path, held: Any, over: Any) -> None:
    with GazetteerStore(home).writing():
        held.set()
        over.wait(30)


def test_one_builder_at_a_time(store, tmp_path):
    spawn = multiprocessing.get_context("spawn")
    held, over = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(tmp_path, held, over))
    other.start()
    assert held.wait(30)
    with pytest.raises(Busy, match="Another process builds"), store.writing():
        pass
    over.set()
    other.join()
    with store.writing():
        pass
