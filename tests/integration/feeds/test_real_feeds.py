"""Real snapshots, where they are at hand: Dallas as it was in 2018, 2022 and 2026, and eleven months of San Mateo."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluelamp.domain.snapshot import SnapshotReading
from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.reading import read

NOW = datetime(2026, 8, 18, 12, tzinfo=UTC)
ALWAYS = {"nature", "beat", "location", "unit"}


def read_body(agency: Agency, body: bytes, at: datetime = NOW) -> SnapshotReading:
    return read(agency, [Part(agency.url, 200, {"content-type": "application/json"}, body)], at)


def snapshots(shared_data: Path) -> dict[str, bytes]:
    folder = shared_data / "dallas"
    found = {path.name: path.read_bytes() for path in sorted(folder.glob("snapshot-*.json"))}
    for path in sorted((folder / "snapshots-2026-02").glob("*.json")):
        found[path.name] = json.dumps(json.loads(path.read_bytes())["rows"]).encode()
    return found


def test_every_snapshot_of_dallas_is_read_whole(agencies: dict[str, Agency], shared_data: Path) -> None:
    agency = agencies["dallas-tx"]
    readings = {name: read_body(agency, body) for name, body in snapshots(shared_data).items()}
    assert len(readings) == 20
    for name, reading in readings.items():
        assert reading.unreadable == (), name
        assert (len(reading.rows), reading.duplicates, reading.conflicting) == (reading.total, 0, 0), name
        assert reading.fields >= ALWAYS, name
        assert all(len(row.units) == 1 and row.values["location"] for row in reading.rows), name
    totals = {name: reading.total for name, reading in readings.items()}
    assert totals["snapshot-2018-01-are8-xahz.json"] == totals["snapshot-2018-01-sample2.json"] == 63
    assert totals["snapshot-2022-09-28.utf16.json"] == 10
    assert totals["snapshot-2026-08-excerpt.json"] == 3
    february = [total for name, total in totals.items() if name.startswith("2026-02")]
    assert (len(february), min(february), max(february)) == (16, 18, 101)


def test_the_columns_that_dallas_dropped_are_seen_to_be_gone(agencies: dict[str, Agency], shared_data: Path) -> None:
    bodies = snapshots(shared_data)
    then, later = (
        read_body(agencies["dallas-tx"], bodies[name])
        for name in ("snapshot-2018-01-are8-xahz.json", "2026-02-11T004249Z.json")
    )
    gone = {"incident_number", "priority", "status", "division", "reporting_area", "reported_local", "reported_at"}
    assert then.fields - later.fields == gone


def test_times_of_dallas_in_both_forms(agencies: dict[str, Agency], shared_data: Path) -> None:
    bodies = snapshots(shared_data)
    old = read_body(agencies["dallas-tx"], bodies["snapshot-2018-01-are8-xahz.json"])
    by_number = {row.values["incident_number"]: row.values for row in old.rows}
    assert by_number["18-0052973"]["reported_local"] == "2018-01-09T09:26:00"
    assert by_number["18-0052973"]["reported_at"] == "2018-01-09T15:26:00.000Z"
    new = read_body(agencies["dallas-tx"], bodies["snapshot-2022-09-28.utf16.json"])
    by_number = {row.values["incident_number"]: row.values for row in new.rows}
    assert by_number["22-1911532"]["reported_at"] == "2022-09-29T03:26:51.000Z"


SAN_MATEO = r"""title = "San Mateo County Fire"
platform = "json"
url = "https://example.org/incidents.json"
zone = "America/Los_Angeles"
[fields]
incident_number = "id"
nature = "category"
division = "summary"
location = "location"
units = { column = "units", pattern = '([A-Z0-9][\w-]*)' }
[time]
date = "date"
time = "time"
time_formats = ["%I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p"]
[point]
latitude = "latitude"
longitude = "longitude"
"""


@pytest.fixture(scope="module")
def san_mateo() -> Agency:
    return read_agency(SAN_MATEO, "san-mateo", "san-mateo.toml", "here")


def test_eleven_months_of_san_mateo_are_read_whole(san_mateo: Agency, shared_data: Path) -> None:
    count, rows, late, odd = 0, 0, 0, Counter[str]()
    with gzip.open(shared_data / "feeds" / "san-mateo-fire-2022-04_2023-03.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            snapshot = json.loads(line)
            at = datetime.fromisoformat(snapshot["fetched_at"])
            reading = read_body(san_mateo, json.dumps(snapshot["data"]).encode(), at)
            count, rows = count + 1, rows + reading.total
            odd["unreadable"] += len(reading.unreadable)
            odd["repeating"] += reading.duplicates + reading.conflicting
            odd["without a time"] += sum("reported_at" not in row.values for row in reading.rows)
            listed = sum(bool(raw["units"].strip()) for raw in snapshot["data"])
            odd["units not read"] += listed - sum(bool(row.units) for row in reading.rows)
            ages = [(at - datetime.fromisoformat(row.values["reported_at"])).total_seconds() for row in reading.rows]
            # A call is reported before it is listed, and not long before: both nights of the clocks are in here.
            odd["reported in the future"] += sum(age < -600 for age in ages)
            late += sum(age > 86_400 for age in ages)
    assert (count, rows) == (21_031, 85_993)
    assert {name: number for name, number in odd.items() if number} == {}
    assert late / rows < 0.02, "a few calls are left open for days"
