"""Delivers webhooks: one process of all, by a lease, with a bounded number of threads. Started by `bluelamp live run`,
and by the web server where it writes.

It reads the event log like everybody else and is no part of the flow: however slow receivers are, no snapshot waits for
them. Nor do other receivers: those that are slow, that fail, or that nobody knows yet share half of the threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import structlog

from bluelamp.errors import BluelampError, Busy, NoSuchThing
from bluelamp.follow.delivery import Courier, Outcome
from bluelamp.storage.follow.hooks import ACTIVE, Hook, Hooks
from bluelamp.storage.follow.progress import LEASE_NAME, HookProgress
from bluelamp.storage.live.event_log import EventLog, Head
from bluelamp.storage.live.leases import LEASE_SECONDS, Lease, Leases
from bluelamp.worker import Worker

_LOG = structlog.get_logger("bluelamp.hooks")
# Deliveries at once, and how many of them may be to receivers that are slow or unknown.
AT_ONCE, SLOW_AT_ONCE = 8, 4
# A receiver is slow that took longer, seconds.
_SLOW = 2.0
# How often is looked for changes, and by a process that does not deliver, for a lease that is free; seconds.
_LOOK, _STANDBY = 1.0, 3.0
# How long it is waited where the log or the webhook was changed under a delivery, seconds.
_AGAIN = 0.2
# Deliveries of one webhook in a row, before others have their turn.
_IN_A_ROW = 10


class Deliverer:
    """Of one process. `close` is called at the end, for what `courier` sends with."""

    def __init__(
        self,
        courier: Courier,
        hooks: Hooks,
        log: EventLog,
        leases: Leases,
        *,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._courier, self._hooks, self._log, self._leases, self._close = courier, hooks, log, leases, close
        self._progress: HookProgress = courier.progress
        self._worker = Worker(
            "webhooks", self._tick, log=_LOG, complaint="webhooks wait", after_error=_STANDBY, at_end=self._release
        )
        self._lock = threading.Lock()
        # Webhooks that are being delivered to, and whether as slow ones; those known to be quick; whose turn was when.
        self._at_work: dict[str, bool] = {}
        self._quick: set[str] = set()
        self._turns: dict[str, float] = {}
        self.lease: Lease | None = None
        self._renewed = 0.0

    @property
    def problem(self) -> str:
        """Why nothing can be delivered just now; empty where nothing hinders it."""
        return self._worker.problem

    def start(self) -> None:
        self._worker.start()

    def poke(self) -> None:
        """Look at once."""
        self._worker.wake()

    def stop(self, timeout: float = 2.0) -> None:
        """Ask it to end and wait a little. A delivery that is under way is left behind: it is sent again by the next
        process, unless it was taken and kept as such in time."""
        self._worker.ask_to_stop()
        until = time.monotonic() + timeout
        while self._at_work and time.monotonic() < until:
            time.sleep(0.01)
        self._worker.stop(max(until - time.monotonic(), 0.1))
        self._close()

    def _tick(self) -> float:
        try:
            if self._may_deliver():
                self._look()
                return _LOOK
        except Busy:
            self.lease = None
        return _STANDBY

    def _release(self) -> None:
        if self.lease is not None:
            with suppress(BluelampError):
                self._leases.release(self.lease)

    def _may_deliver(self) -> bool:
        """Whether this process holds the lease; it is asked for only where there is something to deliver."""
        if self.lease is None:
            if self._progress.active():
                self.lease = self._leases.acquire(LEASE_NAME)
                self._renewed = time.monotonic()
        elif time.monotonic() - self._renewed > LEASE_SECONDS / 4:
            if not self._leases.renew(self.lease):
                self.lease = None
            self._renewed = time.monotonic()
        return self.lease is not None

    # -- what is next ------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Begin whatever is due and has room."""
        hooks, lease = self._progress.active(), self.lease
        if not hooks or lease is None:
            return
        heads, letters = self._log.heads(), self._letters()
        self._turns = {hook.id: self._turns.get(hook.id, 0.0) for hook in hooks}
        self._quick &= self._turns.keys()
        for hook in sorted(hooks, key=lambda one: self._turns[one.id]):
            head = heads.get(hook.feed)
            if (hook.id in letters or self._courier.is_due(hook, head)) and self._begin(hook.id):
                work = threading.Thread(
                    target=self._work,
                    args=(lease, hook, head, letters.get(hook.id, [])),
                    name=f"webhook-{hook.id}",
                    daemon=True,
                )
                work.start()

    def _letters(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for hook, letter in self._progress.letters_again():
            found.setdefault(hook, []).append(letter)
        return found

    def _begin(self, id_: str) -> bool:
        """Take a place for a webhook; False where it has one, or none is free for its like."""
        with self._lock:
            slow = id_ not in self._quick
            full = len(self._at_work) >= AT_ONCE or (slow and sum(self._at_work.values()) >= SLOW_AT_ONCE)
            if id_ in self._at_work or full:
                return False
            self._at_work[id_] = slow
            self._turns[id_] = time.monotonic()
            return True

    # -- in a thread of its own --------------------------------------------------------------------------------------

    def _work(self, lease: Lease, hook: Hook, head: Head | None, letters: list[int]) -> None:
        try:
            for letter in letters[:_IN_A_ROW]:
                if not self._went_well(hook, partial(self._courier.again, lease, hook, letter)):
                    break
            if head is not None:
                self._deliver(lease, hook, head)
        except NoSuchThing:
            pass  # its owner has removed it meanwhile
        except BluelampError as error:
            # The lease is lost, or the database away: nothing was written, and it is delivered again.
            if not isinstance(error, Busy):
                self._worker.report(error.message)
            self._worker.rest(_LOOK)
        except Exception as error:
            # At the end of the process its connections are closed under what is still under way.
            if not self._worker.rest(_LOOK):
                _LOG.error("a webhook broke", hook=hook.id, error=repr(error))
        finally:
            with self._lock:
                self._at_work.pop(hook.id, None)
            self._worker.wake()

    def _deliver(self, lease: Lease, hook: Hook, head: Head) -> None:
        for _ in range(_IN_A_ROW):
            hook = self._hooks.get(hook.id)
            if self._worker.stopping or hook.state != ACTIVE or not self._courier.is_due(hook, head):
                return
            if not self._went_well(hook, partial(self._courier.deliver, lease, hook, head)):
                return

    def _went_well(self, hook: Hook, act: Callable[[], Outcome]) -> bool:
        """Whether what follows may be sent at once. One that has become slow waits for its turn among the slow ones."""
        begun = time.monotonic()
        outcome = act()
        is_slow = time.monotonic() - begun > _SLOW
        if is_slow or outcome in ("failed", "died", "gone"):
            self._quick.discard(hook.id)
        elif outcome == "taken":
            self._quick.add(hook.id)
        if outcome in ("died", "gone"):
            _LOG.error("a webhook was not taken", hook=hook.id, outcome=outcome)
        if outcome == "changed":
            self._worker.rest(_AGAIN)
        return outcome in ("taken", "moved") and not is_slow
