"""Calls a geocoder on its terms: a rate, a budget, a time-out, a pause after refusals, and a circuit breaker that keeps
from calling one that has failed again and again. Used by the live flow and `bluelamp places`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bluelamp.domain.place import Candidate
from bluelamp.errors import SourceError, SourceRefused
from bluelamp.sources.geocoders.geocoder import Geocoder, Query, Request
from bluelamp.sources.http import HttpClient, error_for

_ANY_STATUS = frozenset(range(100, 600))
MAX_BODY = 1 << 20
# After so many failures in a row a geocoder is left alone, for longer each time.
FAILURES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 30.0, 1800.0
# A key that is not accepted, or a budget that is gone, is not better in a minute.
_REFUSED_PAUSE = 1800.0
_LONGEST_RETRY_AFTER = 86_400.0


@dataclass(frozen=True, slots=True)
class Said:
    """What came of asking. `held` means that it was not asked: for `reason`, which will pass."""

    state: Literal["found", "nothing", "failed", "held"]
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class Breaker:
    """Open for a while after failures; then one call is let through to see. `clock` gives seconds."""

    clock: Callable[[], float]
    failures: int = 0
    until: float = 0.0
    pauses: int = 0
    trying: bool = False

    def lets_through(self) -> bool:
        if self.clock() < self.until or self.trying:
            return False
        self.trying = self.failures >= FAILURES
        return True

    def succeeded(self) -> None:
        self.failures, self.pauses, self.trying = 0, 0, False

    def failed(self, pause: float = 0.0) -> None:
        """Count a failure; `pause` is how long the geocoder itself asks to be left alone, in seconds."""
        self.failures, self.trying = self.failures + 1, False
        if self.failures >= FAILURES:
            pause = max(pause, min(_FIRST_PAUSE * 2**self.pauses, _LONGEST_PAUSE))
            self.pauses += 1
        self.until = max(self.until, self.clock() + pause)


@dataclass(slots=True)
class Line:
    """The line to one geocoder. Safe for threads; calls go one after the other.

    `spend` takes one request from the day's budget and says whether there was one.
    """

    geocoder: Geocoder
    client: HttpClient
    spend: Callable[[str, int], bool]
    daily: int | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: float = 0.0
    breaker: Breaker = field(init=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.clock)

    @property
    def name(self) -> str:
        return self.geocoder.terms.name

    @property
    def budget(self) -> int:
        """Requests a day: the geocoder's own limit, or the smaller one that was set."""
        own = self.geocoder.terms.daily
        return own if self.daily is None else min(own, self.daily)

    def state(self) -> dict[str, object]:
        """For the health page: whether it is left alone at present, and for how long (seconds)."""
        left = max(0.0, self.breaker.until - self.clock())
        return {"name": self.name, "budget": self.budget, "failures": self.breaker.failures, "paused_seconds": left}

    def answers(self, query: Query) -> bool:
        """Whether it is a question that this geocoder can answer."""
        return self.geocoder.request(query) is not None

    def ask(self, query: Query) -> Said:
        """What the geocoder says, failures too."""
        request = self.geocoder.request(query)
        if request is None:
            return Said("held", reason=f"{self.geocoder.terms.title} does not know such locations.")
        with self._lock:
            if not self.breaker.lets_through():
                return Said("held", reason=f"{self.geocoder.terms.title} is left alone for a while after failures.")
            if not self.spend(self.name, self.budget):
                self.breaker.trying = False
                return Said("held", reason=f"The day's {self.budget:,} requests to {self.name} are used up.")
            self._keep_pace()
            return self._fetched(query, request)

    def _keep_pace(self) -> None:
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1.0 / self.geocoder.terms.per_second

    def _fetched(self, query: Query, request: Request) -> Said:
        try:
            body = self._body(request)
            found = self.geocoder.read(query, body)
        except _Paused as paused:
            self.breaker.failed(paused.seconds)
            return Said("failed", reason=paused.error.message)
        except SourceError as error:
            self.breaker.failed(_REFUSED_PAUSE if isinstance(error, SourceRefused) else 0.0)
            return Said("failed", reason=error.message)
        self.breaker.succeeded()
        return Said("found" if found else "nothing", found)

    def _body(self, request: Request) -> bytes:
        timeout = self.geocoder.terms.timeout_seconds
        answer = self.client.request(
            "GET",
            request.url,
            headers={"Accept": "application/json", **request.headers},
            limit=MAX_BODY,
            timeout=timeout,
            total=timeout,
            retry=frozenset(),
            accept=_ANY_STATUS,
        )
        if answer.status == 200:
            return answer.body
        error = error_for(answer.status, answer.url)
        if answer.status in (429, 503):
            raise _Paused(error, _retry_after(answer.headers))
        if answer.status in (401, 402, 403):
            raise _Paused(error, _REFUSED_PAUSE)
        # Another refusal is about this question, as long as it is not about every one.
        raise _Paused(error, 0.0)


class _Paused(Exception):
    def __init__(self, error: SourceError, seconds: float) -> None:
        super().__init__(error.message)
        self.error, self.seconds = error, seconds


def _retry_after(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_RETRY_AFTER) if text.isdecimal() and len(text) < 8 else _FIRST_PAUSE
