"""Where work is done: lanes, each with threads, a limit and a queue of its own. Dear work never takes what cheap work
needs. Made by `web.site`, used by `web.lane_routes` and `file_stream`.

Pages, assets and health use no lane: the server's common threads are theirs alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from bluelamp.errors import Overloaded, TooMany
from bluelamp.web.work.cancellation import Asker

Result = TypeVar("Result")

# Answers that are worked out, or wait for their turn, at once; more wait in the queue, and so long.
_ANSWERS, _ANSWERS_QUEUE, _ANSWERS_PATIENCE = 16, 200, 10.0
# Files that are open at once for each that is being made, those that wait, and how long.
_OPEN_PER_MAKER, _FILES_PATIENCE = 4, 5.0


class AdmissionLimit:
    """`most` may be inside at once, `each` of them for one address (0: all); `queue` wait for `patience` seconds."""

    def __init__(self, most: int, queue: int, patience: float, each: int = 0) -> None:
        self._free = asyncio.Semaphore(most)
        self._queue, self._patience, self._each = queue, patience, each or sys.maxsize
        self._waiting = 0
        self._held: Counter[str] = Counter()

    async def take(self, asker: Asker, address: str = "") -> Callable[[], None]:
        """A place; what gives it back. Raises Overloaded where none comes free in time, TooMany where the address has
        as many as it may, AskerGone where they do not wait for it."""
        if self._held[address] >= self._each:
            raise TooMany(
                "So many files are being made for this address already.", "Ask again when one of them is there."
            )
        if self._free.locked() and self._waiting >= self._queue:
            raise _busy()
        self._waiting += 1
        self._held[address] += 1
        taken = False
        try:
            with anyio.move_on_after(self._patience) as waiting, asker.stopping(waiting.cancel):
                await self._free.acquire()
                taken = True
            asker.check()
            if not taken:
                raise _busy()
        except BaseException:
            self._leave(address, taken=taken)
            raise
        finally:
            self._waiting -= 1
        return lambda: self._leave(address, taken=True)

    def _leave(self, address: str, *, taken: bool) -> None:
        self._held[address] -= 1
        if not self._held[address]:
            del self._held[address]
        if taken:
            self._free.release()


class Lane:
    """`threads` of its own, for whoever has a place."""

    def __init__(self, threads: int, queue: int, patience: float) -> None:
        self._places = AdmissionLimit(threads, queue, patience)
        self._threads = threads
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], Result], asker: Asker) -> Result:
        """What `work` returns, run in a thread of this lane. Raises what it raises, and as `AdmissionLimit.take`."""
        give_back = await self._places.take(asker)
        try:
            if self._limiter is None:
                self._limiter = anyio.CapacityLimiter(self._threads)
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            give_back()


class Lanes:
    """Those of one server process. `files_at_once` portions of files are made at once."""

    def __init__(self, files_at_once: int) -> None:
        most = files_at_once * _OPEN_PER_MAKER
        self.answers = Lane(_ANSWERS, _ANSWERS_QUEUE, _ANSWERS_PATIENCE)
        self.portions = Lane(files_at_once, most, float("inf"))
        self.open_files = AdmissionLimit(most, most, _FILES_PATIENCE, each=max(2, most // 2))


def _busy() -> Overloaded:
    return Overloaded("This server is answering as much as it can just now.", "Ask again in a few seconds.")
