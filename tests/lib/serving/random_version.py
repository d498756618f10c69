"""A version's file filled with random rows that hold every oddity: no place, no time, no ID, rows of no force, empty
months. Used by the tests of the indexes, which must say of it exactly what its rows say."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bluelamp.storage.lake import TABLE_OF
from bluelamp.storage.warehouse.tables import TABLES, create_statement

FIRST = 2021 * 12  # January 2021
MONTHS = 14
TOWNS, AREAS, FORCES, POINTS = 9, 7, 45, 60
# field → how many words; numbers begin at 1, 0 is the blank
WORDS = {
    "crime_type": 15, "last_outcome": 17, "outcome_type": 5, "stop_type": 3, "gender": 3, "age_range": 5,
    "self_ethnicity": 18, "officer_ethnicity": 5, "legislation": 6, "object": 9, "outcome": 7, "outcome_linked": 2,
    "clothing_removed": 2, "part_of_operation": 2, "operation": 4,
}  # fmt: skip


def write_version(path: Path, rows: int, seed: int) -> None:
    """Write the file with so many rows in every table of rows."""
    random = np.random.default_rng(seed)
    with duckdb.connect(str(path)) as connection:
        for table in TABLES:
            connection.execute(create_statement(table))
        _fill_dimensions(connection, random)
        for dataset, columns in (("crimes", _crimes), ("outcomes", _outcomes), ("stops", _stops)):
            given = pa.table(_common(random, rows, stops=dataset == "stops") | columns(random, rows))
            connection.register("given", given.to_reader())
            connection.execute(
                f"INSERT INTO {TABLE_OF[dataset]} BY NAME SELECT given.*, town_id, area_id, longitude IS NOT NULL AS "
                f"located {'' if dataset == 'stops' else ', lsoa_id'} FROM given JOIN dim_point USING (point_id)"
            )
            connection.unregister("given")


def _fill_dimensions(connection: duckdb.DuckDBPyConnection, random: np.random.Generator) -> None:
    connection.execute(f"INSERT INTO dim_force SELECT range, 'force-' || range, 'Force' FROM range({FORCES + 1})")
    connection.execute(f"INSERT INTO dim_town SELECT range, 'town ' || range FROM range(1, {TOWNS})")
    connection.execute(f"INSERT INTO dim_area SELECT range, 'E' || range, 'area', 1, 10 FROM range(1, {AREAS})")
    for field, words in WORDS.items():
        connection.execute(f"INSERT INTO dim_word SELECT '{field}', range, 'word ' || range FROM range(1, {words + 1})")
    for number in range(POINTS):
        # Every third has no place; two points share each place, under names that may differ.
        place = number // 2
        longitude = None if number % 3 == 0 else round(-3 + 0.01 * (place % 7) ** 3, 6)
        latitude = None if number % 3 == 0 else round(50 + 0.03 * (place % 11) ** 2, 6)
        town, area = int(random.integers(0, TOWNS)), int(random.integers(0, AREAS))
        name = None if number % 3 == 0 else f"On or near Street {number % 5}"
        connection.execute(
            "INSERT INTO dim_point VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [number, 1000 + number, longitude, latitude, name, number % 4, town, area],
        )


def _common(random: np.random.Generator, rows: int, *, stops: bool) -> dict[str, object]:
    month = random.integers(0, MONTHS, rows)
    month[month == 5] = 6  # a month without rows
    found: dict[str, object] = {
        "file_id": month.astype(np.int32),
        "line": np.arange(rows, dtype=np.int32),
        "month": (FIRST + month).astype(np.uint16),
        "force_id": random.choice([0, 1, 2, 3, 17, 45], rows, p=[0.1, 0.4, 0.2, 0.1, 0.1, 0.1]).astype(np.uint8),
        "point_id": random.integers(0, POINTS, rows).astype(np.uint32),
    }
    if not stops:
        found |= {"reported_by_id": np.zeros(rows, np.uint16), "falls_within_id": np.zeros(rows, np.uint16)}
    return found


def _words(random: np.random.Generator, rows: int, *names: str) -> dict[str, object]:
    return {f"{name}_id": random.integers(0, WORDS[name] + 1, rows).astype(np.uint16) for name in names}


def _keys(random: np.random.Generator, rows: int) -> pa.Array:
    keys = random.integers(1, rows, rows).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return pa.array(keys, mask=random.random(rows) < 0.3)


def _crimes(random: np.random.Generator, rows: int) -> dict[str, object]:
    key = _keys(random, rows)
    several = (random.random(rows) < 0.2) & np.asarray(key.is_valid())
    outcomes = np.where(several | np.asarray(key.is_null()), 0, random.integers(0, 3, rows))
    return _words(random, rows, "crime_type", "last_outcome") | {
        "crime_key": key,
        "id_names_several": several,
        "outcomes": outcomes.astype(np.uint16),
        "first_outcome_month": pa.nulls(rows, pa.uint16()),
        "latest_outcome_id": np.zeros(rows, np.uint16),
    }


def _outcomes(random: np.random.Generator, rows: int) -> dict[str, object]:
    return _words(random, rows, "outcome_type", "crime_type") | {
        "crime_key": _keys(random, rows),
        "match": pa.array(["matched"] * rows),
        "crime_month": pa.array(
            (FIRST + random.integers(-20, MONTHS, rows)).astype(np.uint16), mask=random.random(rows) < 0.3
        ),
    }


def _stops(random: np.random.Generator, rows: int) -> dict[str, object]:
    names = [name for name in WORDS if name not in ("crime_type", "last_outcome", "outcome_type")]
    minutes = random.integers(0, 14 * 30 * 24 * 60, rows)
    times = pa.array(
        np.datetime64("2021-01-01T00:00", "us") + minutes.astype("timedelta64[m]"), mask=random.random(rows) < 0.1
    )
    return _words(random, rows, *names) | {
        "published_time": times,
        "utc_time": times,
        "local_time": times,
        "time_known": random.random(rows) < 0.7,
    }
