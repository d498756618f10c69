"""An index of which one bit has turned gives no figure: the rows answer, and the log says why."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.questions.answer import answer
from bluelamp.questions.families.archive import source
from bluelamp.questions.families.archive.source import ArchiveSource, ServedArchive
from bluelamp.questions.model.lease_pool import LeasePool
from bluelamp.questions.parsing import make_question
from bluelamp.settings import read_settings
from bluelamp.storage.warehouse.database import WarehouseFolder
from bluelamp.web.work.effort import Effort

QUESTION = make_question("crimes", measures=["count"], by=["force"])


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> WarehouseFolder:
    shutil.copytree(home / "warehouse", tmp_path / "warehouse")
    return WarehouseFolder(tmp_path / "warehouse")


def opened(folder: WarehouseFolder) -> LeasePool[ServedArchive]:
    home = folder.root.parent
    stores = replace(
        open_stores(read_settings({"home": home}, {})[0], memory_mb=500, threads=2), warehouse=lambda: folder
    )
    return LeasePool(ArchiveSource(stores, Effort(2, 60).limited))


def turn_bits(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 4096):
        data[at] ^= 1
    path.write_bytes(data)


def test_a_damaged_index_is_not_used_and_the_figures_stay(folder: WarehouseFolder) -> None:
    with opened(folder).lease() as version:
        assert version.indexes is not None
        right = answer(version, QUESTION).rows
    current = folder.current()
    assert current is not None
    for path in sorted(current.indexes.iterdir()):
        whole = path.read_bytes()
        if not whole:
            continue
        turn_bits(path)
        with opened(folder).lease() as version:
            assert version.indexes is None, path.name
            if path.suffix == ".cubes":
                assert answer(version, QUESTION).rows == right
        path.write_bytes(whole)


def test_large_indexes_are_checked_beside_and_the_rows_answer_meanwhile(
    folder: WarehouseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "CHECKED_AT_ONCE", -1)
    go_on, check, done = threading.Event(), ServedArchive.check, threading.Event()

    def checked(version: ServedArchive) -> None:
        go_on.wait(60)
        check(version)
        done.set()

    monkeypatch.setattr(ServedArchive, "check", checked)
    here = opened(folder)
    with here.lease() as version:
        assert version.indexes is None
        rows = answer(version, QUESTION).rows
        go_on.set()
        assert done.wait(60)
        assert version.indexes is not None
        assert answer(version, QUESTION).rows == rows  # type: ignore[unreachable]

    # A version that is published meanwhile takes over when its indexes are checked, and not before.
    go_on.clear()
    done.clear()
    previous = folder.previous()
    assert previous is not None
    shutil.copyfile(folder.root / "previous.json", folder.root / "current.json")
    with here.lease() as version:
        assert version.name != previous.name
    go_on.set()
    assert done.wait(60)
    with here.lease() as version:
        assert version.name == previous.name
    here.close()
