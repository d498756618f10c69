"""A page that follows a stream shows what the log says, through any filter and from any place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFilter, facts_of, make_filter
from bluelamp.domain.change import Change
from bluelamp.storage.live.event_log import Head, project
from bluelamp.web.streams.board import Board, LogGap, Projection
from tests.lib.live.feed_in_memory import MemoryFeed, row
from tests.lib.live.log_in_memory import all_logged
from tests.lib.web.watching_client import Page, events

FILTERS = (
    None,
    make_filter(beat=["1"]),
    make_filter(beat=["1", "2"], division=["North"]),
    make_filter(nature=["fire"]),
    make_filter(bbox="0,0,1,1"),
    make_filter(bbox="0,0,1,1", priority=["2"]),
)
_ROW = st.builds(
    lambda number, unit, point, **more: row(f"26-{number}", unit, point=point, **more),
    number=st.integers(1, 4),
    unit=st.sampled_from("ABC"),
    beat=st.sampled_from(("1", "2", None)),
    division=st.sampled_from(("North", "South")),
    nature=st.sampled_from(("Fire", "Theft")),
    priority=st.sampled_from(("1", "2")),
    point=st.sampled_from((None, (0.5, 0.5), (2.0, 2.0))),
)
_SNAPSHOTS = st.lists(st.lists(_ROW, min_size=1, max_size=6), min_size=1, max_size=14)


def head(seq: int) -> Head:
    return Head("city", 1, "abcd", seq, 0, "2026-02-11T00:00:00.000Z")


def board_of(changes: list[Change], ring: int = 1_000, portions: int = 7) -> Board:
    """A board that has followed all changes, in portions."""
    board, calls = Board("city", ring), Projection(head(0), ())
    board.load(calls.snapshot(head(0)), ())
    found = all_logged(changes)
    for begun in range(0, len(found), portions):
        entries = calls.take(found[begun : begun + portions])
        board.grow(calls.snapshot(head(len(found))), entries)
    return board


def seen(calls: list[Call], through: CallFilter | None) -> dict[str, Call]:
    return {call["id"]: call for call in calls if through is None or through.lets(facts_of(call))}


def rest(board: Board, cursor: int, through: CallFilter | None) -> bytes:
    found = b""
    while cursor < board.ring.head:
        data, cursor = board.ring.slice(cursor, through)
        found += data
    return found


@given(_SNAPSHOTS, st.data())
def test_calls_and_stream_together_are_the_log(snapshots: list[list[Any]], data: st.DataObject) -> None:
    feed = MemoryFeed()
    for number, rows in enumerate(snapshots):
        feed.show(*rows, salt=str(number))
    board = board_of(feed.changes)
    cursor = data.draw(st.integers(0, len(feed.changes)), "cursor")
    at_cursor = project((), feed.changes[:cursor])
    for through in FILTERS:
        page = Page(seen(at_cursor, through))
        for told in events(rest(board, cursor, through)):
            page.take(told)
        assert page.calls == seen(list(feed.state.calls.values()), through)
        assert page.seen == sorted(set(page.seen))
        if through is None:
            assert page.seen == list(range(cursor + 1, len(feed.changes) + 1))
    assert {call["id"]: call for call in board.snapshot.in_order()} == feed.state.calls


def test_each_frame_is_one_line_of_json_with_its_id() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A", location='Quote " and \\ and line\nfeed \u2028 é'), row("2", "B"))
    board = board_of(feed.changes)
    stream = rest(board, 0, None)
    told = list(events(stream))
    assert [one.id for one in told] == ["abcd:1", "abcd:2"]
    assert [one.kind for one in told] == ["opened", "opened"]
    assert [one.data for one in told] == json.loads(json.dumps(feed.changes))
    assert stream.count(b"\n") == 2 * 4


def test_what_left_a_filter_is_removed_and_what_came_in_is_whole() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A", beat="1"))
    feed.show(row("1", "A", beat="2"))
    feed.show(row("1", "A", beat="1"))
    board = board_of(feed.changes)
    (call,) = feed.state.calls.values()
    told = list(events(rest(board, 0, make_filter(beat=["1"]))))
    assert [one.kind for one in told] == ["opened", "removed", "entered"]
    assert told[1].data == {"seq": 2, "kind": "removed", "call": call["id"], "at": feed.changes[1]["at"]}
    assert told[2].data["details"] == call
    other = list(events(rest(board, 0, make_filter(beat=["2"]))))
    assert [one.kind for one in other] == ["entered", "removed"]


def test_a_missing_change_is_noticed() -> None:
    feed = MemoryFeed()
    for number in range(3):
        feed.show(row("1", "A"), *(row(str(two), "B") for two in range(2, 3 + number)), salt=str(number))
    found = all_logged(feed.changes)
    calls = Projection(head(0), ())
    calls.take(found[:1])
    with pytest.raises(LogGap):
        calls.take(found[2:])


def test_a_change_of_a_call_that_is_not_open_is_shown_to_those_without_a_filter() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    for salt in ("one", "two"):
        feed.show(row("2", "B"), salt=salt)
    gone = feed.changes[-1]
    late: Change = {**gone, "seq": gone["seq"] + 1, "kind": "located", "between": None, "place": {"kind": "none"}}
    board = board_of([*feed.changes, late])
    assert next(events(rest(board, late["seq"] - 1, None))).kind == "located"
    assert rest(board, late["seq"] - 1, make_filter(nature=["40 - Other"])) == b""
    assert len(board.snapshot.calls) == 1


def test_what_is_shown_is_never_changed() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"))
    calls = Projection(head(0), ())
    calls.take(all_logged(feed.changes))
    before = calls.snapshot(head(1))
    kept = json.dumps(before.calls)
    feed.show(row("1", "A", status="Busy"), row("1", "B"), row("2", "C"))
    calls.take(all_logged(feed.changes)[1:])
    assert json.dumps(before.calls) == kept
