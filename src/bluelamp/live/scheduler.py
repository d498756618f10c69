"""A bounded crew of threads with a queue of what is due: however many feeds there are, so many threads serve them. Used
by `runner`.

What is named in the queue is done by one thread at a time. Whatever goes wrong with it is handed to `stumbled`, and it
is due again: no fault ends a thread, and no thread that ends takes anything with it.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

import structlog

_LOG = structlog.get_logger("bluelamp.live")
# When something is due again whose failure could not even be recorded, seconds.
_AGAIN = 5.0


class Crew:
    """`task` does what is due under a name and says in how many seconds it is due again, or None where it is not;
    `stumbled` is told of any failure, and says the same. `clock` counts seconds."""

    def __init__(
        self,
        size: int,
        task: Callable[[str], float | None],
        stumbled: Callable[[str, BaseException], float | None],
        *,
        name: str = "poll",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size, self._task, self._stumbled, self._name, self._clock = size, task, stumbled, name, clock
        self._turn = threading.Condition()
        self._queue: list[tuple[float, int, str]] = []
        self._due: dict[str, float] = {}  # what the queue means: an entry of it that says otherwise is outdated
        self._under_way: dict[str, float] = {}  # since when
        self._again: dict[str, float] = {}  # became due while it was under way
        self._order = count()
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; also where threads have ended that should not have. Raises RuntimeError where none can be had."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        while len(self._threads) < self._size and not self._stopping:
            thread = threading.Thread(target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                if not self._threads:
                    raise
                return  # this machine gives no more: so many must do
            self._threads.append(thread)

    def stop(self) -> None:
        """Begin nothing more."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()

    def join(self, timeout: float) -> None:
        """Wait for what is under way, up to so many seconds in all."""
        until = self._clock() + timeout
        for thread in self._threads:
            thread.join(max(until - self._clock(), 0.0))

    @property
    def size(self) -> int:
        """How many threads are at it."""
        return sum(1 for thread in self._threads if thread.is_alive())

    def put(self, name: str, wait: float = 0.0) -> None:
        """It is due in so many seconds; sooner, where it was due sooner before."""
        with self._turn:
            self._put(name, self._clock() + wait)

    def drop(self, name: str) -> None:
        """It is not due any more."""
        with self._turn:
            self._due.pop(name, None)
            self._again.pop(name, None)

    def stalled(self, longer_than: float) -> list[str]:
        """What has been under way, or overdue, for more than so many seconds."""
        with self._turn:
            before = self._clock() - longer_than
            return [name for times in (self._under_way, self._due) for name, at in times.items() if at < before]

    def _put(self, name: str, at: float) -> None:
        if name in self._under_way:
            self._again[name] = min(at, self._again.get(name, at))
        elif at < self._due.get(name, float("inf")):
            self._due[name] = at
            heapq.heappush(self._queue, (at, next(self._order), name))
            self._turn.notify()

    def _run(self) -> None:
        while (name := self._next()) is not None:
            again: float | None = _AGAIN
            try:
                again = self._done(name)
            except BaseException as error:
                _LOG.error("a failure could not be recorded", feed=name, problem=repr(error))
            finally:
                self._end(name, again)

    def _done(self, name: str) -> float | None:
        try:
            return self._task(name)
        except BaseException as error:
            return self._stumbled(name, error)

    def _next(self) -> str | None:
        """What is due now, once it is; None where nothing is begun any more."""
        with self._turn:
            while not self._stopping:
                wait = None
                while self._queue:
                    at, _, name = self._queue[0]
                    if self._due.get(name) != at:
                        heapq.heappop(self._queue)
                    elif at > self._clock():
                        wait = at - self._clock()
                        break
                    else:
                        heapq.heappop(self._queue)
                        del self._due[name]
                        self._under_way[name] = self._clock()
                        return name
                self._turn.wait(wait)
            return None

    def _end(self, name: str, wait: float | None) -> None:
        with self._turn:
            self._under_way.pop(name, None)
            sooner = self._again.pop(name, None)
            times = [self._clock() + wait] if wait is not None else []
            times += [sooner] if sooner is not None else []
            if times:
                self._put(name, min(times))
