"""Makes a large workbook in a process of its own, which yields to all others. Writing cells takes minutes of Python; a
server that is asked for a workbook goes on answering meanwhile. Used by `files`; run by itself as
`python -m bluelamp.questions.records.workbook_maker`.

The process reads one line of JSON (where to write, the columns, the notes), then the rows as an Arrow stream.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from bluelamp.errors import StorageError
from bluelamp.questions.model.cells import CellFormat
from bluelamp.questions.records.workbook import write_workbook

# Rows that are handed over at once, and how long the process is waited for before a sign of life is given, seconds.
_ROWS, _BEAT = 2_000, 0.2
# Behind whatever answers at once.
_NICE = 5


def made_apart(
    path: Path,
    tables: Iterable[pa.Table],
    names: Sequence[str],
    about: Mapping[str, str],
    cells: Mapping[str, CellFormat],
) -> Iterator[None]:
    """Write the workbook to `path`; gives a sign of life now and then. Closed early, it ends the process. Raises
    StorageError where the process could not do it."""
    told = {"path": str(path), "names": list(names), "about": dict(about), "cells": _cells_as_json(cells)}
    process = subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        with suppress(BrokenPipeError):  # it has ended: why is told below
            yield from _fed(process.stdin, told, tables)
        yield from _ended(process)
    finally:
        process.kill()
        for pipe in (process.stdin, process.stderr):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # both are pipes
        process.wait()


def _fed(pipe: Any, told: Mapping[str, Any], tables: Iterable[pa.Table]) -> Iterator[None]:
    pipe.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
    writer: pa.ipc.RecordBatchStreamWriter | None = None
    schema: pa.Schema | None = None
    for table in tables:
        plain = pa.table([_plain(column) for column in table.columns], names=table.column_names)
        if writer is None:
            schema = plain.schema
            writer = pa.ipc.new_stream(pipe, schema)
        for start in range(0, plain.num_rows, _ROWS):
            writer.write_table(plain.slice(start, _ROWS).cast(schema))
            yield
    if writer is not None:
        writer.close()
    pipe.close()


def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    while True:
        try:
            code = process.wait(_BEAT)
        except subprocess.TimeoutExpired:
            yield
            continue
        if code:
            assert process.stderr is not None
            last = process.stderr.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise StorageError(f"The workbook could not be written: {(last or [f'exit {code}'])[0][:300]}")
        return


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without what differs from portion to portion: a column is of one type in a stream."""
    if pa.types.is_dictionary(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.string())
    return column


def _cells_as_json(cells: Mapping[str, CellFormat]) -> dict[str, dict[str, str]]:
    return {name: asdict(one) for name, one in cells.items()}


def main(source: BinaryIO) -> None:
    """The process: read what to write from `source`, and write it."""
    with suppress(OSError):
        os.nice(_NICE)
    told = json.loads(source.readline())
    cells = {name: CellFormat(**one) for name, one in told["cells"].items()}
    write_workbook(Path(told["path"]), _tables(source), told["names"], told["about"], cells)


def _tables(source: BinaryIO) -> Iterator[pa.Table]:
    with pa.ipc.open_stream(source) as stream:
        for batch in stream:
            yield pa.Table.from_batches([batch])


if __name__ == "__main__":
    main(sys.stdin.buffer)
