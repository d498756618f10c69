"""What it means when building a version or its indexes fails, in one sentence. Used by both builders."""

from __future__ import annotations

from bluelamp.errors import DiskFull, StorageError
from bluelamp.storage.files import as_storage_error


def as_build_error(error: BaseException) -> StorageError:
    """The error of our tree for whatever the engine, the system or the memory refused."""
    import duckdb

    if isinstance(error, OSError):
        refused = as_storage_error(error, "build the warehouse")
        if refused.hint:  # of those that say nothing to do, what the build is made from may be the cause
            return refused
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "No space left" in text or "disk is full" in text.lower() or "could not write" in text.lower():
        return DiskFull(
            f"The disk is full: could not build the warehouse ({text}).",
            "The version before it still answers; free some space and run the same command again.",
        )
    # A RuntimeError here is a thread that could not be started: memory for its stack is what lacks.
    scarce = "launch worker thread" in text or "annot allocate memory" in text
    if scarce or isinstance(error, (duckdb.OutOfMemoryException, MemoryError, RuntimeError)):
        return StorageError(
            f"There is not enough memory to build the warehouse ({text}).",
            "Set BLUELAMP_MEMORY_MB higher, or load fewer forces.",
        )
    return StorageError(f"The warehouse could not be built: {text}.", "bluelamp doctor checks what it is built from.")
