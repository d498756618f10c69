"""The published columns as Arrow has them. Used by everything that reads or looks at rows while they are loaded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.dataset import Dataset
from bluelamp.domain.published_column import Kind

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_WORD = pa.dictionary(pa.int32(), pa.string())
_VALUED: dict[Kind, pa.DataType] = {"degrees": pa.float64(), "time": pa.timestamp("us", "UTC")}


def column_types(dataset: Dataset, *, as_text: bool = False) -> dict[str, pa.DataType]:
    """How each published column is read: identifiers as text, numbers as numbers, the rest as dictionaries.

    `as_text` reads numbers and times as text as well, to find the cells that are none.
    """
    types: dict[str, pa.DataType] = dict.fromkeys(dataset.columns, _WORD)
    types |= {column.header: pa.string() for column in dataset.of_kind("id")}
    return types | {name: pa.string() if as_text else kind for name, kind in valued(dataset).items()}


def valued(dataset: Dataset) -> dict[str, pa.DataType]:
    """The columns that are read as numbers or times."""
    return {column.header: _VALUED[column.kind] for column in dataset.of_kind("degrees", "time")}


def column(table: pa.Table, name: str) -> pa.Array:
    """A column of a combined table as one array."""
    chunked = table.column(name)
    if chunked.num_chunks == 1:
        return chunked.chunk(0)
    return pa.array([], type=chunked.type) if chunked.num_chunks == 0 else chunked.combine_chunks()


def text_buffers(values: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """(offsets, bytes) of a text column: value i is bytes[offsets[i]:offsets[i + 1]]."""
    _, offsets, text = values.buffers()
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return ends, np.frombuffer(text, np.uint8) if text is not None else np.empty(0, np.uint8)
