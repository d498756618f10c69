"""The rate limit, areas, and the CSV form of API answers: no network."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.dataset import CRIMES, STOPS
from bluelamp.domain.vocabulary import CRIME_TYPES
from bluelamp.errors import UsageError
from bluelamp.sources.police_uk.api_areas import Box, Point, Polygon
from bluelamp.sources.police_uk.api_csv import CATEGORY_NAMES, crimes_as_csv, stops_as_csv
from bluelamp.sources.police_uk.api_places import NamedPlace
from bluelamp.sources.police_uk.api_reading import UnexpectedAnswer, records
from bluelamp.sources.police_uk.api_types import Available, Category, Crime, Stop
from bluelamp.sources.police_uk.rate_limit import LeakyBucket

# Beside the repository, as for every test on real files; BLUELAMP_SHARED_DATA says otherwise.
REAL = Path(os.environ.get("BLUELAMP_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data")) / "police-uk" / "api"
real = pytest.mark.skipif(not REAL.exists(), reason="the real answers are not on this machine")

CRIME = {
    "category": "bicycle-theft",
    "location_type": "Force",
    "location": {
        "latitude": "51.901440",
        "street": {"id": 707892, "name": "On or near St George's Road"},
        "longitude": "-2.089688",
    },
    "context": "",
    "outcome_status": {"category": "Investigation complete; no suspect identified", "date": "2021-05"},
    "persistent_id": "8d8120f48126f51eeaf83d2ad97ba3f03462614fdd9b125a2fd58c4f99ac91a3",
    "id": 92574401,
    "location_subtype": "",
    "month": "2021-05",
}
UNPLACED = CRIME | {"location": None, "location_type": None, "outcome_status": None, "category": "violent-crime"}
STOP = {
    "age_range": None,
    "outcome": "Arrest, or “so”",
    "involved_person": True,
    "self_defined_ethnicity": "Asian/Asian British - Indian",
    "gender": "Male",
    "legislation": None,
    "outcome_linked_to_object_of_search": None,
    "datetime": "2024-01-27T12:24:00+00:00",
    "removal_of_more_than_outer_clothing": False,
    "outcome_object": {"id": "bu-arrest", "name": "Arrest"},
    "location": None,
    "operation": True,
    "officer_defined_ethnicity": "White",
    "type": "Person search",
    "operation_name": "Sceptre",
    "object_of_search": "Controlled drugs",
}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_the_bucket_lets_thirty_through_and_then_fifteen_a_second() -> None:
    clock = Clock()
    bucket = LeakyBucket(clock=lambda: clock.now, sleep=clock.sleep)
    for _ in range(30):
        bucket.take()
    assert clock.slept == []
    for _ in range(30):
        bucket.take()
    assert clock.now == pytest.approx(102.0)
    clock.now += 60
    clock.slept.clear()
    for _ in range(30):
        bucket.take()
    assert clock.slept == []


@given(st.lists(st.floats(0, 3), max_size=200))
def test_the_bucket_never_overflows(pauses: list[float]) -> None:
    clock = Clock()
    bucket = LeakyBucket(clock=lambda: clock.now, sleep=clock.sleep)
    sent: list[float] = []
    for pause in pauses:
        clock.now += pause
        bucket.take()
        sent.append(clock.now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= 30 + 15 * (sent[last] - sent[first]) + 1.001


def test_areas_refuse_what_is_not_on_earth() -> None:
    for latitude, longitude in ((91, 0), (0, 181), (float("nan"), 0), (float("inf"), 0)):
        with pytest.raises(UsageError):
            Point(latitude, longitude)
    with pytest.raises(UsageError, match="three corners"):
        Polygon.of([(1, 1), (2, 2)])
    with pytest.raises(UsageError, match="empty"):
        Box(52, 0, 51, 1)
    assert Polygon.of([(52.268, 0.543), (52.794, 0.238), (52.13, 0.478)]).parameters() == {
        "poly": "52.268000,0.543000:52.794000,0.238000:52.130000,0.478000"
    }


@given(st.floats(50, 52), st.floats(-2, 0), st.integers(0, 3))
def test_each_point_of_a_box_has_exactly_one_quarter(latitude: float, longitude: float, depth: int) -> None:
    whole = Box(50, -2, 52, 0)
    boxes: list[Box] = [whole]
    for _ in range(depth):
        boxes = [quarter for box in boxes for quarter in box.quarters()]
    assert sum(box.holds(latitude, longitude, whole) for box in boxes) == 1
    assert sum(box.holds(51.0, -1.0, whole) for box in boxes) == 1


def read(data: bytes) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(data.decode(), newline=""))
    rows = list(reader)
    return tuple(reader.fieldnames or ()), rows


def test_crimes_in_the_columns_of_the_files() -> None:
    header, (first, second, third) = read(
        crimes_as_csv([Crime.of(row) for row in (CRIME, UNPLACED, CRIME | {"category": "new-thing"})])
    )
    assert header == CRIMES.columns
    assert first == dict.fromkeys(CRIMES.columns, "") | {
        "Crime ID": CRIME["persistent_id"],
        "Month": "2021-05",
        "Longitude": "-2.089688",
        "Latitude": "51.901440",  # the trailing zero is part of what is published
        "Location": "On or near St George's Road",
        "Crime type": "Bicycle theft",
        "Last outcome category": "Investigation complete; no suspect identified",
    }
    assert (second["Location"], second["Latitude"], second["Crime type"]) == (
        "No Location",
        "",
        "Violence and sexual offences",
    )
    assert third["Crime type"] == "new-thing"
    _, (named,) = read(crimes_as_csv([Crime.of(UNPLACED)], [Category("violent-crime", "Violent crime")]))
    assert named["Crime type"] == "Violent crime"
    assert set(CATEGORY_NAMES.values()) <= CRIME_TYPES


def test_stops_in_the_columns_of_the_files() -> None:
    header, (row, old) = read(stops_as_csv([Stop.of(STOP), Stop.of(STOP | {"outcome": False})]))
    assert header == STOPS.columns
    assert row == dict.fromkeys(STOPS.columns, "") | {
        "Type": "Person search",
        "Date": "2024-01-27T12:24:00+00:00",
        "Part of a policing operation": "True",
        "Policing operation": "Sceptre",
        "Gender": "Male",
        "Self-defined ethnicity": "Asian/Asian British - Indian",
        "Officer-defined ethnicity": "White",
        "Object of search": "Controlled drugs",
        "Outcome": "Arrest, or “so”",
        "Removal of more than just outer clothing": "False",
    }
    assert old["Outcome"] == ""
    assert stops_as_csv([]) == (",".join(STOPS.columns) + "\n").encode()


@real
def test_real_answers_become_rows() -> None:
    crimes = records(json.loads((REAL / "AA3_all_crime.json").read_text()), Crime.of, "crime")
    header, rows = read(crimes_as_csv(crimes))
    assert (header, len(rows)) == (CRIMES.columns, len(crimes))
    assert {row["Crime type"] for row in rows} <= CRIME_TYPES
    assert {row["Last outcome category"] for row in rows} - {""} <= CRIMES.vocabularies["Last outcome category"]
    stops = records(json.loads((REAL / "stop_and_searches_2024-01.json").read_text()), Stop.of, "stop")
    header, rows = read(stops_as_csv(stops))
    assert (header, len(rows)) == (STOPS.columns, len(stops))
    for column, values in STOPS.vocabularies.items():
        assert {row[column] for row in rows} - {""} <= values
    available = records(json.loads((REAL / "available_dates.json").read_text()), Available.of, "month")
    assert "greater-manchester" not in available[0].stop_and_search
    assert "metropolitan" in available[0].stop_and_search
    forces = records(json.loads((REAL / "forces.json").read_text()), NamedPlace.force, "force")
    assert {force.id: force.name for force in forces}["btp"] == "British Transport Police"


@pytest.mark.parametrize(
    "row",
    [
        CRIME | {"month": "never"},
        CRIME | {"id": "x"},
        CRIME | {"category": []},
        CRIME | {"location": "here"},
        "text",
        None,
        5,
    ],
)
def test_answers_of_another_shape_are_told(row: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        records([row], Crime.of, "crime")
    with pytest.raises(UnexpectedAnswer):
        records({"error": "no"}, Crime.of, "crime")
    with pytest.raises(UnexpectedAnswer):
        Stop.of(STOP | {"operation": "yes"})
