"""From a member's bytes to columns. Used by `stage`, in the worker processes.

Many files of one dataset are read in one go: their bodies are joined and parsed once, which is 1.4 times as fast as
file by file. Whatever does not fit that fast path goes, file by file, through the sieve first. Whatever fails while one
file is read is that file's verdict, and no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pyarrow as pa

from bluelamp.archive.columns import column_types
from bluelamp.archive.judge import Mends
from bluelamp.archive.reader import Extracted, ReadRows, parse_sieved, read_usual
from bluelamp.archive.respell import respell
from bluelamp.archive.shape import BrokenFile, Shape, shape_of
from bluelamp.archive.sieve import Issue, sieve
from bluelamp.domain.dataset import Dataset
from bluelamp.domain.rejected import MOST_REJECTED, share_words

T = TypeVar("T")
# What the machine lacks is no fault of a file.
_OF_THE_MACHINE = OSError


@dataclass(slots=True)
class FileVerdict:
    """What the extraction says of one file: broken (with its reason), or its rows, issues, mended cells and notes."""

    broken: str = ""
    rows_read: int = 0
    rows: int = 0
    issues: list[Issue] = field(default_factory=list)
    mends: Mends = field(default_factory=Mends)
    notes: tuple[str, ...] = ()


def extract(files: Sequence[bytes], dataset: Dataset) -> tuple[Extracted, list[FileVerdict]]:
    """The rows of the files of one dataset, and a verdict for each file, in the order given."""
    verdicts = [FileVerdict() for _ in files]
    shapes = [
        _contained(verdict, lambda data=data: shape_of(data, dataset))  # type: ignore[misc]
        for data, verdict in zip(files, verdicts, strict=True)
    ]
    usual = [index for index, shape in enumerate(shapes) if shape is not None and shape.usual]
    careful = [index for index, shape in enumerate(shapes) if shape is not None and not shape.usual]
    reads, not_so_usual = _read_all_usual(files, usual, dataset)
    parts: list[Extracted] = []
    for read in reads:
        parts += read.parts
        for index, issues in read.issues.items():
            verdicts[index].issues = issues
        for index, mends in read.mends.items():
            verdicts[index].mends = mends
    for index in sorted(careful + not_so_usual):
        shape = shapes[index]
        assert shape is not None
        parts += _read_carefully(files[index], shape, index, dataset, verdicts[index])
    whole = _join(parts, dataset)
    counts = np.bincount(whole.owner, minlength=len(files))
    for verdict, count in zip(verdicts, counts.tolist(), strict=True):
        _count(verdict, count)
    whole = _without_broken(whole, verdicts)
    table, respelt = respell(whole.table, dataset)
    return Extracted(table, whole.owner, whole.line, respelt), verdicts


def why_unreadable(error: Exception) -> str:
    """The verdict on a file whose reading failed in a way that nobody foresaw; completes the sentence “it …”."""
    words = " ".join(str(error).split())[:200]
    return f"cannot be read: {type(error).__name__}" + (f" ({words})" if words else "")


def _contained(verdict: FileVerdict, read: Callable[[], T]) -> T | None:
    """What `read` gives; None where it fails, and then the verdict says why."""
    try:
        return read()
    except BrokenFile as error:
        verdict.broken = error.reason
    except _OF_THE_MACHINE:
        raise
    except Exception as error:
        verdict.broken = why_unreadable(error)
    return None


def _count(verdict: FileVerdict, rows: int) -> None:
    """Note the rows of a file. One of which too little fits is broken: what is left of it would be no figure."""
    verdict.rows = rows
    verdict.rows_read = rows + len(verdict.issues)
    if not verdict.issues:
        return
    first = verdict.issues[0]
    told = f"line {first.line}: {f'{first.field} ' if first.field else ''}{first.reason}"
    if not rows:
        # An empty file is a published zero; a file of which nothing fits says nothing at all.
        verdict.broken = f"has no row that fits; {told}"
    elif len(verdict.issues) > MOST_REJECTED * verdict.rows_read:
        verdict.broken = f"has {share_words(len(verdict.issues), verdict.rows_read)} that do not fit; {told}"


def _without_broken(whole: Extracted, verdicts: Sequence[FileVerdict]) -> Extracted:
    broken = [index for index, verdict in enumerate(verdicts) if verdict.broken and verdict.rows]
    if not broken:
        return whole
    for index in broken:
        verdicts[index].rows = 0
    kept = ~np.isin(whole.owner, broken)
    return Extracted(whole.table.filter(pa.array(kept)).combine_chunks(), whole.owner[kept], whole.line[kept])


def _read_all_usual(files: Sequence[bytes], usual: list[int], dataset: Dataset) -> tuple[list[ReadRows], list[int]]:
    """(what the fast path read, the files that it could not read)."""
    if not usual:
        return [], []
    together = _read_usual(files, usual, dataset)
    if together is not None:
        return [together], []
    # Some file among them is not what its first look promised: find out which, one by one.
    reads, refused = [], []
    for index in usual:
        read = _read_usual(files, [index], dataset)
        if read is None:
            refused.append(index)
        else:
            reads.append(read)
    return reads, refused


def _read_usual(files: Sequence[bytes], chosen: list[int], dataset: Dataset) -> ReadRows | None:
    try:
        return read_usual([files[index] for index in chosen], chosen, dataset)
    except _OF_THE_MACHINE:
        raise
    except Exception:
        return None  # the careful path tells why, of the one file that it is


def _read_carefully(
    data: bytes, shape: Shape, index: int, dataset: Dataset, verdict: FileVerdict
) -> tuple[Extracted, ...]:
    """The rows of one file as one part or none; its issues, mended cells and notes go into the verdict."""

    def read() -> tuple[Extracted, ...]:
        sieved = sieve(data, shape, dataset)
        verdict.issues, verdict.mends, verdict.notes = sieved.issues, sieved.mends, shape.notes
        if not sieved.lines:
            return ()
        table = parse_sieved(sieved.body, dataset)
        if table.num_rows != len(sieved.lines):
            raise AssertionError("the judge let a row through that the typed reading refuses")
        owner = np.full(table.num_rows, index, np.int32)
        return (Extracted(table, owner, np.array(sieved.lines, np.int32)),)

    return _contained(verdict, read) or ()


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
