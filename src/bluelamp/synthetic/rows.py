"""Rows of one file while it is made: finished lines, their order, and which of them carry which fault.

Used by crimes, outcomes and stops. The bytes of an Arrow string column whose values end in a line feed are the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bluelamp.domain.dataset import Dataset
from bluelamp.synthetic.chance import Indices, below, generator, words
from bluelamp.synthetic.truth import MAX_LINES, Label, Lags


@dataclass(frozen=True)
class Content:
    """A finished file: its bytes with the header, how many data rows, the faults in them, crimes by lag, and what is
    true of it as a whole."""

    body: bytes
    rows: int
    labels: dict[str, Label] = field(default_factory=dict)
    lags: Lags | None = None
    properties: dict[str, str] = field(default_factory=dict)


def joined(*columns: pa.Array | pa.Scalar) -> pa.Array:
    """(rows,) the columns glued together without anything between them."""
    return pc.binary_join_element_wise(*columns, "")


def labels_at(labels: pa.Array | list[str] | tuple[str, ...], positions: NDArray[np.integer]) -> pa.Array:
    """(rows,) the label at each position."""
    source = labels if isinstance(labels, pa.Array) else pa.array(labels, pa.string())
    return source.take(pa.array(positions.astype(np.int32)))


class Sheet:
    """The lines of one file. `lines` are the rows proper; `order` numbers them in the order of the file; `properties`
    are what is true of it as a whole."""

    def __init__(
        self, dataset: Dataset, lines: pa.Array, order: Indices, properties: dict[str, str] | None = None
    ) -> None:
        self.dataset = dataset
        self.properties = properties or {}
        self.lines = lines
        self.order = order
        self._extra: list[str] = []
        self._rare: dict[str, Indices] = {}
        self._counts: dict[str, int] = {}

    def count(self, name: str, rows: int) -> None:
        """Label `rows` rows with a common fault, without saying where they stand."""
        if rows:
            self._counts[name] = self._counts.get(name, 0) + int(rows)

    def mark(self, name: str, numbers: NDArray[np.integer]) -> None:
        """Label the rows of these numbers with a rare fault; their lines will be named."""
        if len(numbers):
            known = self._rare.get(name, np.empty(0, dtype=np.int64))
            self._rare[name] = np.union1d(known, numbers.astype(np.int64))

    def repeat(self, positions: Indices) -> None:
        """Let the rows at these positions of the order stand a second time, right after the first."""
        self.order = np.insert(self.order, positions + 1, self.order[positions])

    def plant(self, name: str, texts: list[str], positions: Indices) -> None:
        """Insert lines (without line end) at positions of the order and label them."""
        numbers = len(self.lines) + len(self._extra) + np.arange(len(texts))
        self._extra += [text + "\n" for text in texts]
        self.order = np.insert(self.order, np.sort(positions), numbers)
        self.mark(name, numbers)

    def distinct(self) -> int:
        """How many different rows the file has."""
        extra = pa.array(self._extra, pa.string())
        return int(pc.count_distinct(pa.concat_arrays([self.lines, extra]).take(pa.array(self.order))).as_py())

    def content(self, lags: Lags | None = None) -> Content:
        """The file as bytes."""
        lines = pa.concat_arrays([self.lines, pa.array(self._extra, pa.string())]) if self._extra else self.lines
        final = lines.take(pa.array(self.order))
        labels = {name: Label(rows) for name, rows in self._counts.items()}
        for name, numbers in self._rare.items():
            found = np.flatnonzero(np.isin(self.order, numbers)) + 2
            labels[name] = Label(len(found), tuple(found[:MAX_LINES].tolist()))
        header = (",".join(self.dataset.columns) + "\n").encode()
        return Content(header + text_of(final), len(final), dict(sorted(labels.items())), lags, self.properties)


def text_of(lines: pa.Array) -> bytes:
    """The bytes of all values, one after the other. `lines` is not a slice."""
    buffer = lines.buffers()[2]
    if not len(lines) or buffer is None:
        return b""
    end = int(np.frombuffer(lines.buffers()[1], dtype=np.int32)[len(lines)])
    return bytes(memoryview(buffer)[:end])


def chosen(seed: int, count: int, among: int) -> Indices:
    """`count` positions (fewer where several fall on one) out of `among`, in order."""
    if among <= 0 or count <= 0:
        return np.empty(0, dtype=np.int64)
    return np.unique(below(words(seed, np.arange(count)), among))


def shuffled(seed: int, numbers: Indices, rank: Indices | None = None) -> Indices:
    """An order of the rows: by rank where there is one, and by chance within it."""
    lot = (words(seed, numbers) >> np.uint64(24)).astype(np.int64)
    return np.argsort(lot if rank is None else (rank << 40) | lot, kind="stable")


def bad_rows(kind: str, sound: list[str], seed: int) -> list[str]:
    """Rows that no reader can take as they are, made of the cells of a sound street or outcome row."""
    stray = generator(seed, kind).bytes(32).hex()
    return {
        "few": [",".join([stray, *sound[1:5]])],
        "many": [",".join([stray, *sound[1:], "", "surplus"])],
        "month": [",".join([stray, "2020-13", *sound[2:]])],
        "id": [",".join(["0123-not-an-id", *sound[1:]])],
    }[kind]
