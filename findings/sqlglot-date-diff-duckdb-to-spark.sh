#!/usr/bin/env bash
# Expected: `date_diff('month', a, b)` of DuckDB counts the borders that lie between (`datesub` counts whole months).
#   Spark's `datediff(MONTH, a, b)` counts whole months. sqlglot brings both ends to the border first, so that the count
#   stays, or says that it cannot.
# What happens: it writes Spark's `DATEDIFF` with the same ends. From 31 January to 1 March is 2 in DuckDB and 1 behind
#   the translation, from 01:59 to 02:01 is 1 hour and 0. Calls of a night move to another bar, and nothing is reported
#   as unsupported.
# Version: sqlglot 30.30.0, duckdb 2.0.1, pysail 0.7.2 (for Spark's `datediff`), pyspark-client 4.2.0; seen on
#   2026-11-30.
# Source: https://duckdb.org/docs/stable/sql/functions/date, https://spark.apache.org/docs/latest/api/sql/index.html,
#   and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pysail==0.7.2 pyspark-client==4.2.0 pyarrow==26.0.1 pandas==3.1.1 sqlglot==30.30.0 duckdb==2.0.1
cat > look.py <<'PY'
from importlib.metadata import version

import duckdb
import sqlglot
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

server = SparkConnectServer()
server.start(background=True)
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()


def look(unit: str, kind: str, first: str, last: str) -> tuple[str, int, int]:
    asked = f"SELECT date_diff('{unit}', {kind} '{first}', {kind} '{last}') AS n"
    written = sqlglot.transpile(asked, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    return written, duckdb.sql(asked).fetchall()[0][0], spark.sql(written).collect()[0][0]


months = look("month", "date", "2026-01-31", "2026-03-01")
hours = look("hour", "timestamp", "2026-11-28 01:59:00", "2026-11-28 02:01:00")
spark.stop()
server.stop()
print("sqlglot", version("sqlglot"), "(written, DuckDB, Sail):", months, hours, sep="\n")
assert months[1:] == (2, 1), "months have changed"
assert hours[1:] == (1, 0), "hours have changed"
PY
venv/bin/python look.py
