"""From the vault to the lake: every waiting file is read, checked and written as columns, by worker processes. The
step after `fetch`; each worker runs `stage`.

The ledger learns of finished tasks in small transactions, after their files are on disk: killed at any moment, the
next run finds the rest still waiting.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from bluelamp.archive.progress import Progress
from bluelamp.archive.stage import Stager, Task, TaskResult, WaitingFile
from bluelamp.errors import StorageError
from bluelamp.storage.files import as_storage_error
from bluelamp.storage.lake import Lake
from bluelamp.storage.ledger import QUARANTINED, WAITING, LakeFile, Ledger, LoadResult, StoredFile
from bluelamp.storage.vault import Vault

# Uncompressed bytes of one task. Larger ones waste less on their edges and need more memory per worker.
_TASK_BYTES = 40_000_000
# Below this a load runs in this process: starting workers would take longer than the work.
_WORTH_WORKERS = 24_000_000
_COMMIT_SECONDS = 1.0
# glibc gives large blocks back to the system at once and asks for them again: page faults that cost a tenth of the
# load. These settings make it keep them, and are read when a process starts.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_TOP_PAD_": "100000000",
}
_PR_SET_PDEATHSIG = 1

_stager: Stager | None = None


@dataclass(slots=True)
class Loaded:
    """What a load gave."""

    files: int = 0
    rows: int = 0
    rejected: int = 0
    quarantined: list[tuple[StoredFile, str]] = field(default_factory=list)

    def add(self, other: Loaded) -> None:
        """Count what another load gave as well."""
        self.files += other.files
        self.rows += other.rows
        self.rejected += other.rejected
        self.quarantined += other.quarantined


def load(ledger: Ledger, vault: Vault, lake: Lake, *, run: str, processes: int, progress: Progress) -> Loaded:
    """Load every waiting file. `run` names this run within the lake and must be new each time."""
    waiting = ledger.files_of(states=(WAITING,))
    loaded = Loaded()
    if not waiting:
        return loaded
    packs = {key: vault.local_path(key) for key in sorted({file.vault_key for file in waiting})}
    tasks = _tasks(waiting, packs, run)
    files = {file.id: file for file in waiting}
    progress.begin("reading and checking", sum(task.size for task in tasks), len(waiting))
    done_bytes = 0
    keeper = _Keeper(ledger, lake)
    for result in _results(tasks, lake, processes):
        keeper.add(result)
        done_bytes += result.task.size
        for verdict in result.results:
            loaded.files += 1
            loaded.rows += verdict.rows_loaded
            loaded.rejected += verdict.rows_rejected
            if verdict.state == QUARANTINED:
                loaded.quarantined.append((files[verdict.file_id], verdict.reason))
        progress.at(done_bytes, loaded.files, loaded.rows)
    keeper.commit()
    progress.end()
    vault.drop_cached()
    return loaded


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


def _tasks(waiting: list[StoredFile], packs: dict[str, Path], run: str) -> list[Task]:
    """Files of one dataset and force in a row of months, about `_TASK_BYTES` each; the largest tasks first."""
    tasks = []
    for number, files in enumerate(_portions(waiting), 1):
        unit = files[0].unit
        tasks.append(Task(unit.dataset, f"{run}/{unit.force}-{number:05d}", tuple(_waiting(f, packs) for f in files)))
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


def _results(tasks: list[Task], lake: Lake, processes: int) -> Iterator[TaskResult]:
    if processes == 1 or sum(task.size for task in tasks) < _WORTH_WORKERS:
        stager = Stager(lake)
        for task in tasks:
            yield _run_here(stager, task)
        return
    remembered = {name: os.environ.get(name) for name in _KEEP_MEMORY}
    os.environ.update({name: value for name, value in _KEEP_MEMORY.items() if remembered[name] is None})
    try:
        # Workers are started afresh, not forked: a fork would copy the locks of this process's threads.
        with ProcessPoolExecutor(
            min(processes, len(tasks)), get_context("spawn"), _start_worker, (str(lake.root), os.getpid())
        ) as pool:
            yield from _collect(pool, tasks)
    finally:
        for name, value in remembered.items():
            if value is None:
                os.environ.pop(name, None)


def _collect(pool: ProcessPoolExecutor, tasks: list[Task]) -> Iterator[TaskResult]:
    pending: set[Future[TaskResult]] = {pool.submit(_run_in_worker, task) for task in tasks}
    try:
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        raise StorageError(
            "A worker process of the load died, perhaps because memory ran out.",
            "What was finished is kept: run the same command again, or set BLUELAMP_PROCESSES=1.",
        ) from None
    finally:
        for future in pending:
            future.cancel()
        if pending:
            # Interrupted, or failed: nobody waits for tasks whose results nobody will take.
            for process in list((pool._processes or {}).values()):
                process.kill()


def _run_here(stager: Stager, task: Task) -> TaskResult:
    try:
        return stager.run(task)
    except OSError as error:
        raise as_storage_error(error, "load into the lake") from error
    except MemoryError:
        raise StorageError("There is not enough memory to load.", "Set BLUELAMP_PROCESSES=1.") from None


def _start_worker(lake_root: str, parent: int) -> None:
    global _stager  # noqa: PLW0603 - a worker process has one, made when it starts
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    if sys.platform == "linux":
        # When the parent is killed its workers must not go on writing beside the next run.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    _stager = Stager(Lake(Path(lake_root)))


def _run_in_worker(task: Task) -> TaskResult:
    assert _stager is not None
    return _run_here(_stager, task)


def unreferenced(lake: Lake, known: Iterable[LakeFile]) -> list[Path]:
    """Lake files that a killed run left behind: written, but the ledger never heard of them."""
    names = {file.path for file in known}
    return [
        path for path in lake.root.glob("stg_*/*/*.parquet") if str(path.relative_to(lake.root).as_posix()) not in names
    ]
