"""The data versions that the server has open. Every request takes a lease on one; a newly published version is opened
beside the old one, which closes when its last reader is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bluelamp.errors import NothingHeld, NotKept
from bluelamp.questions.data_version import DataVersion
from bluelamp.storage.warehouse.database import Version, WarehouseFolder
from bluelamp.storage.warehouse.indexes import open_serving, problem_of
from bluelamp.web.work.effort import Effort

if TYPE_CHECKING:
    import duckdb

# How many versions stay open beside the current one: those that pinned links and paging readers still ask for.
_PINNED_OPEN = 3
# Indexes of so many bytes are checked before the first answer, in some hundredths of a second; larger ones beside it.
CHECKED_AT_ONCE = 64 << 20


class OpenVersion(DataVersion):
    """A data version with its file open. `version` says which.

    Its indexes answer once every byte of them was checked: the engine checks each block of its own file, and nobody
    else would notice a bit that has turned in theirs. Until then, and where they are damaged, the rows answer.
    """

    def __init__(self, version: Version, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection, None)
        self.version = version
        self.checked = False
        self.readers = 0
        self.used = time.monotonic()
        self.retired = False

    @property
    def name(self) -> str:
        return self.version.name

    def check(self) -> None:
        """Read the indexes, and answer from them where they are what was written."""
        folder = self.version.serving
        try:
            problem = problem_of(folder, thorough=True)
            if not problem:
                self.serving = open_serving(folder)
            elif folder.exists():
                structlog.get_logger("bluelamp.web").error(
                    "indexes not used", version=self.name, problem=problem, mend="bluelamp doctor --mend"
                )
        finally:
            self.checked = True

    def check_beside(self) -> None:
        """The same in a thread of its own."""
        threading.Thread(target=self.check, name="check-indexes", daemon=True).start()


class Versions:
    """Opens versions and hands them out. `memory_mb` and `threads` bound the engine of each, `effort` what it runs."""

    def __init__(self, folder: WarehouseFolder, effort: Effort, *, memory_mb: int, threads: int) -> None:
        self._folder, self._effort, self._memory_mb, self._threads = folder, effort, memory_mb, threads
        self._lock = threading.Lock()
        self._open: dict[str, OpenVersion] = {}  # by file name
        self._current = ""
        self._stamp: object = None

    @contextmanager
    def lease(self, name: str = "") -> Iterator[OpenVersion]:
        """The current version, or the one that is named. Raises NothingHeld before the first, NotKept for a name whose
        file is gone."""
        opened = self._take(name)
        try:
            yield opened
        finally:
            self._give_back(opened)

    def current_name(self) -> str:
        """The current version's name; empty before the first."""
        with self._lock:
            opened = self._follow()
            return opened.name if opened is not None else ""

    def close(self) -> None:
        with self._lock:
            for opened in self._open.values():
                opened.connection.close()
            self._open.clear()

    # -- inside the lock ----------------------------------------------------------------------------------------

    def _take(self, name: str) -> OpenVersion:
        with self._lock:
            current = self._follow()
            if current is None:
                raise NothingHeld(
                    "Nothing is loaded yet.", "Load a release: bluelamp archive load PATH, or bluelamp archive sync."
                )
            opened = current if name in ("", current.name) else self._named(name)
            opened.readers += 1
            opened.used = time.monotonic()
            return opened

    def _follow(self) -> OpenVersion | None:
        """The current version, opened anew when the pointer has changed, and once its indexes are checked: until then
        the one before answers."""
        stamp = self._folder.stamp()
        if stamp != self._stamp or self._current not in self._open:
            version = self._folder.current()
            if version is None:
                return None
            before, coming = self._open.get(self._current), self._opened(version)
            if before is not None and not coming.checked:
                return before
            self._current = coming.version.file.name
            self._stamp = stamp
            if before is not None and before.version.file.name != self._current:
                self._retire()
        return self._open[self._current]

    def _named(self, name: str) -> OpenVersion:
        for opened in self._open.values():
            if opened.name == name:
                return opened
        version = self._folder.named(name)
        if version is None:
            raise NotKept(
                f"The data version {name[:40]} is not kept here.",
                "Leave the version out to ask the current one, or ask the operator for the answer as of that release.",
            )
        opened = self._opened(version)
        self._retire()
        return opened

    def _opened(self, version: Version) -> OpenVersion:
        held = self._open.get(version.file.name)
        if held is None:
            connection = self._folder.connect(version, memory_mb=self._memory_mb, threads=self._threads)
            held = self._open[version.file.name] = OpenVersion(version, connection)
            held.guard = self._effort.guard
            if _size_of(version.serving) <= CHECKED_AT_ONCE:
                held.check()
            else:
                held.check_beside()
        return held

    def _retire(self) -> None:
        """Close what nobody reads, but for the current version and the few that were asked for last."""
        idle = [one for file, one in self._open.items() if file != self._current and not one.readers and one.checked]
        for opened in sorted(idle, key=lambda one: -one.used)[_PINNED_OPEN - 1 :]:
            del self._open[opened.version.file.name]
            opened.connection.close()

    def _give_back(self, opened: OpenVersion) -> None:
        with self._lock:
            opened.readers -= 1
            opened.used = time.monotonic()
            if opened.version.file.name != self._current:
                self._retire()


def _size_of(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except OSError:
        return 0
