"""Turns, one after another, in the order in which they were asked for. Used by `effort`."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress

from bluelamp.web.work.cancellation import Asker, AskerGone


class Turns:
    """One has the turn; all others wait for theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def take(self, seconds: float | None, asker: Asker) -> bool:
        """Whether the turn came within `seconds` (None: in whatever time). Not for an asker who leaves meanwhile."""
        mine = threading.Event()
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(mine)
        with suppress(AskerGone), asker.stopping(mine.set):
            mine.wait(seconds)
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True

    def give_back(self) -> None:
        """The next one has the turn."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
