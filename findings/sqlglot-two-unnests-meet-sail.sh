#!/usr/bin/env bash
# Expected: two `unnest` in one SELECT of DuckDB run side by side: two lists of two give two rows. sqlglot, asked for
#   Spark, either keeps that (`arrays_zip`, `posexplode`) or refuses, and what it writes counts the same.
# What happens: it writes two EXPLODE. Spark allows one a SELECT and would refuse; Sail takes both and gives every pair,
#   four rows. Points as two lists of longitudes and latitudes become a lattice, and every count is squared, with no
#   error anywhere on the way.
# Version: sqlglot 30.30.0, duckdb 2.0.1, pysail 0.7.2, pyspark-client 4.2.0; seen on 2026-11-30.
# Source: https://duckdb.org/docs/stable/sql/query_syntax/unnest, https://github.com/tobymao/sqlglot, and the run below.
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

ASKED = "SELECT unnest([1, 2]) AS x, unnest([3, 4]) AS y"
written = sqlglot.transpile(ASKED, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)[0]
here, there = duckdb.sql(ASKED).fetchall(), sorted(tuple(row) for row in spark.sql(written).collect())
spark.stop()
server.stop()
print("sqlglot", version("sqlglot"), "duckdb", version("duckdb"), "pysail", version("pysail"))
print(written, here, there, sep="\n")
assert written.count("EXPLODE") == 2, "sqlglot has changed"
assert here == [(1, 3), (2, 4)], "DuckDB has changed"
assert there == [(1, 3), (1, 4), (2, 3), (2, 4)], "Sail has changed"
PY
venv/bin/python look.py
