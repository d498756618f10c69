"""The states of the calls in the lake, as a server opens them: see `LeasePool`."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bluelamp.errors import BluelampError, NoSuchThing, NotKept
from bluelamp.questions.families.calls.opening import CallsHome
from bluelamp.questions.families.calls.sound import is_small
from bluelamp.questions.families.calls.version import CallsVersion, fingerprint, is_lost
from bluelamp.questions.model.data_version import StatementLimit
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.files import PARTIAL, sweep

if TYPE_CHECKING:
    import duckdb

    from bluelamp.questions.model.stores import Stores

# How often it is looked whether a day was added or made anew, in seconds.
_LOOK = 1.0
# From so many files on they are gathered into one table.
_MANY = 30
# The engine tells apart only in words what it could not read and what it could not write.
_WRITING = re.compile(r"No space|[Ww]rit|Read-only|Permission")


class ServedCalls(CallsVersion):
    """A state of the calls with an engine of its own. `file` is where that keeps what it gathers, None where that is
    memory; it goes with the state. `unwritable` and `unreadable` are called when a file turns out to be."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        days: list[CallsDay],
        home: CallsHome,
        file: Path | None,
        unwritable: Callable[[], None] = lambda: None,
        unreadable: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(connection, days, home.lake, home.feeds)
        self.file, self._unwritable, self._unreadable = file, unwritable, unreadable
        self._gatherer = threading.Thread(target=self._gather, name="gather-calls", daemon=True)

    @property
    def cache_key(self) -> str:
        return f"calls-{fingerprint(self.days)}"

    def report_damaged(self) -> None:
        self._unreadable()

    def begin(self) -> None:
        """Gather the calls beside the first questions, where there are so many files that it is worth it."""
        if self.file is not None and len(self.files) >= _MANY:
            self._gatherer.start()

    def _gather(self) -> None:
        try:
            self.gather()
        except Exception as error:  # the files answer all the same
            if not self._unwanted:
                structlog.get_logger("bluelamp.web").warning("calls not gathered", problem=str(error))
                if _WRITING.search(str(error)):
                    self._unwritable()

    def close(self) -> None:
        """Waits for the gathering thread: never to be called under a lock that requests wait for."""
        if self._gatherer.ident is not None:
            self.stop_gathering()
            self._gatherer.join()
        super().close()
        _remove(self.file)


def _stamp_of(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _remove(file: Path | None) -> None:
    for path in (file, file.with_name(f"{file.name}.wal")) if file is not None else ():
        with suppress(OSError):
            path.unlink(missing_ok=True)


class CallsSource:
    """Opens states of the calls of a home. `limit` bounds what each of them runs."""

    def __init__(self, stores: Stores, limit: StatementLimit) -> None:
        self._stores, self._limit = stores, limit
        self._home: CallsHome | None = None
        self._stamp: object = None
        self._looked = 0.0
        self._current, self._files = "", 0
        self._lost: list[Path] = []  # the files of days that could not be used
        self._thorough = False  # whether every byte is read each time, because one was once wrong
        self._in_memory = False  # once a file could not be written, none is tried again
        self._notices = 0  # how often a thread beside the answers asked to look again

    def newest(self, open_: Mapping[str, ServedCalls]) -> tuple[str, ServedCalls] | None:
        """The lake as it is, opened where it is other than before."""
        if self._home is None:
            if not self._stores.has_live():
                return None
            self._home = CallsHome(self._stores)
        home, current = self._home, open_.get(self._current)
        if current is not None and time.monotonic() - self._looked < _LOOK:
            return self._current, current
        self._looked, stamp, notices = time.monotonic(), (home.stamp(), self._seen()), self._notices
        if current is not None and stamp == self._stamp:
            return self._current, current
        written = home.days()
        if not written:
            return None if current is None else (self._current, current)
        days = home.sound(written, thorough=is_small(written) or self._thorough)
        self._lost = [home.lake.path(one.path) for one, its in zip(written, days, strict=True) if is_lost(its)]
        stamp = (home.stamp(), self._seen())
        if not is_small(written) and not self._thorough:
            self._check_beside(home, written, frozenset(self._lost))
        # A state whose file could not be written is another one in memory, under the same name.
        name = fingerprint(days)[:12]
        self._current = f"{name} in memory" if self._in_memory else name
        # Where something was noticed meanwhile, the next who asks looks again.
        self._stamp = stamp if notices == self._notices else None
        found = open_.get(self._current)
        if found is None:
            found = self._opened(home, name, days)
            found.begin()
        return self._current, found

    def named(self, name: str) -> tuple[str, ServedCalls]:
        raise NotKept(
            f"The calls as of version {name[:40]} are not kept here.", "Leave the version out to ask the current one."
        )

    def close(self) -> None:
        """Close the table of days; what is open reads the lake alone."""
        if self._home is not None:
            self._home.close()
            self._home = None

    def nothing_yet(self, name: str) -> BluelampError:
        if name:
            return NotKept(
                f"The calls as of version {name[:40]} are not kept here.",
                "Leave the version out to ask the current one.",
            )
        return NoSuchThing("No closed day of calls is held here.", "Where feeds are polled, days come as they close.")

    def _seen(self) -> tuple[object, ...]:
        """What there is of the files that could not be used: somebody may mend them."""
        # Where they may come from object storage, that is tried again every minute.
        again = int(time.monotonic() // 60) if self._lost and self._home and self._home.lake.bucket else 0
        return (again, *(_stamp_of(path) for path in self._lost))

    def _look_again(self) -> None:
        """A file is not what was written: the next who asks is answered without it."""
        self._thorough = True
        self._notices += 1
        self._stamp, self._looked = None, 0.0

    def _check_beside(self, home: CallsHome, days: list[CallsDay], known: frozenset[Path]) -> None:
        """Read every byte of many files, while they answer already; where one is damaged that is not known to be lost,
        look again."""

        def check() -> None:
            found = zip(days, home.sound(days, thorough=True), strict=True)
            if {home.lake.path(one.path) for one, its in found if is_lost(its)} - known:
                self._look_again()

        threading.Thread(target=check, name="check-calls", daemon=True).start()

    def _opened(self, home: CallsHome, name: str, days: list[CallsDay]) -> ServedCalls:
        """A state; in memory alone where its file cannot be written."""
        import duckdb

        file, memory_mb, threads = self._file(name), self._stores.memory_mb, self._stores.threads
        try:
            connection = home.connect(days, memory_mb=memory_mb, threads=threads, file=str(file or ":memory:"))
        except duckdb.Error as error:
            if file is None:
                raise
            structlog.get_logger("bluelamp.web").warning("calls not kept", problem=str(error).splitlines()[0])
            _remove(file)
            file = None
            connection = home.connect(days, memory_mb=memory_mb, threads=threads)
        opened = ServedCalls(connection, days, home, file, self._unwritable, self._look_again)
        opened.limited = self._limit
        return opened

    def _unwritable(self) -> None:
        """The engine gives up a file that it could not write: the state is opened anew, in memory."""
        self._in_memory = True
        self._notices += 1
        self._stamp, self._looked = None, 0.0

    def _file(self, name: str) -> Path | None:
        """Where a state may keep what it gathers; it goes with the state, or, of a server that was killed, with the
        next one. None where nothing can be written."""
        if self._in_memory:
            return None
        folder = self._stores.home / "cache" / "calls"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder, deep=False)
            self._files += 1  # the same state may be opened again while it is being closed
            file = folder / f"{name}.{self._files}.{os.getpid()}{PARTIAL}"
            _remove(file)
            file.touch()
            file.unlink()
        except OSError:
            return None
        return file
