"""Agencies' files: the shipped ones are whole; what is wrong in a file is told with its line and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluelamp.errors import SettingsError
from bluelamp.sources.feeds.agency import read_agencies, read_agency, read_agency_file, shipped
from bluelamp.sources.feeds.template import template

GOOD = """\
title = "Test Town"
platform = "json"
url = "https://example.org/calls.json"
zone = "America/Chicago"

[rows]
path = "data"

[fields]
location = "where"
nature = { column = "what", pattern = '(\\w+)' }

[time]
moment = "when"

[guard]
misses = 3
"""
SHIPPED = {
    "dallas-tx": ("socrata", "active"),
    "dallas-fire-tx": ("json", "active"),
    "san-francisco-ca": ("socrata", "rolling"),
    "seattle-fire-wa": ("socrata", "rolling"),
    "montgomery-county-md": ("socrata", "rolling"),
    "houston-tx": ("arcgis", "active"),
    "orlando-fl": ("xml", "active"),
    "portland-or": ("xml", "rolling"),
    "toronto-fire-on": ("xml", "active"),
    "milwaukee-wi": ("html_table", "rolling"),
    "richmond-va": ("html_table", "active"),
    "sweden": ("json", "rolling"),
}


def test_every_shipped_agency_is_whole() -> None:
    agencies = read_agencies(None)
    assert {name: (one.platform, one.rules.window) for name, one in agencies.items()} == SHIPPED
    for name, agency in agencies.items():
        assert agency.name == agency.rules.feed == name
        assert agency.origin == "shipped"
        assert agency.licence, name
        assert agency.attribution, name
        assert agency.description.endswith("."), name
        assert agency.url.startswith("https://"), name
        assert agency.source_url.startswith("https://"), name
        assert agency.bounds, name
        assert {"nature", "location"} <= agency.fields, name
        assert set(agency.check_fields) <= agency.fields, name


def test_a_list_that_is_cut_at_a_number_of_rows_states_it() -> None:
    agencies = read_agencies(None)
    assert agencies["dallas-tx"].rules.limit == 20_000
    # The newest so many of an endless list: as many as that says nothing.
    assert agencies["seattle-fire-wa"].rules.limit == 0
    assert agencies["sweden"].rules.limit == 0


def test_what_stands_in_a_file_comes_out() -> None:
    agency = read_agency(GOOD, "test-town", "test-town.toml", "here")
    assert (agency.title, agency.zone, agency.layout.path) == ("Test Town", "America/Chicago", "data")
    assert (agency.rules.misses, agency.rules.window, agency.rules.shrunk_share) == (3, "active", 0.4)
    assert agency.columns == {"where", "what", "when"}
    assert agency.fields == {"location", "nature", "reported_local", "reported_at"}
    assert agency.coordinates == "none"
    assert agency.body_limit == 32 << 20


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('title = "Test Town"', 'titel = "Test Town"', 1, ["“titel”", "Did you mean “title”?"]),
        ('path = "data"', 'paht = "data"', 7, ["“paht” under [rows]", "Did you mean “path”?"]),
        ('location = "where"', 'loction = "where"', 10, ["“loction” under [fields]", "Did you mean “location”?"]),
        ('location = "where"', 'location = "w"\nreported_at = "x"', 11, ["“reported_at”", "said under [time]"]),
        ("misses = 3", "mises = 3", 17, ["“mises” under [guard]", "Did you mean “misses”?"]),
        ("misses = 3", "misses = 0", 17, ["guard.misses", "greater than or equal to 1"]),
        ("misses = 3", 'misses = "few"', 17, ["guard.misses", "integer"]),
        ('platform = "json"', 'platform = "yaml"', 2, ["platform", "'socrata'", "'csv'"]),
        ("https://example.org/calls.json", "ftp://example.org/", 3, ["url", "begins with https:// or http://"]),
        ("https://example.org/calls.json", "file:///etc/passwd", 3, ["url", "begins with https:// or http://"]),
        ("https://example.org/calls.json", "https://me:pw@example.org/", 3, ["user name or password"]),
        ("https://example.org/calls.json", "https://example.org:99999/", 3, ["no web address"]),
        ('zone = "America/Chicago"', 'zone = "America/Dallas"', 4, ["no time zone “America/Dallas”"]),
        ('zone = "America/Chicago"', 'zone = "../../etc/passwd"', 4, ["no time zone"]),
        ('zone = "America/Chicago"', 'zone = "UTC"\nwindow = "sliding"', 5, ["window", "'rolling'"]),
        ('zone = "America/Chicago"', 'zone = "UTC"\nbounds = [1, 2, 0, 3]', 5, ["[west, south, east, north]"]),
        ('zone = "America/Chicago"', 'zone = "UTC"\ncheck_fields = ["ward"]', 5, ["check_fields", "'beat'"]),
        ("pattern = '(\\w+)'", "pattern = '(\\w+'", 11, ["no regular expression"]),
        ("pattern = '(\\w+)'", "pattern = '\\w+'", 11, ["one group in parentheses"]),
        ("pattern = '(\\w+)'", "patern = '(\\w+)'", 11, ["“patern”", "Did you mean “pattern”?"]),
        ('{ column = "what", ', "{ ", 11, ["exactly one of column, columns and any_of"]),
        ('moment = "when"', 'date = "when"', 13, ["moment, or both date and time"]),
        ('moment = "when"', 'moment = "when"\nformats = ["ISO"]', 15, ["“ISO” is no format"]),
        ('moment = "when"', 'moment = "when"\nformats = ["%m/%d/%Y"]', 13, ["none of the formats holds a time of day"]),
        ('moment = "when"', 'moment = "when"\nformats = ["%m/%d/%Y %I:%M"]', 15, ["twelve without %p"]),
        ('moment = "when"', 'time = "when"\ntime_formats = ["%Y"]', 15, ["“%Y” holds no time of day"]),
        ('location = "where"', 'location = { column = "where", status = "s" }', 0, ["status is of units"]),
        (
            "[guard]",
            "[point]\nlatitude = 'y'\nlongitude = 'x'\nseparator = ':'\n[guard]",
            16,
            ["two numbers of a pair"],
        ),
        ("[guard]", "[point]\nlatitude = 'y'\n[guard]", 16, ["latitude and longitude, or pair"]),
        ('path = "data"', 'required = ["beats"]', 7, ["rows.required"]),
        ('path = "data"', 'required = ["unit"]', 0, ["none of the fields that a row needs is mapped"]),
        ('path = "data"', "expected = [9, 1]", 7, ["fewest and the most"]),
        ('location = "where"', 'location = "where"\nunit = "u"\nunits = "v"', 0, ["unit (one in a row) or units"]),
        ('location = "where"', 'location = "where"\nunit_status = "s"', 0, ["unit_status needs unit"]),
        ('title = "Test Town"', 'title = "Test', 1, ["not TOML"]),
        ('title = "Test Town"', "title = 7", 1, ["title", "string"]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, words: list[str]) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        read_agency(GOOD.replace(old, new, 1), "test-town", "test-town.toml", "here")
    told = str(caught.value)
    assert told.startswith(f"test-town.toml, line {line}:" if line else "test-town.toml: "), told
    for word in words:
        assert word in told


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SettingsError, match=r"test-town\.toml: “url” is missing"):
        read_agency(GOOD.replace('url = "https://example.org/calls.json"\n', ""), "test-town", "test-town.toml", "here")


@pytest.mark.parametrize("name", ["Test", "test_town", "a" * 41, "", "../x", "tést"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(SettingsError, match="cannot name a feed"):
        read_agency(GOOD, name, "x.toml", "here")


def test_a_file_of_the_home_takes_the_place_of_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "dallas-tx.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "test-town.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (tmp_path / "notes.txt").write_text("no feed", encoding="utf-8")
    agencies = read_agencies(tmp_path)
    assert agencies["dallas-tx"].title == agencies["test-town"].title == "Test Town"
    assert agencies["dallas-tx"].origin == str(tmp_path / "dallas-tx.toml")
    assert len(agencies) == len(SHIPPED) + 1
    assert list(agencies) == sorted(agencies)
    assert len(read_agencies(tmp_path / "absent")) == len(SHIPPED)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "test-town.toml"
    path.write_bytes(b"title = \xff")
    with pytest.raises(SettingsError, match=r"test-town\.toml cannot be read: it is not UTF-8 text"):
        read_agency_file(path)


@pytest.mark.parametrize("platform", ["socrata", "arcgis", "json", "xml", "rss", "html_table", "csv"])
def test_the_template_is_a_valid_file(platform: str) -> None:
    url = 'https://example.org/a"b\\c'
    text = template("my-town", url, platform, "Europe/Paris", "")  # type: ignore[arg-type]
    agency = read_agency(text, "my-town", "my-town.toml", "here")
    assert (agency.url, agency.platform, agency.zone, agency.title) == (url, platform, "Europe/Paris", "my-town")
    # Every choice that is only commented on must be right as well.
    lines = text.splitlines()
    opened = [
        line.removeprefix("# ") if line.startswith("# ") and ("=" in line or line.startswith("# [")) else line
        for line in lines
    ]
    whole = "\n".join(line for line in opened if not line.startswith(("unit =", "What each")))
    read_agency(whole, "my-town", "my-town.toml", "here")


def test_shipped_files_say_where_to_read_on() -> None:
    for name, text in shipped().items():
        head = text.split("\ntitle", 1)[0]
        assert "docs/how-to/add-a-feed.md" in head, name
        assert f"docs/sources/{name}.md" in head, name
