"""What was counted for lines of calls at once, kept by a process: what lies before a log's newest snapshot does not
change any more. Used by `activity`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple

from cachetools import LRUCache

Count = tuple[int, int]  # calls open, calls opened since the point before


class LineKey(NamedTuple):
    """Which line: of a writing of a feed's log, through a filter, with so many seconds between two points."""

    feed: str
    epoch: str
    through: str
    step: int


class LineMemory:
    """Keeps at most so many points of all lines together; the line that was asked for longest ago goes first. Safe for
    threads."""

    def __init__(self, most: int = 100_000) -> None:
        self._lines: LRUCache[LineKey, dict[str, Count]] = LRUCache(most, getsizeof=len)
        self._lock = threading.Lock()

    def known(self, key: LineKey) -> Mapping[str, Count]:
        """What is known of a line, by moment."""
        with self._lock:
            return dict(self._lines.get(key, {}))

    def keep(self, key: LineKey, counts: Mapping[str, Count]) -> None:
        """Keep points of a line that will not change."""
        with self._lock:
            line = {**self._lines.pop(key, {}), **counts}
            if len(line) <= self._lines.maxsize:
                self._lines[key] = line

    @property
    def size(self) -> int:
        """How many points are kept."""
        return int(self._lines.currsize)
