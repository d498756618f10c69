#!/usr/bin/env bash
# Expected: folder names `beat=1E2` hold text. DuckDB says that it takes dates, times and whole numbers out of such
#   names, and it leaves `001` as it is; polars guesses a type too. A patrol beat called 1E2 is none of these.
# What happens: polars reads beats 1E2 and 10E1 as the float 100.0, so two beats become one in a group by. DuckDB and
#   pyarrow keep those two apart, but take `0x1A` beside `12` for 26, which polars does not; and only DuckDB keeps the
#   zeros of `001`. Three readers, three columns.
# Version: polars 2.1.0, duckdb 2.0.1, pyarrow 26.0.1; seen on 2026-11-30.
# Source: https://docs.pola.rs/user-guide/io/hive/, https://duckdb.org/docs/stable/data/partitioning/hive_partitioning,
#   and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
cat > look.py <<'PY'
from pathlib import Path

import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet


def look(root: Path, beats: tuple[str, ...]) -> dict[str, list[object]]:
    for beat in beats:
        folder = root / f"beat={beat}"
        folder.mkdir(parents=True)
        pyarrow.parquet.write_table(pyarrow.table({"calls": [1]}), folder / "part.parquet")
    asked = f"select beat from read_parquet('{root}/*/*.parquet', hive_partitioning = true)"
    return {
        "polars": sorted(polars.scan_parquet(root).collect()["beat"].to_list(), key=str),
        "duckdb": sorted((row[0] for row in duckdb.sql(asked).fetchall()), key=str),
        "pyarrow": sorted(pyarrow.dataset.dataset(root, partitioning="hive").to_table()["beat"].to_pylist(), key=str),
    }


exponent, hexadecimal = look(Path("first"), ("1E2", "10E1")), look(Path("second"), ("0x1A", "12"))
zeros = look(Path("third"), ("001", "002"))
print("polars", polars.__version__, "duckdb", duckdb.__version__, "pyarrow", pyarrow.__version__)
print(exponent, hexadecimal, zeros, sep="\n")
assert exponent == {"polars": [100.0, 100.0], "duckdb": ["10E1", "1E2"], "pyarrow": ["10E1", "1E2"]}
assert hexadecimal == {"polars": ["0x1A", "12"], "duckdb": [12, 26], "pyarrow": [12, 26]}
assert zeros == {"polars": [1, 2], "duckdb": ["001", "002"], "pyarrow": [1, 2]}
PY
venv/bin/python look.py
