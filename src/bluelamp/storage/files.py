"""Writing files so that a reader sees the old or the new, never a half. Used by all of storage."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bluelamp.errors import DiskFull, StorageError

# A partly written file bears this ending until it is whole; `sweep` removes those that a crash left.
PARTIAL = ".partial"
_WRITER = re.compile(rf"\.([1-9][0-9]*){re.escape(PARTIAL)}")


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn the operating system's refusals into one sentence that says what was being done."""
    try:
        yield
    except OSError as error:
        raise as_storage_error(error, doing) from error


def as_storage_error(error: OSError, doing: str) -> StorageError:
    """The error of our tree for an OSError met while `doing` something."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(
            f"The disk is full: could not {doing}{place}.",
            "Nothing half done is published; free some space and run the same command again.",
        )
    if error.errno == errno.ENOMEM:
        return StorageError(f"There is not enough memory to {doing}{place}.", "Set BLUELAMP_PROCESSES=1.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DiskFull(
            f"No permission to {doing}{place}.", "Check who owns BLUELAMP_HOME, or set it to another folder."
        )
    return StorageError(f"Could not {doing}{place}: {error.strerror or error}.")


@contextmanager
def atomic_path(target: Path, *, flush: bool = True) -> Iterator[Path]:
    """A path to write to; on leaving without an error it is flushed to disk and renamed to `target`.

    With `flush=False` the caller calls `flush_files` before anything refers to the file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}{PARTIAL}")
    try:
        yield partial
        if flush:
            fsync_file(partial)
        partial.replace(target)
        if flush:
            fsync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def flush_files(paths: list[Path]) -> None:
    """Make finished files survive a power cut: called before a ledger that refers to them is committed."""
    for path in paths:
        fsync_file(path)
    for folder in {path.parent for path in paths}:
        fsync_folder(folder)


def fsync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_folder(path: Path) -> None:
    """Make a rename inside the folder survive a power cut; a no-op where folders cannot be opened."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep(folder: Path, *, everything: bool = False, deep: bool = True) -> int:
    """Remove what a killed writer left half written below `folder` (or just in it); the number of files removed.

    Only to be called while holding the writer's lock. What a process that lives is writing stays: pollers and the
    server write into the same home without that lock.
    """
    removed = 0
    for path in (folder.rglob if deep else folder.glob)("*" if everything else f"*{PARTIAL}*"):
        if path.is_file() and not _is_being_written(path):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_being_written(path: Path) -> bool:
    """Whether the process that a partly written file is named by is alive."""
    found = _WRITER.search(path.name)
    if found is None:
        return False
    try:
        os.kill(int(found[1]), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
