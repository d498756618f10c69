"""What the server has made and keeps, to make it once. Reading never depends on it: what cannot be written, because the
disk is full or may not be written, is a warning, and is kept in memory instead. Used by `places.outlines`,
`web.archive.comparisons` and `web.places.city_map`.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import structlog
from cachetools import FIFOCache

from bluelamp.errors import StorageError
from bluelamp.storage.files import atomic_path

# Bytes that are kept in memory at most.
_LIMIT = 64 << 20
_unwritten: FIFOCache[Path, bytes] = FIFOCache(_LIMIT, getsizeof=len)
_lock = threading.Lock()


def kept(path: Path) -> bytes | None:
    """What was kept under this path; None where nothing is, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        with _lock:
            return _unwritten.get(path)


def is_kept(path: Path) -> bool:
    """Whether anything is kept under this path, without reading it."""
    with _lock:
        if path in _unwritten:
            return True
    try:
        return path.exists()
    except OSError:
        return False


def keep(path: Path, body: bytes) -> None:
    """Keep it, on disk where that can be."""
    try:
        with atomic_path(path, flush=False) as partial:
            partial.write_bytes(body)
    except (OSError, StorageError) as error:
        structlog.get_logger("bluelamp.web").warning("not kept", file=path.name, problem=str(error))
        _remember(path, body)


def forget(path: Path) -> None:
    """Remove what was kept, as far as that can be."""
    with _lock:
        _unwritten.pop(path, None)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        structlog.get_logger("bluelamp.web").warning("not removed", file=path.name, problem=str(error))


def _remember(path: Path, body: bytes) -> None:
    with _lock, suppress(ValueError):  # what is larger than all that may be kept is made again
        _unwritten[path] = body
