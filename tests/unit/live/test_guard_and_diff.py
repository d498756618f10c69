"""Guard and diff together, by tables of snapshots: what ends a call, what does not, and what is told."""

from __future__ import annotations

import pytest

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.snapshot import Row
from tests.lib.live.feed_in_memory import MemoryFeed, at, kinds, row

TWELVE = [row(f"26-{number:07d}", f"A{number}") for number in range(12)]


def test_the_first_snapshot_is_told_as_such() -> None:
    feed = MemoryFeed()
    step = feed.show(row("1", "A"), row("1", "B"), row("2", "C"))
    assert kinds(step) == ["opened", "opened"]
    assert all(change.get("first") for change in step.changes)
    details = step.changes[0]["details"]
    assert details is not None
    assert [unit["unit"] for unit in details["units"]] == ["A", "B"]
    assert details["opened_between"] == [None, at(2)]
    later = feed.show(row("1", "A"), row("1", "B"), row("2", "C"), row("3", "D"))
    assert "first" not in later.changes[0]
    assert later.changes[0]["between"] == [at(2), at(4)]


def test_a_call_closes_between_its_last_sighting_and_the_first_miss() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    assert kinds(feed.show(row("2", "B"))) == []
    step = feed.show(row("2", "B"), salt="later")
    assert kinds(step) == ["closed"]
    assert step.changes[0]["between"] == [at(2), at(4)]
    assert step.changes[0]["at"] == at(6)


@pytest.mark.parametrize("misses", [1, 2, 3, 5])
def test_a_call_is_gone_after_as_many_misses_as_the_feed_asks_for(misses: int) -> None:
    feed = MemoryFeed(FeedRules("city", misses=misses))
    feed.show(row("1", "A"), row("2", "B"))
    closing = [kinds(feed.show(row("2", "B"), salt=str(number))) for number in range(misses)]
    assert closing == [[]] * (misses - 1) + [["closed"]]


def test_one_miss_is_forgiven() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    for number in range(6):
        feed.show(row("2", "B"), salt=f"without {number}")
        assert kinds(feed.show(row("1", "A"), row("2", "B"), salt=f"with {number}")) == []
    assert feed.numbers == ["1", "2"]


def test_units_join_and_leave_by_the_same_rule() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("1", "B"))
    joined = feed.show(row("1", "A"), row("1", "B"), row("1", "C"))
    assert [(change["kind"], change["unit"], change["between"]) for change in joined.changes] == [
        ("unit_joined", "C", [at(2), at(4)])
    ]
    assert kinds(feed.show(row("1", "A"), row("1", "C"))) == []
    left = feed.show(row("1", "A"), row("1", "C"), salt="again")
    assert [(change["kind"], change["unit"], change["between"]) for change in left.changes] == [
        ("unit_left", "B", [at(4), at(6)])
    ]
    call = next(iter(feed.state.calls.values()))
    assert [unit["unit"] for unit in call["units"]] == ["A", "C"]
    assert [(unit["unit"], unit["left_between"]) for unit in call["former_units"]] == [("B", [at(4), at(6)])]


def test_a_unit_last_seen_before_the_call_was_missed_left_then() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("1", "B"), row("2", "C"))
    feed.show(row("2", "C"), salt="call 1 is missing")
    feed.show(row("1", "A"), row("2", "C"), salt="it is back, without B")
    left = feed.show(row("1", "A"), row("2", "C"), salt="and again")
    assert [(change["kind"], change["unit"]) for change in left.changes] == [("unit_left", "B")]
    assert left.changes[0]["between"] == [at(2), at(6)]


def test_fields_are_told_as_from_and_to() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A", priority="2", beat="123"))
    step = feed.show(row("1", "A", priority="1", beat="123", status="En Route"))
    assert [(change["unit"], change["fields"]) for change in step.changes] == [
        (None, {"priority": ["2", "1"]}),
        ("A", {"status": ["At Scene", "En Route"]}),
    ]


def test_rows_that_state_a_field_differently_do_not_flap() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A", priority="2"), row("1", "B", priority="2"))
    assert kinds(feed.show(row("1", "A", priority="1"), row("1", "B", priority="2"))) == []
    assert kinds(feed.show(row("1", "A", priority="1"), row("1", "B", priority="1"))) == ["updated"]


def test_a_call_that_comes_back_keeps_its_id() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    before = next(id_ for id_, call in feed.state.calls.items() if call["incident_number"] == "1")
    feed.show(row("2", "B"))
    feed.show(row("2", "B"), salt="again")
    step = feed.show(row("1", "D"), row("2", "B"))
    assert [(change["kind"], change["call"]) for change in step.changes] == [("reopened", before)]
    call = feed.state.calls[before]
    assert (call["reopened"], call["closed_between"], call["ended"]) == (1, None, None)
    assert [unit["unit"] for unit in call["former_units"]] == ["A"]


def test_a_number_that_comes_back_after_days_is_another_call() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    feed.show(row("2", "B"))
    feed.show(row("2", "B"), salt="again")
    step = feed.show(row("1", "A"), row("2", "B"), wait=60 * 25)
    assert kinds(step) == ["opened"]
    assert len({change["call"] for change in feed.changes if change["kind"] == "opened"}) == 3


def test_a_rolling_feed_never_says_closed() -> None:
    feed = MemoryFeed(FeedRules("city", window="rolling"))
    feed.show(row("1", "A"), row("2", "B"))
    feed.show(row("2", "B"))
    step = feed.show(row("2", "B"), salt="again")
    assert kinds(step) == ["aged_out"]
    assert step.calls[step.changes[0]["call"]]["ended"] == "aged_out"


# -- suspicious snapshots -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0, 1, 4], ids=["empty", "one of twelve", "four of twelve"])
def test_one_short_snapshot_ends_nothing(kept: int) -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    assert feed.show(*TWELVE[:kept]).result.verdict == "suspicious"
    for number in range(4):
        assert kinds(feed.show(*TWELVE, salt=str(number))) == []
    assert len(feed.state.calls) == 12


def test_five_of_twelve_is_no_reason_for_suspicion() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    assert feed.show(*TWELVE[:5]).result.verdict == "good"


def test_nine_rows_are_too_few_to_judge_a_drop() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE[:9])
    assert feed.show(*TWELVE[:1]).result.verdict == "good"


def test_a_suspicious_snapshot_adds_what_it_shows() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    assert kinds(feed.show(TWELVE[0], row("99", "Z"))) == ["opened"]


def test_the_next_one_with_the_same_reason_confirms_it_and_both_count() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:2])
    step = feed.show(*TWELVE[:2], salt="again")
    assert step.result.verdict == "good"
    assert kinds(step) == ["closed"] * 10
    assert {tuple(change["between"] or ()) for change in step.changes} == {(at(2), at(4))}


def test_the_first_of_two_counts_only_once_with_three_misses() -> None:
    feed = MemoryFeed(FeedRules("city", misses=3))
    feed.show(*TWELVE)
    feed.show(*TWELVE[:2])
    assert kinds(feed.show(*TWELVE[:2], salt="again")) == []
    assert kinds(feed.show(*TWELVE[:2], salt="a third time")) == ["closed"] * 10


def test_another_reason_confirms_nothing() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show(*TWELVE[:2])
    assert feed.show().result.reasons == ("empty",)
    assert len(feed.state.calls) == 12
    assert kinds(feed.show(*TWELVE, salt="all is well")) == []


def test_a_good_one_in_between_takes_the_doubt_away() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for number in range(5):
        feed.show(salt=f"empty {number}")
        feed.show(*TWELVE, salt=f"whole {number}")
    assert len(feed.state.calls) == 12
    assert feed.kinds() == ["opened"] * 12


def test_the_last_good_answer_again_takes_the_doubt_away_too() -> None:
    """Its bytes are known, so it is no news; but an empty answer after it is the first one again, not the second."""
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for number in range(4):
        assert feed.show(salt=f"empty {number}").result.verdict == "suspicious"
        assert feed.show(*TWELVE).result.verdict == "unchanged"
    assert feed.kinds() == ["opened"] * 12
    assert feed.state.tracking["absent"] == {}


def test_out_of_date_never_confirms_itself() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    for number in range(20):
        assert feed.show(*TWELVE[:8], out_of_date=True, salt=str(number)).result.verdict == "suspicious"
    assert len(feed.state.calls) == 12
    feed.show(status=304, wait=60)
    assert len(feed.state.calls) == 12, "nor by standing for long"


def test_as_many_rows_as_an_answer_can_have() -> None:
    feed = MemoryFeed(FeedRules("city", limit=12))
    assert feed.show(*TWELVE).result.reasons == ("limit",)


def test_too_many_unreadable_rows() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    assert feed.show(*TWELVE, unreadable=1, salt="more than 5 %").result.reasons == ("unreadable",)
    hundred = [row(str(number), f"U{number}") for number in range(99)]
    assert MemoryFeed().show(*hundred, unreadable=1).result.verdict == "good"


def test_a_suspicious_state_that_stands_unchanged_is_believed_after_a_quarter_of_an_hour() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    feed.show()
    for _ in range(7):
        assert kinds(feed.show(status=304)) == []
    step = feed.show(status=304)
    assert step.result.verdict == "good"
    assert step.result.reasons[0] == "believed"
    assert kinds(step) == ["closed"] * 12
    assert {tuple(change["between"] or ()) for change in step.changes} == {(at(2), at(4))}
    assert feed.show().result.verdict in ("good", "unchanged")


def test_the_same_version_again_confirms_nothing() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE, version="v1")
    feed.show(version="v2")
    assert feed.show(version="v2").result.verdict == "unchanged"
    assert len(feed.state.calls) == 12
    assert feed.show(version="v3").result.verdict == "good"
    assert feed.state.calls == {}


# -- unchanged, older, failed ----------------------------------------------------------------------------------------


def test_unchanged_is_neither_a_miss_nor_a_confirmation() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"), version="v1")
    feed.show(row("2", "B"), version="v2")
    # Up to a quarter of an hour: what has stood longer is believed, a good list as much as one in doubt.
    for _ in range(3):
        assert feed.show(row("2", "B"), version="v2").result.verdict == "unchanged"
        assert feed.show(status=304).result.verdict == "unchanged"
    assert feed.numbers == ["1", "2"]
    assert kinds(feed.show(row("2", "B"), version="v3")) == ["closed"]


def test_an_older_answer_changes_nothing() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), version="v1", time=at(2))
    feed.show(row("1", "A"), row("2", "B"), version="v2", time=at(4))
    step = feed.show(row("1", "A"), version="v1b", time=at(3))
    assert (step.result.verdict, kinds(step)) == ("older", [])


def test_a_version_far_in_the_future_is_not_the_mark() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), version="v1", time=at(2))
    feed.show(row("1", "A"), row("2", "B"), version="v2", time=at(64))
    assert feed.show(row("1", "A"), row("3", "C"), version="v3", time=at(6)).result.verdict == "good"


def test_a_version_a_little_in_the_future_is_the_mark() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), version="v1", time=at(2))
    feed.show(row("1", "A"), row("2", "B"), version="v2", time=at(8))
    assert feed.show(row("1", "A"), version="v3", time=at(7)).result.verdict == "older"


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"problem": "cut off"}, {"broken": True}])
def test_what_failed_changes_nothing(fault: dict[str, object]) -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"))
    for number in range(10):
        step = feed.show(salt=str(number), **fault)  # type: ignore[arg-type]
        assert (step.result.verdict, kinds(step)) == ("failed", [])
    assert feed.numbers == ["1"]


# -- columns that come and go ----------------------------------------------------------------------------------------


def _without_number(rows: list[Row]) -> list[Row]:
    return [one._replace(values={k: v for k, v in one.values.items() if k != "incident_number"}) for one in rows]


def test_calls_keep_their_ids_when_the_numbers_vanish_and_come_back() -> None:
    rows = [row("1", "A"), row("2", "B", location="Oak Ave"), row("3", "C", location="Oak Ave", nature="7X - Accident")]
    feed = MemoryFeed()
    feed.show(*rows)
    ids = set(feed.state.calls)
    assert feed.show(*_without_number(rows)).result.reasons == ("column_gone:incident_number",)
    assert feed.show(*_without_number(rows), salt="again").result.verdict == "good"
    assert feed.state.tracking["gone"] == {"incident_number": at(6)}
    fresh = row(None, "D", location="Pine Rd")
    assert kinds(feed.show(*_without_number(rows), fresh)) == ["opened"]
    back = feed.show(*rows, row("4", "D", location="Pine Rd"))
    assert [(change["kind"], change["fields"]) for change in back.changes] == [
        ("updated", {"incident_number": [None, "4"]})
    ]
    assert feed.state.tracking["gone"] == {}
    assert ids <= set(feed.state.calls)
    assert len(feed.state.calls) == 4


def test_a_column_that_is_gone_is_no_update() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A", priority="2", beat="123"))
    feed.show(row("1", "A"))
    assert kinds(feed.show(row("1", "A"), salt="again")) == []
    assert next(iter(feed.state.calls.values()))["priority"] == "2"


def test_two_unnumbered_calls_of_one_place_and_nature_are_told_apart_by_their_units() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"), row("2", "B"))
    feed.show(*_without_number([row("1", "A"), row("2", "B")]))
    feed.show(*_without_number([row("1", "A"), row("2", "B")]), salt="again")
    assert len(feed.state.calls) == 2
    assert [unit["unit"] for call in feed.state.calls.values() for unit in call["units"]] == ["A", "B"]


def test_without_numbers_a_call_is_the_rows_of_one_location_and_nature() -> None:
    feed = MemoryFeed()
    feed.show(row(None, "A"), row(None, "B"), row(None, "C", nature="7X - Accident"))
    assert [len(call["units"]) for call in feed.state.calls.values()] == [2, 1]
    assert kinds(feed.show(row(None, "B"), row(None, "D"), row(None, "C", nature="7X - Accident"))) == ["unit_joined"]


# -- form does not matter --------------------------------------------------------------------------------------------


def test_order_of_rows_and_repeated_rows_do_not_matter() -> None:
    feed = MemoryFeed()
    feed.show(*TWELVE)
    assert feed.show(*reversed(TWELVE), TWELVE[3], TWELVE[3]).result.duplicates == 2
    assert feed.kinds() == ["opened"] * 12


def test_a_unit_that_says_two_things_is_counted_and_settled_the_same_way_in_any_order() -> None:
    one, other = row("1", "A", priority="1"), row("1", "A", priority="2")
    seen = []
    for rows in ([one, other], [other, one]):
        feed = MemoryFeed()
        assert feed.show(*rows).result.conflicting == 1
        seen.append(next(iter(feed.state.calls.values()))["priority"])
    assert seen[0] == seen[1]


def test_a_feeds_own_point_is_the_place_and_a_later_one_is_told() -> None:
    feed = MemoryFeed()
    feed.show(row("1", "A"))
    step = feed.show(row("1", "A", point=(32.7, -96.8)))
    assert kinds(step) == ["located"]
    assert next(iter(feed.state.calls.values()))["place"] == {
        "kind": "point",
        "lat": 32.7,
        "lon": -96.8,
        "uncertainty_m": None,
        "method": "feed",
    }
    assert kinds(feed.show(row("1", "A", point=(32.7, -96.8)), salt="same")) == []


def test_the_hour_that_comes_twice_is_no_update() -> None:
    first = row("1", "A", reported_local="2026-11-01T01:30:00", reported_at="2026-11-01T06:30:00.000Z")
    second = row("1", "A", reported_local="2026-11-01T01:30:00", reported_at="2026-11-01T07:30:00.000Z")
    feed = MemoryFeed()
    feed.show(first)
    assert kinds(feed.show(second)) == []
    assert next(iter(feed.state.calls.values()))["reported_at"] == "2026-11-01T06:30:00.000Z"


def test_two_pollers_give_the_same_changes_the_same_ids() -> None:
    one, other = MemoryFeed(), MemoryFeed()
    snapshots = [[row("1", "A")], [row("1", "A"), row("2", "B")], [row("2", "B")], [row("2", "B")], [row("1", "C")]]
    for number, rows in enumerate(snapshots):
        one.show(*rows, version=str(number))
        other.show(*rows, version=str(number), wait=3)
    assert [change["id"] for change in one.changes] == [change["id"] for change in other.changes]
    assert len({change["id"] for change in one.changes}) == len(one.changes)


def test_ids_stay_apart_when_the_same_snapshots_alternate() -> None:
    feed = MemoryFeed(FeedRules("city", misses=1))
    for _ in range(10):
        feed.show(row("1", "A"), row("2", "B"))
        feed.show(row("2", "B"))
    assert len({change["id"] for change in feed.changes}) == len(feed.changes)
    assert feed.kinds().count("reopened") == 9


# -- corrected while there are no numbers ----------------------------------------------------------------------------


def test_a_corrected_nature_is_the_same_call_by_its_unit() -> None:
    feed = MemoryFeed()
    feed.show(row(None, "A", nature="46 - CIT"), row(None, "B", location="Oak St"))
    step = feed.show(row(None, "A", nature="46A - CIT w/Ambulance"), row(None, "B", location="Oak St"))
    assert [(change["kind"], change["fields"]) for change in step.changes] == [
        ("updated", {"nature": ["46 - CIT", "46A - CIT w/Ambulance"]})
    ]


def test_units_that_are_new_on_a_corrected_call_join_it() -> None:
    feed = MemoryFeed()
    feed.show(row(None, "B", nature="46 - CIT"))
    for number in (None, "7"):
        nature = f"46 - {number}"
        step = feed.show(row(number, "A", nature=nature), row(number, "B", nature=nature))
        assert "opened" not in kinds(step)
    assert feed.numbers == ["7"]
    assert kinds(step) == ["updated"]


def test_another_incident_at_the_same_place_is_no_call_that_comes_back() -> None:
    feed = MemoryFeed()
    feed.show(row(None, "A"), row(None, "B", location="Oak St"))
    feed.show(row(None, "B", location="Oak St"))
    feed.show(row(None, "B", location="Oak St"), salt="again")
    assert kinds(feed.show(row(None, "C"), row(None, "B", location="Oak St"))) == ["opened"]


def test_a_unit_at_another_corner_of_its_street_is_on_another_call() -> None:
    feed = MemoryFeed()
    feed.show(row(None, "A", block="100", nature="40 - Other"))
    step = feed.show(row(None, "A", block="3500", nature="20 - Robbery"))
    assert kinds(step) == ["opened"]
