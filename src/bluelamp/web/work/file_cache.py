"""Files of records, made once and kept on disk for those who read them in parts. Bounded: what was asked for longest
ago goes first. Reading never depends on it: where nothing can be written, or a file is too large, it is streamed as it
is made. Used by `questions.record_files`."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from bluelamp.errors import Overloaded
from bluelamp.storage.files import atomic_path, sweep

_ENDING = ".kept"
# Files that are made at once in a process, and how long one waits for that, seconds.
_MAKERS = 2
_PATIENCE = 25.0
# After so many seconds it is tried again whether a file can be written; so many that could not be are remembered.
_AGAIN, _REMEMBERED = 60.0, 10_000
# No file may take more than this share of the room.
_SHARE = 2
# Bytes of a row, about, by format: a file that is plainly too large is not begun.
_ROW_BYTES = {"parquet": 80, "csv": 250, "xlsx": 120, "geojson": 450}


class _TooLarge(Exception):
    """The file is larger than one file may be."""


class KeptFiles:
    """`folder` holds them, shared by all processes of a server; `room` is the most bytes of all, 0 to keep none."""

    def __init__(self, folder: Path, room: int) -> None:
        self._folder, self._room = folder, room
        self._makers = threading.BoundedSemaphore(_MAKERS)
        self._lock = threading.Lock()
        self._making: dict[str, threading.Event] = {}
        self._refused: dict[str, float] = {}  # too large, or not to be written: until when
        if room and folder.is_dir():
            with contextlib.suppress(OSError):
                sweep(folder, deep=False)

    def may_keep(self, name: str, rows: int, format_: str) -> bool:
        """Whether a file of so many rows can be read in parts here."""
        refused = self._refused.get(name, 0.0) > time.monotonic()
        return not refused and rows * _ROW_BYTES[format_] <= self._room // _SHARE

    def find(self, name: str) -> Path | None:
        """A file that is kept; None where it is not."""
        if not self._room:
            return None
        path = self._folder / f"{name}{_ENDING}"
        try:
            os.utime(path)  # what is used stays
        except OSError:
            return path if path.is_file() else None
        return path

    def make(self, name: str, write: Callable[[], Iterator[bytes]]) -> Path | None:
        """The file, made now; whoever asks for the same meanwhile waits for it. None where it cannot be kept. Raises
        Overloaded where it takes too long: it goes on being made."""
        with self._lock:
            waiting = self._making.get(name)
            if waiting is None:
                mine = self._making[name] = threading.Event()
        if waiting is not None:
            if not waiting.wait(_PATIENCE):
                raise _still_made()
            return self.find(name)
        try:
            return self.find(name) or self._made(name, write)
        finally:
            with self._lock:
                del self._making[name]
            mine.set()

    def _made(self, name: str, write: Callable[[], Iterator[bytes]]) -> Path | None:
        if not self._makers.acquire(timeout=_PATIENCE):
            raise _still_made()
        try:
            return self._written(name, write)
        except (OSError, _TooLarge) as error:
            if len(self._refused) > _REMEMBERED:
                self._refused.clear()
            forever = isinstance(error, _TooLarge)
            self._refused[name] = math.inf if forever else time.monotonic() + _AGAIN
            structlog.get_logger("bluelamp.web").warning("file not kept", problem=str(error) or "it is too large")
            return None
        finally:
            self._makers.release()

    def _written(self, name: str, write: Callable[[], Iterator[bytes]]) -> Path:
        target = self._folder / f"{name}{_ENDING}"
        size = 0
        with atomic_path(target, flush=False) as partial, partial.open("wb") as file:
            for portion in write():
                size += len(portion)
                if size > self._room // _SHARE:
                    raise _TooLarge
                file.write(portion)
        self._make_room(target)
        return target

    def _make_room(self, newest: Path) -> None:
        """Remove what was asked for longest ago, until all fit. Whoever is reading one reads on."""
        found = []
        for path in self._folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((path == newest, status.st_mtime, status.st_size, path))
        size = sum(one[2] for one in found)
        for is_newest, _, its, path in sorted(found):
            if size <= self._room or is_newest:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                size -= its


def _still_made() -> Overloaded:
    return Overloaded("This file is still being made.", "Ask again in a few seconds: it is made once, and then kept.")
