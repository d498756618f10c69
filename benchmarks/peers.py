"""The same rows made answerable by other tools, from CSV files that are unpacked already (unpacking is not counted).

Usage: python -m benchmarks.peers {duckdb|polars|pandas|merge} FOLDER TARGET
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bluelamp.domain.dataset import BY_SUFFIX, DATASETS

SUFFIXES = ("street", "outcomes", "stop-and-search")


def _files(folder: Path, suffix: str) -> list[Path]:
    """The files in the published form: the twin's broken ones stop these tools, or are misread in silence."""
    return [path for path in sorted(folder.glob(f"*/*-{suffix}.csv")) if _is_usual(path, suffix)]


def _is_usual(path: Path, suffix: str) -> bool:
    header = (",".join(BY_SUFFIX[suffix].columns) + "\n").encode()
    with path.open("rb") as file:
        return file.read(len(header)) == header


def with_duckdb(folder: Path, target: Path) -> None:
    """Into one DuckDB file, a table a dataset; columns are stated, so that nothing is guessed from 4,600 files."""
    import duckdb

    connection = duckdb.connect(str(target / "peer.duckdb"))
    connection.execute("SET threads = 2")
    for dataset in DATASETS:
        columns = dict.fromkeys(dataset.columns, "VARCHAR")
        connection.execute(
            f"CREATE TABLE {dataset.name} AS SELECT * FROM read_csv(?, columns = {columns!r}, header = true, "
            "filename = true, auto_detect = false, strict_mode = false, "
            "delim = ',', quote = '\"', null_padding = true, ignore_errors = true)",
            [[str(path) for path in _files(folder, dataset.suffix)]],
        )
    connection.close()


def with_polars(folder: Path, target: Path) -> None:
    """Into Parquet, a file a dataset, streaming."""
    import polars

    for suffix in SUFFIXES:
        scan = polars.scan_csv(
            _files(folder, suffix), infer_schema=False, ignore_errors=True, truncate_ragged_lines=True
        )
        scan.sink_parquet(target / f"{suffix}.parquet", compression="zstd")


def with_pandas(folder: Path, target: Path) -> None:
    """Into Parquet, a file a dataset, all in memory: the way of most notebooks."""
    import pandas

    for suffix in SUFFIXES:
        frames = [
            pandas.read_csv(path, dtype=str, on_bad_lines="skip", encoding_errors="replace")
            for path in _files(folder, suffix)
        ]
        pandas.concat(frames, ignore_index=True).to_parquet(target / f"{suffix}.parquet")


def with_merge(folder: Path, target: Path) -> None:
    """Into one CSV a dataset, line by line: what a shell loop over the files does."""
    for suffix in SUFFIXES:
        with (target / f"{suffix}.csv").open("w", encoding="utf-8", errors="replace") as merged:
            for number, path in enumerate(_files(folder, suffix)):
                with path.open(encoding="utf-8", errors="replace") as source:
                    for place, line in enumerate(source):
                        if place or not number:
                            merged.write(line)


def main() -> None:
    tool, folder, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    {"duckdb": with_duckdb, "polars": with_polars, "pandas": with_pandas, "merge": with_merge}[tool](folder, target)


if __name__ == "__main__":
    main()
