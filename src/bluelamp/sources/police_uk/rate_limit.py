"""The API's own limit, kept on our side: a leaky bucket of 15 requests a second with room for 30 (then comes 429)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class LeakyBucket:
    """`take()` waits until one more request fits. `rate` in requests a second, `burst` in requests; thread-safe."""

    def __init__(
        self,
        rate: float = 15.0,
        burst: int = 30,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._burst, self._clock, self._sleep = rate, burst, clock, sleep
        self._level = 0.0
        self._seen = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Returns when the request may be sent."""
        with self._lock:
            now = self._clock()
            self._level = max(0.0, self._level - (now - self._seen) * self._rate) + 1
            self._seen = now
            over = self._level - self._burst
        if over > 0:
            self._sleep(over / self._rate)
