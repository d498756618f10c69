"""A loop in the background: one thread that does a turn, rests, and does the next. Used by every room that has one, so
that they all start, rest, fail and end alike.

Whatever a turn raises ends no thread: it is logged once for as long as it stays the same, is there to be read as
`problem`, and the next turn follows after a pause.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bluelamp.errors import BluelampError


class Worker:
    """`tick` does one turn and returns for how long to rest after it, in seconds; after a turn that raised it is
    `after_error`. The first turn is begun `first` seconds after the start. `at_end` is called in the thread, once, when
    it ends. A problem is logged as `complaint`."""

    def __init__(
        self,
        name: str,
        tick: Callable[[], float],
        *,
        log: Any,
        complaint: str,
        after_error: float,
        first: float = 0.0,
        at_end: Callable[[], object] | None = None,
    ) -> None:
        self.name = name
        self.problem = ""
        self._tick, self._log, self._complaint = tick, log, complaint
        self._after_error, self._first, self._at_end = after_error, first, at_end
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._reported = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def wake(self) -> None:
        """Do the next turn at once."""
        self._wake.set()

    def ask_to_stop(self) -> None:
        """Begin no further turn; returns at once."""
        self._stopping.set()
        self._wake.set()

    def stop(self, timeout: float) -> bool:
        """Begin no further turn and wait up to `timeout` seconds for the one under way; whether the thread has ended.
        One that waits for somebody else is left behind."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(max(timeout, 0.0))
        return not self._thread.is_alive()

    def rest(self, seconds: float) -> bool:
        """Rest amid a turn, from any thread; True where it is time to end instead."""
        return self._stopping.wait(seconds)

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end."""
        return self._stopping.is_set()

    def report(self, problem: str) -> None:
        """Say what is wrong, or with an empty text that nothing is. A turn that says nothing and raises nothing is
        well."""
        self._reported = True
        if problem and problem != self.problem:
            self._log.error(self._complaint, problem=problem)
        self.problem = problem

    def _run(self) -> None:
        self._wake.wait(self._first)
        while True:
            # Cleared before it is asked whether to stop: a request to stop that comes in between is not lost.
            self._wake.clear()
            if self._stopping.is_set():
                break
            self._wake.wait(self._turn())
        if self._at_end is not None:
            self._at_end()

    def _turn(self) -> float:
        self._reported = False
        try:
            pause = self._tick()
        except Exception as error:
            self.report(words_of(error))
            return self._after_error
        if not self._reported:
            self.report("")
        return pause


def words_of(error: BaseException) -> str:
    """An error in words; one that nobody foresaw by its form."""
    return error.message if isinstance(error, BluelampError) else f"unforeseen: {error!r}"
