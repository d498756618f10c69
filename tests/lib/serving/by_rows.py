"""What the rows say, asked in SQL: the yardstick that every index is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np

from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.warehouse.indexes import Facts

# The last code of these axes stands for “none”.
LAST_IS_NONE = ("hour", "weekday")


def count_by_rows(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    facts: Facts,
    first: int,
    last: int,
    keep: Mapping[str, Sequence[int]],
    by: Sequence[str],
    where: str = "true",
) -> np.ndarray[Any, Any]:
    """As Counter.count, by the expressions with which questions ask the rows, not by those of the indexes."""
    sizes = facts.sizes | {"month": 1 << 16}
    keys = ", ".join([_code(dataset, name, sizes) for name in by] + ["count(*)"])
    rows = connection.execute(
        f"SELECT {keys} FROM {TABLE_OF[dataset]} AS r "
        f"WHERE {where} AND {_conditions(dataset, facts, first, last, keep)} GROUP BY ALL"
    ).fetchall()
    begin, end = max(first, facts.first_month), min(last, facts.last_month)
    counts = np.zeros([max(0, end - begin + 1) if name == "month" else facts.sizes[name] for name in by], np.int64)
    for *codes, count in rows:
        counts[tuple(code - begin if name == "month" else code for name, code in zip(by, codes, strict=True))] = count
    return counts


def _code(dataset: str, name: str, sizes: Mapping[str, int]) -> str:
    dimension = DATASETS[dataset].dimension(name)
    assert dimension is not None, name
    key = f"({dimension.key})::INTEGER"
    return f"coalesce({key}, {sizes[name] - 1})" if name in LAST_IS_NONE else key


def points_by_rows(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    facts: Facts,
    first: int,
    last: int,
    keep: Mapping[str, Sequence[int]],
) -> dict[tuple[float, float], tuple[int, str]]:
    """(longitude, latitude) → (records that pass, the first of their names)."""
    rows = connection.execute(
        f"SELECT longitude, latitude, count(*), coalesce(min(location), '') FROM {TABLE_OF[dataset]} AS r "
        "JOIN dim_point USING (point_id) "
        f"WHERE r.located AND {_conditions(dataset, facts, first, last, keep)} GROUP BY ALL"
    ).fetchall()
    return {(longitude, latitude): (count, name) for longitude, latitude, count, name in rows}


def _conditions(dataset: str, facts: Facts, first: int, last: int, keep: Mapping[str, Sequence[int]]) -> str:
    sizes = facts.sizes | {"month": 1 << 16}
    found = [f"r.force_id <> 0 AND r.month BETWEEN {first} AND {last}"]
    found += [
        f"list_contains({[int(code) for code in codes]}, {_code(dataset, name, sizes)})" for name, codes in keep.items()
    ]
    return " AND ".join(found)
