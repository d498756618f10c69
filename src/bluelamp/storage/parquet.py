"""Reading Parquet files whole, in one way for all of storage.

Never out of Python's memory and never through a Python file: Arrow fetches ahead in threads of its own, and where one
of them still holds what is Python's while the interpreter ends, the process aborts after its work is done. Nor with
Arrow's threads for decoding: where they cannot be started, a reading waits for them for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def read_parquet(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of one file; of some columns, where they are named. Raises OSError and pyarrow.ArrowInvalid."""
    import pyarrow.parquet as pq

    # A file, not a dataset: that would take folder names of the form `a=b` for columns.
    with pq.ParquetFile(path, pre_buffer=False) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)
