"""What the server keeps: on disk, and where nothing can be written, in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from cachetools import FIFOCache

from bluelamp.storage import derived_files


def test_what_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    path = tmp_path / "cache" / "outlines.geojson"
    assert derived_files.kept(path) is None
    derived_files.keep(path, b"made")
    assert derived_files.kept(path) == b"made"
    derived_files.forget(path)
    assert derived_files.kept(path) is None


def test_memory_is_bounded_and_the_oldest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived_files, "_unwritten", FIFOCache(10, getsizeof=len))
    (tmp_path / "cache").write_text("a file where the folder should be")
    first, second = tmp_path / "cache" / "first", tmp_path / "cache" / "second"
    derived_files.keep(first, b"123456")
    derived_files.keep(second, b"123456")
    assert (derived_files.kept(first), derived_files.kept(second)) == (None, b"123456")
    derived_files.keep(first, b"more than may be kept at all")
    assert (derived_files.kept(first), derived_files.kept(second)) == (None, b"123456")


def test_what_can_be_written_is_on_disk(tmp_path: Path) -> None:
    derived_files.keep(tmp_path / "new" / "one", b"made")
    assert (tmp_path / "new" / "one").read_bytes() == b"made" == derived_files.kept(tmp_path / "new" / "one")
