"""Cities' files, and material in every form that publishers give it."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from bluelamp.errors import NotFound, SettingsError, SourceError
from bluelamp.sources.gazetteer import City, Material, city_of_feed, read_cities, read_city, read_files

DAY = date(2026, 11, 24)
TOWN = """
title = "Testville"
bounds = [-100.05, 39.97, -99.95, 40.03]
feeds = ["test-police"]
[aliases]
"Q T M" = "I-735"
[inputs.addresses]
kind = "address"
columns = { number = "HOUSENUMBER", street = ["STREETNAME", "PRE+NAME+TYPE"] }
[inputs.roads]
kind = "segment"
columns.street = "FULLNAME"
columns.left_from = "L_F_ADD"
columns.left_to = "L_T_ADD"
columns.right_from = "R_F_ADD"
columns.right_to = "R_T_ADD"
[inputs.beats]
kind = "area"
area = "beat"
columns = { name = ["BEAT", "BEAT_NUM"] }
[inputs.limits]
kind = "area"
area = "city"
keep = { CITY = "Testville" }
columns = { name = "CITY" }
[inputs.incidents]
kind = "spot"
columns.text = "address"
columns.beat = "beat"
columns.lat = ["geocoded_column.latitude", "lat"]
columns.lon = ["geocoded_column.longitude", "lon"]
[inputs.places]
kind = "spot"
columns = { text = "text", lat = "lat", lon = "lon" }
"""


@pytest.fixture(scope="module")
def town() -> City:
    return read_city(TOWN, "testville", "testville.toml", "shipped")


def read(town: City, path: Path, content: Any) -> Material:
    """The one material of a file with this content."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)
    (material,) = read_files(town, [path], DAY)
    return material


def rows(material: Material) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = material.table.to_pylist()
    return found


def point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def collection(*features: tuple[dict[str, Any], Any]) -> dict[str, Any]:
    made = [{"type": "Feature", "properties": values, "geometry": shape} for values, shape in features]
    return {"type": "FeatureCollection", "features": made}


# -- cities -----------------------------------------------------------------------------------------------------


def test_the_shipped_cities():
    cities = read_cities(None)
    dallas = cities["dallas-tx"]
    assert city_of_feed(cities, "dallas-fire-tx") is dallas
    assert city_of_feed(cities, "sweden") is None
    assert dallas.aliases["LBJ"] == "I-635"
    assert {one.kind for one in dallas.inputs.values()} == {"address", "segment", "area", "spot"}
    for city in cities.values():
        for wanted in city.inputs.values():
            assert wanted.licence
            assert wanted.url.startswith("https://")


def test_a_file_of_the_home_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / "dallas-tx.toml").write_text(TOWN)
    assert read_cities(tmp_path)["dallas-tx"].title == "Testville"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Testville"', "", "“title” is missing"),
        ("[-100.05, 39.97, -99.95, 40.03]", "[1, 2, 3]", "line 3"),
        ("[-100.05, 39.97, -99.95, 40.03]", "[40, 39, 39, 41]", "[west, south, east, north]"),
        ('kind = "segment"', 'kind = "line"', "line 11"),
        ('area = "beat"', "", "only of kind area"),
        ('number = "HOUSENUMBER", ', "", "needs the column number"),
        ('columns.text = "address"', 'columns.text = "address"\ncolumns.age = "x"', "no column “age”"),
        ('feeds = ["test-police"]', 'feed = "test-police"', "Did you mean “feeds”?"),
        ('kind = "segment"', 'kind = "segment"\nurl = "ftp://x"', "begins with https://"),
        ('kind = "segment"', 'kind = "segment"\nplatform = "arcgis"', "needs a url"),
        ("title =", "title", "not TOML"),
    ],
)
def test_nonsense_in_a_citys_file_is_told_with_its_line(old, new, told):
    assert old in TOWN
    with pytest.raises(SettingsError) as error:
        read_city(TOWN.replace(old, new, 1), "testville", "testville.toml", "x")
    assert told in str(error.value)
    assert "testville.toml" in str(error.value)


# -- forms ------------------------------------------------------------------------------------------------------


def test_geojson_points(town, tmp_path):
    good = ({"HOUSENUMBER": 340, "STREETNAME": "CEDAR ST"}, point(-100.0, 40.0))
    bad = [
        ({"HOUSENUMBER": None, "STREETNAME": "CEDAR ST"}, point(-100.0, 40.0)),
        ({"HOUSENUMBER": 342, "STREETNAME": ""}, point(-100.0, 40.0)),
        ({"HOUSENUMBER": 344, "STREETNAME": "CEDAR ST"}, None),
        ({"HOUSENUMBER": 346, "STREETNAME": "CEDAR ST"}, point(-1000.0, 40.0)),
        ({"HOUSENUMBER": 348, "STREETNAME": "CEDAR ST"}, {"type": "Point", "coordinates": ["x", None]}),
    ]
    material = read(town, tmp_path / "some.geojson", collection(good, *bad))  # type: ignore[arg-type]
    assert (material.name, material.kind, material.unreadable) == ("addresses", "address", 5)
    assert rows(material) == [{"number": 340, "street": "CEDAR ST", "lat": 40.0, "lon": -100.0}]


def test_the_features_of_a_layer(town, tmp_path):
    layer = {
        "spatialReference": {"wkid": 4326},
        "features": [
            {
                "attributes": {"HOUSENUMBER": "0340", "PRE": "N", "NAME": "CEDAR", "TYPE": "ST"},
                "geometry": {"x": -100, "y": 40},
            },
            {
                "attributes": {"HOUSENUMBER": 12.0, "PRE": None, "NAME": "FIR", "TYPE": "ST"},
                "geometry": {"x": -100, "y": 40},
            },
        ],
    }
    assert [(row["number"], row["street"]) for row in rows(read(town, tmp_path / "x.json", layer))] == [
        (340, "N CEDAR ST"),
        (12, "FIR ST"),
    ]


def test_coordinates_that_are_no_degrees_are_refused(town, tmp_path):
    layer = {
        "spatialReference": {"wkid": 102738, "latestWkid": 2276},
        "features": [{"attributes": {}, "geometry": {"x": 2e6, "y": 7e6}}],
    }
    with pytest.raises(SourceError, match="in the system 2276, not in degrees"):
        read(town, tmp_path / "addresses.json", layer)
    named = {**collection(({"BEAT": 1}, point(0, 0))), "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::2276"}}}
    with pytest.raises(SourceError, match="not in degrees"):
        read(town, tmp_path / "beats.json", named)


def test_centrelines_in_both_forms(town, tmp_path):
    values = {"FULLNAME": "CEDAR ST", "L_F_ADD": 100, "L_T_ADD": 198, "R_F_ADD": 0, "R_T_ADD": 0}
    line = {"type": "LineString", "coordinates": [[-100, 40], [-99.999, 40]]}
    esri = {"features": [{"attributes": values, "geometry": {"paths": [[[-100, 40], [-99.999, 40]], [[-99.998, 40]]]}}]}
    for name, content in (("a.geojson", collection((values, line))), ("b.json", esri)):
        (row,) = rows(read(town, tmp_path / name, content))
        assert (row["street"], row["left_from"], row["left_to"], row["right_from"]) == ("CEDAR ST", 100, 198, None)
        assert shapely.length(shapely.from_wkb(row["wkb"])) == pytest.approx(0.001)


def test_a_beat_with_a_hole_in_both_forms(town, tmp_path):
    outer = [[-100, 40], [-99.9, 40], [-99.9, 40.1], [-100, 40.1], [-100, 40]]
    inner = [[-99.96, 40.04], [-99.94, 40.04], [-99.94, 40.06], [-99.96, 40.06], [-99.96, 40.04]]
    island = [[-99.951, 40.049], [-99.949, 40.049], [-99.949, 40.051], [-99.951, 40.051], [-99.951, 40.049]]
    geojson = collection(({"BEAT": "114"}, {"type": "Polygon", "coordinates": [outer, inner]}))
    esri = {"features": [{"attributes": {"BEAT_NUM": 114.0}, "geometry": {"rings": [outer[::-1], inner, island]}}]}
    for name, content, middle in (("a.geojson", geojson, False), ("b.json", esri, True)):
        (row,) = rows(read(town, tmp_path / name, content))
        shape = shapely.from_wkb(row["wkb"])
        assert (row["kind"], row["name"]) == ("beat", "114")
        assert shapely.intersects_xy(shape, -99.99, 40.01)
        assert not shapely.intersects_xy(shape, -99.945, 40.045)
        assert shapely.intersects_xy(shape, -99.95, 40.05) == middle


def test_the_citys_limit_among_its_neighbours(town, tmp_path):
    def square(west: float) -> dict[str, Any]:
        ring = [[west, 40], [west + 1, 40], [west + 1, 41], [west, 41], [west, 40]]
        return {"type": "Polygon", "coordinates": [ring]}

    layer = collection(({"CITY": "TESTVILLE "}, square(-101)), ({"CITY": "Elsewhere"}, square(-99)))
    (row,) = rows(read(town, tmp_path / "x.geojson", layer))
    assert (row["kind"], row["name"]) == ("city", "")
    assert shapely.bounds(shapely.from_wkb(row["wkb"])).tolist() == [-101, 40, -100, 41]


def test_rows_of_socrata_with_columns_that_are_absent_where_null(town, tmp_path):
    content = [
        {"address": "300 CEDAR ST", "geocoded_column": {"latitude": "40.0", "longitude": "-100.0"}},
        {
            "address": "CEDAR ST & FIR ST",
            "beat": "114",
            "geocoded_column": {"latitude": "40.01", "longitude": "-100.0"},
        },
        {"address": "nowhere"},
        "not a row",
    ]
    material = read(town, tmp_path / "qv6i.json", content)
    assert material.name == "incidents"
    assert material.unreadable == 1
    assert [(row["text"], row["lat"], row["beat"]) for row in rows(material)] == [
        ("300 CEDAR ST", 40.0, None),
        ("CEDAR ST & FIR ST", 40.01, "114"),
    ]


def test_points_as_geojson_columns(town, tmp_path):
    material = read(town, tmp_path / "incidents.json", [{"address": "300 CEDAR ST", "point": point(-100, 40)}])
    assert (rows(material)[0]["lat"], rows(material)[0]["lon"]) == (40.0, -100.0)


def test_csv_and_an_object_of_addresses(town, tmp_path):
    csv = "\ufeffaddress,beat,lat,lon\r\n300 Cedar St,114,40.0,-100.0\r\n,,,\r\n".encode()
    assert rows(read(town, tmp_path / "x.csv", csv))[0]["text"] == "300 Cedar St"
    material = read(town, tmp_path / "x.json", {"300 Cedar St": [40.0, -100.0], "odd": [1]})
    assert (material.name, len(rows(material))) == ("places", 1)


def test_packed_files_and_folders_of_them(town, tmp_path):
    content = json.dumps(
        collection(({"BEAT": "1"}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}))
    ).encode()
    (tmp_path / "a.geojson.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("inside/layer.geojson", content)
    for name in ("a.geojson.gz", "b.zip"):
        (material,) = read_files(town, [tmp_path / name], DAY)
        assert (material.name, material.source, material.read_on) == ("beats", name, DAY)


def test_a_file_is_what_its_name_says_before_its_columns(town, tmp_path):
    content = [{"address": "300 CEDAR ST", "text": "Cedar Hall", "lat": 40, "lon": -100}]
    assert read(town, tmp_path / "other.json", content).name == "incidents"
    assert read(town, tmp_path / "places.json", content).name == "places"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.json", b"<!doctype html><title>404</title>", "is a web page"),
        ("x.json", b'{"features": [', "not JSON that can be read"),
        ("x.json", b"[" * 200_000, "not JSON that can be read"),
        ("x.json", b'{"error": {"code": 400, "message": "Invalid URL"}}', "Invalid URL"),
        ("x.json", b'{"a": 1}', "unknown form"),
        ("x.json", b'[{"foo": 1}]', "no input of testville"),
        ("x.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("beats.json", b'[{"foo": 1}]', "no column that gives the name"),
        ("beats.json", b'[{"BEAT": 1}]', "no row that can be used"),
    ],
)
def test_what_cannot_be_used_is_told(town, tmp_path, name, content, told):
    with pytest.raises(SourceError, match=told):
        read(town, tmp_path / name, content)


def test_a_file_that_is_not_there(town, tmp_path):
    with pytest.raises(NotFound):
        list(read_files(town, [tmp_path / "none.json"], DAY))


def test_numbers_that_are_not_finite_are_no_places(town, tmp_path):
    material = read(town, tmp_path / "x.json", b'{"Cedar St": [NaN, 1], "Fir St": [1e400, 1], "Elm St": [1, 2]}')
    assert [row["text"] for row in rows(material)] == ["Elm St"]
    assert material.unreadable == 2
