"""A worker does its turns one after another; what a turn raises ends nothing and is said once."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bluelamp.errors import StorageError
from bluelamp.worker import Worker

_LONG = 60.0


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def error(self, complaint: str, *, problem: str) -> None:
        self.lines.append((complaint, problem))


class Turns:
    """`outcomes` are what the turns come to: an error to raise, or None; each turn is waited for with `next`."""

    def __init__(self, *outcomes: Exception | None, **more: Any) -> None:
        self._outcomes, self._done = iter(outcomes), threading.Semaphore(0)
        self.log = Log()
        self.worker = Worker("turns", self._turn, log=self.log, complaint="it stands", after_error=_LONG, **more)

    def _turn(self) -> float:
        self._done.release()
        outcome = next(self._outcomes, None)
        if outcome is not None:
            raise outcome
        return _LONG

    def next(self) -> bool:
        return self._done.acquire(timeout=30)


def test_wake_begins_the_next_turn_at_once() -> None:
    turns = Turns()
    turns.worker.start()
    for _ in range(20):
        assert turns.next()
        turns.worker.wake()
    assert turns.worker.stop(30)


def test_a_turn_that_raises_is_followed_by_others_and_reported_once() -> None:
    turns = Turns(StorageError("The disk is full."), StorageError("The disk is full."), ValueError("odd"))
    turns.worker.start()
    for _ in range(3):
        assert turns.next()
        turns.worker.wake()
    assert turns.next()
    assert turns.worker.stop(30)
    assert turns.log.lines == [("it stands", "The disk is full."), ("it stands", "unforeseen: ValueError('odd')")]
    assert turns.worker.problem == "", "the last turn went well"


def test_stop_before_the_first_turn_does_none_and_still_ends_in_order() -> None:
    ended: list[bool] = []
    turns = Turns(first=_LONG, at_end=lambda: ended.append(True))
    turns.worker.start()
    assert turns.worker.stop(30)
    assert ended == [True]
    assert not turns._done.acquire(blocking=False)


def test_stop_of_a_worker_that_was_never_started_returns_at_once() -> None:
    assert Turns().worker.stop(30)


@pytest.mark.parametrize("stopped", [False, True])
def test_rest_says_whether_it_is_time_to_end(stopped: bool) -> None:
    worker = Turns().worker
    if stopped:
        worker.ask_to_stop()
    assert worker.rest(0.0) is stopped
    assert worker.stopping is stopped
