"""What cities report of calls is remembered where places are scored, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bluelamp.storage.places.store import PlaceStore

NOW = datetime(2026, 2, 12, 6, tzinfo=UTC)


def test_a_call_is_remembered_with_the_first_time_and_the_newest_point(places: PlaceStore) -> None:
    store = places.officials
    store.keep("dallas-tx", [("26-1", 32.8, -96.8), ("26-2", 32.7, -96.7)], NOW)
    store.keep("dallas-tx", [("26-1", 32.9, -96.9), ("26-3", 32.6, -96.6)], NOW + timedelta(days=1))
    first, third = store.of("dallas-tx", "26-1"), store.of("dallas-tx", "26-3")
    assert first is not None
    assert third is not None
    assert (first.lat, first.lon, first.first_seen) == (32.9, -96.9, "2026-02-12T06:00:00.000Z")
    assert third.first_seen == "2026-02-13T06:00:00.000Z"
    assert store.of("dallas-tx", "26-4") is None
    assert store.of("houston-tx", "26-1") is None


def test_many_reports_of_one_call_are_one(places: PlaceStore) -> None:
    rows = [(f"26-{number % 700}", 32.0 + number / 10_000, -96.0) for number in range(1_400)]
    places.officials.keep("dallas-tx", rows, NOW)
    found = places.officials.of("dallas-tx", "26-699")
    assert found is not None
    assert found.lat == 32.0 + 1_399 / 10_000
    places.officials.keep("dallas-tx", [], NOW)
