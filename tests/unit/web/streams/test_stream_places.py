"""One stream: where it resumes, what it says next, when it says that something is missing."""

from __future__ import annotations

from starlette.types import Message

from bluelamp.domain.call_filter import CallFilter, make_filter
from bluelamp.storage.live.event_log import Head
from bluelamp.web.streams.board import Board, Projection
from bluelamp.web.streams.stream import AHEAD, Stream
from tests.lib.live.feed_in_memory import MemoryFeed, row
from tests.lib.live.log_in_memory import all_logged
from tests.lib.web.watching_client import Told, events

EMPTY = make_filter(beat=["nowhere"])


async def _send(_message: Message) -> None: ...


class Setting:
    def __init__(self, count: int, ring: int = 100) -> None:
        self.feed, self.board = MemoryFeed(), Board("city", ring)
        self.fold = Projection(Head("city", 1, "abcd", 0), ())
        self.board.load(self.fold.snapshot(self.head), ())
        self.total = 0
        self.grow(count)

    @property
    def head(self) -> Head:
        return Head("city", 1, self.fold.head.epoch, self.feed.state.seq, 0, "2026-02-11T00:00:00.000Z")

    def grow(self, count: int) -> None:
        self.total += count
        self.feed.show(*(row(f"26-{number}", f"U{number}") for number in range(self.total)), salt=str(self.total))
        entries = self.fold.take(all_logged(self.feed.changes[self.fold.head.seq :]))
        self.board.grow(self.fold.snapshot(self.head), entries)

    def anew(self, epoch: str) -> None:
        self.fold = Projection(Head("city", 2, epoch, self.feed.state.seq), self.board.snapshot.calls.values())
        self.board.load(self.fold.snapshot(self.head), ())

    def stream(self, through: CallFilter | None = None) -> Stream:
        return Stream(self.board, through, _send, "127.0.0.1", 0.0)


def said(stream: Stream) -> list[Told]:
    """All that it says until it is up to date."""
    found = b""
    while data := stream.next():
        found += data
    return list(events(found))


def test_without_a_cursor_it_begins_now() -> None:
    here = Setting(5)
    stream = here.stream()
    assert said(stream) == []
    here.grow(2)
    assert [one.id for one in said(stream)] == ["abcd:6", "abcd:7"]
    assert stream.next() == b""


def test_from_a_cursor_it_is_complete() -> None:
    here = Setting(5)
    for seq in range(6):
        stream = here.stream()
        stream.resume("abcd", seq, 0.0)
        assert [one.id for one in said(stream)] == [f"abcd:{number}" for number in range(seq + 1, 6)]


def test_a_foreign_cursor_is_told_to_resync_and_the_stream_goes_on() -> None:
    here = Setting(5)
    stream = here.stream(make_filter(beat=["a b"]))
    stream.resume("other", 3, 0.0)
    (told,) = said(stream)
    assert told.kind == "resync"
    assert told.id == "abcd:5"
    assert told.data == {
        "reason": "another epoch",
        "calls": "/api/v1/feeds/city/calls?at_least=abcd:5&beat=a+b",
        "cursor": "abcd:5",
    }
    assert said(stream) == []


def test_a_cursor_that_fell_off_the_ring_is_told_to_resync() -> None:
    here = Setting(30, ring=10)
    stream = here.stream()
    stream.resume("abcd", 19, 0.0)
    assert [one.kind for one in said(stream)] == ["resync"]
    held = here.stream()
    held.resume("abcd", 20, 0.0)
    assert len(said(held)) == 10


def test_a_slow_stream_that_fell_off_the_ring_is_told_to_resync() -> None:
    here = Setting(5, ring=10)
    stream = here.stream()
    here.grow(11)
    told = said(stream)
    assert [one.kind for one in told] == ["resync"]
    assert told[0].data["reason"] == "too far behind"
    here.grow(1)
    assert [one.id for one in said(stream)] == ["abcd:17"]


def test_a_log_loaded_anew_is_told_once() -> None:
    here = Setting(5)
    stream = here.stream()
    here.anew("ffff")
    (told,) = said(stream)
    assert told.kind == "resync"
    assert told.id == "ffff:5"
    here.grow(1)
    assert [one.id for one in said(stream)] == ["ffff:6"]


def test_a_cursor_ahead_of_this_process_waits_and_misses_nothing() -> None:
    here = Setting(5)
    stream = here.stream()
    stream.resume("abcd", 7, 0.0)
    assert stream.ahead_until == AHEAD
    assert said(stream) == []
    here.grow(1)
    assert said(stream) == []
    here.grow(3)
    assert [one.id for one in said(stream)] == ["abcd:8", "abcd:9"]


def test_a_quiet_filter_keeps_its_place_by_heartbeats() -> None:
    """Changes that a filter does not show must not let its stream fall behind."""
    here = Setting(5)
    stream = here.stream(EMPTY)
    here.grow(3)
    assert said(stream) == []
    stream.beating = True
    assert stream.next() == b'event: alive\nid: abcd:8\ndata: {"cursor":"abcd:8"}\n\n'
    stream.beating = True
    assert stream.next() == b'event: alive\ndata: {"cursor":"abcd:8"}\n\n'
    back = here.stream(EMPTY)
    back.resume("abcd", 8, 0.0)
    assert said(back) == []


def test_a_heartbeat_gives_way_to_news() -> None:
    here = Setting(5)
    stream = here.stream()
    here.grow(1)
    stream.beating = True
    assert [one.id for one in said(stream)] == ["abcd:6"]


def test_the_last_word_is_bye() -> None:
    here = Setting(5)
    stream = here.stream(EMPTY)
    here.grow(2)
    said(stream)
    stream.ending = "rotation"
    data = stream.next()
    (told,) = events(data)
    assert told.kind == "bye"
    assert told.data["reason"] == "rotation"
    assert told.id == "abcd:7"
    assert data.startswith(b"retry: ")
    assert stream.over
    assert stream.next() == b""


def test_each_stream_rests_and_ends_at_a_time_of_its_own() -> None:
    here = Setting(1)
    streams = [here.stream() for _ in range(200)]
    assert all(600 <= one.rotate_at <= 900 for one in streams)
    assert all(12 <= one.beat_at <= 15 for one in streams)
    assert len({round(one.rotate_at) for one in streams}) > 50
