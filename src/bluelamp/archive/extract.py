"""From a member's bytes to columns. Used by `stage`, in the worker processes.

Many files of one dataset are read in one go: their bodies are joined and parsed once, which is 1.4 times as fast as
file by file. Whatever does not fit that fast path goes, file by file, through the sieve first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from bluelamp.archive.reader import Extracted, Read, column_types, parse_sieved, read_usual
from bluelamp.archive.shape import BrokenFile, Shape, shape_of
from bluelamp.archive.sieve import Issue, sieve
from bluelamp.domain.dataset import Dataset


@dataclass(slots=True)
class FileVerdict:
    """What the extraction says of one file: broken (with its reason), or its rows, issues and notes."""

    broken: str = ""
    rows_read: int = 0
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def extract(files: Sequence[bytes], dataset: Dataset) -> tuple[Extracted, list[FileVerdict]]:
    """The rows of the files of one dataset, and a verdict for each file, in the order given."""
    verdicts = [FileVerdict() for _ in files]
    shapes: list[Shape | None] = []
    for data, verdict in zip(files, verdicts, strict=True):
        try:
            shapes.append(shape_of(data, dataset))
        except BrokenFile as error:
            verdict.broken = error.reason
            shapes.append(None)
    usual = [index for index, shape in enumerate(shapes) if shape is not None and shape.usual]
    careful = [index for index, shape in enumerate(shapes) if shape is not None and not shape.usual]
    reads, not_so_usual = _read_all_usual(files, usual, dataset)
    for read in reads:
        for index, issues in read.issues.items():
            verdicts[index].issues = issues
    parts = [read.extracted for read in reads]
    for index in sorted(careful + not_so_usual):
        shape = shapes[index]
        assert shape is not None
        part = _read_carefully(files[index], shape, index, dataset, verdicts[index])
        if part is not None:
            parts.append(part)
    whole = _join(parts, dataset)
    counts = np.bincount(whole.owner, minlength=len(files))
    for verdict, count in zip(verdicts, counts.tolist(), strict=True):
        verdict.rows = count
        verdict.rows_read = count + len(verdict.issues)
        if verdict.issues and not count:
            # An empty file is a published zero; a file of which nothing fits says nothing at all.
            first = verdict.issues[0]
            verdict.broken = (
                f"has no row that fits; line {first.line}: {f'{first.field} ' if first.field else ''}{first.reason}"
            )
    return whole, verdicts


def _read_all_usual(files: Sequence[bytes], usual: list[int], dataset: Dataset) -> tuple[list[Read], list[int]]:
    """(what the fast path read, the files that it could not read)."""
    if not usual:
        return [], []
    together = read_usual([files[index] for index in usual], usual, dataset)
    if together is not None:
        return [together], []
    # Some file among them is not what its first look promised: find out which, one by one.
    reads, refused = [], []
    for index in usual:
        read = read_usual([files[index]], [index], dataset)
        if read is None:
            refused.append(index)
        else:
            reads.append(read)
    return reads, refused


def _read_carefully(data: bytes, shape: Shape, index: int, dataset: Dataset, verdict: FileVerdict) -> Extracted | None:
    try:
        sieved = sieve(data, shape, dataset)
    except BrokenFile as error:
        verdict.broken = error.reason
        return None
    verdict.issues = sieved.issues
    verdict.notes = shape.notes
    if not sieved.lines:
        return None
    table = parse_sieved(sieved.body, dataset)
    if table.num_rows != len(sieved.lines):
        raise AssertionError("the sieve let a row through that the reader refuses")
    return Extracted(table, np.full(table.num_rows, index, np.int32), np.array(sieved.lines, np.int32))


def _join(parts: list[Extracted], dataset: Dataset) -> Extracted:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        schema = pa.schema(list(column_types(dataset).items()))
        return Extracted(schema.empty_table(), np.empty(0, np.int32), np.empty(0, np.int32))
    table = pa.concat_tables([part.table for part in parts]).unify_dictionaries().combine_chunks()
    owner = np.concatenate([part.owner for part in parts])
    line = np.concatenate([part.line for part in parts])
    # Rows stay together by file and in the order of their lines, whichever path they came by.
    order = np.lexsort((line, owner))
    return Extracted(table.take(pa.array(order)).combine_chunks(), owner[order], line[order])
