"""The ring: complete from any cursor that it still holds, joined once for all who are at the same place."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.call_filter import CallFacts, CallFilter, make_filter
from bluelamp.web.streams import ring as ring_module
from bluelamp.web.streams.ring import CHUNK, Ring, RingEntry

BEATS = [make_filter(beat=[name]) for name in "123"]


def facts(beat: str | None) -> CallFacts | None:
    return None if beat is None else CallFacts(None, beat, None, None, None, None)


def entry(seq: int, before: str | None = "1", after: str | None = "1", size: int = 0) -> RingEntry:
    body = f"<{seq}>".encode() + b"x" * size
    return RingEntry(seq, body, facts(before), facts(after), b"<-%d>" % seq, b"<+%d>" % seq)


def whole(ring: Ring, after: int, through: CallFilter | None = None) -> tuple[bytes, int]:
    """All that follows a cursor, as a stream would take it."""
    found = b""
    while after < ring.head:
        part, upto = ring.slice(after, through)
        assert upto > after
        found, after = found + part, upto
    return found, after


@given(
    limit=st.integers(1, 12),
    batches=st.lists(st.integers(0, 7), max_size=12),
    first=st.integers(0, 3),
)
def test_what_follows_any_cursor_is_complete_or_known_to_be_gone(limit: int, batches: list[int], first: int) -> None:
    ring = Ring(limit)
    ring.load(first, [entry(seq) for seq in range(1, first + 1)][-limit:])
    head = first
    for size in batches:
        ring.append([entry(seq) for seq in range(head + 1, head + size + 1)])
        head += size
        assert ring.head == head
        for cursor in range(head + 2):
            assert ring.holds(cursor) == (cursor >= max(head - limit, first - limit, 0))
            if ring.holds(cursor):
                expected = b"".join(b"<%d>" % seq for seq in range(cursor + 1, head + 1))
                assert whole(ring, cursor) == (expected, max(cursor, head) if cursor <= head else cursor)


@given(st.lists(st.tuples(st.sampled_from("123-"), st.sampled_from("123-")), max_size=30), st.integers(0, 30))
def test_a_filter_shows_what_crosses_it(moves: list[tuple[str, str]], cursor: int) -> None:
    ring = Ring(100)
    entries = [
        entry(seq, None if before == "-" else before, None if after == "-" else after)
        for seq, (before, after) in enumerate(moves, 1)
    ]
    ring.load(0, ())
    ring.append(entries)
    for name, through in zip("123", BEATS, strict=True):
        expected = b""
        for seq, (before, after) in enumerate(moves, 1):
            if seq > cursor and (before == name or after == name):
                way = {(True, False): b"-", (False, True): b"+", (True, True): b""}[before == name, after == name]
                expected += b"<%s%d>" % (way, seq)
        assert whole(ring, cursor, through)[0] == expected


def test_opening_and_closing_are_told_as_such_through_a_filter() -> None:
    """Only a change that moves a call while it is open has frames of its own for that."""
    opened = RingEntry(1, b"opened", None, facts("1"))
    closed = RingEntry(2, b"closed", facts("1"), None)
    assert [one.seen(BEATS[0]) for one in (opened, closed)] == [b"opened", b"closed"]
    assert [one.seen(BEATS[1]) for one in (opened, closed)] == [b"", b""]


def test_equal_cursors_share_one_object() -> None:
    ring = Ring(100)
    ring.append([entry(seq) for seq in range(1, 51)])
    for through in (None, BEATS[0]):
        assert ring.slice(10, through)[0] is ring.slice(10, through)[0]
    old = ring.slice(10)[0]
    ring.append([entry(51)])
    assert ring.slice(10)[0] == old + b"<51>"


def test_one_write_holds_little() -> None:
    ring = Ring(1000)
    ring.append([entry(seq, size=1000) for seq in range(1, 1001)])
    data, upto = ring.slice(0)
    assert CHUNK <= len(data) < CHUNK + 1100
    assert upto < 1000
    assert whole(ring, 0)[0].count(b"<") == 1000


def test_a_filter_is_evaluated_once_for_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[tuple[int, CallFilter]] = Counter()
    honest = RingEntry.seen

    def counted(self: RingEntry, through: CallFilter) -> bytes:
        asked[self.seq, through] += 1
        return honest(self, through)

    monkeypatch.setattr(ring_module.RingEntry, "seen", counted)
    ring = Ring(100)
    for seq in range(1, 41):
        ring.append([entry(seq)])
        for cursor in range(max(seq - 5, 0), seq):
            for through in BEATS:
                ring.slice(cursor, through)
    assert set(asked.values()) == {1}
    assert len(asked) == 40 * len(BEATS)


def test_nothing_grows() -> None:
    ring = Ring(50)
    for seq in range(1, 2_001):
        ring.append([entry(seq)])
        for cursor in range(max(seq - 50, 0), seq):
            ring.slice(cursor, BEATS[0])
    assert len(ring._sieves[BEATS[0]]) <= 50
    assert len(ring._joined) <= ring_module._MOST_JOINED
    ring.forget(BEATS[0])
    assert not ring._sieves


def test_a_gap_is_a_defect() -> None:
    ring = Ring(10)
    ring.append([entry(1)])
    with pytest.raises(AssertionError, match="does not follow"):
        ring.append([entry(3)])
