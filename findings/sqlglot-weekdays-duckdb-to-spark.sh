#!/usr/bin/env bash
# Expected: days of the week count from 0 for Sunday in DuckDB (`dayofweek`, `weekday`), from 1 for Sunday and from 0
#   for Monday in Spark under the same names. sqlglot, which knows both, moves the number, and `isodow` gives 7 for a
#   Sunday in either.
# What happens: `dayofweek` and `weekday` are passed on as they are. `isodow`, which has a name of its own, is rewritten
#   to `dayofweek % 7 + 1`: by Spark's count a Sunday becomes 2 and a Monday 3. Nothing is reported as unsupported.
# Version: sqlglot 30.30.0, duckdb 2.0.1, pysail 0.7.2 (for Spark's `dayofweek`), pyspark-client 4.2.0; seen on
#   2026-11-30.
# Source: https://duckdb.org/docs/stable/sql/functions/datepart,
#   https://spark.apache.org/docs/latest/api/sql/index.html#dayofweek, and the run below.
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

SUNDAY = "CAST('2026-11-29' AS DATE)"


def look(name: str) -> tuple[str, int, int]:
    asked = f"SELECT {name}({SUNDAY}) AS d"
    written = sqlglot.transpile(asked, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
    return written, duckdb.sql(asked).fetchall()[0][0], spark.sql(written).collect()[0][0]


numbers, iso = look("dayofweek"), look("isodow")
passed = sqlglot.transpile(f"SELECT weekday({SUNDAY})", read="duckdb", write="spark")[0]
spark.stop()
server.stop()
print("sqlglot", version("sqlglot"), "(written, DuckDB, Sail):", numbers, iso, passed, sep="\n")
assert numbers[1:] == (0, 1), "dayofweek is moved now"
assert iso[1:] == (7, 2), "isodow is right now"
assert passed == f"SELECT WEEKDAY({SUNDAY})", "weekday is moved now"
PY
venv/bin/python look.py
