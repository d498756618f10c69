"""The crew: bounded, and nothing that goes wrong ends it."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from bluelamp.live.scheduler import Crew

_PATIENCE = 10.0


class _Work:
    """Counts what was done; `faults` names what raises, the first few times."""

    def __init__(self, faults: dict[str, list[BaseException]] | None = None, goal: int = 1) -> None:
        self.done: Counter[str] = Counter()
        self.told: list[tuple[str, str]] = []
        self.at_once: Counter[str] = Counter()
        self.most = 0
        self._faults, self._goal = faults or {}, goal
        self._lock = threading.Lock()
        self.reached = threading.Semaphore(0)

    def task(self, name: str) -> float | None:
        with self._lock:
            self.at_once[name] += 1
            self.most = max(self.most, sum(self.at_once.values()))
            assert self.at_once[name] == 1, "one thread at a time"
        try:
            if self._faults.get(name):
                raise self._faults[name].pop()
            with self._lock:
                self.done[name] += 1
        finally:
            with self._lock:
                self.at_once[name] -= 1
        if self.done[name] == self._goal:
            self.reached.release()
        return None if self.done[name] >= self._goal else 0.0

    def stumbled(self, name: str, error: BaseException) -> float | None:
        self.told.append((name, repr(error)))
        return 0.0


def _run(work: _Work, names: list[str], size: int) -> Crew:
    crew = Crew(size, work.task, work.stumbled)
    crew.start()
    for name in names:
        crew.put(name)
    for _ in names:
        assert work.reached.acquire(timeout=_PATIENCE)
    return crew


def test_a_few_threads_serve_many() -> None:
    work = _Work(goal=3)
    names = [f"feed-{number}" for number in range(300)]
    crew = _run(work, names, 4)
    assert work.done == Counter(dict.fromkeys(names, 3))
    assert work.most <= crew.size == 4
    crew.stop()
    crew.join(_PATIENCE)
    assert crew.size == 0


@pytest.mark.parametrize("fault", [RuntimeError("what"), MemoryError(), SystemExit(1), KeyboardInterrupt()], ids=repr)
def test_whatever_a_task_raises_is_told_and_it_is_tried_again(fault: BaseException) -> None:
    work = _Work({"a": [fault, fault, fault]})
    crew = _run(work, ["a", "b", "c"], 2)
    assert work.told == [("a", repr(fault))] * 3
    assert work.done == Counter(a=1, b=1, c=1)
    assert crew.size == 2, "no thread has ended"
    crew.stop()


def test_a_failure_that_cannot_even_be_recorded_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bluelamp.live.scheduler._AGAIN", 0.0)
    work = _Work({"a": [ValueError()]})

    def stumbled(_name: str, _error: BaseException) -> float | None:
        raise OSError("the log is gone too")

    work.stumbled = stumbled  # type: ignore[assignment, method-assign]
    crew = _run(work, ["a"], 1)
    assert work.done == Counter(a=1)
    crew.stop()


def test_what_becomes_due_while_it_is_under_way_is_done_again() -> None:
    begun, go_on, again = threading.Event(), threading.Event(), threading.Event()

    def task(_name: str) -> float | None:
        if begun.is_set():
            again.set()
        begun.set()
        assert go_on.wait(_PATIENCE)
        return None

    crew = Crew(2, task, lambda _name, _error: None)
    crew.start()
    crew.put("a")
    assert begun.wait(_PATIENCE)
    crew.put("a")
    go_on.set()
    assert again.wait(_PATIENCE)
    crew.stop()


def test_it_is_known_what_does_not_get_done() -> None:
    now = [0.0]
    begun, go_on = threading.Event(), threading.Event()

    def task(_name: str) -> float | None:
        begun.set()
        go_on.wait(_PATIENCE)
        return None

    crew = Crew(1, task, lambda _name, _error: None, clock=lambda: now[0])
    crew.start()
    crew.put("stuck")
    assert begun.wait(_PATIENCE)
    crew.put("waits")
    crew.put("later", 1000.0)
    assert crew.stalled(300.0) == []
    now[0] = 301.0
    assert crew.stalled(300.0) == ["stuck", "waits"]
    crew.drop("waits")
    assert crew.stalled(300.0) == ["stuck"]
    crew.stop()
    go_on.set()
