"""The data versions of a family that a server has open. Every request takes a lease on one; a newly published version
is opened beside the old one, which closes when its last reader is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from bluelamp.errors import BluelampError
from bluelamp.questions.model.data_version import DataVersion

V = TypeVar("V", bound=DataVersion)
# How many versions stay open beside the current one: those that pinned links and paging readers still ask for.
_IDLE_OPEN = 2


class VersionSource(Protocol[V]):
    """Where a family's versions come from. Its methods are called by one thread at a time."""

    def newest(self, open_: Mapping[str, V]) -> tuple[str, V] | None:
        """(key, version) of what is published now: one of those that are open by their keys, or a newly opened one.
        None before the first."""
        ...

    def named(self, name: str) -> tuple[str, V]:
        """The same of an older version by its name. Raises NotKept."""
        ...

    def close(self) -> None:
        """Close what is open and in no pool yet."""
        ...

    def nothing_yet(self, name: str) -> BluelampError:
        """What to raise before the first version, for whoever asks for a name or for the current one."""
        ...


@dataclass(slots=True)
class _Lease(Generic[V]):
    version: V
    readers: int = 0
    used: float = field(default_factory=time.monotonic)


class LeasePool(Generic[V]):
    """Opens versions and hands them out. Safe for threads."""

    def __init__(self, source: VersionSource[V]) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._open: dict[str, _Lease[V]] = {}  # by key
        self._leaving: list[V] = []  # taken out of those that are open, and still to be closed
        self._current = ""

    @contextmanager
    def lease(self, name: str = "") -> Iterator[V]:
        """The current version, or the one of that name. Raises what the source says before the first, and NotKept for a
        name that is not kept."""
        taken = self._take(name)
        try:
            self._close_leaving()
            yield taken.version
        finally:
            with self._lock:
                taken.readers -= 1
                taken.used = time.monotonic()
                self._retire()
            self._close_leaving()

    def current_name(self) -> str:
        """The current version's name; empty before the first."""
        with self._lock:
            current = self._follow()
            name = current.version.name if current is not None else ""
        self._close_leaving()
        return name

    def close(self) -> None:
        """Close all that is open."""
        with self._lock:
            self._leaving += [one.version for one in self._open.values()]
            self._open.clear()
            self._current = ""
            self._source.close()
        self._close_leaving()

    def _take(self, name: str) -> _Lease[V]:
        with self._lock:
            current = self._follow()
            if current is None:
                raise self._source.nothing_yet(name)
            taken = current if name in ("", current.version.name) else self._named(name)
            taken.readers += 1
            taken.used = time.monotonic()
            return taken

    def _follow(self) -> _Lease[V] | None:
        """The version that is published now."""
        newest = self._source.newest({key: one.version for key, one in self._open.items()})
        if newest is None:
            return None
        before, self._current = self._current, newest[0]
        found = self._open.setdefault(newest[0], _Lease(newest[1]))
        if before != self._current:
            self._retire()
        return found

    def _named(self, name: str) -> _Lease[V]:
        found = next((one for one in self._open.values() if one.version.name == name), None)
        if found is None:
            key, version = self._source.named(name)
            found = self._open.setdefault(key, _Lease(version))
            self._retire(key)
        return found

    def _retire(self, wanted: str = "") -> None:
        """Take out what nobody reads, but for the current version and the few that were asked for last."""
        idle = [
            key
            for key, one in self._open.items()
            if key not in (self._current, wanted) and not one.readers and one.version.may_close
        ]
        for key in sorted(idle, key=lambda key: -self._open[key].used)[_IDLE_OPEN:]:
            self._leaving.append(self._open.pop(key).version)

    def _close_leaving(self) -> None:
        """Close what was taken out. Not under the lock: what works beside the answers takes its time to end."""
        with self._lock:
            leaving, self._leaving = self._leaving, []
        for version in leaving:
            version.close()
