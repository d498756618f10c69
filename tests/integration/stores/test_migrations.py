"""Migrations: all of them or none on SQLite too, and none is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op

from bluelamp.storage.places import store
from bluelamp.storage.relational import database
from bluelamp.storage.relational.database import HEAD, METADATA, open_database

assert store, "its tables are among those that are looked for"


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    folder = Path(database.__file__).parent / "migrations" / "versions"
    assert max(path.name.partition("_")[0] for path in folder.glob("0*.py")) == HEAD


def test_one_that_ends_halfway_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    made = iter(range(4))

    def ends(*arguments: Any, **options: Any) -> None:
        if next(made, None) is None:
            raise KeyboardInterrupt
        index(*arguments, **options)

    index = op.create_index
    monkeypatch.setattr(op, "create_index", ends)
    with pytest.raises(KeyboardInterrupt):
        open_database(url)
    monkeypatch.undo()
    with sa.create_engine(url).connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine = open_database(url)
    assert "place_official" in METADATA.tables
    assert set(METADATA.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()
