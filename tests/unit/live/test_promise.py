"""The promise, over every order of events: an empty, truncated, late or repeated snapshot never ends a call. And its
complement: a call that has left ends after its misses, even where nothing else changes.

A list changes, and its source fails in every way, polled and pushed, with versions and without. What was told is held
against what was listed, not against the program's own notion of a good answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.snapshot import Row
from tests.lib.live.feed_in_memory import MemoryFeed, at, row

INTERVAL = 2.0  # minutes
LIMIT = 25


def _row(number: int) -> Row:
    return row(str(number), f"U{number}", location=f"{number} Elm St", priority="3")


def _bare(number: int) -> Row:
    """Without its number, its unit's status and its priority: columns that are gone."""
    return row(None, f"U{number}", location=f"{number} Elm St", status=None)


@dataclass(frozen=True)
class Answer:
    """What comes: the numbers that it lists, its rows, how it is stated; whether it can be evidence that something is
    missing, by what a reader can know of it."""

    numbers: frozenset[int]
    rows: tuple[Row, ...]
    stated: dict[str, Any]
    is_evidence: bool = True


@dataclass
class Source:
    """A list, as it is and as it was. `names`: how it names its versions (not at all, `identity`, `time`)."""

    names: str
    states: list[frozenset[int]] = field(default_factory=lambda: [frozenset(range(1, 15))])
    since: list[float] = field(default_factory=lambda: [0.0])

    def change(self, numbers: frozenset[int], minutes: float) -> None:
        if numbers != self.states[-1]:
            self.states.append(numbers)
            self.since.append(minutes)

    def answer(self, kind: str, more: int, headers: bool) -> Answer:
        state = len(self.states) - 1
        if kind == "old":
            state = more % len(self.states)
        listed = sorted(self.states[state])
        says = self._says(state) if headers else {}
        if kind == "empty":
            listed = []
        elif kind == "truncated":
            listed = listed[: len(listed) * more // 8]
        elif kind == "cut_off":
            listed, says = listed[: more + 1], {**says, "cut": (["cut_off"], ["pages_repeat"])[more % 2]}
        elif kind == "out_of_date":
            listed, says = listed[: more + 1], {**says, "out_of_date": True}
        elif kind == "limit":
            listed = [*listed[:more], *range(100, 100 + LIMIT)]
        make = _bare if kind == "column_gone" else _row
        is_evidence = kind not in ("cut_off", "out_of_date", "limit")
        return Answer(frozenset(listed), tuple(make(one) for one in listed), says, is_evidence)

    def _says(self, state: int) -> dict[str, Any]:
        if self.names == "identity":
            return {"version": f"v{state}"}
        return {"time": at(self.since[state])} if self.names == "time" else {}


@dataclass
class Watched:
    """A feed that takes answers in, and what it was shown."""

    source: Source
    misses: int = 2
    shown: list[tuple[float, Answer]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.feed = MemoryFeed(FeedRules("city", misses=self.misses, limit=LIMIT))
        self.take(self.source.answer("good", 0, headers=True), INTERVAL)

    def take(self, answer: Answer, wait: float, **more: Any) -> list[int]:
        """The numbers of the calls that it ended."""
        step = self.feed.show(*answer.rows, wait=wait, **{**answer.stated, **more})
        if not more.get("problem"):
            self.shown.append((self.feed.minutes, self._if_late(answer)))
        ended = [step.calls[one["call"]]["incident_number"] for one in step.changes if one["kind"] == "closed"]
        return [int(number) for number in ended if number]

    def _if_late(self, answer: Answer) -> Answer:
        """An answer that states that it is older than another one that was shown is no evidence."""
        times = [one.stated["time"] for _, one in self.shown if "time" in one.stated]
        is_late = "time" in answer.stated and any(answer.stated["time"] < time for time in times)
        return replace(answer, is_evidence=False) if is_late else answer

    def was_missing(self, number: int) -> bool:
        """Whether two answers, since the call was last listed, are evidence that it has left: other ones, or one that
        was still the same after an interval."""
        lacked: list[tuple[float, frozenset[str]]] = []
        for minutes, answer in reversed(self.shown):
            if number in answer.numbers:
                break
            if answer.is_evidence:
                lacked.append((minutes, frozenset(str(one) for one in answer.rows)))
        return any(
            one != other or minutes - before >= INTERVAL - 1e-9
            for place, (minutes, one) in enumerate(lacked)
            for before, other in lacked[place + 1 :]
        )


WAITS = st.sampled_from([0.0, 0.02, 0.5, 1.9, 2.0, 2.1, 7.0, 16.0])
LISTS = st.frozensets(st.integers(1, 30), max_size=16)
KINDS = ("good", "empty", "truncated", "limit", "cut_off", "out_of_date", "column_gone", "old")
ANSWERS = st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.booleans())
EVENTS = st.lists(
    st.tuples(
        st.one_of(ANSWERS, ANSWERS, LISTS, st.sampled_from(["again", "again with blanks", "failed", "nothing new"])),
        WAITS,
    ),
    max_size=30,
)


def _play(watched: Watched, event: Any, wait: float) -> list[int]:
    source, feed = watched.source, watched.feed
    if isinstance(event, frozenset):
        source.change(event, feed.minutes)
        return []
    last = watched.shown[-1][1]
    if event == "failed":
        return watched.take(last, wait, problem="The connection was cut.")
    if event == "nothing new":
        # A source says so of what it was asked about: the newest answer that stated a version.
        return watched.take(last, wait, status=304) if "version" in last.stated else []
    if isinstance(event, str):
        return watched.take(last, wait, salt="" if event == "again" else "blanks")
    return watched.take(source.answer(*event), wait)


@pytest.mark.parametrize("names", ["", "identity", "time"])
@pytest.mark.parametrize("misses", [2])
@settings(max_examples=40)
@given(events=EVENTS)
def test_in_every_order_a_call_ends_only_on_evidence(names: str, misses: int, events: list[Any]) -> None:
    watched = Watched(Source(names), misses)
    for event, wait in events:
        for number in _play(watched, event, wait):
            assert watched.was_missing(number), (event, number)


@pytest.mark.parametrize("names", ["", "identity", "time"])
@pytest.mark.parametrize("misses", [2, 3])
@settings(max_examples=40)
@given(events=EVENTS)
def test_after_any_order_of_events_what_has_left_ends_though_the_list_stays_the_same(
    names: str, misses: int, events: list[Any]
) -> None:
    watched = Watched(Source(names), misses)
    for event, wait in events:
        _play(watched, event, wait)
    # Where the source names no version an interval is enough; where it does, a quarter of an hour.
    for _ in range(misses + 1):
        watched.take(watched.source.answer("good", 0, headers=True), INTERVAL if not names else 16)
    assert watched.feed.numbers == sorted(str(number) for number in watched.source.states[-1])
    statuses = {unit["status"] for call in watched.feed.state.calls.values() for unit in call["units"]}
    assert statuses <= {"At Scene"}


@pytest.mark.parametrize("names", ["", "identity", "time"])
@settings(max_examples=40)
@given(
    blocks=st.lists(
        st.tuples(ANSWERS, st.lists(st.tuples(st.booleans(), st.booleans()), max_size=4), LISTS, WAITS), max_size=10
    )
)
def test_a_fault_however_often_it_is_brought_ends_nothing_that_is_listed(names: str, blocks: list[Any]) -> None:
    """Between two good answers one faulty one, brought any number of times within an interval, whoever brings it."""
    watched = Watched(Source(names))
    always = set(watched.source.states[0])
    for fault, repeats, numbers, wait in blocks:
        ended: list[int] = []
        answer = watched.source.answer(*fault)
        ended += watched.take(answer, wait)
        for blanks, bare in repeats:
            again = Answer(answer.numbers, answer.rows, {} if bare else answer.stated, answer.is_evidence)
            ended += watched.take(again, INTERVAL / 5, salt="blanks" if blanks else "")
        watched.source.change(numbers | frozenset(always), watched.feed.minutes)
        ended += watched.take(watched.source.answer("good", 0, headers=True), wait)
        assert not always & set(ended)
