"""The warehouse's tables: one SQL file each, holding the CREATE statement and, after `-- fill`, how it is filled.

Used by `build`. The statements are the program's own text; values reach them as parameters only.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

# In the order of creation. Tables whose rows belong to one force carry `force_id` and are replaced force by force.
TABLES = (
    "data_version",
    "included_file",
    "included_lake_file",
    "dim_force",
    "dim_word",
    "dim_town",
    "dim_area",
    "dim_lsoa",
    "dim_point",
    "dim_stop_point",
    "stg_police_uk__street_crime",
    "stg_police_uk__outcome",
    "stg_police_uk__stop_and_search",
    "stg_police_uk__issue",
    "mart_crime__monthly_by_area",
    "mart_outcome__monthly_by_area",
    "mart_crime__time_to_outcome",
    "mart_stop__placed",
    "mart_coverage__force_month",
    "mart_profile__force_month",
    "mart_quality__finding",
)
BY_FORCE = (
    "stg_police_uk__street_crime",
    "stg_police_uk__outcome",
    "stg_police_uk__stop_and_search",
    "mart_crime__monthly_by_area",
    "mart_outcome__monthly_by_area",
    "mart_crime__time_to_outcome",
)


@cache
def _parts(table: str) -> tuple[str, str]:
    text = resources.files(__package__).joinpath("sql", f"{table}.sql").read_text(encoding="utf-8")
    create, _, fill = text.partition("-- fill\n")
    return create, fill


def create_statement(table: str) -> str:
    return _parts(table)[0]


def fill_statement(table: str) -> str:
    fill = _parts(table)[1]
    assert fill, f"{table}.sql says nothing after -- fill"
    return fill
