"""A feed in figures: what was counted change by change is what the log says; the last hour against the same hour of
past weeks, over a night on which the clocks change; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bluelamp.domain.call_filter import CallFilter, make_filter, past_facts
from bluelamp.domain.duration import minutes_with_unit
from bluelamp.domain.moment import moment_of, parse_moment
from bluelamp.errors import Unreachable
from bluelamp.live.workflow import LiveFlow
from bluelamp.statistics import feed_state as book_module
from bluelamp.statistics.feed_state import FeedState
from bluelamp.statistics.summary import FeedStates
from bluelamp.storage.live.event_log import EventLog
from tests.lib.live.feed_life import live
from tests.lib.live.home import FEED, answer, make_home, minute, open_flow, unit

CHICAGO = ZoneInfo("America/Chicago")
ALL = make_filter()
FILTERS = (ALL, make_filter(division=["north"]), make_filter(beat=["2"], nature=["40 - other"]))
LABELS = ("division", "beat", "priority", "nature")
Told = dict[str, Any]


def told(flow: LiveFlow, now: datetime, through: CallFilter = ALL, books: FeedStates | None = None) -> Told:
    return (books or FeedStates()).statistics(flow.log, flow.snapshots, flow.agencies[FEED], through, now)


def everything(flow: LiveFlow) -> list[Any]:
    return flow.log.calls_between(FEED, minute(-1000), minute(100_000))


def test_what_was_counted_change_by_change_is_what_the_log_says(tmp_path: Path, database: str) -> None:
    books = FeedStates()

    def after(flow: LiveFlow, at: str) -> None:
        if int(at[14:16]) % 20 == 0:
            told(flow, parse_moment(at), ALL, books)

    flow = live(tmp_path, database, after)
    for minutes in (238, 240, 242):
        now = parse_moment(minute(minutes))
        for through in FILTERS:
            found = told(flow, now, through, books)
            assert found == told(flow, now, through)  # by a book that was begun only now
            by_hand(flow, now, through, found)
    # Places come later, to calls that are open and to one that has ended.
    calls = everything(flow)
    ended = next(call for call in reversed(calls) if call["ended"])
    placed = [*[call["id"] for call in calls if not call["ended"]][:2], ended["id"]]
    flow.place(FEED, {id_: {"kind": "point", "lat": 32.75, "lon": -96.8, "method": "test"} for id_ in placed})
    here = make_filter(bbox="-97,32,-96,33")
    found = told(flow, now, here, books)
    assert found == told(flow, now, here)
    assert found["active"] == 2
    openings_are_those_of_the_calls(flow)
    flow.close()


def openings_are_those_of_the_calls(flow: LiveFlow) -> None:
    """What the database takes out of the calls."""
    first, last = minute(2), minute(230)
    found = flow.log.openings(FEED, first, last)
    assert found == [
        (*one["opened_between"], *(one[name] for name in LABELS), place.get("lat"), place.get("lon"))  # type: ignore[literal-required]
        for one in flow.log.calls_opened_between(FEED, first, last)
        for place in [one["place"] or {}]
    ]
    assert len(found) > 50
    assert {one.lat for one in found} == {None, 32.75}


def by_hand(flow: LiveFlow, now: datetime, through: CallFilter, found: Told) -> None:
    calls = [call for call in everything(flow) if through.lets(past_facts(call))]
    open_ = [call for call in calls if not call["ended"]]
    assert open_
    assert found["active"] == len(open_)
    assert found["units"] == sum(len(call["units"]) for call in open_)
    for field in LABELS:
        assert {row["value"]: row["count"] for row in found["by"][field]} == Counter(call[field] for call in open_)
    seen = [
        call["opened_between"][1]
        for call in calls
        if call["opened_between"][0]
        and parse_moment(call["opened_between"][1]) - parse_moment(call["opened_between"][0]) <= timedelta(minutes=6)
    ]
    hour_ago = moment_of(now - timedelta(hours=1))
    assert found["opened_last_hour"]["value"] == sum(1 for at in seen if at > hour_ago)
    grid = Counter((at.weekday(), at.hour) for one in seen if (at := parse_moment(one).astimezone(CHICAGO)))
    minutes = watched_minutes(flow, now)
    for day, hours in enumerate(found["week"]["hours"]):
        for hour, rate in enumerate(hours):
            if minutes[day, hour] < 15:
                assert rate is None
            else:
                assert rate == pytest.approx(grid[day, hour] / (minutes[day, hour] / 60), abs=0.011)
    known = [one for call in calls if call["ended"] == "closed" and (one := minutes_with_unit(call)).most is not None]
    assert found["on_scene"]["calls"] == len(known)
    if known:
        assert found["on_scene"]["low"] == pytest.approx(median(one.least or 0 for one in known), abs=0.06)
        assert found["on_scene"]["high"] == pytest.approx(median(one.most or 0 for one in known), abs=0.06)


def watched_minutes(flow: LiveFlow, now: datetime) -> Counter[tuple[int, int]]:
    """By weekday and local hour, minute by minute."""
    answers = [
        parse_moment(at) for at, verdict in flow.snapshots.watched(FEED, minute(0), minute(500)) if verdict != "failed"
    ]
    found: Counter[tuple[int, int]] = Counter()
    for one, other in zip(answers, [*answers[1:], now], strict=True):
        if other - one > timedelta(minutes=6):
            continue
        for minutes in range(int((other - one).total_seconds()) // 60):
            local = (one + timedelta(minutes=minutes)).astimezone(CHICAGO)
            found[local.weekday(), local.hour] += 1
    return found


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveFlow]:
    flow = live(tmp_path_factory.mktemp("lived"))
    yield flow
    flow.close()


def test_gaps_are_told_and_are_no_calm(lived: LiveFlow) -> None:
    now = parse_moment(minute(240))
    found = told(lived, now)
    before, *between = found["gaps_last_day"]
    assert before == {"from": moment_of(now - timedelta(days=1)), "to": minute(0)}
    assert [(gap["from"] <= minute(98), gap["to"] >= minute(160)) for gap in between] == [(True, True)]
    assert found["polls"] == {"expected": 720, "seen": 81, "suspicious": 0, "failed": 9}
    assert found["opened_last_hour"]["watched_share"] == 1
    assert found["usual_this_hour"] is None
    assert found["usual_words"] == "Not enough history yet: none of at least 3 such hours was watched."


def test_an_hour_that_nobody_watched_has_no_figure(lived: LiveFlow) -> None:
    found = told(lived, parse_moment(minute(158)))
    assert found["opened_last_hour"] == {
        "value": None, "from": minute(98), "to": minute(158), "watched_share": 0,
    }  # fmt: skip
    later = told(lived, parse_moment(minute(1000)))
    assert later["opened_last_hour"]["value"] is None
    assert later["gaps_last_day"][-1] == {"from": minute(238), "to": minute(1000)}
    assert later["seen_at"] == minute(238)


def test_calls_are_named_in_plain_words(lived: LiveFlow) -> None:
    found = told(lived, parse_moment(minute(240)))
    labels = {row["value"]: row["label"] for row in found["by"]["nature"]}
    assert labels["6X - Major Dist (Violence)"] == "Major disturbance"
    assert found["by"]["priority"] == [{"value": "1", "label": "Emergency", "count": found["active"]}]
    beats = found["busiest_beats"]
    assert [beat["opened_last_day"] for beat in beats] == sorted(
        (beat["opened_last_day"] for beat in beats), reverse=True
    )
    assert {beat["beat"] for beat in beats} == set("1234")


def test_a_log_that_is_made_anew_is_read_anew(lived: LiveFlow) -> None:
    books, now = FeedStates(), parse_moment(minute(240))
    before = told(lived, now, ALL, books)
    (_, book) = books._states[FEED]
    assert book.head is not None
    book.head = book.head._replace(epoch="another")
    book.held.clear()
    assert told(lived, now, ALL, books) == before


class Away:
    """A log whose database is away for one reading of a kind."""

    def __init__(self, log: EventLog, *names: str) -> None:
        self._log, self.failing = log, list(names)

    def __getattr__(self, name: str) -> Any:
        if name in self.failing:
            self.failing.remove(name)
            raise Unreachable("The database does not answer.")
        return getattr(self._log, name)


@pytest.mark.parametrize("name", ["calls_between", "current"])
def test_a_database_that_was_away_for_a_moment_changes_no_figure(lived: LiveFlow, name: str) -> None:
    now, books, log = parse_moment(minute(240)), FeedStates(), Away(lived.log, name)
    asked = log, lived.snapshots, lived.agencies[FEED], ALL, now
    with pytest.raises(Unreachable):
        books.statistics(*asked)  # type: ignore[arg-type]
    assert log.failing == []
    assert books.statistics(*asked) == told(lived, now)  # type: ignore[arg-type]


def test_pages_of_changes_that_were_read_are_not_read_twice(lived: LiveFlow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second page of what has come since fails once."""
    now, log = parse_moment(minute(240)), lived.log
    head = log.head(FEED)
    at = next(one for one in log.changes(head, 0) if one.seq == head.seq // 2)
    # As it stood in the middle of its life.
    _, calls = log.as_of(FEED, at.at)
    monkeypatch.setattr(book_module, "_PAGE", 10)
    early = FeedState(log, lived.snapshots, lived.agencies[FEED])
    early.keep_up(now)
    early.held.clear()
    for call in calls:
        early._hold(call)
    seq = max(one.seq for one in log.changes(head, 0) if one.at <= at.at)
    early.head = head._replace(seq=seq)
    failing = Away(log)
    early._log = failing  # type: ignore[assignment]
    real, read = log.changes, []

    def changes(*asked: Any, **more: Any) -> Any:
        read.append(asked)
        if len(read) == 2:
            raise Unreachable("The database does not answer.")
        return real(*asked, **more)

    failing.changes = changes  # type: ignore[attr-defined]
    with pytest.raises(Unreachable):
        early.keep_up(now)
    early.keep_up(now)
    truth = {call["id"]: call["revision"] for call in log.current(FEED)[1]}
    assert {name: held.call["revision"] for name, held in early.held.items() if name in truth} == truth  # type: ignore[index]


def test_a_feed_that_is_held_back_has_a_clock_of_its_own(tmp_path: Path) -> None:
    flow = open_flow(make_home(tmp_path))
    now = datetime(2026, 3, 10, 14, 40, tzinfo=CHICAGO).astimezone(UTC)
    hour_of_calls(flow, now, 5)
    agency = flow.agencies[FEED]
    later = replace(agency, privacy=replace(agency.privacy, delay_minutes=30))
    found = FeedStates().statistics(flow.log, flow.snapshots, later, ALL, now + timedelta(minutes=30))
    assert found["at"] == moment_of(now)
    assert found["opened_last_hour"]["value"] == 5
    assert found["opened_last_hour"]["watched_share"] == 1
    assert [gap["to"] for gap in found["gaps_last_day"]] == [moment_of(now - timedelta(minutes=60))]
    # Without it the same would look calmer than it was, and end in a gap.
    other = told(flow, now + timedelta(minutes=30))
    assert other["opened_last_hour"]["watched_share"] < 1
    flow.close()


def hour_of_calls(flow: LiveFlow, end: datetime, calls: int, begin: int = 60) -> None:
    """Answers every two minutes for so many minutes before a moment; so many calls come meanwhile, to one that is
    always there."""
    rows = [unit(1, "U1", division="North")]
    for place in range(begin, -2, -2):
        at = end - timedelta(minutes=place)
        if place < begin and len(rows) <= calls:
            number = int(end.timestamp()) // 60 % 10_000_000 + len(rows)
            rows.append(unit(number, f"U{number}", division="South" if len(rows) % 2 else "North"))
        flow.take(FEED, answer([{**row, "fetched": moment_of(at)} for row in rows]), moment_of(at), "replayed", "")


def test_the_last_hour_is_compared_with_the_same_hour_of_past_weeks(tmp_path: Path) -> None:
    """The clocks go forward on 8 March 2026: what was at 14:40 before that was an hour later in UTC."""
    flow = open_flow(make_home(tmp_path))
    now = datetime(2026, 3, 10, 14, 40, tzinfo=CHICAGO).astimezone(UTC)
    before = datetime(2026, 2, 3, 14, 40, tzinfo=CHICAGO)
    assert (now - before) % timedelta(weeks=1) == timedelta(days=6, hours=23)
    hour_of_calls(flow, before.astimezone(UTC), 4, begin=40)  # not whole
    for week, calls in ((1, 7), (2, 0), (3, 3)):
        hour_of_calls(flow, (before + timedelta(weeks=week)).astimezone(UTC), calls)
        if week < 3:
            found = told(flow, (before + timedelta(weeks=week + 1)).astimezone(UTC))
            assert found["usual_this_hour"] is None
            were = "1 of at least 3 such hours was" if week == 1 else "2 of at least 3 such hours were"
            assert found["usual_words"] == f"Not enough history yet: {were} watched."
    hour_of_calls(flow, now, 5)
    found = told(flow, now)
    assert found["opened_last_hour"]["value"] == 5
    assert found["usual_this_hour"] == {"median": 3, "low": 0, "high": 7, "weeks": 3, "values": [3, 0, 7]}
    assert found["usual_words"] == "Tuesdays, 13:40 to 14:40, in 3 of the past 8 weeks."
    south = told(flow, now, make_filter(division=["south"]))
    assert south["usual_this_hour"]["values"] == [2, 0, 4]
    tuesday = found["week"]["hours"][1]
    assert [hour for hour, rate in enumerate(tuesday) if rate is not None] == [13, 14]
    assert not any(rate is not None for day in (0, 2, 3, 4, 5, 6) for rate in found["week"]["hours"][day])
    assert found["week"]["from"] == "2026-02-03"
    assert found["week"]["days_watched"] == 0.2
    # What was let go is not counted as calm.
    flow.writer.forget_before(FEED, moment_of(now - timedelta(weeks=2)))
    assert told(flow, now)["usual_this_hour"] is None
    flow.close()
