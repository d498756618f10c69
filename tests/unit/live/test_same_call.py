"""Which rows are the same call: a test for each rule of `live.proofs.SAME`, by its name."""

from __future__ import annotations

import pytest

from bluelamp.domain.feed import FeedRules, Restarts
from bluelamp.domain.moment import moved
from bluelamp.domain.snapshot import Row
from bluelamp.live.proofs import SAME
from tests.lib.live.feed_in_memory import BEGIN, MemoryFeed, kinds, row

BEGUN = BEGIN.strftime("%Y-%m-%dT%H:%M:%S.000Z")
OTHER = row("2", "B", location="Oak St")
HOUR = 60.0


def reported(number: str | None, minutes: float, unit: str | None = None, **more: str | None) -> Row:
    """A row that was reported so many minutes from the beginning, on the clocks of a city on UTC."""
    when = moved(BEGUN, minutes * 60)
    return row(number, unit, reported_at=when, reported_local=when[:19], **more)  # type: ignore[arg-type]


def ended(first: Row, rules: FeedRules | None = None) -> MemoryFeed:
    """A feed whose call ended: listed at minutes 2 and 4, missed at 6 and 8."""
    feed = MemoryFeed(rules)
    for rows in ([first, OTHER], [first, OTHER], [OTHER], [OTHER]):
        feed.show(*rows)
    assert feed.kinds() == ["opened", "opened", "closed"]
    return feed


def test_every_rule_has_its_test() -> None:
    missing = [name for name in SAME if f"test_{name}" not in globals()]
    assert not missing


@pytest.mark.parametrize(
    "again",
    [
        reported("1", 0, location="Pine Rd", nature="20 - Robbery"),
        reported("1", 200, location="Pine Rd"),
        reported("1", 24 * HOUR),
        row("1", None, location="Pine Rd"),
        reported("1", 24 * HOUR, location=None),
    ],
    ids=["corrected", "a later time", "a day later at its place", "no time", "no place"],
)
def test_number(again: Row) -> None:
    feed = MemoryFeed()
    feed.show(reported("1", 0), OTHER)
    assert set(kinds(feed.show(again, OTHER))) <= {"updated"}
    assert feed.numbers == ["1", "2"]


@pytest.mark.parametrize("place", [{"location": "Pine Rd"}, {"location": None, "nature": "20 - Robbery"}])
@pytest.mark.parametrize("hours", [6, 24, -24])
def test_number_of_another(hours: float, place: dict[str, str | None]) -> None:
    feed = MemoryFeed()
    feed.show(reported("1", 0), OTHER)
    before = set(feed.state.calls)
    again = reported("1", hours * HOUR, **place)
    assert kinds(feed.show(again, OTHER)) == ["opened"]
    closed = feed.show(again, OTHER)
    assert [(change["kind"], change["call"] in before) for change in closed.changes] == [("closed", True)]
    assert feed.numbers == ["1", "2"]
    # From then on the number is the new call's.
    assert set(kinds(feed.show(reported("1", hours * HOUR, location="Elm St"), OTHER))) == {"updated"}


def test_number_of_another_where_no_location_is_stated() -> None:
    feed = MemoryFeed()
    feed.show(reported("1", 0, location=None), OTHER)
    again = reported("1", 24 * HOUR, location=None, nature="20 - Robbery")
    assert kinds(feed.show(again, OTHER)) == ["opened"]


@pytest.mark.parametrize(
    ("restarts", "hours", "same"),
    [("daily", 23, True), ("daily", 25, False), ("monthly", 25, True), ("monthly", 31 * 24, False),
     ("yearly", 31 * 24, True), ("yearly", 366 * 24, False)],
)  # fmt: skip
def test_numbers_restart(restarts: Restarts, hours: float, same: bool) -> None:
    rules = FeedRules("city", numbers_restart=restarts, reopen_hours=9000)
    again = reported("1", hours * HOUR)
    while_open = MemoryFeed(rules)
    while_open.show(reported("1", 0), OTHER)
    assert kinds(while_open.show(again, OTHER)) == (["updated"] if same else ["opened"])
    assert kinds(ended(reported("1", 0), rules).show(again, OTHER)) == (["reopened"] if same else ["opened"])


def test_numbers_restart_while_both_are_listed() -> None:
    feed = MemoryFeed(FeedRules("city", numbers_restart="daily"))
    # Two units, so that both rows are in one answer.
    yesterday, today = reported("1", 0, "A"), reported("1", 25 * HOUR, "B", location="Pine Rd")
    assert kinds(feed.show(yesterday, OTHER)) == ["opened", "opened"]
    assert kinds(feed.show(yesterday, today, OTHER)) == ["opened"]
    assert feed.numbers == ["1", "1", "2"]
    unsaid = row("1", "C", location="Pine Rd")
    assert [(one["kind"], one["unit"]) for one in feed.show(yesterday, today, unsaid, OTHER).changes] == [
        ("unit_joined", "C")
    ]
    feed.show(today, unsaid, OTHER)
    assert kinds(feed.show(today, unsaid, OTHER)) == ["closed"]
    assert feed.state.calls.keys() == {call["id"] for call in feed.state.calls.values()}
    # Two that are new in one snapshot, too.
    fresh = MemoryFeed(FeedRules("city", numbers_restart="daily"))
    fresh.show(yesterday, today)
    assert fresh.numbers == ["1", "1"]


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        (reported("1", 0), reported("1", 0, location="Pine Rd", nature="20"), True),
        (reported("1", 0), reported("1", 2, location="Pine Rd"), True),
        (reported("1", 0), reported("1", 2, nature="20"), True),
        (reported("1", 0), reported("1", 2, location="Pine Rd", nature="20"), False),
        (row("1", None), row("1", None, location="Pine Rd", nature="20"), False),
        (row("1", None), row("1", None, nature="20"), True),
        (row("1", None, location=None, nature=None), row("1", None, location=None, nature=None), True),
        (row(None, "A"), row(None, "A"), True),
        (row(None, "A"), row(None, "C"), False),
    ],
)
def test_comes_back(first: Row, again: Row, same: bool) -> None:
    assert kinds(ended(first).show(again, OTHER)) == (["reopened"] if same else ["opened"])
    later = ended(first)
    assert kinds(later.show(again, OTHER, wait=25 * HOUR)) == ["opened"]


@pytest.mark.parametrize("number", ["1", None])
@pytest.mark.parametrize("minutes", [4.5, 9, 11 * HOUR])
def test_reported_since(number: str | None, minutes: float) -> None:
    feed = ended(reported(number, 0, "A"))
    assert kinds(feed.show(reported(number, minutes, "A"), OTHER)) == ["opened"]


def test_gets_its_number() -> None:
    bare = reported(None, 0)
    feed = MemoryFeed()
    feed.show(bare)
    other_incident = reported("7", 39 * HOUR)
    assert kinds(feed.show(bare, other_incident)) == ["opened"], "its own row is there"
    alone = MemoryFeed()
    alone.show(bare)
    assert kinds(alone.show(other_incident)) == ["opened"], "another time"
    got = MemoryFeed()
    got.show(bare)
    assert [one["fields"] for one in got.show(reported("7", 0)).changes] == [{"incident_number": [None, "7"]}]
    # Another incident came up at the place meanwhile: the time says which of the two got the number.
    both = MemoryFeed()
    both.show(bare)
    assert kinds(both.show(reported("7", 0), reported(None, 30))) == ["updated", "opened"]


def test_gets_its_number_by_its_unit_too() -> None:
    bare = reported(None, 0, "A", nature="46 - CIT", block="100")
    with_number = reported("7", 0, "A", nature="46A", block="100")
    feed = MemoryFeed()
    feed.show(bare)
    assert kinds(feed.show(with_number)) == ["updated"]
    listed = MemoryFeed()
    listed.show(bare)
    assert kinds(listed.show(bare, with_number)) == ["opened"]


def test_without_number() -> None:
    feed = MemoryFeed()
    feed.show(reported("1", 0), OTHER)
    # While others have numbers, a row without one at the place is of another incident, unless the time agrees.
    assert kinds(feed.show(reported(None, 90), OTHER)) == ["opened"]
    same = MemoryFeed()
    same.show(reported("1", 0), OTHER)
    assert kinds(same.show(reported(None, 0), OTHER)) == []
    gone = MemoryFeed()
    gone.show(reported("1", 0), reported("2", 0, location="Oak St"))
    assert kinds(gone.show(reported(None, 90), reported(None, 0, location="Oak St"))) == ["updated"]
    assert gone.numbers == ["1", "2"]
