"""A database that cannot be written can be read; what is wrong with the file itself is an error."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.storage.relational import sqlite
from bluelamp.storage.relational.sqlite import open_sqlite


class _Refusing(sqlite3.OperationalError):
    sqlite_errorcode = 14  # cannot open: what is said where no file can be made beside it
    sqlite_errorname = "SQLITE_CANTOPEN"


@pytest.fixture
def path(tmp_path: Path) -> str:
    engine = open_sqlite(str(tmp_path / "kept?.sqlite"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (a INTEGER)"))
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
    engine.dispose()
    return str(tmp_path / "kept?.sqlite")


def test_it_is_read_while_it_cannot_be_written_and_written_again_after(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_sqlite(path)
    prepare = sqlite._prepare

    def refused(_connection: sqlite3.Connection) -> None:
        raise _Refusing("unable to open database file")

    monkeypatch.setattr(sqlite, "_prepare", refused)
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT a FROM t")).scalars().all() == [1]
    with pytest.raises(sa.exc.OperationalError, match="readonly"), engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (2)"))
    monkeypatch.setattr(sqlite, "_prepare", prepare)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (2)"))
        assert connection.execute(sa.text("SELECT a FROM t")).scalars().all() == [1, 2]


def test_a_file_that_is_not_there_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_connection: sqlite3.Connection) -> None:
        (tmp_path / "new.sqlite").unlink(missing_ok=True)
        raise _Refusing("unable to open database file")

    monkeypatch.setattr(sqlite, "_prepare", refused)
    with pytest.raises(sqlite3.OperationalError):
        sqlite.connect(str(tmp_path / "new.sqlite"))
