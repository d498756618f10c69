"""Stretches that nobody watched, and the moments, counts and memory of lines of calls at once."""

from __future__ import annotations

import json

import pytest

from bluelamp.domain.call_filter import make_filter
from bluelamp.errors import UsageError
from bluelamp.history.gaps import clipped, gaps_between
from bluelamp.statistics.activity import MOST_POINTS, counts, moments_of, opening_seen, step_of
from bluelamp.statistics.activity_cache import LineKey, LineMemory
from bluelamp.storage.live.event_log import Logged
from tests.lib.live.feed_in_memory import MemoryFeed, at, row


def gaps(minutes: list[float], first: float, last: float, now: float = 1e5) -> list[tuple[str, str]]:
    """The gaps of more than six minutes."""
    found = gaps_between([at(one) for one in minutes], at(first), at(last), 360, at(now))
    return clipped(found, at(first), min(at(last), at(now)))


@pytest.mark.parametrize(
    ("minutes", "span", "expected"),
    [
        ([0, 2, 4, 6], (0, 6), []),
        ([0, 6, 12], (0, 12), []),  # six minutes are not yet too long
        ([0, 7, 12], (0, 12), [(0, 7)]),
        ([0, 2, 60, 62], (0, 62), [(2, 60)]),
        ([0, 2, 60, 62], (10, 20), [(10, 20)]),  # an answer long before covers nothing
        ([8, 60, 62], (10, 62), [(10, 60)]),
        ([8, 12], (10, 12), []),  # an answer shortly before does
        ([], (10, 20), [(10, 20)]),
        ([30, 32], (0, 32), [(0, 30)]),
        ([0, 2], (0, 30), [(2, 30)]),
        ([0, 28, 33], (0, 30), [(0, 28)]),  # the one after covers the end
    ],
)
def test_what_nobody_watched(
    minutes: list[float], span: tuple[float, float], expected: list[tuple[float, float]]
) -> None:
    assert gaps(minutes, *span) == [(at(one), at(other)) for one, other in expected]


def test_what_is_still_to_come_is_not_missed() -> None:
    assert gaps([0, 2, 4], 0, 60, now=8) == []
    assert gaps([0, 2, 4], 0, 60, now=20) == [(at(4), at(20))]
    assert gaps([0, 2, 4], 30, 60, now=8) == []


@pytest.mark.parametrize(("days", "step"), [(1 / 24, 30), (1, 300), (7, 1800), (31, 14400)])
def test_a_step_fits_the_time(days: float, step: int) -> None:
    assert step_of(at(0), at(days * 1440)) == step


def test_steps_that_are_refused() -> None:
    with pytest.raises(UsageError, match="at most 31 days; this is 32"):
        step_of(at(0), at(32 * 1440))
    with pytest.raises(UsageError, match=r"at most 1,000 points.* 1,442") as caught:
        step_of(at(0), at(1440), 60)
    wanted = int(str(caught.value.hint).split("step=")[1].split(" ")[0])
    assert len(moments_of(at(0), at(1440), step_of(at(0), at(1440), wanted))) <= MOST_POINTS
    with pytest.raises(UsageError):
        step_of(at(0), at(1440), wanted - 1)


def test_points_stand_at_whole_steps_and_at_the_end() -> None:
    assert moments_of(at(1), at(7), 120) == [at(2), at(4), at(6), at(7)]
    assert moments_of(at(2), at(6), 120) == [at(2), at(4), at(6)]
    assert moments_of(at(3), at(3.5), 120) == [at(3.5)]
    assert moments_of(at(3), at(3), 120) == [at(3)]


def logged(feed: MemoryFeed) -> list[Logged]:
    return [Logged(one["seq"], one["call"], one["kind"], one["at"], json.dumps(one).encode()) for one in feed.changes]


def test_openings_count_where_they_were_seen() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"))  # what a feed begins with was opened nobody knows when
    feed.show(row("1", "A"), row("2", "B", division="North"))
    feed.show(row("1", "A"), row("2", "B", division="North"), row("3", "C", division="South"), wait=90)
    assert [opening_seen(one, 360) for one in feed.changes if one["kind"] == "opened"] == [False, True, False]
    minutes = [0.0, 2, 4, 30, 94]
    moments = [at(one) for one in minutes]
    found = list(counts([], logged(feed), moments, make_filter(), 360))
    assert found == [(0, 0), (1, 0), (2, 1), (2, 0), (3, 0)]
    north = list(counts([], logged(feed), moments, make_filter(division=["north"]), 360))
    assert north == [(0, 0), (0, 0), (1, 1), (1, 0), (1, 0)]


def test_a_call_that_ended_and_is_placed_afterwards_stays_ended() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"))
    for salt in ("a", "b", "c"):
        feed.show(row("2", "B"), salt=salt)
    place = {"kind": "point", "lat": 1.0, "lon": 1.0}
    gone = next(one for one in feed.changes if one["kind"] == "closed")
    late = {**gone, "kind": "located", "place": place, "at": at(20)}
    changes = [*logged(feed), Logged(99, gone["call"], "located", at(20), json.dumps(late).encode())]
    for through in (make_filter(), make_filter(nature=["40 - other"])):
        assert [count for count, _ in counts([], changes, [at(10), at(30)], through, 360)] == [1, 1]


def test_the_memory_of_lines_is_bounded() -> None:
    memory = LineMemory(most=5)
    keys = [LineKey("city", "e", through, 300) for through in ("", "a", "b")]
    memory.keep(keys[0], {"1": (1, 0), "2": (2, 0)})
    memory.keep(keys[1], {"1": (1, 1), "2": (2, 1)})
    assert memory.known(keys[0])["2"] == (2, 0)  # asked for last
    memory.keep(keys[2], {"1": (3, 1), "2": (4, 1)})
    assert memory.size == 4
    assert memory.known(keys[1]) == {}
    memory.keep(keys[0], {"2": (2, 0), "3": (5, 0)})
    assert memory.size == 5
    assert memory.known(keys[0]) == {"1": (1, 0), "2": (2, 0), "3": (5, 0)}
    assert memory.known(LineKey("city", "f", "", 300)) == {}
