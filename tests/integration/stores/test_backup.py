"""A copy of a home that is written to meanwhile: whole, and of one moment."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bluelamp.errors import UsageError
from bluelamp.storage.backup import back_up


def _home(folder: Path) -> Path:
    home = folder / "home"
    for name, text in {
        "vault/packs/a.zip": "bytes", "vault/snapshots/city/x.gz": "body", "lake/t/p.parquet": "rows",
        "warehouse/v-1.duckdb": "version", "warehouse/current.json": '{"file": "v-1.duckdb"}',
        "bluelamp.toml": "port = 1",
        "cache/web/x": "made anew", "lake/t/q.parquet.77.partial": "half",
    }.items():  # fmt: skip
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    with closing(sqlite3.connect(home / "live.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE change (seq INTEGER PRIMARY KEY)")
        connection.commit()
    return home


def test_all_that_counts_is_copied_and_only_once(tmp_path: Path) -> None:
    home, target = _home(tmp_path), tmp_path / "copy"
    told: list[tuple[int, int]] = []
    copied, _ = back_up(home, target, lambda size, files: told.append((size, files)))
    names = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert names == {
        "vault/packs/a.zip", "vault/snapshots/city/x.gz", "lake/t/p.parquet", "warehouse/v-1.duckdb",
        "warehouse/current.json", "bluelamp.toml", "live.sqlite",
    }  # fmt: skip
    assert (copied, told[-1][1]) == (7, 7)
    assert back_up(home, target, lambda _size, _files: None)[0] == 1, "only the database is looked at again"


def test_a_database_that_is_written_to_is_copied_as_it_was_at_one_moment(tmp_path: Path) -> None:
    home = _home(tmp_path)
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(home / "live.sqlite", timeout=30)) as connection:
            while not stop.is_set():
                # Two rows at a time: a copy with an odd number of them would be of no moment.
                connection.executemany("INSERT INTO change VALUES (NULL)", [(), ()])
                connection.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            back_up(home, tmp_path / f"copy{number}", lambda _size, _files: None)
    finally:
        stop.set()
        writer.join()
    counts = []
    for number in range(10):
        with closing(sqlite3.connect(tmp_path / f"copy{number}" / "live.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts.append(connection.execute("SELECT count(*) FROM change").fetchone()[0])
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_a_home_is_not_copied_into_itself(tmp_path: Path) -> None:
    home = _home(tmp_path)
    with pytest.raises(UsageError, match="lies in the home itself"):
        back_up(home, home / "copy", lambda _size, _files: None)
