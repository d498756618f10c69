"""Bytes of answers, made once: a bounded cache by data version and question, and one maker for all who ask the same at
the same time. Used by the API's routes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future

from cachetools import LRUCache

from bluelamp._version import __version__
from bluelamp.web.work.cancellation import AskerGone, current_asker

# How often who waits looks whether anybody still waits for them.
_LOOK_SECONDS = 0.25


class Answers:
    """`limit` is the most bytes that are kept."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._kept: LRUCache[str, bytes] = LRUCache(limit, getsizeof=len)
        self._making: dict[str, Future[bytes]] = {}
        self._lock = threading.Lock()
        self.hits = self.made = self.shared = 0

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The kept bytes, or those that `make` gives; who asks while another makes them waits for the same ones."""
        while True:
            try:
                return self._kept_or_made(key, make)
            except AskerGone:
                # Whoever made it has hung up; the next of those who waited makes it.
                current_asker().check()

    def _kept_or_made(self, key: str, make: Callable[[], bytes]) -> bytes:
        with self._lock:
            if key in self._kept:
                self.hits += 1
                return self._kept[key]
            waiting = self._making.get(key)
            if waiting is None:
                mine: Future[bytes] = Future()
                self._making[key] = mine
                self.made += 1
            else:
                self.shared += 1
        if waiting is not None:
            return _wait(waiting)
        try:
            found = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            self._keep(key, found)
            mine.set_result(found)
            return found
        finally:
            with self._lock:
                del self._making[key]

    def _keep(self, key: str, found: bytes) -> None:
        if len(found) > self._limit // 8:
            return
        with self._lock:
            self._kept[key] = found


def _wait(making: Future[bytes]) -> bytes:
    """What another thread makes. Raises what that raises, and AskerGone where nobody waits for it here."""
    asker = current_asker()
    while True:
        try:
            return making.result(_LOOK_SECONDS)
        except TimeoutError:
            if making.done():
                return making.result()
            asker.check()


def etag_of(*parts: str) -> str:
    """A strong validator: the data version, the program and everything that was asked."""
    digest = hashlib.sha256("\n".join((__version__, *parts)).encode()).hexdigest()
    return f'"{digest[:32]}"'
