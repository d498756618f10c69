"""From the vault to the lake: every waiting file is read, checked and written as columns, by worker processes. The
step after `fetch`; each worker runs `stage`.

The ledger learns of finished tasks in small transactions, after their files are on disk: killed at any moment, the
next run finds the rest still waiting.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bluelamp.archive.era_findings import CHECK as OUTSIDE_ERA
from bluelamp.archive.progress import Progress
from bluelamp.archive.stage import Stager, Task, TaskResult, WaitingFile
from bluelamp.archive.workers import run_here, run_in_workers
from bluelamp.domain.rejected import FEW_REJECTED
from bluelamp.errors import NotFound
from bluelamp.storage.lake import Lake
from bluelamp.storage.ledger.ledger import QUARANTINED, WAITING, LakeFile, Ledger, LoadResult, StoredFile
from bluelamp.storage.vault.vault import Vault

# Uncompressed bytes of one task. Larger ones waste less on their edges and need more memory per worker.
_TASK_BYTES = 40_000_000
# Below this a load runs in this process: starting workers would take longer than the work.
_WORTH_WORKERS = 24_000_000
_COMMIT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was loaded without more than a few of its rows. `reason` is that of most of them."""

    file: StoredFile
    rejected: int
    read: int
    reason: str


@dataclass(slots=True)
class Loaded:
    """What a load gave. `outside_era` counts values in files of months in which the table of eras has none of them."""

    files: int = 0
    rows: int = 0
    rejected: int = 0
    outside_era: int = 0
    quarantined: list[tuple[StoredFile, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def add(self, other: Loaded) -> None:
        """Count what another load gave as well."""
        self.files += other.files
        self.rows += other.rows
        self.rejected += other.rejected
        self.outside_era += other.outside_era
        self.quarantined += other.quarantined
        self.refused += other.refused


def load(
    ledger: Ledger,
    vault: Vault,
    lake: Lake,
    *,
    run: str,
    processes: int,
    progress: Progress,
    left_over: Collection[int] = (),
    put_off: bool = False,
) -> Loaded:
    """Load every waiting file. `run` names this run within the lake and must be new each time.

    `left_over` are the ids of files that an earlier run received and did not read: they come last, or with `put_off`
    not at all, so that whatever ended that run ends nothing new.
    """
    waiting = [file for file in ledger.files_of(states=(WAITING,)) if not (put_off and file.id in left_over)]
    loaded = Loaded()
    if not waiting:
        return loaded
    packs = {key: _pack(vault, key) for key in sorted({file.vault_key for file in waiting})}
    tasks = _tasks([file for file in waiting if file.id not in left_over], packs, f"{run}/")
    last = _tasks([file for file in waiting if file.id in left_over], packs, f"{run}/left-over-")
    files = {file.id: file for file in waiting}
    progress.begin("reading and checking", sum(task.size for task in (*tasks, *last)), len(waiting))
    done_bytes = 0
    keeper = _Keeper(ledger, lake)
    for result in _results(tasks, last, lake, processes):
        keeper.add(result)
        done_bytes += result.task.size
        _add_up(loaded, result, files)
        progress.at(done_bytes, loaded.files, loaded.rows)
    keeper.commit()
    progress.end()
    vault.drop_cached()
    return loaded


def _pack(vault: Vault, key: str) -> Path:
    try:
        return vault.local_path(key)
    except NotFound:
        return Path(key)  # there is none: each of its files is told of as it is tried


def _add_up(loaded: Loaded, result: TaskResult, files: dict[int, StoredFile]) -> None:
    for verdict in result.results:
        loaded.files += 1
        loaded.rows += verdict.rows_loaded
        loaded.rejected += verdict.rows_rejected
        loaded.outside_era += sum(one["count"] for one in verdict.findings if one["check"] == OUTSIDE_ERA)
        file = files[verdict.file_id]
        if verdict.state == QUARANTINED:
            loaded.quarantined.append((file, verdict.reason))
        elif verdict.rows_rejected > FEW_REJECTED * verdict.rows_read:
            reason = result.main_reasons[verdict.file_id]
            loaded.refused.append(Refused(file, verdict.rows_rejected, verdict.rows_read, reason))


class _Keeper:
    """Gathers finished tasks and writes them to the ledger about once a second."""

    def __init__(self, ledger: Ledger, lake: Lake) -> None:
        self._ledger, self._lake = ledger, lake
        self._results: list[LoadResult] = []
        self._lake_files: list[LakeFile] = []
        self._last = time.monotonic()

    def add(self, result: TaskResult) -> None:
        self._results += result.results
        self._lake_files += result.lake_files
        if time.monotonic() - self._last >= _COMMIT_SECONDS:
            self.commit()

    def commit(self) -> None:
        self._lake.flush(self._lake_files)
        self._ledger.record_results(self._results, self._lake_files)
        self._results, self._lake_files = [], []
        self._last = time.monotonic()


def _tasks(waiting: list[StoredFile], packs: dict[str, Path], prefix: str) -> list[Task]:
    """Files of one dataset and force in a row of months, about `_TASK_BYTES` each; the largest tasks first."""
    tasks = []
    for number, files in enumerate(_portions(waiting), 1):
        unit = files[0].unit
        tasks.append(Task(unit.dataset, f"{prefix}{unit.force}-{number:05d}", tuple(_waiting(f, packs) for f in files)))
    tasks.sort(key=lambda task: task.size, reverse=True)
    return tasks


def _portions(waiting: list[StoredFile]) -> Iterator[list[StoredFile]]:
    portion: list[StoredFile] = []
    size = 0
    for file in sorted(waiting, key=lambda file: (file.unit, file.id)):
        other = portion and (file.unit.dataset, file.unit.force) != (portion[0].unit.dataset, portion[0].unit.force)
        if portion and (other or size + file.size > _TASK_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(file)
        size += file.size
    if portion:
        yield portion


def _waiting(file: StoredFile, packs: dict[str, Path]) -> WaitingFile:
    return WaitingFile(
        file.id, file.unit, file.member, packs[file.vault_key], file.vault_offset, file.compressed_size, file.size,
        file.crc32, file.method,
    )  # fmt: skip


def _results(tasks: list[Task], left_over: list[Task], lake: Lake, processes: int) -> Iterator[TaskResult]:
    """New files first. What an earlier run left over may be what ended it, so it never runs in this process."""
    if processes == 1 or sum(task.size for task in tasks) < _WORTH_WORKERS:
        stager = Stager(lake)
        for task in tasks:
            yield run_here(stager, task)
    else:
        yield from run_in_workers(tasks, lake, processes)
    if left_over:
        yield from run_in_workers(left_over, lake, processes)


def unreferenced(lake: Lake, known: Iterable[LakeFile]) -> list[Path]:
    """Lake files that a killed run left behind: written, but the ledger never heard of them."""
    names = {file.path for file in known}
    return [
        path for path in lake.root.glob("stg_*/*/*.parquet") if str(path.relative_to(lake.root).as_posix()) not in names
    ]
