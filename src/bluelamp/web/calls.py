"""The calls that the server has open: the state of the lake as it is now, and the few before it that somebody still
reads. Every request about calls takes a lease on one, as others do on a data version of the archive.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, Request

from bluelamp.errors import NoSuchThing, NotKept
from bluelamp.questions.calls.opening import CallsHome, has_live
from bluelamp.questions.calls.sound import is_small
from bluelamp.questions.calls.version import CallsVersion, fingerprint, is_lost
from bluelamp.questions.datasets import DatasetSpec
from bluelamp.settings import Settings
from bluelamp.storage.calls.days import CallsDay
from bluelamp.storage.files import PARTIAL, sweep
from bluelamp.storage.warehouse.database import Version
from bluelamp.web.request import lease, site_of
from bluelamp.web.versions import OpenVersion
from bluelamp.web.work.effort import Effort

if TYPE_CHECKING:
    import duckdb

# How often it is looked whether a day was added or made anew, in seconds.
_LOOK = 1.0
# How many states stay open beside the current one; their files are kept for an hour.
_OTHERS_OPEN = 2
_THREADS = 2
# From so many files on they are gathered into one table.
_MANY = 30
_lock = threading.Lock()
# The engine tells apart only in words what it could not read and what it could not write.
_WRITING = re.compile(r"No space|[Ww]rit|Read-only|Permission")


class OpenCalls(CallsVersion, OpenVersion):
    """A state of the calls with an engine of its own; to the routes, a data version like any other."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        days: list[CallsDay],
        home: CallsHome,
        file: Path | None,
        unwritable: Callable[[], None] = lambda: None,
        unreadable: Callable[[], None] = lambda: None,
    ) -> None:
        CallsVersion.__init__(self, connection, days, home.lake, home.feeds)
        self.file, self._unwritable, self._unreadable = file, unwritable, unreadable
        whole = fingerprint(days)
        self.version = Version(whole[:12], whole, Path(f"calls-{whole}"), 0, whole)
        self.readers = 0
        self.used = time.monotonic()
        self.retired = False
        self._gatherer = threading.Thread(target=self._gather, name="gather-calls", daemon=True)

    def told_damaged(self) -> None:
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
        self.connection.close()
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


class OpenedCalls:
    """Opens states of the calls and hands them out."""

    def __init__(self, settings: Settings, effort: Effort) -> None:
        self._settings, self._effort = settings, effort
        self._lock = threading.Lock()
        self._home: CallsHome | None = None
        self._stamp: object = None
        self._looked = 0.0
        self._open: dict[str, OpenCalls] = {}
        self._leaving: list[OpenCalls] = []  # taken out of those that are open, and still to be closed
        self._current, self._files = "", 0
        self._lost: list[Path] = []  # the files of days that could not be used
        self._thorough = False  # whether every byte is read each time, because one was once wrong
        self._in_memory = False  # once a file could not be written, none is tried again

    @contextmanager
    def lease(self, name: str = "") -> Iterator[OpenVersion]:
        """The calls as they are, or as they were under a name. Raises NoSuchThing before the first day, NotKept for a
        name that is no longer open."""
        with self._lock:
            self._follow()
            opened = self._open.get(name or self._current)
            if opened is None and not name:
                raise NoSuchThing(
                    "No closed day of calls is held here.", "Where feeds are polled, days come as they close."
                )
            if opened is None:
                raise NotKept(
                    f"The calls as of version {name[:40]} are not kept here.",
                    "Leave the version out to ask the current one.",
                )
            opened.readers += 1
        try:
            self._let_go()
            yield opened
        finally:
            with self._lock:
                opened.readers -= 1
                opened.used = time.monotonic()
                self._retire()
            self._let_go()

    def current_name(self) -> str:
        """The name of the calls as they are; empty before the first day."""
        with self._lock:
            self._follow()
            name = self._current
        self._let_go()
        return name

    def _follow(self) -> None:
        """Open the lake as it is, where it is other than before."""
        if self._home is None:
            if not has_live(self._settings):
                return
            self._home = CallsHome(self._settings)
        if self._current and time.monotonic() - self._looked < _LOOK:
            return
        self._looked, stamp = time.monotonic(), (self._home.stamp(), self._seen())
        if self._current and stamp == self._stamp:
            return
        written = self._home.days()
        if not written:
            return
        days = self._home.sound(written, thorough=is_small(written) or self._thorough)
        self._lost = [self._home.lake.path(one.path) for one, its in zip(written, days, strict=True) if is_lost(its)]
        stamp = (self._home.stamp(), self._seen())
        if not is_small(written) and not self._thorough:
            self._check_beside(written, frozenset(self._lost))
        name = fingerprint(days)[:12]
        if name not in self._open:
            self._open[name] = self._opened(name, days)
            self._open[name].begin()
        self._stamp, self._current = stamp, name
        self._retire()

    def _seen(self) -> tuple[object, ...]:
        """What there is of the files that could not be used: somebody may mend them."""
        # Where they may come from object storage, that is tried again every minute.
        again = int(time.monotonic() // 60) if self._lost and self._home and self._home.lake.bucket else 0
        return (again, *(_stamp_of(path) for path in self._lost))

    def _look_again(self) -> None:
        """A file is not what was written: the next who asks is answered without it."""
        with self._lock:
            self._thorough, self._stamp, self._looked = True, None, 0.0

    def _check_beside(self, days: list[CallsDay], known: frozenset[Path]) -> None:
        """Read every byte of many files, while they answer already; where one is damaged that is not known to be lost,
        look again."""
        home = self._home
        assert home is not None

        def check() -> None:
            found = zip(days, home.sound(days, thorough=True), strict=True)
            if {home.lake.path(one.path) for one, its in found if is_lost(its)} - known:
                self._look_again()

        threading.Thread(target=check, name="check-calls", daemon=True).start()

    def _opened(self, name: str, days: list[CallsDay]) -> OpenCalls:
        """A state; in memory alone where its file cannot be written."""
        import duckdb

        assert self._home is not None
        file, memory_mb = self._file(name), self._settings.serve_memory_mb
        try:
            connection = self._home.connect(days, memory_mb=memory_mb, threads=_THREADS, file=str(file or ":memory:"))
        except duckdb.Error as error:
            if file is None:
                raise
            structlog.get_logger("bluelamp.web").warning("calls not kept", problem=str(error).splitlines()[0])
            _remove(file)
            file = None
            connection = self._home.connect(days, memory_mb=memory_mb, threads=_THREADS)
        opened = OpenCalls(connection, days, self._home, file, lambda: self._unwritable(name), self._look_again)
        opened.guard = self._effort.guard
        return opened

    def _unwritable(self, name: str) -> None:
        """The engine gives up a file that it could not write: the state is opened anew, in memory."""
        with self._lock:
            self._in_memory = True
            broken = self._open.pop(name, None)
            if broken is not None:
                self._open[f"{name} given up"] = broken  # for those who read it still
            self._stamp, self._looked = None, 0.0

    def _file(self, name: str) -> Path | None:
        """Where a state may keep what it gathers; it goes with the state, or, of a server that was killed, with the
        next one. None where nothing can be written."""
        if self._in_memory:
            return None
        folder = self._settings.home / "cache" / "calls"
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

    def close(self) -> None:
        """Close all that is open."""
        with self._lock:
            self._leaving += self._open.values()
            self._open.clear()
            self._current = ""
        self._let_go()

    def _retire(self) -> None:
        """Take out what nobody reads, but for the current state and the few that were asked for last."""
        idle = [name for name, one in self._open.items() if name != self._current and not one.readers]
        for name in sorted(idle, key=lambda name: -self._open[name].used)[_OTHERS_OPEN:]:
            self._leaving.append(self._open.pop(name))

    def _let_go(self) -> None:
        """Close what was taken out. Not under the lock: what is being gathered takes its time to end."""
        with self._lock:
            leaving, self._leaving = self._leaving, []
        for opened in leaving:
            opened.close()


def lease_for(request: Request, spec: DatasetSpec, pinned: str = "") -> AbstractContextManager[OpenVersion]:
    """A lease on what a dataset is answered from."""
    return calls_of(request).lease(pinned) if spec.live else lease(request, pinned)


def calls_of(request: Request) -> OpenedCalls:
    """Those of the server; opened when they are first asked for."""
    state = request.app.state
    with _lock:
        found: OpenedCalls | None = getattr(state, "calls", None)
        if found is None:
            site = site_of(request)
            found = state.calls = OpenedCalls(site.settings, site.effort)
        return found


def close_calls(app: FastAPI) -> None:
    """Close those of a server that ends, where it has opened any."""
    found: OpenedCalls | None = getattr(app.state, "calls", None)
    if found is not None:
        found.close()
