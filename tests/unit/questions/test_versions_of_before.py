"""A version that an older program published is served until the next load: it knows less, and still answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bluelamp.archive.profile.descriptions import properties_of
from bluelamp.archive.workflow import Archive
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.question import make_question
from bluelamp.questions.records.one import find_record
from bluelamp.questions.records.reading import Records


@pytest.fixture(scope="module")
def before(small_archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataVersion]:
    """The small archive's version without what files were found to be."""
    current = small_archive.warehouse.current()
    assert current is not None
    file = tmp_path_factory.mktemp("before") / "older.duckdb"
    shutil.copy(current.file, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("ALTER TABLE stg_police_uk__stop_and_search DROP COLUMN published_time")
        connection.execute("DROP TABLE mart_profile__force_month")
        yield DataVersion(connection)


def test_records_of_stops_are_read(before: DataVersion, small_archive: Archive, tmp_path: Path) -> None:
    portion = Records(before, make_question("stops"), small_archive.lake.root).page(-1, 5)
    assert len(portion.names) == 5
    assert all(text.endswith("+00:00") for text in portion.table.column("Date").to_pylist())
    assert portion.uk_times is not None
    one = find_record(before, portion.names[0], small_archive.lake.root)
    told = {line["label"]: line["value"] for line in one["derived"]}
    assert told["UK time"]
    assert "Which clock the times of its stops are of" not in told


def test_nothing_is_said_of_what_was_not_decided(before: DataVersion) -> None:
    assert list(properties_of(before.connection.cursor())) == []
