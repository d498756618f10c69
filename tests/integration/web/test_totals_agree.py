"""Card, chart, table, map and file: five ways to the same number, under any filter."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import httpx
import mapbox_vector_tile
import pytest

DATASETS = ("crimes", "outcomes", "stops")
DASHBOARD = {"crimes": "crime", "outcomes": "outcomes", "stops": "stops"}
# Zoom 5 covers the British Isles with few tiles: x 14 to 16, y 9 to 11.
ISLES = [(5, x, y) for x in range(14, 17) for y in range(8, 12)]
# Where records lie whose longitude and latitude were published exchanged: on the map as well.
EXCHANGED = [(5, 20, y) for y in (15, 16)]


def filters(client: httpx.Client, dataset: str, chance: random.Random) -> dict[str, Any]:
    """A random state of a page: months, and up to three fields with one or two of their values."""
    fields = {
        "crimes": ["force", "town", "local_authority", "crime_type", "last_outcome", "located"],
        "outcomes": ["force", "town", "local_authority", "outcome_type", "crime_type"],
        "stops": ["force", "town", "age_range", "gender", "officer_ethnicity", "object", "outcome", "legislation"],
    }[dataset]
    where = []
    for field in chance.sample(fields, chance.randint(0, 3)):
        found = client.get(f"/api/v1/datasets/{dataset}/fields/{field}/options", params={"limit": 2000}).json()
        sign = chance.choice(["=", "=", "!="])
        values = [option["value"] for option in found["options"]]
        where += [f"{field}{sign}{value}" for value in chance.sample(values, min(len(values), chance.randint(1, 2)))]
    params: dict[str, Any] = {"where": where}
    if chance.random() < 0.5:
        first = chance.randint(1, 6)
        params |= {"from": f"2022-{first + 6:02d}", "to": f"2023-{first:02d}"}
    return params


def on_the_map(client: httpx.Client, dataset: str, params: dict[str, Any], tiles: list[tuple[int, int, int]]) -> int:
    total = 0
    for z, x, y in tiles:
        answer = client.get(f"/api/v1/tiles/{dataset}/{z}/{x}/{y}.mvt", params=params)
        assert answer.status_code == 200, answer.text
        for layer in mapbox_vector_tile.decode(answer.content).values():
            total += sum(feature["properties"]["n"] for feature in layer["features"])
    return total


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("seed", range(8))
def test_five_ways_to_one_number(client: httpx.Client, dataset: str, seed: int) -> None:
    params = filters(client, dataset, random.Random(f"{dataset} {seed}"))
    answered = client.get(f"/api/v1/dashboards/{DASHBOARD[dataset]}/answers", params=params)
    assert answered.status_code == 200, answered.text
    cards = answered.json()["cards"]
    total, shown = cards["total"], cards["map"]
    if total["value"] is None:
        # Of a place whose own force is not held nothing is known, on any of the ways.
        assert (shown["of"], shown["total"], total["located"]) == (None, None, None)
        assert total["reason"]
        return
    whole = total["value"] + sum(one["value"] for one in total["also"])
    assert whole == total["located"] + total["unlocated"] == shown["of"]
    assert (shown["total"], shown["unlocated"]) == (total["located"], total["unlocated"])
    # the chart by month, over the months that the page is about
    question = client.get(f"/api/v1/questions/{dataset}", params={**params, "by": "month"}).json()
    # A month of which nothing is held is a row without a value.
    assert sum(row["count"] or 0 for row in question["rows"]) == whole
    # the records, counted and as a file
    page = client.get(f"/api/v1/datasets/{dataset}/records", params={**params, "limit": 1}).json()
    assert page["total"] == whole
    file = client.get(f"/api/v1/datasets/{dataset}/records", params={**params, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(file.text)))
    assert len(rows) == whole
    assert len({row["id"] for row in rows}) == whole
    # the map
    assert on_the_map(client, dataset, params, ISLES + EXCHANGED) == total["located"]


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_zoom_has_every_record(client: httpx.Client, dataset: str) -> None:
    shown = client.get(f"/api/v1/dashboards/{DASHBOARD[dataset]}/answers").json()["cards"]["map"]
    located = shown["total"]
    tiles = [(0, 0, 0)]
    for zoom in range(1, 14):
        tiles = [(zoom, 2 * x + i, 2 * y + j) for _, x, y in tiles for i in (0, 1) for j in (0, 1)]
        if zoom in (5, 9):
            assert on_the_map(client, dataset, {}, [t for t in tiles if not _empty(client, dataset, t)]) == located
        tiles = [tile for tile in tiles if not _empty(client, dataset, tile)]
        if zoom == 9:
            break
    # Closer in, one tile of each step: its own sum is that of its four children.
    tile = max(tiles, key=lambda one: on_the_map(client, dataset, {}, [one]))
    for _ in range(5):
        z, x, y = tile
        children = [(z + 1, 2 * x + i, 2 * y + j) for i in (0, 1) for j in (0, 1)]
        counts = {child: on_the_map(client, dataset, {}, [child]) for child in children}
        assert sum(counts.values()) == on_the_map(client, dataset, {}, [tile])
        tile = max(children, key=counts.__getitem__)


def _empty(client: httpx.Client, dataset: str, tile: tuple[int, int, int]) -> bool:
    return on_the_map(client, dataset, {}, [tile]) == 0


def test_areas_and_elsewhere_are_all_that_is_on_the_map(client: httpx.Client) -> None:
    for name in ("crime", "outcomes", "stops"):
        shown = client.get(f"/api/v1/dashboards/{name}/answers").json()["cards"]["map"]
        areas = shown["areas"]
        apart = areas["elsewhere"] + areas["strays"]
        assert sum(row["count"] or 0 for row in areas["rows"]) + apart == shown["total"]


def test_bars_add_up_to_the_total(client: httpx.Client) -> None:
    for name in ("crime", "outcomes", "stops"):
        cards = client.get(f"/api/v1/dashboards/{name}/answers").json()["cards"]
        for card in cards.values():
            if card["kind"] != "bars":
                continue
            unknown = card["unknown"]["count"] if card["unknown"] else 0
            rest = card["rest"]["count"] if card["rest"] else 0
            assert sum(row["count"] or 0 for row in card["rows"]) + unknown + rest == card["total"], card["title"]


def test_a_point_on_the_map_opens_its_records(client: httpx.Client) -> None:
    """What the map says of a point is what the list of its records holds."""
    tile = (5, 15, 10)
    for _ in range(8):
        z, x, y = tile
        children = [(z + 1, 2 * x + i, 2 * y + j) for i in (0, 1) for j in (0, 1)]
        tile = max(children, key=lambda one: on_the_map(client, "crimes", {}, [one]))
    z, x, y = tile
    layers = mapbox_vector_tile.decode(client.get(f"/api/v1/tiles/crimes/{z}/{x}/{y}.mvt").content)
    features = sorted(layers["points"]["features"], key=lambda one: -one["properties"]["n"])
    for feature in features[:5]:
        point = feature["properties"]
        found = client.get(
            "/api/v1/datasets/crimes/records", params={"where": f"map_point={point['at']}", "limit": 1000}
        ).json()
        assert found["total"] == point["n"]
        assert len(found["rows"]) == min(point["n"], 1000)
        longitude, latitude = point["at"].split(",")
        assert all(f"{row['Longitude']:.6f}" == longitude for row in found["rows"])
        assert all(f"{row['Latitude']:.6f}" == latitude for row in found["rows"])
        assert point["name"] in {row["Location"] for row in found["rows"]}
