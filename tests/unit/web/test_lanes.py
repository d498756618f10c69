"""Lanes, turns and askers: bounded, in order, and nothing goes on for whoever has hung up."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from bluelamp.errors import Overloaded, TooMany
from bluelamp.web.work.answer_cache import Answers
from bluelamp.web.work.cancellation import Asker, AskerGone, asking, current_asker
from bluelamp.web.work.effort import Effort
from bluelamp.web.work.lanes import AdmissionLimit, Lane
from bluelamp.web.work.turns import Turns


def test_beyond_the_queue_one_is_told_to_come_back() -> None:
    async def act() -> None:
        places = AdmissionLimit(most=1, queue=1, patience=60)
        give_back = await places.take(Asker())
        waiting = asyncio.create_task(places.take(Asker()))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await places.take(Asker())
        give_back()
        (await waiting)()
        (await places.take(Asker()))()

    asyncio.run(act())


def test_who_waits_too_long_is_told_so_and_leaves_no_trace() -> None:
    async def act() -> None:
        places = AdmissionLimit(most=1, queue=5, patience=0)
        give_back = await places.take(Asker(), "a")
        with pytest.raises(Overloaded):
            await places.take(Asker(), "b")
        give_back()
        (await places.take(Asker(), "b"))()

    asyncio.run(act())


def test_one_address_does_not_take_all_places() -> None:
    async def act() -> None:
        places = AdmissionLimit(most=4, queue=4, patience=60, each=2)
        held = [await places.take(Asker(), "a"), await places.take(Asker(), "a")]
        with pytest.raises(TooMany):
            await places.take(Asker(), "a")
        (await places.take(Asker(), "b"))()
        held.pop()()
        (await places.take(Asker(), "a"))()

    asyncio.run(act())


def test_whoever_hangs_up_gives_up_the_place_in_the_queue() -> None:
    async def act() -> None:
        places = AdmissionLimit(most=1, queue=1, patience=60)
        give_back = await places.take(Asker())
        asker = Asker()
        waiting = asyncio.create_task(places.take(asker))
        await asyncio.sleep(0)
        asker.leave()
        with pytest.raises(AskerGone):
            await waiting
        again = asyncio.create_task(places.take(Asker()))
        await asyncio.sleep(0)
        give_back()
        (await again)()

    asyncio.run(act())


def test_a_lane_has_threads_of_its_own() -> None:
    """With every thread of one lane at work, another lane and the common threads answer."""

    async def act() -> None:
        end = threading.Event()
        dear, cheap = Lane(2, 10, 60), Lane(1, 10, 60)
        busy = [asyncio.create_task(dear.run(end.wait, Asker())) for _ in range(5)]
        await asyncio.sleep(0)
        assert await cheap.run(lambda: 1, Asker()) == 1
        assert await asyncio.to_thread(lambda: 2) == 2
        end.set()
        assert await asyncio.gather(*busy) == [True] * 5

    asyncio.run(act())


def test_a_closed_connection_stops_what_is_under_way() -> None:
    async def act() -> None:
        closed, stopped = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        async def receive() -> Any:
            await closed.wait()
            return {"type": "http.disconnect"}

        def work() -> bool:
            with current_asker().stopping(stopped.set):
                loop.call_soon_threadsafe(closed.set)
                return stopped.wait(60)

        async with asking(receive) as asker:
            assert await Lane(1, 1, 60).run(work, asker)
            with pytest.raises(AskerGone):
                asker.check()

    asyncio.run(act())


def test_turns_come_in_order_and_pass_over_who_has_left() -> None:
    turns, left = Turns(), Asker()
    assert turns.take(None, Asker())
    assert not turns.take(0, Asker())
    came: list[str] = []

    def wait(name: str, asker: Asker) -> None:
        if turns.take(60, asker):
            came.append(name)
            turns.give_back()

    threads = []
    for name, asker in (("first", Asker()), ("gone", left), ("last", Asker())):
        threads.append(threading.Thread(target=wait, args=(name, asker)))
        threads[-1].start()
        while len(turns._waiting) < len(threads):
            pass
    left.leave()
    threads[1].join()
    turns.give_back()
    for thread in threads:
        thread.join()
    assert came == ["first", "last"]


def test_a_turn_that_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bluelamp.web.work.effort._TURN_SECONDS", 0)
    effort = Effort(1, 10)
    with effort.turn(), pytest.raises(Overloaded), effort.turn():
        pass


def test_an_answer_that_its_maker_gave_up_is_made_for_those_who_wait() -> None:
    answers, begun, given_up = Answers(), threading.Event(), threading.Event()

    def never() -> bytes:
        begun.set()
        given_up.wait(60)
        raise AskerGone

    def first() -> None:
        with pytest.raises(AskerGone):
            answers.get("key", never)

    maker = threading.Thread(target=lambda: _as(_left(), first))
    maker.start()
    begun.wait(60)
    found: list[bytes] = []
    waiter = threading.Thread(target=lambda: found.append(answers.get("key", lambda: b"made")))
    waiter.start()
    while not answers.shared:
        pass
    given_up.set()
    maker.join()
    waiter.join()
    assert found == [b"made"]


def _left() -> Asker:
    asker = Asker()
    asker.leave()
    return asker


def _as(asker: Asker, act: Any) -> None:
    from bluelamp.web.work import cancellation as module

    module._current.set(asker)
    act()
