"""The faults of the city's feed: each is what its words say, and a fair plan keeps its promises."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.fetching import Part, version_of
from bluelamp.sources.feeds.reading import read
from bluelamp.synthetic.city.agency import FEED, agency_toml
from bluelamp.synthetic.city.faults import DROPPING, FAULTS, SHOWING, SILENT, VANISHING, WHOLE, Plan, Planned
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.plan import fair_plan, random_plan
from bluelamp.synthetic.city.publisher import CityResponse, Publisher, is_sound

EVENING = datetime(2026, 2, 10, 2, tzinfo=UTC)
POLLS = 1500


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    return Publisher(SyntheticCity(7), EVENING)


@pytest.fixture(scope="module")
def agency() -> Agency:
    return read_agency(agency_toml("http://127.0.0.1:1/resource/x.json"), FEED, f"{FEED}.toml", "test")


@pytest.fixture(scope="module")
def plan(publisher: Publisher) -> Plan:
    return fair_plan(publisher, POLLS, seed=2)


def part(answer: CityResponse) -> Part:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Part("http://127.0.0.1/x.json", answer.status, headers, answer.body)


def rows_of(answer: CityResponse) -> list[Any]:
    rows = json.loads(answer.body)
    assert isinstance(rows, list)
    assert rows == answer.rows
    return rows


def test_a_sound_answer_says_its_version(publisher: Publisher) -> None:
    answer = publisher.at((), 5)
    assert rows_of(answer) == publisher.city.snapshot(EVENING + timedelta(minutes=10))
    version = version_of([part(answer)])
    assert (version.time, version.out_of_date) == ("2026-02-10T02:10:00.000Z", False)
    assert version.identity == answer.headers["Last-Modified"] == "Tue, 10 Feb 2026 02:10:00 GMT"
    assert publisher.at((), 5) == answer
    assert publisher.at((), 6).headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [("empty", 0, 0), ("truncated", 0.05, 0.35), ("thinned", 0.4, 1.0), ("out_of_date", 0.7, 1.3), ("late", 0.7, 1.3)],
)
def test_how_much_an_answer_shows(publisher: Publisher, kind: str, low: float, high: float) -> None:
    for number in range(5, 40):
        whole = len(publisher.city.snapshot(publisher.moment(number)))
        answer = publisher.answer(Planned(kind, back=2), number)
        assert low * whole <= len(rows_of(answer)) <= high * whole
        assert len(answer.shown) == len(rows_of(answer))


def test_what_is_late_or_out_of_date_is_old(publisher: Publisher) -> None:
    for kind, stated in (("late", 18), ("out_of_date", 20)):
        answer = publisher.answer(Planned(kind, back=2), 20)
        assert rows_of(answer) == publisher.city.snapshot(publisher.moment(18))
        version = version_of([part(answer)])
        assert version.time == f"2026-02-10T02:{2 * stated}:00.000Z"
        assert version.out_of_date is (kind == "out_of_date")


def test_a_skewed_version_lies_an_hour_ahead(publisher: Publisher) -> None:
    answer = publisher.answer(Planned("skewed"), 20)
    assert version_of([part(answer)]).time == "2026-02-10T03:40:00.000Z"
    assert answer.rows == publisher.at((), 20).rows


@pytest.mark.parametrize("kind", ["reordered", "duplicated"])
def test_another_dress_reads_the_same(publisher: Publisher, agency: Agency, kind: str) -> None:
    dressed = [publisher.answer(Planned(kind), number) for number in range(30)]
    for number, answer in enumerate(dressed):
        sound = publisher.at((), number)
        assert answer.body != sound.body
        one, other = (read(agency, [part(each)], EVENING) for each in (answer, sound))
        assert (one.rows, one.fields) == (other.rows, other.fields)
        assert (one.duplicates > 0) is (kind == "duplicated")
    text = b"".join(answer.body for answer in dressed)
    assert (b":null" in text and b'"block":"0' in text) is (kind == "reordered")


@pytest.mark.parametrize(("kind", "most"), [("spoiled", 0.05), ("unreadable", 0.35)])
def test_rows_that_are_no_rows(publisher: Publisher, agency: Agency, kind: str, most: float) -> None:
    answer = publisher.answer(Planned(kind), 11)
    reading = read(agency, [part(answer)], EVENING)
    assert most / 2 < len(reading.unreadable) / reading.total <= most
    pairs = {(row.values["incident_number"], row.units[0].unit) for row in reading.rows}
    assert pairs == answer.shown < publisher.city.listed(publisher.moment(11))


@pytest.mark.parametrize("kind", ["half", "html", "wrong_type", "garbled"])
def test_what_cannot_be_read(publisher: Publisher, agency: Agency, kind: str) -> None:
    for number in range(8):
        answer = publisher.answer(Planned(kind), number)
        assert (answer.status, answer.rows, answer.shown) == (200, None, frozenset())
        with pytest.raises(SourceError):
            read(agency, [part(answer)], EVENING)


def test_what_is_no_answer(publisher: Publisher) -> None:
    assert publisher.answer(Planned("hang"), 1).hang
    assert publisher.answer(Planned("cut"), 1).cut
    assert {publisher.answer(Planned("failing"), number).status for number in range(20)} == {500, 502, 503}
    throttled = publisher.answer(Planned("too_many"), 1)
    assert (throttled.status, throttled.headers["Retry-After"] in "12") == (429, True)


@pytest.mark.parametrize("gone", VANISHING, ids=lambda gone: "+".join(sorted(gone)))
def test_columns_that_are_gone(publisher: Publisher, gone: frozenset[str]) -> None:
    rows = rows_of(publisher.answer(Planned(gone=gone), 9))
    left = {name for row in rows for name in row}
    assert left == {name for row in publisher.city.snapshot(publisher.moment(9)) for name in row} - gone
    assert not gone & set(json.loads(publisher.answer(Planned(gone=gone), 9).headers["X-SODA2-Fields"]))


def test_repeated_is_the_answer_before(publisher: Publisher) -> None:
    thin = Planned("thinned", VANISHING[1])
    planned = (Planned(), thin, Planned("failing"), Planned("repeated"), Planned("repeated"))
    assert publisher.at(planned, 4) == publisher.at(planned, 3) == publisher.at(planned, 1)
    assert publisher.at((Planned("repeated"),), 0).rows == publisher.at((), 0).rows, "nothing came before"


def test_every_kind_has_its_words_and_its_meaning() -> None:
    assert (WHOLE | DROPPING) - {"sound"} < set(FAULTS)
    assert {*FAULTS, "sound"} == SHOWING | SILENT
    assert not SHOWING & SILENT


# -- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_plants_every_fault(plan: Plan) -> None:
    kinds = Counter(planned.kind for planned in plan)
    assert set(kinds) == {*FAULTS, "sound"}
    assert min(kinds.values()) > 5
    assert 0.3 < 1 - kinds["sound"] / POLLS < 0.5
    assert len({planned.gone for planned in plan if planned.gone}) > 4


def test_a_plan_is_its_seed_s(publisher: Publisher, plan: Plan) -> None:
    assert fair_plan(publisher, 300, seed=2) == plan[:300]
    assert fair_plan(publisher, 300, seed=3) != plan[:300]
    assert random_plan(1, 50) == random_plan(1, 50) != random_plan(2, 50)


def test_no_faults_where_none_are_wanted(publisher: Publisher) -> None:
    assert all(is_sound(planned) for planned in fair_plan(publisher, 200, share=0, vanishing=()))
    only = fair_plan(publisher, 300, kinds=["empty"], vanishing=())
    assert {planned.kind for planned in only} == {"empty", "sound"}


def test_a_fair_plan_drops_no_row_twice(publisher: Publisher, plan: Plan) -> None:
    """Of what the city lists without a break, no two answers that count lack a row without a whole one between."""
    missed: set[tuple[str, str]] = set()
    known: set[tuple[str, str]] = set()
    for number, planned in enumerate(plan):
        listed = publisher.city.listed(publisher.moment(number))
        if planned.kind in DROPPING:
            dropped = (listed & known) - publisher.at(plan, number).shown
            assert not dropped & missed, number
            missed |= dropped
        elif planned.kind in WHOLE:
            missed = set(known - listed)
        known |= listed


def test_a_fair_plan_confirms_no_doubt(plan: Plan) -> None:
    since: list[str] = []
    faulty = 0
    for planned in plan:
        if planned.kind in WHOLE:
            since = []
        elif planned.kind in SHOWING:
            assert planned.kind not in since
            since.append(planned.kind)
        faulty = 0 if planned.kind == "sound" else faulty + 1
        assert faulty <= 4


def test_what_a_fair_plan_sends_late_is_older_than_what_was_seen(plan: Plan) -> None:
    whole = 0
    for number, planned in enumerate(plan):
        if planned.kind == "late":
            assert 0 <= number - planned.back < whole
        if planned.kind in WHOLE:
            whole = number


def test_a_fair_plan_leaves_numbers_where_a_call_is_corrected(publisher: Publisher) -> None:
    def numberless(corrected: bool) -> list[int]:
        made = fair_plan(publisher, POLLS, seed=4, vanishing=VANISHING[:1], corrected=corrected)
        return [number for number, planned in enumerate(made) if planned.gone]

    def corrected_at(number: int) -> bool:
        moment = publisher.moment(number)
        listed = {one for one, _ in publisher.city.listed(moment)}
        found = [one for one in publisher.city.incidents(moment, moment) if one.number in listed]
        return any(change.field != "priority" for one in found for change in one.corrections)

    showing = {
        number
        for number, planned in enumerate(fair_plan(publisher, POLLS, seed=4, vanishing=VANISHING[:1]))
        if planned.kind in SHOWING
    }
    assert any(corrected_at(number) for number in numberless(True))
    assert not any(corrected_at(number) for number in numberless(False) if number in showing)
