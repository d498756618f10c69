"""Answers in every form, and every way in which they can be wrong: one sentence for each, and never a crash."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bluelamp.domain.snapshot import SnapshotReading
from bluelamp.errors import SourceError
from bluelamp.sources.feeds.agency import read_agency
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.reading import read

NOW = datetime(2026, 8, 18, 12, tzinfo=UTC)
URL = "https://example.org/calls?key=secret"
FIELDS = '[fields]\nlocation = "at"\nnature = "what"\n'
ROW = '{"at": "Elm St", "what": "Other"}'


def reading(
    platform: str, *bodies: bytes, rest: str = FIELDS, headers: dict[str, str] | None = None
) -> SnapshotReading:
    text = f'title = "T"\nplatform = "{platform}"\nurl = "{URL}"\nzone = "America/Chicago"\n{rest}'
    agency = read_agency(text, "test-town", "test-town.toml", "here")
    return read(agency, [Part(URL, 200, headers or {}, body) for body in bodies], NOW)


def places(platform: str, *bodies: bytes, rest: str = FIELDS, headers: dict[str, str] | None = None) -> list[str]:
    found = reading(platform, *bodies, rest=rest, headers=headers)
    assert not found.unreadable
    return [row.values["location"] for row in found.rows]


def refusal(platform: str, body: bytes, rest: str = FIELDS) -> str:
    with pytest.raises(SourceError) as caught:
        reading(platform, body, rest=rest)
    told = caught.value.message
    assert told.startswith("https://example.org/calls "), told
    assert told.endswith("."), told
    assert "secret" not in told
    assert len(told) < 400
    return told


# -- text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        f"[{ROW}]".encode(),
        b"\xef\xbb\xbf" + f"[{ROW}]".encode(),
        f"[{ROW}]".encode("utf-16"),
        b"\xfe\xff" + f"[{ROW}]".encode("utf-16-be"),
        f"[{ROW}]".encode("utf-16-le"),
        f"[{ROW}]".encode("utf-16-be"),
        f"\r\n [ {ROW} ] \n".encode(),
    ],
)
def test_text_in_every_usual_coding(body: bytes) -> None:
    assert places("json", body) == ["Elm St"]


def test_an_older_coding_that_is_stated() -> None:
    latin = '[{"at": "Rue Élysée"}]'.encode("latin-1")
    assert places("json", latin, headers={"content-type": "text/plain; charset=ISO-8859-1"}) == ["Rue Élysée"]
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?><c><r><at>Rue Élysée</at></r></c>'.encode("latin-1")
    assert places("xml", xml, rest=f'[rows]\npath = "c.r"\n{FIELDS}') == ["Rue Élysée"]
    assert "neither UTF-8 nor UTF-16" in refusal("json", latin)


# -- JSON -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty answer"),
        (b"  \n", "empty answer"),
        (b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "web page"),
        (b"<html>", "web page"),
        (f"[{ROW}, {ROW[:20]}".encode(), "cut off"),
        (b"calls: none", "no JSON"),
        (b"[1,,2]", "no JSON"),
        (f'[{ROW}, {{"at": NaN}}]'.encode(), "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"[" + b"9" * 5000 + b"]", "thousands of digits"),
        (b'"calls"', "a text where a list"),
        (b"7", "a number where a list"),
        (b"null", "nothing (null) where a list"),
        (b"true", "true or false where a list"),
        (b'{"message": "query.soql.no-such-column", "errorCode": "x"}', "it says: query.soql.no-such-column"),
        (b'{"error": true, "message": "Rate limit  exceeded"}', "it says: Rate limit exceeded"),
        (b"\xff\xfe\x00\xd8[\x00]\x00", "no text in UTF-16-LE"),
        (b"\x80\x81\x82", "neither UTF-8 nor UTF-16"),
    ],
)
def test_what_is_no_list_of_rows(body: bytes, words: str) -> None:
    assert words in refusal("json", body)


def test_odd_json_is_read_as_it_stands() -> None:
    assert places("json", b"[]") == []
    assert places("json", b'[{"at": "first", "at": "second"}]') == ["second"]
    assert places("json", b'[{"at": "half \\ud83d"}]') == ["half ?"]
    assert places("json", b'[{"at": "nul \\u0000 there"}]') == ["nul there"]
    assert places("json", b'[{"at": 123456789012345678901234567890}]') == ["123456789012345678901234567890"]
    assert places("json", b'[{"at": 1e999}]') == ["inf"]


def test_rows_further_in() -> None:
    rest = f'[rows]\npath = "data.calls"\n{FIELDS}'
    assert places("json", f'{{"data": {{"calls": [{ROW}]}}}}'.encode(), rest=rest) == ["Elm St"]
    assert "no “data.calls”" in refusal("json", b'{"data": {}}', rest)
    assert "no “data.calls”" in refusal("json", b'{"data": []}', rest)
    assert "no “data.calls”" in refusal("json", b"[]", rest)


def test_rows_that_are_none_are_told_one_by_one() -> None:
    found = reading("json", f'[{ROW}, 7, null, [], "x", {{}}]'.encode())
    assert [number for number, _ in found.unreadable] == [2, 3, 4, 5, 6]
    assert (len(found.rows), found.total) == (1, 6)


# -- Socrata and ArcGIS -----------------------------------------------------------------------------------------


def test_pages_are_one_list() -> None:
    assert places("socrata", b'[{"at": "B"}]', b'[{"at": "A"}]', b"[]") == ["A", "B"]
    page = b'{"features": [{"attributes": {"at": "%s"}}]}'
    assert places("arcgis", page % b"B", page % b"A") == ["A", "B"]


def test_points_of_features() -> None:
    rest = f'{FIELDS}[point]\nlatitude = "geometry.y"\nlongitude = "geometry.x"\n'
    esri = (
        b'{"features": [{"attributes": {"at": "A"}, "geometry": {"x": -95.4, "y": 29.7}}, {"attributes": {"at": "B"}}]}'
    )
    assert [row.point for row in reading("arcgis", esri, rest=rest).rows] == [(29.7, -95.4), None]
    geojson = b"""{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"at": "A"},
        "geometry": {"type": "Point", "coordinates": [-95.4, 29.7]}},
        {"type": "Feature", "properties": {"at": "B"}, "geometry": null}]}"""
    assert [row.point for row in reading("arcgis", geojson, rest=rest).rows] == [(29.7, -95.4), None]
    empty = (
        b'{"features": [{"attributes": {"at": "A"}, "geometry": {"x": "NaN", "y": "NaN"}}, {"attributes": null}, 7]}'
    )
    found = reading("arcgis", empty, rest=rest)
    assert [row.point for row in found.rows] == [None]
    assert len(found.unreadable) == 2


def test_an_error_with_status_200() -> None:
    told = refusal("arcgis", b'{"error": {"code": 400, "message": "Invalid or missing input parameters."}}')
    assert "answers with an error: Invalid or missing input parameters" in told
    assert "no “features”" in refusal("arcgis", b"{}")


# -- XML --------------------------------------------------------------------------------------------------------

XML = f'[rows]\npath = "calls.call"\n{FIELDS}'


def test_elements_attributes_and_what_stands_further_in() -> None:
    rest = """[rows]\npath = "calls.list.call"\n[fields]\nlocation = "place.street"\nincident_number = "@id"
nature = "place.@kind"\nunits = "unit"\nbeat = "data.beat"\n"""
    body = b"""<?xml version="1.0"?><c:calls xmlns:c="urn:c" xmlns="urn:d"><list><call id="7">
        <place kind="K &amp; L"><street> Elm  St </street></place><unit>B</unit><unit>A</unit>
        <Data name="beat"><value>114</value></Data></call><other/></list></c:calls>"""
    (row,) = reading("xml", body, rest=rest).rows
    assert row.values == {"incident_number": "7", "nature": "K & L", "beat": "114", "location": "Elm St"}
    assert [unit.unit for unit in row.units] == ["A", "B"]


def test_elements_anywhere() -> None:
    rest = f'[rows]\npath = "kml.**.call"\n{FIELDS}'
    body = b"<kml><a><call><at>A</at></call><b><c><call><at>B</at></call></c></b></a><call><at>C</at></call></kml>"
    assert places("xml", body, rest=rest) == ["A", "B", "C"]


def test_no_rows_are_no_fault_and_another_root_is() -> None:
    assert places("xml", b"<calls><updated>now</updated></calls>", rest=XML) == []
    assert "XML of “error” where “calls” should be" in refusal("xml", b"<error/>", XML)
    assert "no “calls.list.call”" in refusal("xml", b"<calls/>", XML.replace("calls.call", "calls.list.call"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty answer"),
        (b"<calls><call>", "cannot be read"),
        (b"<calls>&nbsp;</calls>", "cannot be read"),
        (b"<calls></call>", "cannot be read"),
        (b"calls", "cannot be read"),
        (b"<!DOCTYPE html><html><body><br></body></html>", "web page"),
        (b"<html><body><p>", "web page"),
        (b"<a>" * 100_000, "nested too deep"),
        (b'<!DOCTYPE calls SYSTEM "http://127.0.0.1/evil.dtd"><calls/>', "document type"),
        (
            b'<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]><calls><call><at>&a;</at></call></calls>',
            "document type",
        ),
    ],
)
def test_what_is_no_xml(body: bytes, words: str) -> None:
    assert words in refusal("xml", body, XML)


def test_an_entity_bomb_is_refused_before_it_goes_off() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 20))
    bomb = f'<?xml version="1.0"?><!DOCTYPE c [<!ENTITY e0 "lol">{entities}]><calls>&e19;</calls>'.encode()
    assert "document type" in refusal("xml", bomb, XML)


# -- RSS and Atom -----------------------------------------------------------------------------------------------


def test_items_of_rss_and_entries_of_atom() -> None:
    rest = """[fields]\nincident_number = "guid"\nnature = { column = "title", pattern = '^(.+?) at ' }
location = { column = "description", pattern = 'Place: (.+?) End' }\n[time]\nmoment = "pubDate"\nformats = ["rfc822"]
[point]\npair = "point"\n"""
    rss = b"""<?xml version="1.0"?><rss version="2.0" xmlns:georss="http://www.georss.org/georss"><channel>
        <title>T</title><item><title>Fire at Elm</title><guid isPermaLink="false">9</guid>
        <pubDate>Thu, 12 Feb 2026 00:42:00 GMT</pubDate>
        <description><![CDATA[<p>Place: <b>Elm St &amp; Oak</b></p>End]]></description>
        <georss:point>30.1 -97.5</georss:point></item></channel></rss>"""
    (row,) = reading("rss", rss, rest=rest).rows
    assert row.values["nature"] == "Fire"
    assert row.values["location"] == "Elm St & Oak"
    assert row.values["incident_number"] == "9"
    assert row.values["reported_at"] == "2026-02-12T00:42:00.000Z"
    assert row.point == (30.1, -97.5)
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>Elm St</title></entry></feed>'
    assert places("rss", atom, rest='[fields]\nlocation = "title"\n') == ["Elm St"]
    assert "neither RSS nor Atom" in refusal("rss", b"<calls/>")


# -- tables on a page -------------------------------------------------------------------------------------------

TABLE = b"""<html><body><table id="menu"><tr><td>Home</td><td>About</td></tr></table>
<table id="calls"><thead><tr><th>at<th>what</tr></thead><tbody>
<tr><td> Elm&nbsp;St <td>Other &amp; more</tr>
<tr><td><a href="#"><b>Oak</b> Ave</a><script>var a = "x";</script></td><td></td></tr>
</tbody></table></body></html>"""


def test_the_table_with_the_headings() -> None:
    found = reading("html_table", TABLE)
    natures = {row.values["location"]: row.values.get("nature") for row in found.rows}
    assert natures == {"Elm St": "Other & more", "Oak Ave": None}
    assert found.total == 2
    named = f'[rows]\ntable = "menu"\n{FIELDS}'
    assert "no table “menu”" in refusal("html_table", TABLE, named)


def test_a_page_without_the_table_is_no_empty_list() -> None:
    told = refusal("html_table", b"<html><body>Down for maintenance</body></html>")
    assert "no table with the headings at, what" in told
    assert "no table" in refusal("html_table", b"")
    empty = b"<table><tr><th>at</th><th>what</th></tr><tr><td colspan=2>No active calls</td></tr></table>"
    assert reading("html_table", empty).total == 0


def test_rows_that_do_not_fit_their_headings_are_unreadable() -> None:
    cells = ["<td>at</td><td>what</td>", "<td>1</td><td>2</td><td>3</td>", "<td>A</td><td>B</td>"]
    body = f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>".encode()
    found = reading("html_table", body)
    assert [number for number, _ in found.unreadable] == [1]
    assert [row.values["location"] for row in found.rows] == ["A"]


def test_a_giant_table_is_read() -> None:
    rows = "".join(f"<tr><td>{n} Elm St</td><td>Other</td></tr>" for n in range(20_000))
    body = f"<table><tr><th>at</th><th>what</th></tr>{rows}</table>".encode()
    assert reading("html_table", body).total == 20_000


@pytest.mark.parametrize(
    "body", [b"<table>" * 50_000, b"<td>" * 50_000, b"<" * 100_000, b"<table><tr>" + b"<td" * 50_000]
)
def test_broken_pages_end_in_a_sentence(body: bytes) -> None:
    told = refusal("html_table", body)
    assert "no table" in told or "a tag that does not end" in told


def test_a_page_that_is_cut_off_is_no_short_list() -> None:
    for length in range(TABLE.index(b"<tbody>"), TABLE.index(b"</table></body>")):
        told = refusal("html_table", TABLE[:length])
        assert "cut off" in told or "does not end" in told


# -- CSV --------------------------------------------------------------------------------------------------------


def test_lines_below_a_header() -> None:
    body = b'\xef\xbb\xbfat,what\r\n"Elm St, North",Other\r\nOak\r\n\r\nAsh,"two\nlines"\r\n'
    found = reading("csv", body)
    assert [row.values["location"] for row in found.rows] == ["Ash", "Elm St, North"]
    assert found.unreadable == ((2, "it is no object with columns"),)
    assert places("csv", b"at;what\nElm;x\n", rest=f'[rows]\ndelimiter = ";"\n{FIELDS}') == ["Elm"]
    assert places("csv", b"at,what\n") == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "none of the columns at, what"),
        (b"<html></html>", "web page"),
        (b"a,b\n1,2\n", "none of the columns at, what"),
        (b'at,what\n"' + b"x" * 200_000 + b'",1\n', "cannot be read"),
    ],
)
def test_what_is_no_such_csv(body: bytes, words: str) -> None:
    assert words in refusal("csv", body)


def test_the_same_bytes_give_the_same_reading_in_any_order_of_keys_and_rows() -> None:
    rows = [{"at": f"{n} Elm St", "what": "Other"} for n in range(50)]
    first = reading("json", json.dumps(rows).encode())
    second = reading("json", json.dumps([dict(reversed(row.items())) for row in reversed(rows)]).encode())
    assert first.rows == second.rows
