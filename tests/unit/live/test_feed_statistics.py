"""The parts of a feed's statistics that need no database: hours of past weeks, openings of a day, words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bluelamp.domain.call_filter import EVERYTHING, CallFacts, make_filter
from bluelamp.domain.duration import UNKNOWN, Minutes
from bluelamp.domain.moment import moment_of, moved
from bluelamp.statistics.opened_counts import DayOpenings, days_within
from bluelamp.statistics.summary import busiest, on_scene, past_hours, polls_of, usual_of, words_of_usual
from bluelamp.statistics.watch_times import gaps_in, share_watched
from tests.lib.live.feed_in_memory import at

CHICAGO = ZoneInfo("America/Chicago")
KOLKATA = ZoneInfo("Asia/Kolkata")
NOWHERE = CallFacts("north", "1", "2", "40 - other", None, None)


def local(zone: ZoneInfo, *when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def ends(now: datetime, zone: ZoneInfo) -> list[str]:
    return [f"{end.astimezone(zone):%m-%d %H:%M%z}" for _, end in past_hours(now, zone)]


def test_hours_of_past_weeks_are_those_of_the_clock_on_the_wall() -> None:
    found = past_hours(local(CHICAGO, 2026, 3, 17, 14, 40), CHICAGO)
    assert len(found) == 8
    assert found[0] == (local(CHICAGO, 2026, 3, 10, 13, 40), local(CHICAGO, 2026, 3, 10, 14, 40))
    assert found[1] == (local(CHICAGO, 2026, 3, 3, 13, 40), local(CHICAGO, 2026, 3, 3, 14, 40))
    assert found[0][1] - found[1][1] == timedelta(days=6, hours=23)
    assert all(end - begin == timedelta(hours=1) for begin, end in found)


@pytest.mark.parametrize(
    ("now", "left_out"),
    [
        ((2026, 3, 15, 2, 30), "03-08"),  # there was no 2:30 on 8 March
        ((2026, 3, 15, 3, 30), "03-08"),  # the hour before 3:30 began at 1:30
        ((2026, 3, 15, 4, 30), None),
        ((2026, 3, 15, 1, 30), None),
        ((2025, 11, 9, 1, 30), None),  # 1:30 came twice on 2 November: the first time is like any other
        ((2025, 11, 9, 2, 30), None),
        ((2025, 11, 9, 0, 30), None),
    ],
)
def test_an_hour_in_which_the_clocks_changed_is_like_no_other(now: tuple[int, ...], left_out: str | None) -> None:
    days = [one[:5] for one in ends(local(CHICAGO, *now), CHICAGO)]
    assert len(days) == (7 if left_out else 8)
    assert left_out not in days


def test_the_hour_that_comes_twice() -> None:
    again = local(CHICAGO, 2025, 11, 2, 1, 30, fold=1)
    assert ends(again, CHICAGO)[0] == "10-26 01:30-0500"
    assert len(ends(again, CHICAGO)) == 8
    # A week later the second 1:30 is not taken for the first.
    assert ends(local(CHICAGO, 2025, 11, 9, 1, 30), CHICAGO)[0] == "11-02 01:30-0500"


def test_too_few_hours_are_not_called_usual() -> None:
    assert usual_of([4, 5]) is None
    assert usual_of([4, 9, 5]) == {"median": 5, "low": 4, "high": 9, "weeks": 3, "values": [4, 9, 5]}
    now = local(KOLKATA, 2026, 2, 11, 0, 20)
    assert words_of_usual(0, now, KOLKATA) == ("Not enough history yet: none of at least 3 such hours was watched.")
    assert words_of_usual(1, now, KOLKATA) == "Not enough history yet: 1 of at least 3 such hours was watched."
    assert words_of_usual(2, now, KOLKATA) == "Not enough history yet: 2 of at least 3 such hours were watched."
    assert words_of_usual(4, now, KOLKATA) == "Tuesdays, 23:20 to 00:20, in 4 of the past 8 weeks."
    assert words_of_usual(4, now, KOLKATA, 0.4) == (
        "Only 40% of the last hour was watched: too little to be compared with past weeks."
    )


def opening(zone: ZoneInfo, *when: int, facts: CallFacts = NOWHERE, fold: int = 0) -> tuple[str, CallFacts]:
    return moment_of(local(zone, *when, fold=fold)), facts


def test_openings_of_a_day_by_local_hour_and_by_filter() -> None:
    placed = CallFacts("south", "2", "1", "40 - other", 32.8, -96.8)
    day = DayOpenings(
        [
            opening(KOLKATA, 2026, 2, 11, 23, 59),
            opening(KOLKATA, 2026, 2, 11, 0, 0, facts=placed),
            opening(KOLKATA, 2026, 2, 11, 0, 29),
            opening(KOLKATA, 2026, 2, 11, 0, 31),
        ],
        KOLKATA,
        {},
    )
    assert len(day) == 4
    hours = day.by_hour(EVERYTHING)
    assert (hours[0], hours[23], sum(hours)) == (3, 1, 4)
    assert day.by_hour(make_filter(division=["South"]))[0] == 1
    assert day.by_hour(make_filter(bbox="-97,32,-96,33"))[0] == 1  # what has no place lies in no area
    begin = local(KOLKATA, 2026, 2, 11, 0, 0)
    assert day.between(begin, begin + timedelta(minutes=29), EVERYTHING) == 1  # the end counts, the beginning does not
    assert day.between(begin - timedelta(seconds=1), begin + timedelta(days=1), make_filter(beat=["1"])) == 3


def test_both_hours_of_one_name_count_under_it() -> None:
    day = DayOpenings([opening(CHICAGO, 2025, 11, 2, 1, 30, fold=fold) for fold in (0, 1)], CHICAGO, {})
    assert day.by_hour(EVERYTHING)[1] == 2
    first = local(CHICAGO, 2025, 11, 2, 1, 30)
    assert day.between(first - timedelta(hours=1), first, EVERYTHING) == 1


def test_an_hour_over_midnight_lies_in_two_days() -> None:
    end = local(CHICAGO, 2026, 2, 11, 0, 20)
    assert days_within(end - timedelta(hours=1), end, CHICAGO) == [date(2026, 2, 10), date(2026, 2, 11)]
    later = end + timedelta(hours=3)
    assert days_within(later - timedelta(hours=1), later, CHICAGO) == [date(2026, 2, 11)]


def test_how_much_was_watched() -> None:
    begin = datetime(2026, 2, 11, tzinfo=UTC)
    hour, ten = begin + timedelta(hours=1), timedelta(minutes=10)
    spans = [(begin - ten, begin + ten), (begin + 3 * ten, begin + 9 * ten)]
    assert share_watched(spans, begin, hour) == pytest.approx(2 / 3)
    assert gaps_in(spans, begin, hour) == [(at(10), at(30))]
    assert gaps_in(spans, begin, begin + 12 * ten) == [(at(10), at(30)), (at(90), at(120))]
    assert gaps_in([], begin, hour) == [(at(0), at(60))]
    assert share_watched([], begin, hour) == 0


def test_time_on_scene_is_told_with_its_bounds() -> None:
    found = on_scene([Minutes(10, 14), Minutes(20, 30), Minutes(31, 33), Minutes(5, None), UNKNOWN], "active")
    assert found == {
        "median_minutes": 25.0,
        "low": 20,
        "high": 30,
        "calls": 3,
        "words": "3 calls closed in the last 24 hours; the median lies between 20 and 30 minutes.",
    }
    none = on_scene([UNKNOWN], "active")
    assert (none["median_minutes"], none["calls"]) == (None, 0)
    assert none["words"].startswith("No call that had a unit")
    assert on_scene([Minutes(1, 2)], "rolling")["words"].startswith("This feed lists calls for a time only")


def test_the_busiest_beats_come_first() -> None:
    found = busiest({"1": 3, "2": 5, "3": 3}, [{"beat": "3"}, {"beat": "4"}, {"beat": None}])  # type: ignore[typeddict-item]
    assert [(one["beat"], one["opened_last_day"], one["active"]) for one in found] == [
        ("2", 5, 0),
        ("3", 3, 1),
        ("1", 3, 0),
        ("4", 0, 1),
    ]
    assert len(busiest({str(beat): 1 for beat in range(50)}, [])) == 10


def test_polls_of_a_day() -> None:
    verdicts = {"good": 500, "unchanged": 100, "suspicious": 2, "older": 5, "failed": 7, "": 1}
    assert polls_of(verdicts, 120) == {"expected": 720, "seen": 602, "suspicious": 2, "failed": 7}


def test_moments_are_moved_within_all_that_there_are() -> None:
    assert moved(at(1), -60) == at(0)
    assert moved("0001-01-01T00:00:00.000Z", -1) == "0001-01-01T00:00:00.000Z"
    assert moved("9999-12-31T23:59:59.000Z", 3600) == "9999-12-31T23:59:59.999Z"
