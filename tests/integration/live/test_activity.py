"""The line of calls at once equals what the history says of each of its moments; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bluelamp.domain.call_filter import CallFilter, facts_of, make_filter
from bluelamp.live.workflow import LiveFlow
from bluelamp.statistics.activity import ActivityLine, Lines, opening_seen
from bluelamp.statistics.activity_cache import LineMemory
from tests.lib.live.feed_life import live
from tests.lib.live.home import BEGIN, FEED, minute

FILTERS = (
    make_filter(),
    make_filter(division=["north"]),
    make_filter(beat=["1", "2"], priority=["1"]),
    make_filter(nature=["nothing"]),
    make_filter(bbox="-97,32,-96,33"),
)
NOW = BEGIN + timedelta(hours=6)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFlow]:
    flow = live(tmp_path_factory.mktemp("lived"))
    yield flow
    flow.close()


def draw(flow: LiveFlow, first: float, last: float, step: int, through: CallFilter, memory: LineMemory) -> ActivityLine:
    lines = Lines(flow.log, flow.snapshots, FEED, flow.agencies[FEED], memory)
    return lines.draw(minute(first), minute(last), step, through, NOW)


def shown(flow: LiveFlow, at: str, through: CallFilter, known: dict[str, list[Any]] | None = None) -> int:
    calls: list[Any] = (known or {}).get(at) or flow.log.as_of(FEED, at)[1]
    if known is not None:
        known[at] = calls
    return sum(1 for call in calls if through.lets(facts_of(call)))


def test_every_point_is_what_the_history_says(tmp_path: Path, database: str) -> None:
    lived = live(tmp_path, database)
    memory = LineMemory()
    watched = 0
    known: dict[str, list[Any]] = {}
    for through in FILTERS:
        # Lines that overlap use what the ones before have counted.
        for first, last, step in ((30, 90, 240), (-10, 250, 240), (41, 213, 240), (0, 240, 600)):
            line = draw(lived, first, last, step, through, memory)
            for point in line.points:
                if point.active is None:
                    assert any(one <= point.at <= other for one, other in line.unwatched or ())
                else:
                    watched += 1
                    assert point.active == shown(lived, point.at, through, known), (point, through)
    lived.close()
    assert watched > 400
    assert memory.size > 0


def test_openings_are_counted_once_wherever_the_line_begins(lived: LiveFlow) -> None:
    opened = [one for one in lived.log.between(FEED, minute(0), minute(240)) if one.kind == "opened"]
    seen = [one for one in opened if opening_seen(one.change, 360)]
    assert 50 < len(seen) < len(opened)
    for memory in (LineMemory(), LineMemory()):
        whole = draw(lived, 0, 240, 600, make_filter(), memory)
        assert sum(point.opened or 0 for point in whole.points) == len(seen)
        fresh = draw(lived, 100, 240, 600, make_filter(), LineMemory())
        known = {point.at: point for point in whole.points}
        assert all(known[point.at] == point for point in fresh.points)


def test_where_nobody_watched_there_is_a_gap_and_no_calm(lived: LiveFlow) -> None:
    line = draw(lived, -20, 300, 120, make_filter(), LineMemory())
    assert line.unwatched is not None
    (before, began), *between, (ended, until) = line.unwatched
    assert (before, began) == (minute(-20), minute(0))
    assert (ended, until) == (minute(238), minute(300))
    assert any(one <= minute(98) and minute(160) <= other for one, other in between)
    empty = {point.at for point in line.points if point.active is None}
    assert {minute(-10), minute(130), minute(290)} <= empty
    without = {point.at for point in line.points if point.opened is None}
    # At the end of a gap it is known again what is open, and not how much was opened within.
    assert {minute(-10), minute(130), minute(160), minute(290)} <= without
    assert minute(160) not in empty
    assert minute(50) not in without
    assert minute(50) not in empty


def test_what_is_still_to_come_is_not_told(lived: LiveFlow) -> None:
    lines = Lines(lived.log, lived.snapshots, FEED, lived.agencies[FEED])
    now = datetime.fromisoformat(minute(241))
    line = lines.draw(minute(200), minute(300), 120, make_filter(), now)
    assert line.last == line.points[-1].at == minute(241)
    assert None not in [point.active for point in line.points]
    assert line.unwatched == []
    ahead = lines.draw(minute(260), minute(300), 120, make_filter(), now)
    assert [point.active for point in ahead.points] == [None]


def test_a_past_that_was_let_go_is_not_drawn(tmp_path: Path) -> None:
    lived = live(tmp_path)
    before = draw(lived, 0, 240, 120, make_filter(), LineMemory())
    assert before.kept_from is None
    lived.writer.forget_before(FEED, minute(180))
    line = draw(lived, 0, 240, 120, make_filter(), LineMemory())
    assert line.kept_from is not None
    assert minute(170) < line.kept_from < minute(200)
    assert all(point.active is None for point in line.points if point.at < line.kept_from)
    kept = {point.at: point.active for point in line.points if point.at >= line.kept_from}
    assert kept == {point.at: point.active for point in before.points if point.at >= line.kept_from}
    lived.close()


def test_a_feed_without_a_configuration_has_a_line_all_the_same(lived: LiveFlow) -> None:
    line = Lines(lived.log, lived.snapshots, FEED, None).draw(minute(100), minute(130), 600, make_filter(), NOW)
    assert line.unwatched is None
    assert [point.active for point in line.points] == [shown(lived, point.at, make_filter()) for point in line.points]
