"""One load task: some force-month files of one dataset, from the vault's bytes to files of the lake. Runs in a worker
process; called by `load`.

A task touches nothing but its own new files, so killing it at any moment loses nothing: the ledger learns of its
results in one transaction afterwards, and files that it never heard of are swept away by the next run.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from bluelamp.archive.columns import column
from bluelamp.archive.extract import FileVerdict, extract, why_unreadable
from bluelamp.archive.findings import file_findings, findings
from bluelamp.archive.lake_rows import WORD_COLUMNS, lake_rows
from bluelamp.archive.points import PointWriter, WordHashes
from bluelamp.archive.profile.counting import count_files
from bluelamp.archive.reader import Extracted
from bluelamp.domain.dataset import BY_NAME, Dataset
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import BluelampError
from bluelamp.sources.police_uk.inflate import content
from bluelamp.sources.police_uk.member import BrokenMember, Member
from bluelamp.storage.lake import ISSUE, POINT, SCHEMAS, TABLE_OF, WORD, Lake
from bluelamp.storage.ledger.entries import LOADED, QUARANTINED, LakeFile, LoadResult


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A force-month file to load: where its bytes lie and what the ledger expects of them."""

    file_id: int
    unit: ForceMonth
    member: str
    pack: Path
    offset: int
    compressed_size: int
    size: int
    crc32: int
    method: int


@dataclass(frozen=True, slots=True)
class Task:
    """Files of one dataset and one force, in the order of their months; `name` is unique within the lake."""

    dataset: str
    name: str
    files: tuple[WaitingFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    def one_by_one(self) -> Iterator[Task]:
        """A task for each of its files."""
        for number, file in enumerate(self.files, 1):
            yield Task(self.dataset, f"{self.name}-{number:05d}", (file,))


@dataclass(slots=True)
class TaskResult:
    """For the ledger: a verdict for each file, and the lake files that were written."""

    task: Task
    results: list[LoadResult] = field(default_factory=list)
    lake_files: list[LakeFile] = field(default_factory=list)
    main_reasons: dict[int, str] = field(default_factory=dict)  # by file: why most of its refused rows do not fit


class FieldWords:
    """The words of each small vocabulary that this process has written to the lake already."""

    def __init__(self) -> None:
        self._written: set[tuple[str, str]] = set()

    def new_words(self, rows: pa.Table) -> list[tuple[str, str]]:
        """(field, word) pairs among these rows that were not written yet; then call `mark_written`."""
        found = []
        for name in WORD_COLUMNS:
            if name in rows.schema.names:
                words = column(rows, name).dictionary.to_pylist()
                found += [(name, word) for word in words if word and (name, word) not in self._written]
        return found

    def mark_written(self, words: list[tuple[str, str]]) -> None:
        self._written.update(words)


class Stager:
    """Lives as long as its worker process, because it remembers words and points already written."""

    def __init__(self, lake: Lake) -> None:
        pa.set_cpu_count(1)  # one process per core: threads would only take turns
        self._lake = lake
        self._words = WordHashes()
        self._points = PointWriter(self._words)
        self._fields = FieldWords()

    def run(self, task: Task) -> TaskResult:
        """Load the files of a task. Whatever fails while one of them is read is that file's verdict, and no other's.

        Raised is only what the machine lacks: room, memory, a disk that works.
        """
        try:
            return self._run(task)
        except (OSError, BluelampError):
            raise
        except Exception as error:
            if len(task.files) == 1:
                return TaskResult(task, [quarantined(task.files[0], why_unreadable(error), "")])
        # It is not known which file it was: one by one, the others load.
        result = TaskResult(task)
        for one in task.one_by_one():
            alone = self.run(one)
            result.results += alone.results
            result.lake_files += alone.lake_files
            result.main_reasons |= alone.main_reasons
        return result

    def _run(self, task: Task) -> TaskResult:
        dataset = BY_NAME[task.dataset]
        readable: list[WaitingFile] = []
        contents: list[bytes] = []
        hashes: dict[int, str] = {}
        result = TaskResult(task)
        for file in task.files:
            try:
                data = _read(file)
            except BrokenMember as error:
                result.results.append(quarantined(file, error.reason, ""))
                continue
            except FileNotFoundError:
                result.results.append(quarantined(file, "has lost its bytes: the vault has no such pack", ""))
                continue
            hashes[file.file_id] = hashlib.sha256(data).hexdigest()
            readable.append(file)
            contents.append(data)
        if readable:
            extracted, verdicts = extract(contents, dataset)
            contents.clear()
            self._write(task, dataset, readable, extracted, verdicts, hashes, result)
        return result

    def _write(
        self,
        task: Task,
        dataset: Dataset,
        files: list[WaitingFile],
        extracted: Extracted,
        verdicts: list[FileVerdict],
        hashes: dict[int, str],
        result: TaskResult,
    ) -> None:
        found: list[list[dict[str, object]]] = [[] for _ in files]
        counted: list[dict[str, object]] = [{} for _ in files]
        path, words = "", list[tuple[str, str]]()
        fresh = np.empty(0, np.uint64)
        if extracted.table.num_rows:
            keys, located = self._points.keys(extracted.table)
            points, fresh = self._points.new_points(extracted.table, keys)
            rows, for_findings = lake_rows(dataset, [(f.file_id, f.unit) for f in files], extracted, keys, located)
            found = findings(for_findings, self._words)
            counted = count_files(dataset, [file.unit for file in files], extracted)
            if points.num_rows:
                result.lake_files.append(self._lake.write(POINT, task.name, points))
            words = self._fields.new_words(rows)
            if words:
                of_words = pa.Table.from_pylist([{"field": f, "word": w} for f, w in words], schema=SCHEMAS[WORD])
                result.lake_files.append(self._lake.write(WORD, task.name, of_words))
            written = self._lake.write(TABLE_OF[dataset.name], task.name, rows)
            path = written.path
            result.lake_files.append(written)
        issues = _issue_rows(files, verdicts)
        if issues.num_rows:
            result.lake_files.append(self._lake.write(ISSUE, task.name, issues))
        for file, verdict, own, evidence in zip(files, verdicts, found, counted, strict=True):
            sha256 = hashes[file.file_id]
            if verdict.broken:
                result.results.append(quarantined(file, verdict.broken, sha256))
                continue
            if verdict.issues:
                result.main_reasons[file.file_id] = _main_reason(verdict)
            result.results.append(
                LoadResult(
                    file.file_id, LOADED, "", sha256, verdict.rows_read, verdict.rows, len(verdict.issues),
                    path if verdict.rows else "", own + list(verdict.mends.findings()) + file_findings(verdict.notes),
                    evidence,
                )
            )  # fmt: skip
        # Only now: where anything above fails, what this task wrote is forgotten, and the next one writes it again.
        self._points.mark_written(fresh)
        self._fields.mark_written(words)


def _read(file: WaitingFile) -> bytes:
    handle = os.open(file.pack, os.O_RDONLY)
    try:
        raw = os.pread(handle, file.compressed_size, file.offset)
    finally:
        os.close(handle)
    member = Member(file.member, file.size, file.compressed_size, file.crc32, file.method, file.offset, "")
    return content(member, raw)


def quarantined(file: WaitingFile, reason: str, sha256: str = "") -> LoadResult:
    """The verdict on a file that is not to be read; `reason` completes the sentence “it …”."""
    return LoadResult(file.file_id, QUARANTINED, reason, sha256, 0, 0, 0, "", [])


def _main_reason(verdict: FileVerdict) -> str:
    (((column_name, reason), _),) = Counter((issue.field, issue.reason) for issue in verdict.issues).most_common(1)
    return f"{column_name} {reason}".strip()


def _issue_rows(files: Sequence[WaitingFile], verdicts: Sequence[FileVerdict]) -> pa.Table:
    rows = [
        {
            "file_id": file.file_id,
            "line": issue.line,
            "field": issue.field,
            "value": issue.value,
            "reason": issue.reason,
            "text": issue.text,
        }
        for file, verdict in zip(files, verdicts, strict=True)
        if not verdict.broken
        for issue in verdict.issues
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS[ISSUE])
