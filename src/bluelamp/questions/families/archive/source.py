"""The data versions of the warehouse, as a server opens them: see `LeasePool`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bluelamp.errors import BluelampError, NothingHeld, NotKept
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.data_version import StatementLimit
from bluelamp.storage.warehouse.database import Version
from bluelamp.storage.warehouse.indexes import open_indexes, problem_of

if TYPE_CHECKING:
    import duckdb

    from bluelamp.questions.model.stores import Stores

# Indexes of so many bytes are checked before the first answer, in some hundredths of a second; larger ones beside it.
CHECKED_AT_ONCE = 64 << 20


class ServedArchive(ArchiveVersion):
    """A data version with its file open. `version` says which.

    Its indexes answer once every byte of them was checked: the engine checks each block of its own file, and nothing
    else would notice a bit that has turned in theirs. Until then, and where they are damaged, the rows answer.
    """

    def __init__(self, version: Version, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection, None)
        self.version = version
        self.checked = False

    @property
    def name(self) -> str:
        return self.version.name

    @property
    def cache_key(self) -> str:
        return self.version.file.name

    @property
    def may_close(self) -> bool:
        return self.checked

    def check(self) -> None:
        """Read the indexes, and answer from them where they are what was written."""
        folder = self.version.indexes
        try:
            problem = problem_of(folder, thorough=True)
            if not problem:
                self.indexes = open_indexes(folder)
            elif folder.exists():
                structlog.get_logger("bluelamp.web").error(
                    "indexes not used", version=self.name, problem=problem, mend="bluelamp doctor --mend"
                )
        finally:
            self.checked = True

    def check_beside(self) -> None:
        """The same in a thread of its own."""
        threading.Thread(target=self.check, name="check-indexes", daemon=True).start()


class ArchiveSource:
    """Opens the versions of a warehouse. `limit` bounds what each of them runs."""

    def __init__(self, stores: Stores, limit: StatementLimit) -> None:
        self._stores, self._limit = stores, limit
        self._folder = stores.warehouse()
        self._stamp: object = None
        self._current = ""
        self._next: ServedArchive | None = None  # opened already, and not checked yet

    def newest(self, open_: Mapping[str, ServedArchive]) -> tuple[str, ServedArchive] | None:
        """The current version, opened anew when the pointer has changed, and once its indexes are checked: until then
        the one before answers."""
        stamp = self._folder.stamp()
        if stamp != self._stamp or self._current not in open_:
            version = self._folder.current()
            if version is None:
                return None
            coming = self._coming(version, open_)
            if not coming.checked and self._current in open_:
                return self._current, open_[self._current]
            self._current, self._stamp, self._next = version.file.name, stamp, None
            return self._current, coming
        return self._current, open_[self._current]

    def _coming(self, version: Version, open_: Mapping[str, ServedArchive]) -> ServedArchive:
        if version.file.name in open_:
            return open_[version.file.name]
        if self._next is None or self._next.cache_key != version.file.name:
            if self._next is not None:
                self._next.close()
            self._next = self._opened(version)
        return self._next

    def named(self, name: str) -> tuple[str, ServedArchive]:
        version = self._folder.named(name)
        if version is None:
            raise NotKept(
                f"The data version {name[:40]} is not kept here.",
                "Leave the version out to ask the current one, or ask the operator for the answer as of that release.",
            )
        coming, self._next = self._next, None
        if coming is not None and coming.name == name:
            return version.file.name, coming
        self._next = coming
        return version.file.name, self._opened(version)

    def close(self) -> None:
        """Close what was opened and handed to nobody yet."""
        if self._next is not None:
            self._next.close()
            self._next = None

    def nothing_yet(self, name: str) -> BluelampError:
        del name
        return NothingHeld(
            "Nothing is loaded yet.", "Load a release: bluelamp archive load PATH, or bluelamp archive sync."
        )

    def _opened(self, version: Version) -> ServedArchive:
        connection = self._folder.connect(version, memory_mb=self._stores.memory_mb, threads=self._stores.threads)
        opened = ServedArchive(version, connection)
        opened.limited = self._limit
        if _size_of(version.indexes) <= CHECKED_AT_ONCE:
            opened.check()
        else:
            opened.check_beside()
        return opened


def _size_of(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except OSError:
        return 0
