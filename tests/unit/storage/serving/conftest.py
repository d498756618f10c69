"""One random version with its indexes, made once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bluelamp.storage.warehouse.indexes import IndexFolder, build_indexes, open_indexes
from tests.lib.serving.random_version import write_version


@pytest.fixture(scope="session")
def version_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serving") / "version.duckdb"
    write_version(path, rows=20_000, seed=7)
    return path


@pytest.fixture(scope="session")
def serving_folder(version_file: Path) -> Path:
    folder = version_file.with_suffix(".serving")
    build_indexes(version_file, folder, lambda done, of: None)
    return folder


@pytest.fixture(scope="session")
def serving(serving_folder: Path) -> IndexFolder:
    opened = open_indexes(serving_folder)
    assert opened is not None
    return opened


@pytest.fixture(scope="session")
def connection(version_file: Path, serving_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(version_file), read_only=True) as opened:
        yield opened
