"""The forms of the guide, read with the files that stand beside them; and what else publishers write in such places."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bluelamp.domain.snapshot import Row, SnapshotReading
from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.reading import read

GUIDE = (Path(__file__).parents[4] / "docs" / "how-to" / "feeds-of-other-forms.md").read_text("utf-8")
# A quarter to midnight in Chicago, on the day of the examples.
NOW = datetime(2026, 2, 18, 6, 10, tzinfo=UTC)
HEAD = 'title = "T"\nplatform = "{platform}"\nurl = "https://example.org/"\nzone = "America/Chicago"\n'
UNITS = {
    "Units that are a list of objects": [[("E10", "OS"), ("M1", "ER")], []],
    "Units of one key, and times of seven decimals": [[("E18", None), ("M18", None)]],
    "Units that stand in lines of one text": [[("AMB 06-26", None), ("MEDIC 06-5", None)], []],
    "A time of day without a date": [[], []],
    "Points in millionths, west without a sign": [[], []],
}
EXAMPLES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE))


def agency_of(rest: str, platform: str = "json") -> Agency:
    return read_agency(HEAD.format(platform=platform) + rest, "town", "town.toml", "here")


def reading(agency: Agency, body: str | bytes, at: datetime = NOW) -> SnapshotReading:
    text = body.encode() if isinstance(body, str) else body
    return read(agency, [Part("https://example.org/", 200, {}, text)], at)


def rows(rest: str, *raw: Any, platform: str = "json") -> tuple[Row, ...]:
    return reading(agency_of(rest, platform), json.dumps(raw)).rows


def example(title: str) -> SnapshotReading:
    (answer,) = re.findall(r"^```(?:json|xml|html)\n(.*?)^```$", EXAMPLES[title], re.DOTALL | re.MULTILINE)
    (file,) = re.findall(r"^```toml\n(.*?)^```$", EXAMPLES[title], re.DOTALL | re.MULTILINE)
    return reading(read_agency(file, "town", "town.toml", "here"), answer)


def test_every_form_of_the_guide_is_looked_at() -> None:
    assert EXAMPLES.keys() == UNITS.keys()


@pytest.mark.parametrize("title", UNITS)
def test_a_form_is_read_whole(title: str) -> None:
    found = example(title)
    assert not found.unreadable
    assert [[tuple(unit) for unit in row.units] for row in found.rows] == UNITS[title]
    assert all(row.values["reported_at"].startswith("2026-02-1") for row in found.rows)
    assert not any("<" in value or "&amp;" in value for row in found.rows for value in row.values.values())


def test_what_the_forms_say() -> None:
    patrol = example("Points in millionths, west without a sign")
    assert {row.point for row in patrol.rows} == {(33.490123, -117.012345), None}
    parish = {
        row.values["division"]: row.values["reported_local"] for row in example("A time of day without a date").rows
    }
    assert parish == {"FD3": "2026-02-17T23:51:00", "PD": "2026-02-18T00:04:00"}
    lines = example("Units that stand in lines of one text").rows[0].values
    assert (lines["division"], lines["location"]) == ("NORTH TOWNSHIP", "FRUIT PIKE & DELL RD")


# -- units --------------------------------------------------------------------------------------------------------

UNITS_OF = '[fields]\nlocation = "at"\nunits = { column = "Unit.id", status = "Unit.state" }\n'


def test_a_list_of_objects_keeps_unit_and_status_together() -> None:
    (row,) = rows(UNITS_OF, {"at": "Elm", "Unit": [{"id": "A"}, {"state": "lost"}, {"id": "B", "state": "here"}, None]})
    assert [tuple(one) for one in row.units] == [("A", None), ("B", "here")]


def test_an_empty_list_of_objects_says_that_there_are_no_units() -> None:
    found = reading(agency_of(UNITS_OF), '[{"at": "Elm", "Unit": []}]')
    assert "unit" in found.fields


@pytest.mark.parametrize(
    "value", ["A, B", ["A", "B"], [{"id": "A"}, {"id": "B"}], [{"id": "A", "deep": {}}, {"id": "B"}]]
)
def test_units_in_whatever_list(value: Any) -> None:
    named = isinstance(value, list) and isinstance(value[0], dict)
    column = "Unit.id" if named else "Unit"
    (row,) = rows(f'[fields]\nlocation = "at"\nunits = "{column}"\n', {"at": "Elm", "Unit": value})
    assert [one.unit for one in row.units] == ["A", "B"]


def test_a_list_of_objects_further_in() -> None:
    rest = '[fields]\nlocation = "at"\nunits = "a.list.u.name"\n'
    (row,) = rows(rest, {"at": "Elm", "a": {"list": [{"u": {"name": "A"}}, {"u": {"name": "B"}}]}})
    assert [one.unit for one in row.units] == ["A", "B"]


# -- points -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "row", "point", "odd"),
    [
        (
            'pair = "p"\nseparator = ":"\nscale = 0.000001\nunsigned = ["west"]',
            {"p": "32780000:96800000"},
            (32.78, -96.8),
            "",
        ),
        ('pair = "p"', {"p": "32.78|-96.8"}, (32.78, -96.8), ""),
        ('latitude = "y"\nlongitude = "x"', {"y": "32,78", "x": "-96,8"}, (32.78, -96.8), ""),
        ('latitude = "y"\nlongitude = "x"', {"y": "32.78", "x": "96.8"}, None, "point_zone"),
        ('latitude = "y"\nlongitude = "x"', {"y": 12.0, "x": 45.0}, None, "point_zone"),
        ('latitude = "y"\nlongitude = "x"', {"y": -1, "x": -1}, None, "point_nowhere"),
        ('latitude = "y"\nlongitude = "x"', {"y": 90, "x": 0}, None, "point_nowhere"),
        ('latitude = "y"\nlongitude = "x"', {"y": 0, "x": -0.0}, None, "point_zero"),
        ('latitude = "y"\nlongitude = "x"', {"y": 32780000, "x": -96800000}, None, "point_nowhere"),
        ('latitude = "y"\nlongitude = "x"', {"y": -96.8, "x": 32.78}, None, "point_nowhere"),
        ('latitude = "y"\nlongitude = "x"', {"y": "NaN", "x": "NaN"}, None, "point_unread"),
        ('latitude = "y"\nlongitude = "x"', {"y": "3_2", "x": "-96"}, None, "point_unread"),
        ('latitude = "y"\nlongitude = "x"', {"y": None, "x": ""}, None, ""),
    ],
)
def test_a_point_is_read_or_its_reason_is_told(
    written: str, row: dict[str, Any], point: tuple[float, float] | None, odd: str
) -> None:
    found = reading(agency_of(f'[fields]\nlocation = "at"\n[point]\n{written}\n'), json.dumps([{"at": "Elm", **row}]))
    assert (found.rows[0].point, list(found.odd)) == (point, [odd] if odd else [])


def test_bounds_hold_what_the_zone_lets_through() -> None:
    rest = 'bounds = [-97.5, 32.4, -96.3, 33.2]\n[fields]\nlocation = "at"\n[point]\nlatitude = "y"\nlongitude = "x"\n'
    found = reading(agency_of(rest), '[{"at": "A", "y": 32.78, "x": -96.8}, {"at": "B", "y": 40.1, "x": -96.8}]')
    assert [row.point for row in found.rows] == [(32.78, -96.8), None]
    assert found.odd == {"point_bounds": (1, "40.1, -96.8")}


COLLECTION = {
    "type": "GeometryCollection",
    "geometries": [
        {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]}]},
        {"type": "Point", "coordinates": [-96.8, 32.78]},
    ],
}
GEOJSON = """[rows]\npath = "features"\n[fields]\nlocation = "properties.at"
[point]\npair = "geometry.coordinates"\norder = "longitude latitude"\n"""


def geojson(geometry: Any, **top: Any) -> str:
    return json.dumps({**top, "features": [{"properties": {"at": "Elm"}, "geometry": geometry}]})


def test_a_collection_is_its_first_point() -> None:
    assert reading(agency_of(GEOJSON), geojson(COLLECTION)).rows[0].point == (32.78, -96.8)


@pytest.mark.parametrize(
    ("crs", "point"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", (32.78, -96.8)),
        ("urn:ogc:def:crs:EPSG::4326", (32.78, -96.8)),
        ("urn:ogc:def:crs:EPSG::2276", None),
    ],
)
def test_geojson_says_its_reference_system(crs: str, point: Any) -> None:
    top = {"crs": {"type": "name", "properties": {"name": crs}}}
    found = reading(agency_of(GEOJSON), geojson({"type": "Point", "coordinates": [-96.8, 32.78]}, **top))
    assert found.rows[0].point == point
    assert found.odd == ({} if point else {"point_reference": (1, "EPSG:2276")})


@pytest.mark.parametrize("where", ["answer", "geometry"])
def test_arcgis_in_another_reference_system_has_no_points(where: str) -> None:
    rest = '[fields]\nlocation = "AT"\n[point]\nlatitude = "geometry.y"\nlongitude = "geometry.x"\n'
    reference = {"spatialReference": {"wkid": 102100, "latestWkid": 3857}}
    feature = {
        "attributes": {"AT": "Elm"},
        "geometry": {"x": -96.8, "y": 32.78, **(reference if where == "geometry" else {})},
    }
    body = json.dumps(
        {"features": [feature], **(reference if where == "answer" else {"spatialReference": {"wkid": 4326}})}
    )
    found = reading(agency_of(rest, "arcgis"), body)
    assert found.rows[0].point is None
    assert found.odd == {"point_reference": (1, "EPSG:3857")}


# -- entities, tags and line breaks: one rule for every platform ---------------------------------------------------

MARKED = "A &amp; B<br/>C <b>D</b> 5TH&REGAL"
ANSWERS = {
    "json": json.dumps([{"at": MARKED}]),
    "csv": f"at\n{MARKED}\n",
    "xml": "<r><c><at><![CDATA[" + MARKED + "]]></at></c></r>",
    "rss": "<rss><channel><item><at><![CDATA[" + MARKED + "]]></at></item></channel></rss>",
    "html_table": f"<table><tr><th>at</th></tr><tr><td>{MARKED}</td></tr></table>",
}


@pytest.mark.parametrize("platform", ANSWERS)
def test_one_rule_for_what_is_marked_up(platform: str) -> None:
    path = '[rows]\npath = "r.c"\n' if platform == "xml" else ""
    kept = reading(agency_of(f'{path}[fields]\nlocation = "at"\n', platform), ANSWERS[platform]).rows[0]
    # An HTML page decodes `&REG` itself, as browsers do.
    end = "5TH®AL" if platform == "html_table" else "5TH&REGAL"
    assert kept.values["location"] == f"A & B C D {end}"
    broken = "location = { column = 'at', pattern = '(.+?)\\s*<br/?>', otherwise = 'nothing' }"
    plain = "nature = { column = 'at', pattern = 'B (C D)', otherwise = 'nothing' }"
    seen = reading(agency_of(f"{path}[fields]\n{broken}\n{plain}\n", platform), ANSWERS[platform]).rows[0]
    assert seen.values == {"location": "A & B", "nature": "C D"}


def test_text_that_a_page_hides_is_not_read() -> None:
    cell = '<td>STOP<span style="display:none">hidden <b>too</b></span><i hidden>x</i></td>'
    page = f"<table><tr><th>at</th></tr><tr>{cell}</tr><tr><td style='display: none'>KEPT</td></tr></table>"
    found = reading(agency_of('[fields]\nlocation = "at"\n', "html_table"), page)
    assert sorted(row.values["location"] for row in found.rows) == ["KEPT", "STOP"]
