"""The folder of data versions: what is current, what it was before, what goes, and that indexes go with their file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluelamp.errors import Damaged
from bluelamp.storage.warehouse.database import Version, WarehouseFolder, indexes_beside


@pytest.fixture
def folder(tmp_path: Path) -> WarehouseFolder:
    return WarehouseFolder(tmp_path / "warehouse")


def _publish(
    folder: WarehouseFolder, letter: str, *, as_of: str = "", content: str = "", indexes: bool = True
) -> Version:
    built = folder.new_file()
    built.write_text(content or f"rows of {letter}")
    if indexes:
        indexes_beside(built).mkdir()
        (indexes_beside(built) / "manifest.json").write_text(letter)
    return folder.publish(built, letter * 64, as_of)


def _files(folder: WarehouseFolder) -> set[Path]:
    return {path for path in folder.root.iterdir() if path.suffix != ".json"}


def test_a_version_is_published_with_its_indexes(folder: WarehouseFolder) -> None:
    one = _publish(folder, "a")
    assert folder.current() == one
    assert folder.previous() is None
    assert (one.indexes / "manifest.json").read_text() == "a"
    assert _files(folder) == {one.file, one.indexes}


def test_the_version_before_stays_and_the_one_before_that_goes(folder: WarehouseFolder) -> None:
    versions = [_publish(folder, letter) for letter in "abc"]
    assert folder.current() == versions[2]
    assert folder.previous() == versions[1]
    assert [folder.named(version.name) for version in versions] == [None, *versions[1:]]
    assert _files(folder) == {path for version in versions[1:] for path in (version.file, version.indexes)}
    assert folder.named("nonsense/../current") is None


def test_a_version_made_anew_does_not_push_out_the_one_before(folder: WarehouseFolder) -> None:
    before, first = _publish(folder, "a"), _publish(folder, "b")
    again = _publish(folder, "b", content="the same rows, packed otherwise")
    assert again.name == first.name
    assert again.file != first.file
    assert folder.previous() == before
    assert folder.named(first.name) == again
    assert _files(folder) == {before.file, before.indexes, again.file, again.indexes}


def test_a_current_version_whose_file_is_gone_is_not_kept(folder: WarehouseFolder) -> None:
    one = _publish(folder, "a")
    one.file.unlink()
    _publish(folder, "b")
    assert folder.previous() is None


def test_versions_of_an_older_state_of_knowledge_have_no_indexes(folder: WarehouseFolder) -> None:
    one = _publish(folder, "a")
    old = _publish(folder, "d", as_of="2023-01", indexes=False)
    assert folder.current() == one
    assert folder.previous() is None
    assert folder.as_of("2023-01") == folder.named(old.name) == old
    assert not old.indexes.exists()


def test_what_a_killed_writer_left_is_swept(folder: WarehouseFolder) -> None:
    one = _publish(folder, "a")
    left = folder.new_file()
    left.write_text("half")
    indexes_beside(left).mkdir()
    (indexes_beside(left) / "crimes.bits").write_text("half")
    (folder.root / "b-00000000.serving").mkdir()
    (folder.root / "b-00000000.duckdb").write_text("renamed, but not published")
    folder.sweep()
    assert _files(folder) == {one.file, one.indexes, left}  # partial files are swept by their ending, with all others
    assert folder.new_file() == left
    assert not left.exists()


def test_indexes_made_anew_take_the_place_of_the_old(folder: WarehouseFolder) -> None:
    one = _publish(folder, "a")
    building = indexes_beside(folder.new_file())
    building.mkdir()
    (building / "manifest.json").write_text("anew")
    folder.replace_indexes(building, one)
    assert (one.indexes / "manifest.json").read_text() == "anew"
    assert _files(folder) == {one.file, one.indexes}


def test_a_damaged_pointer_to_the_version_before_harms_nobody(folder: WarehouseFolder) -> None:
    one, two = _publish(folder, "a"), _publish(folder, "b")
    (folder.root / "previous.json").write_text('{"version"')
    assert folder.named(two.name) == two
    assert folder.named(one.name) is None
    with pytest.raises(Damaged):
        folder.previous()
    folder.forget_previous()
    assert folder.previous() is None
    assert _files(folder) == {two.file, two.indexes}
