"""The shipped dashboard of calls over HTTP, on a home without any archive: card, table, map and file give one number,
and what nobody watched is no zero."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

from tests.lib.calls.city import FEED, SHOWN_DAYS, SHOWN_WEST, City, lake_rows, shown_city
from tests.lib.rows import figures
from tests.lib.web.process_server import Server

V1 = "/api/v1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> City:
    return shown_city(tmp_path_factory.mktemp("shown") / "home")


@pytest.fixture(scope="module")
def rows(made: City) -> list[dict[str, Any]]:
    """What is in the lake, as anybody's Parquet reader finds it."""
    return lake_rows(made.settings.home)


@pytest.fixture(scope="module")
def client(made: City) -> Iterator[httpx.Client]:
    server = Server(made.settings.home)
    with httpx.Client(base_url=server.url, timeout=30) as its:
        yield its
    server.stop()


def cards(client: httpx.Client, **params: Any) -> dict[str, Any]:
    found = client.get(f"{V1}/dashboards/calls/answers", params=params)
    assert found.status_code == 200, found.text
    its: dict[str, Any] = found.json()["cards"]
    assert [name for name, card in its.items() if card.get("error")] == []
    return its


def test_an_installation_with_calls_alone_has_a_site(client: httpx.Client) -> None:
    site = client.get(f"{V1}/site").json()
    assert [(one["name"], one["path"], one["nav"]) for one in site["dashboards"]] == [
        ("calls", "/calls", "Calls for service")
    ]
    assert site["calls"]["feeds"] == [FEED]
    assert site["calls"]["months"] == {"first": "2026-03", "last": "2026-03"}
    assert client.get("/readyz").json()["version"] == site["calls"]["version"]["name"]
    assert client.get("/calls").status_code == 200
    assert client.get(f"{V1}/dashboards/crime/answers").status_code == 503


def on_the_map(client: httpx.Client, z: int, params: dict[str, Any]) -> tuple[int, dict[str, int]]:
    """(what all tiles of a zoom count together, by point where it has points)."""
    scale = 1 << z
    first = int((SHOWN_WEST + 180) / 360 * scale)
    total, points = 0, Counter[str]()
    for x in range(first - 1, first + 3):
        for y in range(*{5: (11, 15), 12: (1640, 1656)}[z]):
            answer = client.get(f"{V1}/tiles/calls/{z}/{x}/{y}.mvt", params=params)
            assert answer.status_code == 200, answer.text
            for layer in mapbox_vector_tile.decode(answer.content).values():
                for feature in layer["features"]:
                    total += feature["properties"]["n"]
                    points[feature["properties"].get("at", "")] += feature["properties"]["n"]
    return total, dict(points)


@pytest.mark.parametrize("seed", range(3))
def test_card_table_map_and_file_give_one_number(client: httpx.Client, rows: list[dict[str, Any]], seed: int) -> None:
    chance = random.Random(seed)
    natures = chance.sample(sorted({row["nature"] for row in rows}), seed)
    hours = chance.sample(range(24), 9 * seed)
    left = [row for row in rows if (not natures or row["nature"] in natures) and (not hours or row["hour"] in hours)]
    located = Counter(f"{row['longitude']:.6f},{row['latitude']:.6f}" for row in left if row["latitude"] is not None)
    params = {"where": [*(f"nature={one}" for one in natures), *(f"hour={one}" for one in hours)]}
    shown = cards(client, **params)
    assert shown["total"]["value"] == shown["map"]["of"] == len(left) > 5
    assert shown["map"]["total"] == shown["total"]["located"] == located.total() > 3
    assert shown["map"]["unlocated"] == len(left) - located.total()
    assert shown["map"]["areas"] is None
    assert sum(row["count"] for row in shown["by-priority"]["rows"]) == len(left)
    assert on_the_map(client, 5, params)[0] == located.total()
    assert on_the_map(client, 12, params) == (located.total(), dict(located))
    west, south, east, north = shown["map"]["bounds"]
    assert all(
        west < float(lon) < east and south < float(lat) < north for lon, lat in (at.split(",") for at in located)
    )
    table = client.get(f"{V1}/datasets/calls/records", params={**params, "limit": 1}).json()
    file = client.get(f"{V1}/datasets/calls/records", params={**params, "format": "geojson"})
    assert table["total"] == int(file.headers["bluelamp-records"]) == len(left)
    assert sum(one["geometry"] is not None for one in file.json()["features"]) == located.total()
    asked = client.get(f"{V1}/questions/{shown['map']['question']}").json()
    assert figures(asked["rows"]) == [{"calls": located.total()}]


def test_a_point_of_the_map_leads_to_its_calls(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    _, points = on_the_map(client, 12, {})
    for at, number in points.items():
        table = client.get(f"{V1}/datasets/calls/records", params={"where": f"map_point={at}", "limit": 1}).json()
        assert table["total"] == number, at


def test_the_newest_closed_day_says_when_it_was_watched(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    latest = cards(client)["latest"]
    assert latest["day"] == "2026-03-09"
    assert latest["value"] == sum(row["day"] == date(2026, 3, 9) for row in rows)
    # From 02:50 to 05:00 nobody looked: 1,310 of 1,440 minutes are left.
    assert latest["watched"] == "Watched 91.0% of the time, not all of 02:00 to 05:00."
    assert latest["before"]["value"] is None
    assert latest["before"]["words"] == "Not comparable with the day before: this day was watched only in part."
    asked = client.get(f"{V1}/questions/{latest['question']}").json()
    assert figures(asked["rows"]) == [{"calls": latest["value"]}]


def test_days_are_compared_where_both_were_watched(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    latest = cards(client, where=[f"hour={hour}" for hour in range(6, 24)])["latest"]
    counts = Counter(row["day"].day for row in rows if row["hour"] >= 6)
    assert (latest["value"], latest["before"]["value"]) == (counts[9], counts[8])
    assert latest["before"]["change"] == pytest.approx((counts[9] - counts[8]) / counts[8])
    assert latest["watched"] == "Watched all the time."
    assert latest["week_before"]["words"] == "Not comparable with the Monday before: not watched then."


def test_a_day_that_is_chosen_is_compared_with_days_that_are_not(
    client: httpx.Client, rows: list[dict[str, Any]]
) -> None:
    latest = cards(client, where="date=2026-03-08")["latest"]
    counts = Counter(row["day"].day for row in rows)
    assert (latest["day"], latest["value"], latest["before"]["value"]) == ("2026-03-08", counts[8], counts[7])
    week = {one["label"]: one for one in cards(client, where="date=2026-03-08")["week"]["week"]}
    assert week["Monday"]["hours_expected"] == [0] * 24, "no Monday is asked about"
    assert week["Sunday"]["hours_expected"] == [0 if hour == 2 else 1 for hour in range(24)], "the clocks went forward"


def test_an_hour_that_nobody_watched_is_no_zero(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    week = {one["label"]: one for one in cards(client)["week"]["week"]}
    assert week["Friday"]["counts"] == week["Friday"]["rates"] == [None] * 24
    assert week["Monday"]["counts"][3:5] == [None, None]
    for day, name in ((7, "Saturday"), (8, "Sunday"), (9, "Monday")):
        counts = Counter(row["hour"] for row in rows if row["day"].day == day)
        assert sum(one or 0 for one in week[name]["counts"]) == counts.total()
        assert week[name]["rates"][12] == counts[12], "watched for one whole hour"
    monday = cards(client, where=["weekday=1"])
    assert monday["hour"]["hours"][3:5] == [None, None]
    assert monday["hour"]["hours"][5] == sum(row["hour"] == 5 and row["day"].day == 9 for row in rows)
    assert "Not watched at all: 03:00, 04:00" in monday["hour"]["note"]


def test_days_are_shown_with_what_is_missing(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    card = cards(client)["by-day"]
    counts = Counter(str(row["day"]) for row in rows)
    assert card["days"] == [str(day) for day in SHOWN_DAYS[:3]]
    assert card["values"] == [[counts[day] for day in card["days"]]]
    assert card["complete"] == [True, True, False]
    assert card["missing"] == ["", "", "watched 91.0% of the time"]
    assert card["missing_usual"] == [0, 0, round(counts["2026-03-09"] * (1440 / 1310 - 1))]
    sunday = cards(client, where=["weekday=7"])
    assert sunday["by-day"]["days"] == ["2026-03-08"]
    assert [row["label"] for row in sunday["weekday"]["rows"]] == ["Monday", "Saturday", "Sunday"]


def test_a_median_has_a_least_and_a_most(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    card = cards(client)["minutes-open"]
    known = sorted(row["minutes_open"] for row in rows if row["minutes_open"] is not None)
    middle = (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
    assert card["figure"] == pytest.approx(middle, abs=0.051)
    assert card["least"] < card["figure"] < card["most"]
    assert (card["numerator"], card["denominator"]) == (len(known), len(rows))


def test_a_beat_has_a_page_of_its_own(client: httpx.Client, rows: list[dict[str, Any]]) -> None:
    area = client.get(f"{V1}/areas/beat/{FEED}/115").json()
    assert (area["name"], area["dashboard"], area["feed"]["name"]) == ("115", "calls-area", FEED)
    assert area["within"] == {"kind": "division", "name": "Central", "path": f"/area/division/{FEED}/Central"}
    answers = client.get(f"{V1}/dashboards/calls-area/answers", params={"where": area["where"]}).json()["cards"]
    assert [card["title"] for card in answers.values() if card.get("error")] == []
    assert answers["total"]["value"] == sum(row["beat"] == "115" for row in rows) > 0
    assert client.get(f"/area/beat/{FEED}/115").status_code == 200
    found = client.get(f"{V1}/places", params={"q": "115"}).json()["places"]
    assert [one["path"] for one in found] == [f"/area/beat/{FEED}/115"]
    assert client.get(f"{V1}/areas/beat/{FEED}/9999").status_code == 404
    assert client.get(f"{V1}/areas/division/{FEED}/central").json()["name"] == "Central"
    assert client.get(f"{V1}/areas/division/nobody/Central").status_code == 404
