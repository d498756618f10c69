"""One load task: some force-month files of one dataset, from the vault's bytes to files of the lake. Runs in a worker
process; called by `load`.

A task touches nothing but its own new files, so killing it at any moment loses nothing: the ledger learns of its
results in one transaction afterwards, and files that it never heard of are swept away by the next run.
"""

from __future__ import annotations

import binascii
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.archive.extract import FileVerdict, extract
from bluelamp.archive.findings import Mask, Rows, file_findings, findings
from bluelamp.archive.local_time import to_local
from bluelamp.archive.points import Keys, PointWriter, WordHashes, blank_as_null
from bluelamp.archive.reader import Extracted, column, text_buffers
from bluelamp.domain.dataset import BY_NAME, STOPS, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.sources.police_uk.inflate import inflate
from bluelamp.sources.police_uk.member import BrokenMember, Member
from bluelamp.storage.entries import LOADED, QUARANTINED, LakeFile, LoadResult
from bluelamp.storage.lake import ISSUE, POINT, SCHEMAS, TABLE_OF, WORD, Lake

_MICROSECONDS_A_DAY = 86_400_000_000
# The lake's column for each published column that is kept as words.
_WORD_COLUMNS = {
    "reported_by": "Reported by",
    "falls_within": "Falls within",
    "crime_type": "Crime type",
    "last_outcome": "Last outcome category",
    "context": "Context",
    "outcome_type": "Outcome type",
    "stop_type": "Type",
    "part_of_operation": "Part of a policing operation",
    "operation": "Policing operation",
    "gender": "Gender",
    "age_range": "Age range",
    "self_ethnicity": "Self-defined ethnicity",
    "officer_ethnicity": "Officer-defined ethnicity",
    "legislation": "Legislation",
    "object": "Object of search",
    "outcome": "Outcome",
    "outcome_linked": "Outcome linked to object of search",
    "clothing_removed": "Removal of more than just outer clothing",
}


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


@dataclass(slots=True)
class TaskResult:
    """For the ledger: a verdict for each file, and the lake files that were written."""

    task: Task
    results: list[LoadResult] = field(default_factory=list)
    lake_files: list[LakeFile] = field(default_factory=list)


class FieldWords:
    """The words of each small vocabulary that this process has written to the lake already."""

    def __init__(self) -> None:
        self._written: set[tuple[str, str]] = set()

    def new_words(self, rows: pa.Table) -> list[tuple[str, str]]:
        """(field, word) pairs among these rows that were not written yet; then call `mark_written`."""
        found = []
        for name in _WORD_COLUMNS:
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
        """Load the files of a task. Broken files get a verdict; any other failure is raised."""
        dataset = BY_NAME[task.dataset]
        readable: list[WaitingFile] = []
        contents: list[bytes] = []
        hashes: dict[int, str] = {}
        result = TaskResult(task)
        for file in task.files:
            try:
                data = _read(file)
            except BrokenMember as error:
                result.results.append(_quarantined(file, error.reason, ""))
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
        path = ""
        if extracted.table.num_rows:
            keys, located = self._points.keys(extracted.table)
            points, fresh = self._points.new_points(extracted.table, keys)
            rows, for_findings = _lake_rows(dataset, files, extracted, keys, located)
            found = findings(for_findings, self._words)
            if points.num_rows:
                result.lake_files.append(self._lake.write(POINT, task.name, points))
            words = self._fields.new_words(rows)
            if words:
                of_words = pa.Table.from_pylist([{"field": f, "word": w} for f, w in words], schema=SCHEMAS[WORD])
                result.lake_files.append(self._lake.write(WORD, task.name, of_words))
            written = self._lake.write(TABLE_OF[dataset.name], task.name, rows)
            path = written.path
            result.lake_files.append(written)
            self._points.mark_written(fresh)
            self._fields.mark_written(words)
        issues = _issue_rows(files, verdicts)
        if issues.num_rows:
            result.lake_files.append(self._lake.write(ISSUE, task.name, issues))
        for file, verdict, own in zip(files, verdicts, found, strict=True):
            sha256 = hashes[file.file_id]
            if verdict.broken:
                result.results.append(_quarantined(file, verdict.broken, sha256))
                continue
            result.results.append(
                LoadResult(
                    file.file_id, LOADED, "", sha256, verdict.rows_read, verdict.rows, len(verdict.issues),
                    path if verdict.rows else "", own + file_findings(verdict.notes),
                )
            )  # fmt: skip


def _read(file: WaitingFile) -> bytes:
    handle = os.open(file.pack, os.O_RDONLY)
    try:
        raw = os.pread(handle, file.compressed_size, file.offset)
    finally:
        os.close(handle)
    member = Member(file.member, file.size, file.compressed_size, file.crc32, file.method, file.offset, "")
    return inflate(member, raw)


def _quarantined(file: WaitingFile, reason: str, sha256: str) -> LoadResult:
    return LoadResult(file.file_id, QUARANTINED, reason, sha256, 0, 0, 0, "", [])


def _lake_rows(
    dataset: Dataset, files: list[WaitingFile], extracted: Extracted, keys: Keys, located: Mask
) -> tuple[pa.Table, Rows]:
    table, owner = extracted.table, extracted.owner
    months = np.array([file.unit.month.index for file in files])
    columns: dict[str, pa.Array] = {
        "file_id": pa.array(np.array([file.file_id for file in files], np.int32)[owner]),
        "line": pa.array(extracted.line),
        "force": _words_by_file([file.unit.force for file in files], owner),
        "month": _first_days([file.unit.month for file in files], owner),
        "point": pa.array(keys),
    }
    if dataset == STOPS:
        row_ids, out_of_month = _add_times(columns, column(table, "Date"), months[owner])
    else:
        columns["crime_id"], columns["crime_key"], row_ids = _identifiers(column(table, "Crime ID"))
        columns["month_published"], out_of_month = _other_months(column(table, "Month"), months[owner])
    schema = SCHEMAS[TABLE_OF[dataset.name]]
    for name in schema.names:
        if name not in columns:
            columns[name] = blank_as_null(column(table, _WORD_COLUMNS[name]))
    rows = pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
    return rows, Rows(dataset, extracted, len(files), keys, located, row_ids, out_of_month)


def _words_by_file(words: list[str], owner: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    distinct = sorted(set(words))
    codes = np.array([distinct.index(word) for word in words], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes[owner]), pa.array(distinct))


def _first_days(months: list[Month], owner: npt.NDArray[np.int32]) -> pa.Array:
    days = np.array([np.datetime64(month.first_day, "D") for month in months])
    return pa.array(days[owner], pa.date32())


def _identifiers(ids: pa.Array) -> tuple[pa.Array, pa.Array, Keys]:
    """(the 32 bytes of each ID, its 64-bit key, the key with 0 for blank)."""
    ends, text = text_buffers(ids)
    given = np.diff(ends) == 64
    packed = np.zeros((len(ids), 32), np.uint8)
    packed[given] = np.frombuffer(binascii.unhexlify(text[ends[0] : ends[-1]].tobytes()), np.uint8).reshape(-1, 32)
    # The IDs are SHA-256 hashes: folding their four words keeps 64 evenly spread bits of all of them.
    words = packed.view("<u8")
    keys = words[:, 0] ^ (words[:, 1] * np.uint64(3)) ^ (words[:, 2] * np.uint64(5)) ^ (words[:, 3] * np.uint64(7))
    keys[given & (keys == 0)] = 1
    mask = ~given
    valid = pa.array(given).buffers()[1] if mask.any() else None
    ids_as_bytes = pa.Array.from_buffers(pa.binary(32), len(ids), [valid, pa.py_buffer(packed)])
    return ids_as_bytes, pa.array(keys, mask=mask), keys


def _other_months(published: pa.DictionaryArray, expected: npt.NDArray[np.int64]) -> tuple[pa.Array, Mask]:
    words = published.dictionary.to_pylist()
    codes = published.indices.to_numpy()
    indexes = np.array([Month.parse(word).index for word in words], np.int64)
    differs = indexes[codes] != expected
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=~differs), pa.array(words)), differs


def _add_times(columns: dict[str, pa.Array], published: pa.Array, expected: npt.NDArray[np.int64]) -> tuple[Keys, Mask]:
    known = ~published.is_null().to_numpy(False)
    instants = published.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    local = to_local(instants)
    columns["utc_time"] = published.cast(pa.timestamp("us"))
    columns["local_time"] = pa.array(local, pa.timestamp("us"), mask=~known)
    # Forces that do not record the time publish local midnight (oddity 17).
    columns["time_known"] = pa.array(known & (local % _MICROSECONDS_A_DAY != 0))
    months = local.view("datetime64[us]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return instants.view(np.uint64), known & (months != expected)


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
