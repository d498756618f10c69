"""The outlines of a feed's beats and the streets of its city, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
import shapely

from bluelamp.places import city_map
from bluelamp.places.city_map import open_city_map
from bluelamp.places.gazetteer_build import take_in
from bluelamp.sources.gazetteer import read_cities
from bluelamp.storage.gazetteer import GazetteerStore
from bluelamp.synthetic.city.published import city_toml, write_published
from bluelamp.web.places.schemas import FeedAreasModel
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]


def nobody() -> NoReturn:
    raise AssertionError("nothing is fetched")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [path for path in write_published(tmp_path_factory.mktemp("city"), 1) if path.stem != "addresses"]


def with_city(feed: CityFeed) -> CityFeed:
    """The feed, in a home that knows its city."""
    folder = feed.settings.home / "cities"
    folder.mkdir()
    (folder / "bend.toml").write_text(city_toml().replace('"demo-city"', f'"{FEED}"'))
    return feed


def take(feed: CityFeed, files: list[Path]) -> None:
    home = feed.settings.home
    take_in(GazetteerStore(home), read_cities(home / "cities")["bend"], files=files, client=nobody)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, published: list[Path]) -> Iterator[CityFeed]:
    """A feed whose city has a gazetteer, of all but its addresses."""
    feed = with_city(CityFeed(tmp_path_factory.mktemp("fed") / "home"))
    take(feed, published)
    yield feed
    feed.close()


@pytest.fixture(scope="module")
def api(built: CityFeed) -> Iterator[httpx.Client]:
    server = ThreadServer(built.settings.model_copy(update={"log_requests": False}))
    with opened(server) as client:
        yield client
    server.stop()


def opened(server: ThreadServer) -> httpx.Client:
    until(lambda: FEED in server.hub.boards)
    return httpx.Client(base_url=server.api)


def collection(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = answer.json()["features"]
    return found


def test_what_there_is_is_told(api: httpx.Client) -> None:
    answer = api.get("areas")
    FeedAreasModel.model_validate(answer.json())
    assert answer.json()["kinds"] == ["beat", "division", "city"]
    assert answer.json()["ground"] is True
    assert "synthetic" in answer.json()["source"]
    assert "Invented" in answer.json()["licence"]


def test_beats_are_drawn_with_their_hole_and_fit_together(api: httpx.Client) -> None:
    features = collection(answer := api.get("areas/beat"))
    assert len(answer.content) <= 300_000
    shapes = {one["properties"]["id"]: shapely.geometry.shape(one["geometry"]) for one in features}
    assert len(shapes) == len(features) > 140
    assert {one["properties"]["kind"] for one in features} == {"beat"}
    assert sum(bool(shape.interiors) for shape in shapes.values()) == 1
    whole = shapely.union_all(list(shapes.values()))
    assert whole.area == pytest.approx(sum(shape.area for shape in shapes.values()), rel=1e-4)


def test_divisions_are_named_as_calls_name_them(api: httpx.Client) -> None:
    properties = [one["properties"] for one in collection(api.get("areas/division"))]
    assert {"id": "OLD MILL", "name": "Old Mill", "kind": "division"} in properties


def test_streets_are_drawn_freeways_first(api: httpx.Client) -> None:
    features = collection(answer := api.get("areas/ground"))
    assert len(answer.content) <= 1_500_000
    ranks = [one["properties"]["rank"] for one in features]
    assert ranks == sorted(ranks)
    assert set(ranks) == {1, 2, 3}
    assert features[0]["properties"]["name"].endswith(("FWY", "EXPY"))
    assert answer.json()["left_out"] == 0


def test_what_has_not_changed_is_not_sent_again(api: httpx.Client, built: CityFeed, published: list[Path]) -> None:
    paths = ("areas", "areas/beat", "areas/ground")
    tags = {path: api.get(path).headers["etag"] for path in paths}
    assert len(set(tags.values())) == len(paths)
    assert {api.get(path, headers={"If-None-Match": tags[path]}).status_code for path in paths} == {304}
    beats = built.settings.home / "beats.geojson"
    beats.write_text(next(path for path in published if path.stem == "beats").read_text().replace('"111"', '"999"'))
    take(built, [beats])
    answer = api.get("areas/beat", headers={"If-None-Match": tags["areas/beat"]})
    assert "999" in {one["properties"]["id"] for one in collection(answer)}
    cache = built.settings.home / "cache" / "web"
    assert len(list(cache.glob("feed-*beat*.json"))) == 1, "what is not shown any more is not kept"
    assert len(list(cache.glob("feed-*ground*.json"))) == 1


def test_what_the_citys_file_says_anew_is_told_at_once(api: httpx.Client, built: CityFeed) -> None:
    file = built.settings.home / "cities" / "bend.toml"
    before, written = api.get("areas"), file.read_text()
    file.write_text(written.replace("Made by Bluelamp's synthetic city", "Office of Lanes"))
    try:
        answer = api.get("areas", headers={"If-None-Match": before.headers["etag"]})
        assert answer.status_code == 200
        assert answer.json()["source"] == "Office of Lanes"
    finally:
        file.write_text(written)


def test_what_is_not_held_is_told_in_words(api: httpx.Client) -> None:
    missing = api.get("areas/reporting_area")
    assert missing.status_code == 404
    assert "reporting area" in missing.json()["detail"]
    assert api.get("areas/parish").status_code == 400


def test_a_feed_without_a_city_and_a_city_without_material(city: CityFeed, serve: Serve) -> None:
    with opened(serve(city)) as api:
        answers = [api.get(path) for path in ("areas", "areas/beat", "areas/ground")]
        assert {answer.status_code for answer in answers} == {404}
        assert all("No city is known" in answer.json()["detail"] for answer in answers)
        with_city(city)
        assert "bluelamp gazetteer build bend" in api.get("areas").text


def test_streets_that_do_not_fit_are_counted(built: CityFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = open_city_map(built.settings.home, FEED).streets()
    monkeypatch.setattr(city_map, "STREET_BYTES", 50_000)
    part = open_city_map(built.settings.home, FEED).streets()
    assert len(part) <= 50_000 < len(whole)
    assert part.count(b'"name"') + int(part.split(b'"left_out":')[1].split(b",")[0]) == whole.count(b'"name"')
    assert b'"rank":1' in part


def test_outlines_are_simplified_until_they_fit(built: CityFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city_map, "AREA_BYTES", 60_000)
    assert len(open_city_map(built.settings.home, FEED).areas("beat")) <= 60_000
