"""Filters: what they let through, what is refused in words."""

from __future__ import annotations

import pytest

from bluelamp.domain.call_filter import EVERYTHING, CallFacts, facts_of, make_filter
from bluelamp.errors import UsageError
from tests.lib.live.feed_in_memory import MemoryFeed, row

HERE = CallFacts("central", "154", "3", "40 - other", 32.78, -96.8)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({}, True),
        ({"division": ["Central"]}, True),
        ({"division": [" CENTRAL "]}, True),
        ({"division": ["Northeast"]}, False),
        ({"division": ["Northeast", "Central"]}, True),
        ({"division": ["Central"], "beat": ["155"]}, False),
        ({"division": ["Central"], "beat": ["155", "154"], "priority": ["3"], "nature": ["40 - Other"]}, True),
        ({"nature": ["40"]}, False),
        ({"bbox": "-97,32,-96,33"}, True),
        ({"bbox": "-96.8,32.78,-96.8,32.78"}, True),
        ({"bbox": "-97,32,-96.81,33"}, False),
        ({"bbox": "-97,32.79,-96,33"}, False),
        ({"bbox": "170,32,-96,33"}, True),  # over the 180th meridian
        ({"bbox": "170,32,-97,33"}, False),
        ({"bbox": "-97,32,-96,33", "beat": ["1"]}, False),
        ({"division": [""]}, True),
    ],
)
def test_what_is_let_through(asked: dict[str, object], seen: bool) -> None:
    assert make_filter(**asked).lets(HERE) is seen  # type: ignore[arg-type]


def test_a_call_without_a_field_or_a_point_is_not_let_through_where_one_is_asked_for() -> None:
    nothing = CallFacts(None, None, None, None, None, None)
    assert EVERYTHING.lets(nothing)
    assert not make_filter(beat=["154"]).lets(nothing)
    assert not make_filter(bbox="-180,-90,180,90").lets(nothing)


def test_a_call_that_is_not_open_is_never_seen() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    for salt in ("one", "two"):
        feed.show(row("2", "B"), salt=salt)
    (ended,) = feed.ended.values()
    assert facts_of(ended) is None
    assert facts_of(None) is None
    assert not EVERYTHING.lets(None)


@pytest.mark.parametrize(
    "text",
    ["1,2,3", "a,b,c,d", "nan,0,1,1", "-181,0,0,1", "0,1,1,0", "0,-91,1,1", "0,0,1,1,1", "inf,0,1,1", "0 0 1 1"],
)
def test_a_wrong_area_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError, match="is no area"):
        make_filter(bbox=text)


def test_too_much_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 50"):
        make_filter(beat=[str(number) for number in range(51)])
    with pytest.raises(UsageError, match="200 characters"):
        make_filter(nature=["x" * 201])


def test_equal_filters_are_one() -> None:
    one = make_filter(division=["Central", "East"], beat=["1"], bbox="-97,32,-96,33")
    other = make_filter(division=["EAST", "central"], beat=["1", "1"], bbox="-97.0,32.0,-96.0,33.0")
    assert one == other
    assert hash(one) == hash(other)
    assert one.query() == other.query() == "division=central&division=east&beat=1&bbox=-97%2C32%2C-96%2C33"
    near = make_filter(bbox="-96.7970123,32.7,-96.5,33")
    assert near.query() == "bbox=-96.7970123%2C32.7%2C-96.5%2C33", "an address leads back to the same filter"
    assert one
    assert not EVERYTHING
    assert EVERYTHING.query() == ""
