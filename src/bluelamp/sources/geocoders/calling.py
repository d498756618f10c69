"""Calls a geocoder on its terms: a rate, a budget, a time-out, a pause after refusals, and a circuit breaker that keeps
from calling one that has failed again and again. Used by the live flow and `bluelamp places`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bluelamp.domain.place import Candidate
from bluelamp.errors import SourceError, SourceRefused
from bluelamp.sources.geocoders.geocoder import Batching, Geocoder, Query, Request
from bluelamp.sources.http import HttpClient, error_for

_ANY_STATUS = frozenset(range(100, 600))
MAX_BODY = 1 << 20
_MAX_BATCH = 16 << 20
_BATCH_SECONDS = 600.0  # 10,000 addresses take some minutes
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
class Provider:
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
            held = self._held()
            if held:
                return Said("held", reason=held)
            return self._said(lambda: self.geocoder.read(query, self._body(request)))

    def ask_batch(self, queries: Sequence[Query]) -> list[Said]:
        """What a geocoder that takes many questions at once says to each, in their order. One batch counts as one
        request: that is how its publisher counts. Where it fails, all are `failed`, and can still be asked one by
        one."""
        geocoder = self.geocoder
        assert isinstance(geocoder, Batching), "ask one by one those that take no batches"
        assert len(queries) <= geocoder.batch_size
        with self._lock:
            held = self._held()
            if held:
                return [Said("held", reason=held)] * len(queries)
            found: dict[int, tuple[Candidate, ...]] = {}

            def read() -> tuple[Candidate, ...]:
                found.update(geocoder.read_batch(queries, self._body(geocoder.batch(queries), batch=True)))
                return ()

            whole = self._said(read)
        if whole.state == "failed":
            return [whole] * len(queries)
        return [_of_batch(found, place) for place in range(len(queries))]

    def _held(self) -> str:
        """Why it is not to be asked now; empty where it is, and then one request is spent and its pace kept."""
        if not self.breaker.lets_through():
            return f"{self.geocoder.terms.title} is left alone for a while after failures."
        if not self.spend(self.name, self.budget):
            self.breaker.trying = False
            return f"The day's {self.budget:,} requests to {self.name} are used up."
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1.0 / self.geocoder.terms.per_second
        return ""

    def _said(self, read: Callable[[], tuple[Candidate, ...]]) -> Said:
        try:
            found = read()
        except _Paused as paused:
            self.breaker.failed(paused.seconds)
            return Said("failed", reason=paused.error.message)
        except SourceError as error:
            self.breaker.failed(_REFUSED_PAUSE if isinstance(error, SourceRefused) else 0.0)
            return Said("failed", reason=error.message)
        self.breaker.succeeded()
        return Said("found" if found else "nothing", found)

    def _body(self, request: Request, *, batch: bool = False) -> bytes:
        timeout = _BATCH_SECONDS if batch else self.geocoder.terms.timeout_seconds
        answer = self.client.request(
            "GET" if request.content is None else "POST",
            request.url,
            headers={"Accept": "application/json", **request.headers},
            content=request.content,
            limit=_MAX_BATCH if batch else MAX_BODY,
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


def _of_batch(found: Mapping[int, tuple[Candidate, ...]], place: int) -> Said:
    if place not in found:
        return Said("failed", reason="The batch's answer leaves it out.")
    return Said("found" if found[place] else "nothing", found[place])


class _Paused(Exception):
    def __init__(self, error: SourceError, seconds: float) -> None:
        super().__init__(error.message)
        self.error, self.seconds = error, seconds


def _retry_after(headers: Mapping[str, str]) -> float:
    text = headers.get("retry-after", "").strip()
    return min(float(text), _LONGEST_RETRY_AFTER) if text.isdecimal() and len(text) < 8 else _FIRST_PAUSE
