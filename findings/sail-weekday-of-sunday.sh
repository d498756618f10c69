#!/usr/bin/env bash
# Expected: `weekday` of Spark SQL counts from 0 for Monday to 6 for Sunday, so Sail, which speaks Spark SQL, gives 6
#   for a Sunday.
# What happens: Sail gives -1 for a Sunday and the right number on the other six days. A table of counts by weekday,
#   filled by index from its end or joined to names 0 to 6, loses its Sundays. `dayofweek` is right.
# Version: pysail 0.7.2, pyspark-client 4.2.0; seen on 2026-11-30.
# Source: https://spark.apache.org/docs/latest/api/sql/index.html#weekday, and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pysail==0.7.2 pyspark-client==4.2.0 pyarrow==26.0.1 pandas==3.1.1
cat > look.py <<'PY'
from importlib.metadata import version

from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

server = SparkConnectServer()
server.start(background=True)
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()

days = [f"2026-11-{day}" for day in range(23, 30)]
seen = {
    name: list(spark.sql("select " + ", ".join(f"{name}(date'{day}')" for day in days)).collect()[0])
    for name in ("weekday", "dayofweek")
}
spark.stop()
server.stop()
print("pysail", version("pysail"), "Monday 23 to Sunday 29 November 2026:", seen)
assert seen["dayofweek"] == [2, 3, 4, 5, 6, 7, 1], "dayofweek has changed"
assert seen["weekday"] == [0, 1, 2, 3, 4, 5, -1], "weekday has changed"
PY
venv/bin/python look.py
