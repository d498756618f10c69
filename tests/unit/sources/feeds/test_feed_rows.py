"""From a publisher's row to a canonical one: the field map, units, points, privacy, and what is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bluelamp.domain.snapshot import ListedUnit, Row, clean
from bluelamp.sources.feeds.agency import Agency, read_agency
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.picking import text_of
from bluelamp.sources.feeds.reading import read

NOW = datetime(2026, 8, 18, 12, tzinfo=UTC)
HEAD = 'title = "T"\nplatform = "json"\nurl = "https://example.org/"\nzone = "America/Chicago"\n'


def agency(rest: str) -> Agency:
    return read_agency(HEAD + rest, "test-town", "test-town.toml", "here")


def made(rest: str, *rows: Any, at: datetime = NOW) -> list[Row | str]:
    return [one.row or one.why for one in agency(rest).maker.make(rows, at)]


def one(rest: str, row: dict[str, Any]) -> Row:
    (found,) = made(rest, row)
    assert isinstance(found, Row), found
    return found


def fields(map_: str, row: dict[str, Any]) -> dict[str, str]:
    return dict(one(f'[fields]\nlocation = "at"\n{map_}', {"at": "Elm St", **row}).values)


@pytest.mark.parametrize(
    ("map_", "row", "nature"),
    [
        ('nature = "n"', {"n": "  40 -  Other "}, "40 - Other"),
        ('nature = "n"', {"n": 40}, "40"),
        ('nature = "n"', {"n": 40.0}, "40"),
        ('nature = "n"', {"n": True}, "true"),
        ('nature = "n"', {"n": ""}, None),
        ('nature = "n"', {"n": None}, None),
        ('nature = "n"', {}, None),
        ('nature = "n"', {"n": "\ud800half"}, "?half"),
        ('nature = "n"', {"n": ["a", None, " b "]}, "a, b"),
        ('nature = "n.d"', {"n": {"d": "deep"}}, "deep"),
        ('nature = { columns = ["a", "b", "c"], join = " / " }', {"a": "x", "b": "", "c": "z"}, "x / z"),
        ('nature = { columns = ["a", "b"] }', {}, None),
        ('nature = { any_of = ["a", "b"] }', {"a": " ", "b": "second"}, "second"),
        ("nature = { column = 'n', pattern = '- (.+)' }", {"n": "40 - Other"}, "Other"),
        ("nature = { column = 'n', pattern = '- (.+)' }", {"n": "**PD Requested by Fire"}, "**PD Requested by Fire"),
        ("nature = { column = 'n', pattern = '- (.+)', otherwise = 'nothing' }", {"n": "Other"}, None),
    ],
)
def test_the_field_map(map_: str, row: dict[str, Any], nature: str | None) -> None:
    assert fields(map_, row).get("nature") == nature


@pytest.mark.parametrize(("block", "kept"), [("03200", "3200"), ("0", "0"), ("00", "0"), ("3200", "3200"), ("", None)])
def test_blocks_lose_their_zeros(block: str, kept: str | None) -> None:
    assert fields('block = "b"', {"b": block}).get("block") == kept


SAN_MATEO = r"""[fields]
location = "at"
units = { column = "u", pattern = '(?P<unit>\b[A-Z][A-Z0-9]+)' }
"""


@pytest.mark.parametrize(
    ("rest", "row", "units"),
    [
        ('unit = "u"', {"u": "B152"}, [("B152", None)]),
        ('unit = "u"\nunit_status = "s"', {"u": "B152", "s": "At Scene"}, [("B152", "At Scene")]),
        ('unit = "u"', {"u": ""}, []),
        ('units = "u"', {"u": "P144, S143 ,,P144"}, [("P144", None), ("S143", None)]),
        ('units = { column = "u", separator = ";" }', {"u": "E 1;E 2"}, [("E 1", None), ("E 2", None)]),
        ('units = "u"', {"u": ["S2", "E1"]}, [("E1", None), ("S2", None)]),
        ('units = "u"', {"u": None}, []),
        (
            r"units = { column = 'u', pattern = '(\w+):(?P<status>\w+)' }",
            {"u": "E1:Scene E2:Way"},
            [("E1", "Scene"), ("E2", "Way")],
        ),
    ],
)
def test_units(rest: str, row: dict[str, Any], units: list[tuple[str, str | None]]) -> None:
    found = one(f'[fields]\nlocation = "at"\n{rest}', {"at": "Elm St", **row})
    assert found.units == tuple(ListedUnit(*unit) for unit in units)


def test_units_in_one_text_with_marks() -> None:
    found = one(SAN_MATEO, {"at": "x", "u": "CM31X5 ?TAC35 >Q62 >E61"})
    assert [unit.unit for unit in found.units] == ["CM31X5", "E61", "Q62", "TAC35"]
    assert one(SAN_MATEO, {"at": "x", "u": ""}).units == ()


@pytest.mark.parametrize(
    ("rest", "row", "point"),
    [
        ('latitude = "y"\nlongitude = "x"', {"y": "47.6", "x": -122.3}, (47.6, -122.3)),
        ('latitude = "y"\nlongitude = "x"', {"y": 0, "x": 0.0}, None),
        ('latitude = "y"\nlongitude = "x"', {"y": 91, "x": 0}, None),
        ('latitude = "y"\nlongitude = "x"', {"y": -361, "x": -361}, None),
        ('latitude = "y"\nlongitude = "x"', {"y": "nan", "x": "nan"}, None),
        ('latitude = "y"\nlongitude = "x"', {"y": "47.6"}, None),
        ('latitude = "y"\nlongitude = "x"', {"y": "47,6", "x": "9"}, None),
        ('pair = "p"', {"p": "39.3, -93.0"}, (39.3, -93.0)),
        ('pair = "p"', {"p": "59.3, 18.0"}, None),  # in Stockholm, of a feed whose clock is Chicago's
        ('pair = "p"\norder = "longitude latitude"', {"p": "-122.67,45.59,0"}, (45.59, -122.67)),
        (
            'pair = "p.coordinates"\norder = "longitude latitude"',
            {"p": {"coordinates": [-122.4, 37.7]}},
            (37.7, -122.4),
        ),
        ('pair = "p"', {"p": "59.3"}, None),
    ],
)
def test_points(rest: str, row: dict[str, Any], point: tuple[float, float] | None) -> None:
    assert one(f'[fields]\nlocation = "at"\n[point]\n{rest}', {"at": "Elm St", **row}).point == point


def test_a_row_needs_one_of_the_required_fields() -> None:
    rest = '[fields]\nlocation = "at"\nunit = "u"\nnature = "n"'
    found = made(rest, {"n": "Other"}, {"u": "B1"}, {"at": "Elm St"}, "text", 7, None, [1])
    assert found[0] == "it has neither a unit nor a location nor a number"
    assert all(isinstance(row, Row) for row in found[1:3])
    assert found[3:] == ["it is no object with columns"] * 4


def test_made_numbers_hold_while_a_call_lasts() -> None:
    rest = """[rows]\nhash_fields = ["reported_local", "location"]
[fields]\nlocation = "at"\nstatus = "s"\nincident_number = "id"\n[time]\nmoment = "t"\n"""
    first = one(rest, {"at": "Elm St", "t": "2026-08-18T06:00:00", "s": "Enroute"}).values["incident_number"]
    later = one(rest, {"at": "ELM ST", "t": "2026-08-18T06:00:00", "s": "On scene"}).values["incident_number"]
    other = one(rest, {"at": "Elm St", "t": "2026-08-18T06:01:00", "s": "Enroute"}).values["incident_number"]
    assert first == later != other
    assert first.startswith("~")
    assert len(first) == 13
    assert one(rest, {"at": "Elm St", "t": "", "id": None}).values.get("incident_number") is None
    assert one(rest, {"at": "Elm St", "t": "2026-08-18T06:00:00", "id": "9"}).values["incident_number"] == "9"


PRIVATE = """[fields]\nlocation = "at"\nblock = "b"\nnature = "n"\n[point]\nlatitude = "y"\nlongitude = "x"
[privacy]\nmask_block = true\nsuppress_natures = ["*medical*", "Sick Person"]\n"""


@pytest.mark.parametrize(
    ("row", "location", "block"),
    [
        ({"at": "3217 N Elm St", "b": "3217"}, "32XX N Elm St", "32XX"),
        ({"at": "45 Elm St", "b": "45"}, "XX Elm St", "XX"),
        ({"at": "4300 - 4466 MARVIN D LOVE", "b": "4300 - 4466"}, "43XX - 44XX MARVIN D LOVE", "43XX - 44XX"),
        ({"at": "52ND ST / 3RD AVE", "b": ""}, "52ND ST / 3RD AVE", None),
        ({"at": "2200 52ND ST", "b": "2200"}, "22XX 52ND ST", "22XX"),
        ({"at": "3217A Elm St Apt 12", "b": "3217A"}, "32XX Elm St Apt XX", "32XX"),
        ({"at": "3217-B ELM ST #4", "b": "32XX"}, "32XX ELM ST #XX", "32XX"),
        ({"at": "3217 1/2 ELM ST", "b": "321X"}, "32XX ELM ST", "32XX"),
        ({"at": "CORNER STORE, 3217 ELM ST, DALLAS", "b": ""}, "CORNER STORE, 32XX ELM ST, DALLAS", None),
        ({"at": "In front of 3217 Elm St", "b": ""}, "In front of 32XX Elm St", None),
        ({"at": "ELM ST / 3217 OAK AVE", "b": ""}, "ELM ST / 32XX OAK AVE", None),
        ({"at": "ELM ST, 3217", "b": ""}, "ELM ST, 32XX", None),
        ({"at": "LBJ FWY I-635 / SH 114", "b": ""}, "LBJ FWY I-635 / SH 114", None),
    ],
)
def test_masked_blocks(row: dict[str, str], location: str, block: str | None) -> None:
    found = one(PRIVATE, {**row, "n": "Other", "y": 32.123456, "x": -96.654321})
    assert (found.values["location"], found.values.get("block")) == (location, block)
    assert found.point == (32.123, -96.654)


def test_a_number_that_is_made_of_a_masked_location_tells_no_house() -> None:
    rest = PRIVATE.replace("[fields]", '[rows]\nhash_fields = ["location"]\n[fields]')
    first, second = (one(rest, {"at": f"{house} Elm St", "n": "Other"}) for house in ("3217", "3245"))
    other = one(rest, {"at": "3317 Elm St", "n": "Other"})
    assert first.values["incident_number"] == second.values["incident_number"] != other.values["incident_number"]


@pytest.mark.parametrize("nature", ["Medical aid", "URGENT MEDICAL", "sick person"])
def test_suppressed_natures_are_in_no_row(nature: str) -> None:
    body = f'[{{"at": "Elm St", "n": "{nature}"}}, {{"at": "Oak St", "n": "Sick Person Found"}}]'.encode()
    reading = read(agency(PRIVATE), [Part("https://example.org/", 200, {}, body)], NOW)
    assert [row.values["nature"] for row in reading.rows] == ["Sick Person Found"]
    # They are rows of the answer all the same, so that leaving them out is no sudden drop.
    assert (reading.total, reading.unreadable) == (2, ())


def test_what_is_remembered_is_what_would_be_made() -> None:
    rest = '[fields]\nlocation = "at"\nnature = "n"\n[time]\nmoment = "t"\n'
    maker = agency(rest).maker
    rows = [{"at": "Elm St", "n": 1}, {"at": "Elm St", "n": True}, {"at": "Elm St", "n": 1.0}, {"at": {"a": "x"}}]
    fresh = [agency(rest).maker.make([row], NOW)[0].row for row in rows]
    for _ in range(3):
        assert [one.row for one in maker.make(rows, NOW)] == fresh
    natures = [row.values.get("nature") for row in fresh if row]
    assert natures == ["1", "true", "1"]
    assert maker.make(rows, NOW)[0] is maker.make(rows, NOW)[0]


def test_an_hour_that_comes_twice_is_read_anew() -> None:
    rest = '[fields]\nlocation = "at"\n[time]\nmoment = "t"\n'
    maker = agency(rest).maker
    row = {"at": "Elm St", "t": "2026-11-01T01:30:00"}
    found = [maker.make([row], datetime(2026, 11, 1, hour, 31, tzinfo=UTC))[0].row for hour in (6, 7)]
    assert [one.values["reported_at"] for one in found if one] == [
        "2026-11-01T06:30:00.000Z",
        "2026-11-01T07:30:00.000Z",
    ]


@given(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()))
@example(" a  b ")
@example("a\tb")
@example("\x7f")
@example("  ")
@example("\x00")
def test_the_short_way_to_clean_a_cell_is_the_long_way(value: object) -> None:
    assert text_of(value) == clean(value)


def test_a_snapshot_tells_its_columns_and_fields() -> None:
    rest = '[fields]\nlocation = "at"\nunit = "u"\nnature = "n"\nbeat = "b"\n'
    body = b"""[{"u": "B2", "at": "Elm St", "n": "", "extra": 1}, {"u": "B1", "at": "Elm St"},
        {"at": "Elm St", "u": "B1"}, {"u": "B1", "at": "Elm St", "b": "9"}, {}]"""
    reading = read(agency(rest), [Part("https://example.org/", 200, {}, body)], NOW)
    assert reading.fields == {"location", "unit", "beat", "nature"}, "a column with empty cells is there all the same"
    assert reading.columns == {"u", "at", "n", "extra", "b"}
    assert (reading.total, len(reading.rows), reading.duplicates, reading.conflicting) == (5, 2, 1, 1)
    assert reading.unreadable == ((5, "it has neither a unit nor a location nor a number"),)
