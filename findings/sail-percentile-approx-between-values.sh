#!/usr/bin/env bash
# Expected: `percentile_approx` of Spark SQL gives one of the values that are there, the smallest that enough of the
#   others do not exceed: the middle of 1, 2, 30 and 40 is 2. (The interpolating function is `percentile`.)
# What happens: Sail gives 20.5 for those four, which no row holds; nor is it the interpolated median, 16, which its
#   `percentile` does give. A median response time moves with the engine behind the same address.
# Version: pysail 0.7.2, pyspark-client 4.2.0; seen on 2026-11-30.
# Source: https://spark.apache.org/docs/latest/api/sql/index.html#percentile_approx, and the run below.
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

rows = "from values (1.0D), (2.0D), (30.0D), (40.0D) t(minutes)"
middle, exact = spark.sql(f"select percentile_approx(minutes, 0.5), percentile(minutes, 0.5) {rows}").collect()[0]
spark.stop()
server.stop()
print("pysail", version("pysail"), "percentile_approx:", middle, "percentile:", exact)
assert exact == 16.0, "percentile has changed"
assert middle not in (1.0, 2.0, 30.0, 40.0), "percentile_approx gives a value of the rows now"
PY
venv/bin/python look.py
