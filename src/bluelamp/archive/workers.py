"""The processes that read files. Used by `load`.

A worker that dies takes its task's results with it and nothing else: the tasks are tried again, each in a process of
its own, then file by file. A file that ends its process even when it is alone there is quarantined.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from bluelamp.archive.stage import Stager, Task, TaskResult, quarantined
from bluelamp.storage.files import as_storage_error
from bluelamp.storage.lake import Lake

# glibc gives large blocks back to the system at once and asks for them again: page faults that cost a tenth of the
# load. These settings make it keep them, and are read when a process starts.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_TOP_PAD_": "100000000",
}
_PR_SET_PDEATHSIG = 1
DEADLY = "ends the process that reads it, perhaps because memory runs out"

_stager: Stager | None = None


def run_here(stager: Stager, task: Task) -> TaskResult:
    """Run a task in this process. Raises StorageError for what the machine lacks."""
    try:
        return stager.run(task)
    except OSError as error:
        raise as_storage_error(error, "load into the lake") from error


def run_in_workers(tasks: Sequence[Task], lake: Lake, processes: int) -> Iterator[TaskResult]:
    """The results of the tasks as they come, started in the order given."""
    remembered = {name: os.environ.get(name) for name in _KEEP_MEMORY}
    os.environ.update({name: value for name, value in _KEEP_MEMORY.items() if remembered[name] is None})
    try:
        left = yield from _together(tasks, lake, processes)
        for task in left:
            yield from _alone(task, lake)
    finally:
        for name, value in remembered.items():
            if value is None:
                os.environ.pop(name, None)


def _together(tasks: Sequence[Task], lake: Lake, processes: int) -> Generator[TaskResult, None, list[Task]]:
    """Yields results; returns the tasks that have none because a worker died."""
    left = {task.name: task for task in tasks}
    # Workers are started afresh, not forked: a fork would copy the locks of this process's threads.
    with ProcessPoolExecutor(
        min(processes, len(tasks)), get_context("spawn"), _start_worker, (str(lake.root), os.getpid())
    ) as pool:
        pending: set[Future[TaskResult]] = {pool.submit(_run_in_worker, task) for task in tasks}
        try:
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    del left[result.task.name]
                    yield result
        except BrokenProcessPool:
            pass
        finally:
            for future in pending:
                future.cancel()
            if pending:
                # Interrupted, or failed: nobody waits for tasks whose results nobody will take.
                for process in list((pool._processes or {}).values()):
                    process.kill()
    return list(left.values())


def _alone(task: Task, lake: Lake) -> Iterator[TaskResult]:
    """The results of a task in a process of its own; where that dies too, of each of its files so."""
    left = yield from _together([task], lake, 1)
    if not left:
        return
    if len(task.files) == 1:
        yield TaskResult(task, [quarantined(task.files[0], DEADLY)])
        return
    for one in task.one_by_one():
        yield from _alone(one, lake)


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
    return run_here(_stager, task)
