#!/usr/bin/env bash
# Expected: `spark.read.parquet(folder)` reads every Parquet file of the folder. A folder name `day=2026-11-21` tells a
#   partition; a file name with an `=` in it is only a name.
# What happens: Sail leaves out each file whose own name holds an `=`: a folder of such files is an empty table without
#   columns, a folder where one of two is named so gives half of the rows, without a word. Named alone, the file is
#   read. pyarrow reads all.
# Version: pysail 0.7.2, pyspark-client 4.2.0, pyarrow 26.0.1; seen on 2026-11-30.
# Source: https://spark.apache.org/docs/latest/sql-data-sources-parquet.html (partition discovery), and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pysail==0.7.2 pyspark-client==4.2.0 pyarrow==26.0.1 pandas==3.1.1
cat > look.py <<'PY'
from importlib.metadata import version
from pathlib import Path

import pyarrow
import pyarrow.dataset
import pyarrow.parquet
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

server = SparkConnectServer()
server.start(background=True)
spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()


def look(folder: str, names: list[str]) -> tuple[int, int]:
    Path(folder).mkdir()
    for name in names:
        pyarrow.parquet.write_table(pyarrow.table({"call": [1, 2]}), f"{folder}/{name}")
    return spark.read.parquet(str(Path(folder).resolve())).count(), pyarrow.dataset.dataset(folder).count_rows()


plain = look("plain", ["a.parquet", "b.parquet"])
half = look("half", ["a.parquet", "day=2026-11-21.parquet"])
none = look("none", ["day=2026-11-20.parquet", "day=2026-11-21.parquet"])
alone = spark.read.parquet(str(Path("none/day=2026-11-20.parquet").resolve())).count()
spark.stop()
server.stop()
print("pysail", version("pysail"), "(Sail, pyarrow):", plain, half, none, "alone:", alone)
assert plain == (4, 4), "plain names have changed"
assert alone == 2, "a file named alone has changed"
assert (half, none) == ((2, 4), (0, 4)), "Sail reads them now"
PY
venv/bin/python look.py
