#!/usr/bin/env bash
# Expected: two Parquet files copied out of one nullable DuckDB table at two times have one schema, and pyarrow puts
#   them into one data set that can be written again. With DuckDB 1.5.5 that is so.
# What happens: DuckDB 2 writes a column as `required` when the rows of that file happen to hold no NULL, so months
#   differ. pyarrow.dataset takes the first file's schema, reads NULLs into a column it calls `not null` without a word,
#   and fails only when that table is written: `declared non-nullable but contains nulls`. `concat_tables` refuses the
#   two at once.
# Version: duckdb 2.0.1 and 1.5.5, pyarrow 26.0.1; seen on 2026-11-30.
# Source: the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1
cat > look.py <<'PY'
import sys

import duckdb
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

database = duckdb.connect()
database.sql("create table crime (month varchar, lsoa varchar)")
database.sql("insert into crime values ('2026-09', 'E01000001')")
database.sql("copy crime to 'september.parquet'")
database.sql("insert into crime values ('2026-10', null)")
database.sql("copy crime to 'october.parquet'")
schemas = [pyarrow.parquet.read_schema(name) for name in ("september.parquet", "october.parquet")]
nullable = [schema.field("lsoa").nullable for schema in schemas]
table = pyarrow.dataset.dataset(["september.parquet", "october.parquet"]).to_table()
try:
    pyarrow.parquet.write_table(table, "both.parquet")
    written = "written"
except pyarrow.ArrowInvalid as error:
    written = str(error)
print("duckdb", duckdb.__version__, "pyarrow", pyarrow.__version__, "nullable:", nullable, "again:", written)
if sys.argv[1:] == ["old"]:
    assert nullable == [True, True] and written == "written", "DuckDB 1 did so too"
else:
    assert nullable == [False, True], "DuckDB writes one schema now"
    assert table["lsoa"].null_count == 1 and not table.schema.field("lsoa").nullable, "pyarrow.dataset has changed"
    assert "non-nullable but contains nulls" in written, "pyarrow writes it now"
PY
venv/bin/python look.py
python3 -m venv old
old/bin/pip install --quiet --disable-pip-version-check duckdb==1.5.5 pyarrow==26.0.1
old/bin/python look.py old
