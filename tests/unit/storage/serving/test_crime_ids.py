"""Every row that bears an ID is found by it, and next to nothing else."""

from __future__ import annotations

import duckdb
import pytest

from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.warehouse.indexes import IndexFolder


@pytest.mark.parametrize("dataset", ["crimes", "outcomes"])
def test_rows_are_found_by_their_id(connection: duckdb.DuckDBPyConnection, serving: IndexFolder, dataset: str) -> None:
    ids = serving.crime_ids if dataset == "crimes" else serving.outcome_ids
    assert ids is not None
    rows = connection.execute(
        f"SELECT crime_key, list(rowid ORDER BY rowid) FROM {TABLE_OF[dataset]} "
        "WHERE crime_key IS NOT NULL GROUP BY ALL"
    ).fetchall()
    assert any(len(places) > 1 for _, places in rows)
    beside = 0
    for key, places in rows:
        found = ids.find(key)
        assert found == sorted(found)
        assert set(places) <= set(found)
        beside += len(found) - len(places)
    assert beside < len(rows) / 100


def test_an_id_that_no_row_bears_is_found_almost_nowhere(serving: IndexFolder) -> None:
    ids = serving.crime_ids
    assert ids is not None
    absent = [number * 0xD1342543DE82EF95 % (1 << 64) for number in range(3, 20_000, 7)]
    assert sum(len(ids.find(key)) for key in absent) < 30
    for key in (0, (1 << 64) - 1):
        assert isinstance(ids.find(key), list)
