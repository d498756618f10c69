"""Rows on their way into the engine: cut into portions of one size, and prepared ahead in a thread. Used by `build`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import pyarrow as pa

T = TypeVar("T")


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Ahead(Generic[T]):
    def __init__(self, items: Iterable[T], portions: int) -> None:
        self._items = items
        self._ready: queue.Queue[T | _Failed | None] = queue.Queue(portions)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="bluelamp-ahead", daemon=True)

    def __iter__(self) -> Iterator[T]:
        self._thread.start()
        try:
            while (item := self._ready.get()) is not None:
                if isinstance(item, _Failed):
                    raise item.error
                yield item
        finally:
            self._stop.set()
            self._thread.join()

    def _work(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
            self._put(None)
        except BaseException as error:  # every failure belongs to the thread that waits for the portion
            self._put(_Failed(error))

    def _put(self, item: T | _Failed | None) -> bool:
        while not self._stop.is_set():
            try:
                self._ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False


def ahead(items: Iterable[T], portions: int) -> Iterator[T]:
    """The items in their order, prepared in another thread up to `portions` ahead; errors come where they belong."""
    return iter(_Ahead(items, portions))


class Portions:
    """Cuts a stream of tables into tables of exactly `size` rows; what is left over comes last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, rows: pa.Table) -> Iterator[pa.Table]:
        """Take in a table; the portions that are full now."""
        self._waiting.append(rows)
        self._rows += rows.num_rows
        if self._rows < self._size:
            return
        whole = self._together()
        full = self._rows - self._rows % self._size
        for start in range(0, full, self._size):
            yield whole.slice(start, self._size)
        self._waiting = [whole.slice(full)]
        self._rows -= full

    def rest(self) -> Iterator[pa.Table]:
        """What no portion took, if anything."""
        if self._rows:
            yield self._together()
        self._waiting, self._rows = [], 0

    def _together(self) -> pa.Table:
        return pa.concat_tables(self._waiting, promote_options="permissive").combine_chunks()
