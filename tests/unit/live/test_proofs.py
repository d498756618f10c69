"""What proves that a call has ended: a test for each rule of `live.proofs.ENDS`, by its name."""

from __future__ import annotations

import pytest

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.guard import asks_whole
from bluelamp.live.proofs import ENDS
from tests.lib.live.feed_in_memory import MemoryFeed, at, kinds, row

TWELVE = [row(f"26-{number:07d}", f"A{number}") for number in range(12)]
STRANGER = row("99", "Z")
SECOND = 1 / 60  # in minutes


def test_every_rule_has_its_test() -> None:
    missing = [name for name in ENDS if f"test_{name}" not in globals()]
    assert not missing


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 301}, {"problem": "cut off"}, {"broken": True}])
def test_not_whole(fault: dict[str, object]) -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for _ in range(12):
        assert kinds(feed.show(**fault)) == []  # type: ignore[arg-type]
    assert len(feed.state.calls) == 12


def test_late() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE[:11], version="v1", time=at(2))
    feed.show(*TWELVE, version="v2", time=at(4))
    for _ in range(3):
        assert feed.show(*TWELVE[:11], version="v1", time=at(2)).result.verdict == "older"
    feed.show(version="v3", time=at(12))
    # The last good list states that it is older than the one in doubt: it ends nothing, and the doubt begins anew.
    assert feed.show(*TWELVE, version="v2", time=at(4)).result.verdict == "unchanged"
    assert feed.show(version="v4", time=at(16)).result.verdict == "suspicious"
    assert feed.kinds() == ["opened"] * 12


@pytest.mark.parametrize("named", [False, True])
def test_late_without_a_time(named: bool) -> None:
    """Caches of different ages answer in turn: a call that is in none of their lists yet has not ended."""

    def show(count: int) -> list[str]:
        return kinds(feed.show(*TWELVE[:count], row("9", "X", status=str(count)), version=f"v{count}" if named else ""))

    feed = MemoryFeed()
    for count in (9, 10, 11, 12):
        show(count)
    before = feed.kinds()
    for old in (9, 10, 11, 10, 9, 11) * 3:
        show(old)
    assert "closed" not in feed.kinds()[len(before) :]
    # What then stands counts, both times.
    ends = [show(10) for _ in range(9)]
    assert [kind for kinds_ in ends for kind in kinds_ if kind == "closed"] == ["closed"] * 2
    assert len(feed.state.calls) == 11


def test_late_without_a_time_is_no_list_that_is_as_it_was_before() -> None:
    feed = MemoryFeed()
    for rows in (TWELVE[:11], TWELVE, TWELVE[:11]):
        assert "closed" not in kinds(feed.show(*rows))
    assert kinds(feed.show(*TWELVE[:11], wait=1)) == []
    closed = feed.show(*TWELVE[:11], wait=1)
    assert [(one["kind"], one["between"]) for one in closed.changes] == [("closed", [at(4), at(6)])]
    # A list that is often empty is confirmed as before.
    quiet = MemoryFeed()
    assert [kinds(quiet.show(*rows)) for rows in ([], TWELVE[:1], [], [])] == [[], ["opened"], [], ["closed"]]
    # A version that is new is no old answer.
    named = MemoryFeed()
    for version, rows in (("v1", TWELVE[:11]), ("v2", TWELVE), ("v3", TWELVE[:11])):
        named.show(*rows, version=version)
    assert kinds(named.show(*TWELVE[:11], version="v4")) == ["closed"]


@pytest.mark.parametrize("sign", ["304", "version", "time"])
def test_nothing_new(sign: str) -> None:
    version, time = ("", at(4)) if sign == "time" else ("v2", None)
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:11], version=version, time=time)
    for _ in range(7):
        step = feed.show(status=304) if sign == "304" else feed.show(*TWELVE[:11], version=version, time=time)
        assert (step.result.verdict, kinds(step)) == ("unchanged", [])
    assert asks_whole(feed.rules, feed.state.tracking, at(feed.minutes))
    step = feed.show(*TWELVE[:11], version=version, time=time)
    assert (step.result.reasons, kinds(step)) == (("believed",), ["closed"])


def test_nothing_new_is_asked_for_whole_in_time() -> None:
    """A damaged list may have the right version: a status that names it is no proof of what it lacks."""
    feed = MemoryFeed()
    feed.show(*TWELVE, version="v1")
    feed.show(*TWELVE[:11], version="v2")
    asked = []
    for _ in range(20):
        asked.append(asks_whole(feed.rules, feed.state.tracking, at(feed.minutes)))
        assert kinds(feed.show(status=304)) == []
    assert asked == [False] * 7 + [True] * 13
    assert feed.show(*TWELVE, version="v2").result.verdict == "suspicious"
    assert asks_whole(feed.rules, feed.state.tracking, at(feed.minutes))
    assert feed.show(*TWELVE, version="v3").result.verdict == "good"
    assert feed.kinds() == ["opened"] * 12


def test_a_list_as_it_was_before_a_call_is_asked_for_whole_in_time() -> None:
    """A call comes and goes, and the list is what it was before, by its version too: that may be an old answer, until
    it has stood; and at a source that answers 304 it stands only where it is asked for."""
    feed = MemoryFeed()
    feed.show(*TWELVE[:11], version="v1")
    feed.show(*TWELVE, version="v2")
    feed.show(status=304)
    assert kinds(feed.show(*TWELVE[:11], version="v1")) == []
    asked = 0
    while "closed" not in feed.kinds() and asked < 30:
        if asks_whole(feed.rules, feed.state.tracking, at(feed.minutes)):
            asked += 1
            feed.show(*TWELVE[:11], version="v1")
        else:
            feed.show(status=304)
        assert feed.minutes < 120, "it ends within two hours"
    assert feed.kinds()[-1] == "closed"


def test_nothing_new_within_an_interval_is_not_believed_either() -> None:
    feed = MemoryFeed(FeedRules("city", believed_minutes=0, interval_seconds=600))
    feed.show(*TWELVE)
    feed.show(version="v2")
    for _ in range(4):
        assert kinds(feed.show(status=304)) == []
    assert kinds(feed.show(status=304)) == ["closed"] * 12


@pytest.mark.parametrize("again", [{}, {"version": "new"}, {"salt": "other bytes"}], ids=["bytes", "version", "rows"])
@pytest.mark.parametrize("kept", [0, 3, 11], ids=["empty", "shrunk", "one call left"])
def test_brought_twice(kept: int, again: dict[str, str]) -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:kept])
    for _ in range(100):
        assert kinds(feed.show(*TWELVE[:kept], wait=SECOND, **again)) == []  # type: ignore[arg-type]
    later = {**again, "version": "newer"} if "version" in again else again
    assert kinds(feed.show(*TWELVE[:kept], wait=20 * SECOND, **later)) == ["closed"] * (12 - kept)  # type: ignore[arg-type]


def test_brought_twice_is_measured_in_the_feeds_own_interval() -> None:
    feed = MemoryFeed(FeedRules("city", interval_seconds=600))
    feed.show(*TWELVE)
    feed.show()
    for _ in range(4):
        assert kinds(feed.show()) == []
    assert kinds(feed.show()) == ["closed"] * 12


@pytest.mark.parametrize("misses", [2, 3, 5])
def test_same_list_is_the_next_answer(misses: int) -> None:
    feed = MemoryFeed(FeedRules("city", misses=misses))
    feed.show(row("1", "A"), row("2", "B"), row("2", "C"))
    steps = [feed.show(row("2", "B")) for _ in range(misses)]
    assert [kinds(step) for step in steps] == [[]] * (misses - 1) + [["closed", "unit_left"]]
    assert [step.result.reasons for step in steps[1:]] == [("stands",)] * (misses - 1)
    # Nothing is missed any more: what comes now is only a sign of life.
    assert feed.show(row("2", "B")).result.verdict == "unchanged"


@pytest.mark.parametrize("window", ["active", "rolling"])
def test_missed(window: str) -> None:
    feed = MemoryFeed(FeedRules("city", window=window))  # type: ignore[arg-type]
    feed.show(row("1", "A"), row("2", "B"))
    assert kinds(feed.show(row("2", "B"))) == []
    ended = feed.show(row("2", "B", priority="1"))
    assert kinds(ended)[0] == {"active": "closed", "rolling": "aged_out"}[window]


@pytest.mark.parametrize("doubted", [False, True])
def test_listed_again(doubted: bool) -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:11])
    feed.show(*(TWELVE[11:] if doubted else TWELVE))
    feed.show(*TWELVE[:11], salt="missed for the first time again")
    assert len(feed.state.calls) == 12


@pytest.mark.parametrize("rows", [[], TWELVE[:4], [*TWELVE[:2], STRANGER]])
def test_doubted(rows: list[object]) -> None:
    feed = MemoryFeed(FeedRules("city", misses=1))
    feed.show(*TWELVE)
    step = feed.show(*rows)  # type: ignore[arg-type]
    assert (step.result.verdict, kinds(step)) == ("suspicious", ["opened"] * (STRANGER in rows))


def test_doubted_even_where_no_good_answer_came_before() -> None:
    feed = MemoryFeed(FeedRules("city", limit=12, misses=1))
    feed.show(*TWELVE)
    assert feed.show().result.reasons == ("empty",)
    assert len(feed.state.calls) == 12


def test_confirmed() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:2])
    feed.show(*TWELVE[2:4], wait=1)
    step = feed.show(*TWELVE[:2], wait=1)
    assert step.result.reasons == ("confirmed", "shrunk")
    # Two were listed within the interval: they are missed for the first time.
    assert kinds(step) == ["closed"] * 8
    assert {tuple(change["between"] or ()) for change in step.changes} == {(at(2), at(4))}


def test_another_reason() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for _ in range(5):
        assert feed.show().result.reasons == ("empty",)
        assert feed.show(*TWELVE[:2]).result.reasons == ("shrunk",)
    assert len(feed.state.calls) == 12


@pytest.mark.parametrize("why", ["limit", "cut_off", "pages_repeat"])
def test_cut_off(why: str) -> None:
    feed = MemoryFeed(FeedRules("city", limit=12 if why == "limit" else 0))
    cut = () if why == "limit" else (why,)
    feed.show(*TWELVE, cut=cut)
    others = [row(f"26-1{number:06d}", f"B{number}") for number in range(12)]
    for number in range(30):
        step = feed.show(*others, cut=cut, salt=str(number % 3), version=f"v{number // 12}" if number > 8 else "")
        assert step.result.verdict in ("suspicious", "unchanged")
    feed.show(status=304, wait=60)
    assert feed.kinds() == ["opened"] * 24
    assert feed.show(*others[:11], salt="whole").result.verdict == "good"
    assert kinds(feed.show(*others[:11])) == ["closed"] * 13


def test_out_of_date() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for number in range(20):
        assert feed.show(*TWELVE[:8], out_of_date=True, salt=str(number % 2)).result.verdict == "suspicious"
    assert len(feed.state.calls) == 12
    # The same version and bytes without that word are something new.
    feed.show(*TWELVE[:8], out_of_date=True, version="v9")
    assert feed.show(*TWELVE[:8], version="v9").result.verdict == "good"
    feed.show(*TWELVE)
    # The same bytes without that word are the last good list, not the one in doubt.
    feed.show(*TWELVE, out_of_date=True)
    assert feed.show(*TWELVE).result.verdict == "unchanged"
    assert feed.state.tracking["doubt"] is None


def test_same_version() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE, version="v1")
    for number in range(20):
        step = feed.show(*TWELVE[:8], STRANGER, version="v1", salt=str(number % 2))
        assert step.result.reasons == ("same_version",)
    feed.show(status=304, wait=60)
    assert len(feed.state.calls) == 13
    # The same bytes for a quarter of an hour are what the version means.
    ends = [kinds(feed.show(*TWELVE[:8], STRANGER, version="v1")) for _ in range(9)]
    assert ends == [[]] * 8 + [["closed"] * 4]
    # Other bytes with the same rows are nothing new.
    other = MemoryFeed()
    other.show(*TWELVE, version="v1")
    assert other.show(*TWELVE, version="v1", salt="blanks").result.verdict in ("good", "unchanged")


def test_version_in_doubt() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE, version="v1")
    feed.show(*TWELVE[:2], version="v2")
    assert feed.show(*TWELVE[:3], version="v2", wait=60).result.verdict == "suspicious"
    assert feed.show(*TWELVE, version="v2", salt="whole").result.verdict == "good"
    for _ in range(20):
        feed.show(*TWELVE, version="v2", salt="whole")
    assert feed.kinds() == ["opened"] * 12


@pytest.mark.parametrize("version", ["", "v1"], ids=["bytes", "version"])
def test_back_to_the_last_good(version: str) -> None:
    good = [*TWELVE[:11], row("26-0000011", "A11", priority="3")]
    changed = row("26-0000011", "A11", priority="1", status="En Route")
    feed = MemoryFeed()
    feed.show(*good, version=version)
    feed.show(changed, STRANGER, row("26-0000011", "B", priority="1"), version=version and "v2")
    back = feed.show(*good, version=version)
    assert [change["fields"] for change in back.changes] == [
        {"priority": ["1", "3"]},
        {"status": ["En Route", "At Scene"]},
    ]
    ends = [feed.show(*good, version=version) for _ in range(9)]
    told = [(number, change["kind"], change["unit"]) for number, one in enumerate(ends) for change in one.changes]
    # By the next answer; where the source names its version, when that has stood for a quarter of an hour.
    when = 7 if version else 0
    assert told == [(when, "closed", None), (when, "unit_left", "B")]
    assert feed.numbers == [f"26-{number:07d}" for number in range(12)]


def test_column_gone() -> None:
    rows = [row("1", "A", priority="2", beat="12"), row("2", "B", priority="3", beat="13")]
    feed = MemoryFeed()
    feed.show(*rows)
    bare = [row("1", "A", status=None, nature=None), row("2", "B", status=None, nature=None)]
    for number in range(3):
        assert kinds(feed.show(*bare, salt=str(number))) == []
        assert kinds(feed.show(*rows)) == []
    for _ in range(3):
        feed.show(*bare)
    assert {unit["status"] for call in feed.state.calls.values() for unit in call["units"]} == {"At Scene"}
    assert feed.kinds() == ["opened"] * 2


@pytest.mark.parametrize("version", ["", "v"])
@pytest.mark.parametrize("doubted", [False, True])
def test_what_an_older_build_remembered_is_understood(version: str, doubted: bool) -> None:
    """Its marks have neither bytes nor rows, its absences no time of counting."""
    feed = MemoryFeed()
    feed.show(*TWELVE, version=version and "v1")
    feed.show(*TWELVE[: 0 if doubted else 11], version=version and "v2")
    tracking = feed.state.tracking
    for mark in (tracking["good"], tracking["doubt"]):
        for name in ("body", "content", "time", "since"):
            if mark is not None:
                mark.pop(name, None)  # type: ignore[misc]
    for absence in tracking["absent"].values():
        absence.pop("counted", None)
    again = feed.show(*TWELVE[: 0 if doubted else 11], version=version and "v2", wait=SECOND)
    assert (again.result.verdict, kinds(again)) == ("unchanged", [])
    assert feed.show(*TWELVE, version=version and "v3").result.verdict == "good"
    assert len(feed.state.calls) == 12
