"""What the synthetic city publishes of its ground: a gazetteer made of it places the city's calls, but for what is
planted."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bluelamp.domain.decision import decide
from bluelamp.domain.place import metres_between
from bluelamp.places.context import PlaceContext as FeedGround
from bluelamp.places.context import ground_of
from bluelamp.sources.feeds.agency import read_agency
from bluelamp.sources.gazetteer import read_cities
from bluelamp.storage.gazetteer import Gazetteer, GazetteerStore
from bluelamp.synthetic.city.agency import FEED, agency_toml
from bluelamp.synthetic.city.beats import BEATS
from bluelamp.synthetic.city.ground import Ground, Spot
from bluelamp.synthetic.city.published import write_published
from bluelamp.synthetic.city.showing import build_places

SEED = 3


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.stem: path for path in write_published(tmp_path_factory.mktemp("published"), SEED)}


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    home = tmp_path_factory.mktemp("home")
    build_places(home, SEED)
    found = GazetteerStore(home).open(FEED, read_cities(home / "cities")[FEED].aliases)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ground(gazetteer: Gazetteer) -> FeedGround:
    agency = read_agency(agency_toml("http://127.0.0.1:1/x.json"), FEED, f"{FEED}.toml", "test")
    aliases = gazetteer._aliases
    return ground_of(agency, sources=[gazetteer], areas=gazetteer.areas, aliases=aliases, material=gazetteer.version)


@pytest.fixture(scope="module")
def decided(ground: FeedGround) -> list[tuple[Spot, dict[str, Any]]]:
    chance, city = random.Random(8), Ground(SEED)
    found = []
    for spot in [city.spot(chance) for _ in range(1500)]:
        areas = {} if spot.kind == "named" else {"beat": spot.beat, "division": spot.division}
        asked = ground.query_of_location(spot.location, spot.block, areas)
        found.append((spot, decide(asked, ground.at_hand(asked), ground.rules, ground.areas).as_dict()))
    return found


def features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())["features"]
    return found


def test_most_calls_have_a_point_some_an_area_and_some_no_place(decided: list[tuple[Spot, dict[str, Any]]]) -> None:
    kinds = Counter(found["kind"] for _, found in decided)
    assert 0.8 < kinds["point"] / len(decided) < 0.95
    assert 0.03 < kinds["area"] / len(decided) < 0.15
    assert 0.03 < kinds["none"] / len(decided) < 0.08
    assert all((found["kind"] == "none") == (spot.kind == "named") for spot, found in decided)


def test_points_are_where_the_calls_truly_are(decided: list[tuple[Spot, dict[str, Any]]]) -> None:
    points = [(spot, found) for spot, found in decided if found["kind"] == "point"]
    metres = [metres_between(spot.lat, spot.lon, found["lat"], found["lon"]) for spot, found in points]
    claims = [found["uncertainty_m"] for _, found in points]
    assert 20 < median(metres) < 60
    assert sum(far <= claim for far, claim in zip(metres, claims, strict=True)) > 0.95 * len(points)
    assert sum(far > 500 for far in metres) < 0.005 * len(points)


def test_addresses_on_the_wrong_side_are_found_out_by_the_beat(decided: list[tuple[Spot, dict[str, Any]]]) -> None:
    rejected = [(spot, found) for spot, found in decided if "outside_beat" in {c["code"] for c in found["candidates"]}]
    assert len(rejected) > 5
    assert {found["kind"] for _, found in rejected} == {"area"}


def test_one_beat_has_a_hole_and_every_beat_lies_in_its_division(
    published: dict[str, Path], gazetteer: Gazetteer
) -> None:
    beats = features(published["beats"])
    holes = [one["properties"]["BEAT"] for one in beats if len(one["geometry"]["coordinates"]) > 1]
    assert len(holes) == 1
    assert {one["properties"]["BEAT"] for one in beats} == {str(beat) for _, beat in BEATS}
    chance, city = random.Random(2), Ground(SEED)
    for spot in [city.spot(chance) for _ in range(300)]:
        assert gazetteer.areas.distance_m("beat", spot.beat, spot.lat, spot.lon) == pytest.approx(0, abs=40)
        assert gazetteer.areas.distance_m("division", spot.division, spot.lat, spot.lon) == pytest.approx(0, abs=40)


def test_centrelines_meet_and_carry_numbers(published: dict[str, Path]) -> None:
    lines = features(published["centrelines"])
    assert 1000 < len(lines) < 3000
    for line in lines:
        numbers = line["properties"]
        assert (numbers["L_F_ADD"] + numbers["R_F_ADD"]) % 2 == 1, "even on one side, odd on the other"
        assert len(line["geometry"]["coordinates"]) >= 2
    names = {line["properties"]["FULLNAME"] for line in lines}
    assert {"S E D FANNING FWY", "IH 94 EXPY"} <= names


def test_some_addresses_lie_where_the_town_hall_is(published: dict[str, Path], gazetteer: Gazetteer) -> None:
    with published["addresses"].open() as stream:
        rows = list(csv.DictReader(stream))
    usual = Counter((row["LATITUDE"], row["LONGITUDE"]) for row in rows).most_common(1)[0]
    assert usual[1] > 30
    assert gazetteer.counts["unused: on a point that stands for many streets"] == usual[1]


def test_another_seed_publishes_another_city(published: dict[str, Path], tmp_path: Path) -> None:
    other = {path.stem: path for path in write_published(tmp_path, SEED + 1)}
    assert other["addresses"].read_bytes() != published["addresses"].read_bytes()
    again = {path.stem: path for path in write_published(tmp_path / "again", SEED)}
    assert all(again[name].read_bytes() == path.read_bytes() for name, path in published.items())
