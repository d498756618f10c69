"""What the server keeps: on disk, and where nothing can be written, in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluelamp.web import caches


def test_what_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    path = tmp_path / "cache" / "outlines.geojson"
    assert caches.kept(path) is None
    caches.keep(path, b"made")
    assert caches.kept(path) == b"made"
    caches.forget(path)
    assert caches.kept(path) is None


def test_memory_is_bounded_and_the_oldest_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "_LIMIT", 10)
    (tmp_path / "cache").write_text("a file where the folder should be")
    first, second = tmp_path / "cache" / "first", tmp_path / "cache" / "second"
    caches.keep(first, b"123456")
    caches.keep(second, b"123456")
    assert (caches.kept(first), caches.kept(second)) == (None, b"123456")


def test_what_can_be_written_is_on_disk(tmp_path: Path) -> None:
    caches.keep(tmp_path / "new" / "one", b"made")
    assert (tmp_path / "new" / "one").read_bytes() == b"made" == caches.kept(tmp_path / "new" / "one")
