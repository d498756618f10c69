"""The follower: what it tells of logs that grow, are replaced, go back, go away or are broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bluelamp.storage.live.event_log import Head
from bluelamp.web.streams.board import Board, FeedSnapshot
from bluelamp.web.streams.follower import AT_HAND, BUSY, IDLE, NOTHING, Follower
from bluelamp.web.streams.ring import RingEntry
from tests.lib.live.feed_in_memory import row
from tests.lib.live.log_in_memory import MemoryLog


class Listener:
    """Keeps boards as the hub does."""

    def __init__(self, ring: int) -> None:
        self.boards: dict[str, Board] = {}
        self.problems: list[str] = []
        self.loads: list[str] = []
        self._ring = ring

    def loaded(self, standing: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        self.loads.append(standing.head.feed)
        board = self.boards.setdefault(standing.head.feed, Board(standing.head.feed, self._ring))
        board.load(standing, entries)

    def grown(self, standing: FeedSnapshot, entries: Sequence[RingEntry]) -> None:
        self.boards[standing.head.feed].grow(standing, entries)

    def let_go(self, feed: str) -> None:
        del self.boards[feed]

    def known(self, heads: Mapping[str, Head]) -> None:
        self.heads = dict(heads)

    def looked(self, problem: str) -> None:
        self.problems.append(problem)


class Setting:
    def __init__(self, *feeds: str, ring: int = 100) -> None:
        self.log = MemoryLog(*feeds)
        self.told = Listener(ring)
        self.busy = False
        self.follower = Follower(lambda: self.log, self.told, ring=ring, busy=lambda: self.busy)  # type: ignore[arg-type,return-value]

    def show(self, feed: str, count: int) -> None:
        """A snapshot of `count` calls, each by itself."""
        rows = [row(f"26-{number}", f"U{number}") for number in range(count)]
        self.log.feeds[feed].show(*rows, salt=str(count))

    def look(self) -> float:
        return self.follower._look()

    def agrees(self, feed: str) -> bool:
        board, state = self.told.boards[feed], self.log.feeds[feed].state
        return board.ring.head == state.seq and board.snapshot.calls == state.calls


def test_it_follows_what_grows() -> None:
    here = Setting("city", "town")
    for count in (1, 3, 3, 8, 40):
        here.show("city", count)
        here.look()
        assert here.agrees("city")
        assert here.agrees("town")
    assert here.told.loads == ["city", "town"]
    assert set(here.told.problems) == {""}


def test_after_a_restart_the_ring_reaches_back_as_far_as_it_can() -> None:
    here = Setting("city", ring=10)
    here.show("city", 4)
    here.show("city", 25)
    here.look()
    board = here.told.boards["city"]
    assert (board.ring.tail, board.ring.head) == (15, 25)
    assert here.agrees("city")
    assert board.ring.slice(15)[0].count(b"data:") == 10


def test_it_does_not_ask_for_what_was_let_go() -> None:
    here = Setting("city")
    here.show("city", 20)
    here.log.tails["city"] = 12
    here.look()
    assert here.told.boards["city"].ring.tail == 12
    assert here.agrees("city")


@pytest.mark.parametrize("how", ["epoch", "back"])
def test_a_log_that_is_another_one_is_loaded_anew(how: str) -> None:
    here = Setting("city")
    here.show("city", 5)
    here.look()
    before = here.told.boards["city"].generation
    if how == "epoch":
        here.log.epochs["city"] = "bbbb"
    else:
        here.log.feeds["city"] = type(here.log.feeds["city"])()
        here.show("city", 2)
    here.look()
    board = here.told.boards["city"]
    assert board.generation == before + 1
    assert board.epoch == here.log.epochs["city"]
    assert here.agrees("city")


def test_changes_that_went_missing_are_noticed() -> None:
    here = Setting("city")
    here.show("city", 3)
    here.look()
    here.show("city", 6)
    kept = here.log.feeds["city"].changes
    here.log.feeds["city"].changes = kept[:3] + kept[4:]
    here.look()
    assert here.told.boards["city"].ring.head == 3
    here.log.feeds["city"].changes = kept
    here.look()
    assert here.agrees("city")
    assert here.told.boards["city"].generation == 2


def test_while_the_database_is_away_nothing_is_lost() -> None:
    here = Setting("city")
    here.show("city", 3)
    here.look()
    here.log.away = True
    here.show("city", 7)
    assert here.look() in (IDLE, NOTHING)
    assert "away" in here.told.problems[-1]
    assert here.told.boards["city"].ring.head == 3
    here.log.away = False
    here.look()
    assert here.told.problems[-1] == ""
    assert here.agrees("city")
    assert here.told.boards["city"].generation == 1


def test_a_defect_in_one_feed_silences_no_other() -> None:
    here = Setting("city", "town")
    here.look()
    here.log.broken = "city"
    here.show("city", 2)
    here.show("town", 3)
    here.look()
    assert here.agrees("town")
    assert "city" in here.told.problems[-1]
    here.log.broken = ""
    here.look()
    assert here.agrees("city")


def test_it_looks_often_only_while_somebody_streams() -> None:
    here = Setting("city")
    assert here.look() == IDLE
    here.busy = True
    assert here.look() == BUSY
    assert Setting().look() == NOTHING


def test_without_a_log_it_waits_for_one() -> None:
    told = Listener(10)
    found: list[MemoryLog] = []
    follower = Follower(lambda: found[0] if found else None, told, ring=10, busy=lambda: True)  # type: ignore[arg-type,return-value]
    assert follower._look() == NOTHING
    found.append(MemoryLog("city"))
    follower._look()
    assert list(told.boards) == ["city"]


def test_a_poke_is_a_look_at_once() -> None:
    here = Setting("city")
    here.follower.start()
    try:
        for count in range(1, 30):
            here.show("city", count)
            here.follower.poke()
            for _ in range(2_000):
                if here.told.boards and here.told.boards["city"].ring.head == here.log.feeds["city"].state.seq:
                    break
                here.follower._worker.rest(0.001)
            else:
                raise AssertionError("it did not look")
    finally:
        here.follower.stop()


def test_of_many_feeds_only_those_are_followed_that_somebody_watches() -> None:
    names = [f"city-{number}" for number in range(AT_HAND + 5)]
    log, told, now = MemoryLog(*names), Listener(100), [0.0]
    wanted: set[str] = set()
    follower = Follower(
        lambda: log, told, ring=100, busy=lambda: True, wanted=lambda: wanted, clock=lambda: now[0]  # type: ignore[arg-type,return-value]
    )  # fmt: skip
    for name in names:
        log.feeds[name].show(row("26-1", "U"), salt="1")
    follower._look()
    assert (list(told.boards), sorted(told.heads)) == ([], sorted(names)), "all are known, none is loaded"
    log.asked = 0
    follower._look()
    assert log.asked == 0, "nobody watches: nobody asks"
    wanted.add("city-3")
    follower._look()
    assert list(told.boards) == ["city-3"]
    log.feeds["city-3"].show(row("26-1", "U"), row("26-2", "V"), salt="2")
    follower._look()
    assert told.boards["city-3"].ring.head == 2
    assert log.asked == 2, "one head at each look"
    now[0] += IDLE
    follower._look()
    assert log.asked == 2 + len(names), "now and then all are looked at"
    wanted.clear()
    follower._look()
    assert list(told.boards) == ["city-3"], "it is let go with the next look at all"
    now[0] += IDLE
    follower._look()
    assert told.boards == {}
    wanted.add("city-3")
    follower._look()
    assert told.boards["city-3"].ring.head == 2
    assert told.loads == ["city-3", "city-3"]


def test_few_feeds_are_at_hand_whether_or_not_somebody_watches() -> None:
    here = Setting("city", "town")
    here.show("city", 3)
    here.show("town", 3)
    here.look()
    assert sorted(here.told.boards) == ["city", "town"]
