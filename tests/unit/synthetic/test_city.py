"""The synthetic city: repeatable, of the real form, with a day's rhythm, true to its own truth."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean

import pytest

from bluelamp.sources.feeds.agency import read_agency
from bluelamp.sources.feeds.fetching import Part
from bluelamp.sources.feeds.reading import read
from bluelamp.synthetic.city.agency import FEED, agency_toml
from bluelamp.synthetic.city.ground import BOUNDS, Ground
from bluelamp.synthetic.city.incidents import Incident
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.publisher import Publisher, written
from bluelamp.synthetic.city.truth import truth_of, write_truth

MONDAY = datetime(2026, 2, 9, 6, tzinfo=UTC)  # midnight there
FORMS = {
    "incident_number": r"26-\d{7}",
    "date": r"2026-\d\d-\d\dT00:00:00\.000",
    "time": r"\d\d:\d\d:\d\d",
    "priority": r"[1-4]",
    "beat": r"[1-7]\d\d",
    "block": r"\d+",
    "reporting_area": r"\d{4}|System\.Xml\.XmlElement",
    "status": "At Scene",
    "division": r"[A-Z].+",
    "nature_of_call": r".+",
    "location": r".+",
    "unit_number": r"[A-Z]+\d+",
}


@pytest.fixture(scope="module")
def city() -> SyntheticCity:
    return SyntheticCity(3)


def every(minutes: int, count: int) -> list[datetime]:
    return [MONDAY + timedelta(minutes=minutes * number) for number in range(count)]


def test_the_same_seed_shows_the_same_in_any_order(city: SyntheticCity) -> None:
    moments = every(47, 40)
    forwards = [city.snapshot(moment) for moment in moments]
    backwards = [SyntheticCity(3).snapshot(moment) for moment in reversed(moments)]
    assert forwards == backwards[::-1]
    assert SyntheticCity(4).snapshot(MONDAY) != forwards[0]


def test_rows_have_the_real_form(city: SyntheticCity) -> None:
    rows = [row for moment in every(31, 200) for row in city.snapshot(moment)]
    assert {name for row in rows for name in row} == set(FORMS)
    for row in rows:
        assert all(re.fullmatch(FORMS[name], value) for name, value in row.items()), row
    assert all("block" not in row for row in rows if " / " in row["location"]), "what is null is not there"
    optional = {name for row in rows for name in FORMS if name not in row}
    assert optional == {"block", "beat", "division", "reporting_area"}
    assert all("block" not in row for row in rows if "beat" not in row), "what has no beat is on no street"


def test_rows_have_the_columns_of_today(city: SyntheticCity, shared_data: Path) -> None:
    real = json.loads((shared_data / "dallas" / "snapshot-2026-08-excerpt.json").read_text())
    columns = {name for row in real for name in row}
    rows = [row for moment in every(60, 10) for row in city.snapshot(moment)]
    assert columns <= {name for row in rows for name in row} <= columns | {"block"}


def test_it_is_quiet_at_five_and_busy_in_the_evening(city: SyntheticCity) -> None:
    by_hour: dict[int, list[int]] = {}
    for moment in every(20, 3 * 24 * 7):
        by_hour.setdefault(moment.astimezone(city.zone).hour, []).append(len(city.listed(moment)))
    sizes = [size for found in by_hour.values() for size in found]
    assert min(sizes) >= 5
    assert max(sizes) <= 120
    assert 1.3 * mean(by_hour[5]) < mean(by_hour[14]) < mean(by_hour[21])
    assert min(by_hour, key=lambda hour: mean(by_hour[hour])) in (4, 5, 6, 7)


def test_the_nights_of_the_weekend_are_busier() -> None:
    city = SyntheticCity(5)
    nights = {
        day: mean(len(city.listed(MONDAY + timedelta(days=day + 7 * week, hours=23))) for week in range(12))
        for day in (1, 4, 5)
    }
    assert min(nights[4], nights[5]) > 1.1 * nights[1]


def test_units_come_and_go_as_in_the_real_feed(city: SyntheticCity) -> None:
    snapshots = [city.listed(moment) for moment in every(2, 720)]
    changed = mean(len(before ^ after) for before, after in itertools.pairwise(snapshots))
    assert 3 <= changed <= 12, "three to ten rows in two minutes"
    for rows in snapshots[::7]:
        units = Counter(unit for _, unit in rows)
        assert max(units.values()) == 1, "a unit is on one call at a time"
        assert max(Counter(number for number, _ in rows).values()) <= 4


def test_incident_numbers_are_given_once(city: SyntheticCity) -> None:
    incidents = city.incidents(MONDAY, MONDAY + timedelta(days=10))
    assert len({one.number for one in incidents}) == len(incidents) > 8_000
    assert [one.number for one in incidents] == sorted(one.number for one in incidents)


def test_calls_drop_out_and_come_back(city: SyntheticCity) -> None:
    incidents = city.incidents(MONDAY, MONDAY + timedelta(days=5))
    dropped = [one for one in incidents if any(len(stay.spans) > 1 for stay in one.stays)]
    assert 0.02 < len(dropped) / len(incidents) < 0.12
    assert 0.01 < sum(bool(one.corrections) for one in incidents) / len(incidents) < 0.06


def test_what_is_listed_is_what_the_truth_says(city: SyntheticCity) -> None:
    publisher = Publisher(city, MONDAY)
    truth = json.loads(json.dumps(truth_of(publisher, (), 200)))
    for number in range(0, 200, 17):
        when = publisher.moment(number)
        listed = {
            (one["number"], stay["unit"])
            for one in truth["incidents"]
            for stay in one["units"]
            if any(
                datetime.fromisoformat(first) <= when < datetime.fromisoformat(last) for first, last in stay["spans"]
            )
        }
        assert listed == city.listed(when)
    assert all(one["reported"] < one["opened"] < one["closed"] for one in truth["incidents"])


def test_the_truth_can_be_written(city: SyntheticCity, tmp_path: Path) -> None:
    publisher = Publisher(city, MONDAY)
    write_truth(publisher, (), 10, tmp_path / "truth.json")
    assert json.loads((tmp_path / "truth.json").read_text()) == truth_of(publisher, (), 10)


def test_times_are_local_on_the_night_when_an_hour_comes_twice() -> None:
    city = SyntheticCity(1)
    night = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    rows = [row for number in range(40) for row in city.snapshot(night + timedelta(minutes=5 * number))]
    incidents = {one.number: one for one in city.incidents(night, night + timedelta(hours=4))}
    hours = Counter()  # type: ignore[var-annotated]
    for row in rows:
        reported = datetime.fromtimestamp(incidents[row["incident_number"]].reported, city.zone)
        assert f"{row['date'][:10]} {row['time']}" == f"{reported:%Y-%m-%d %H:%M:%S}"
        hours[reported.hour, reported.fold] += 1
    assert hours[1, 0] > 0 < hours[1, 1]


def test_calls_cross_midnight(city: SyntheticCity) -> None:
    one_in_the_night = MONDAY + timedelta(minutes=40)
    assert {row["date"][:10] for row in city.snapshot(one_in_the_night)} == {"2026-02-08", "2026-02-09"}


def test_nobody_is_on_a_scene_in_a_silence() -> None:
    begin, end = MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)
    silent, loud = SyntheticCity(3, silences=[(begin, end)]), SyntheticCity(3)
    assert silent.snapshot(begin) == silent.snapshot(end - timedelta(seconds=1)) == []
    before = begin - timedelta(minutes=1)
    assert silent.snapshot(before) == loud.snapshot(before) != []
    later = end + timedelta(minutes=30)
    assert 0 < len(silent.snapshot(later)) < len(loud.snapshot(later))


def test_a_faster_city_has_as_many_calls_and_more_changes() -> None:
    slow, fast = SyntheticCity(3), SyntheticCity(3, tempo=4)
    moments = every(2, 400)
    sizes = [mean(len(city.listed(moment)) for moment in moments) for city in (slow, fast)]
    assert 0.6 < sizes[1] / sizes[0] < 1.6

    def turnover(city: SyntheticCity) -> float:
        return mean(len(city.listed(one) ^ city.listed(one + timedelta(minutes=2))) for one in moments[:100])

    assert turnover(fast) > 2 * turnover(slow)
    numbers = [one.number for one in fast.incidents(MONDAY, MONDAY + timedelta(days=2))]
    assert len(set(numbers)) == len(numbers)
    with pytest.raises(ValueError, match="at most 4"):
        SyntheticCity(3, tempo=5)


# -- places ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def incidents(city: SyntheticCity) -> list[Incident]:
    return city.incidents(MONDAY, MONDAY + timedelta(days=7))


def test_places_have_the_forms_of_a_real_feed(incidents: list[Incident]) -> None:
    kinds = Counter(one.spot.kind for one in incidents)
    assert 0.70 < kinds["block"] / len(incidents) < 0.88
    assert 0.11 < kinds["intersection"] / len(incidents) < 0.24
    assert kinds["street"]
    assert 0.03 < kinds["named"] / len(incidents) < 0.07
    words = [one.spot.location for one in incidents]
    for form in (r" Serv [NESW]b", r" FWY [NESW]B", r"^- \d+ ", r" Acrd ", r" Frwy", r" Ramp ", r"^[NS] .+ (St|Ave)"):
        assert any(re.search(form, one) for one in words), form
    assert any((one.spot.block or "").startswith("0") for one in incidents)
    natures = {one.nature for one in incidents}
    assert {"**PD Requested by Fire", "26/01- Missing Person-Critical", "DAEF-Dist Armed Encounter Foot"} <= natures


def test_every_place_has_a_true_point_in_the_city(incidents: list[Incident]) -> None:
    west, south, east, north = BOUNDS
    assert all(west < one.spot.lon < east and south < one.spot.lat < north for one in incidents)
    areas = {(one.spot.beat, one.spot.division) for one in incidents}
    assert len({beat for beat, _ in areas}) == len(areas) > 140, "a beat lies in one division"
    assert len({division for _, division in areas}) == 7
    assert all(one.spot.beat[0] == one.spot.beat.lstrip("0")[0] for one in incidents)


def test_neighbouring_blocks_lie_near_each_other(incidents: list[Incident]) -> None:
    streets: dict[str, list[tuple[int, float, float]]] = {}
    for one in incidents:
        if one.spot.kind == "block" and one.spot.block and "Trl" in one.spot.location:
            streets.setdefault(one.spot.location, []).append((int(one.spot.block), one.spot.lat, one.spot.lon))
    checked = 0
    for places in streets.values():
        for block, lat, lon in places[1:]:
            first, first_lat, first_lon = places[0]
            metres = math.hypot((lat - first_lat) * 111_320, (lon - first_lon) * 92_700)
            assert metres <= (abs(block - first) * 1.6 + 160) * 1.2 + 100
            checked += 1
    assert checked > 20


def test_the_ground_is_the_seed_s_own() -> None:
    assert Ground(1).streets == Ground(1).streets != Ground(2).streets


def test_its_feed_reads_its_rows(city: SyntheticCity) -> None:
    agency = read_agency(agency_toml("http://127.0.0.1:1/resource/x.json"), FEED, f"{FEED}.toml", "test")
    rows = city.snapshot(MONDAY)
    reading = read(agency, [Part(agency.url, 200, {}, written(rows))], MONDAY)
    assert (reading.total, len(reading.rows), reading.unreadable, reading.duplicates) == (len(rows), len(rows), (), 0)
    assert reading.columns == agency.columns
    assert agency.rules.window == "active"
    assert agency.bounds == BOUNDS
