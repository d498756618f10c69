"""The grammar of locations: a golden file of invented ones in real forms, the real ones where they are at hand, and
whatever text may come."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.location import Location, Street, canonical_aliases, parse_location
from bluelamp.domain.place import LocationQuery, query_of

# Of an invented city, in the forms that dispatchers use.
ALIASES = canonical_aliases(
    {
        "Q T M": "I-735",
        "S J P Renwick": "I-935E",
        "J P Renwick": "I-90",
        "Midland": "US-95",
        "Stannock": "I-935E",
        "Calvin G Hope": "US-97",
        "Justus Scholl": "I-985",
        "C B Hale": "US-195",
        "S M Waring": "US-195",
        "645": "I-645",
        "708": "SPUR-708",
        "IH 85": "I-85E",
        "R S M": "Rev Silas Marrow Jr Blvd",
    }
)


def golden() -> Iterator[tuple[str, str, Location]]:
    """(block, location, what it should be) of each line."""
    for line in Path(__file__).with_name("locations.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            block, text, kind, numbers, *streets = line.split("\t")
            blocks = tuple(int(one) for one in numbers.split("-") if one)
            yield block, text, Location(kind, "", blocks, tuple(map(written_street, streets)))  # type: ignore[arg-type]


def written_street(text: str) -> Street:
    prefix, name, kind, suffix, bound, beside, freeway = [*text.split("|"), "", "", "", "", "", ""][:7]
    return Street(name, kind, prefix, suffix, bound, beside == "serv", beside == "ramp", freeway)


GOLDEN = list(golden())
WORDS = [*"NSEWBJI/&-,()#", "ST", "AVE", "12", "12TH", "NB", "SERV", "RAMP", "35", "HWY", "AND", "MAIN", "100", "APT"]


def parsed(block: str | None, text: str) -> Location:
    return parse_location(text, block or None, ALIASES)


def test_the_golden_file_is_in_the_proportions_of_the_real_feed():
    kinds = Counter(expected.kind for _, _, expected in GOLDEN[:347])
    assert len(GOLDEN) >= 350
    assert kinds == {"block": 285, "range": 1, "intersection": 59, "street": 2}


@pytest.mark.parametrize(("block", "text", "expected"), GOLDEN, ids=lambda value: str(value)[:40])
def test_a_location_of_the_golden_file(block, text, expected):
    found = parsed(block, text)
    assert (found.kind, found.blocks, found.streets) == (expected.kind, expected.blocks, expected.streets)


@pytest.mark.parametrize(("block", "text", "expected"), GOLDEN[::5])
def test_case_and_blanks_make_no_difference(block, text, expected):
    odd = text.lower().replace(" ", "   ")
    assert parsed(block.rjust(6, "0") if block else "", odd).key == parsed(block, text).key


@pytest.mark.parametrize(("block", "text", "expected"), GOLDEN)
def test_what_is_spelled_out_is_read_as_the_same(block, text, expected):
    """The one spelling that everything is folded to is understood, so that gazetteers and caches may keep it."""
    for street in parsed(block, text).streets:
        again = parse_location(street.full, None, ALIASES).streets[0]
        assert again.full == street.full


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2700 N HASLAM AVE", "2700 North Haslam Avenue"),
        ("2700 N Haslam Av", "02700 n. haslam ave."),
        ("Q T M Fwy Eb", "QTM FREEWAY EASTBOUND"),
        ("Q T M Serv Eb", "QTM Service Rd EB"),
        ("Q T M Serv Eb", "I-735 ACRD EB"),
        ("Ih 85", "I-85 E"),
        ("IH-85", "Interstate Hwy 85"),
        ("State Highway 183", "SH 183"),
        ("Saint Oswin Dr", "St. Oswin Drive"),
        ("Ft Ansel Ave", "FORT ANSEL AVENUE"),
        ("Second Ave", "2nd Ave"),
        ("E 11 St", "E 11th Street"),
        ("Pelham St / Orsett Ln", "Orsett Ln & Pelham St"),
        ("Pelham St / Orsett Ln", "intersection of Pelham St and Orsett Ln"),
        ("Pelham St @ Orsett Ln", "PELHAM ST AT ORSETT LN"),
        ("R S M Blvd", "Rev. Silas Marrow Jr Boulevard"),
        ("32XX Orsett Ln", "3200 Orsett Ln"),
        ("1800 Market St, Someplace, TX", "1800 Market St"),
        ("1204 1/2 Market St", "1204 Market St"),
        ("1204A Market St Apt 7", "1204 Market St"),
        ("O'Brien St", "OBRIEN ST"),
    ],
)
def test_two_ways_of_writing_one_place(one, other):
    assert parsed(None, one).key == parsed(None, other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Midland Ave", "US-95"),  # an avenue of a freeway's name is not the freeway
        ("N Pelham St", "S Pelham St"),
        ("Pelham St", "Pelham Ave"),
        ("Q T M Serv Eb", "Q T M Serv Wb"),
        ("Q T M Serv Eb", "Q T M Fwy Eb"),
        ("E J P Renwick Fwy", "S J P Renwick Fwy"),
        ("11 Pelham St", "11 St"),
        ("North St", "N Pelham St"),
    ],
)
def test_two_places(one, other):
    assert parsed(None, one).key != parsed(None, other).key


@pytest.mark.parametrize(
    ("text", "name", "prefix"),
    [
        ("Northwest Hwy", "NORTHWEST", ""),
        ("North St", "NORTH", ""),
        ("N St", "N", ""),
        ("Avenue E", "AVENUE E", ""),
        ("S M Waring Blvd", "SM WARING", ""),
        ("S Q St", "Q", "S"),
        ("West Tansley Rd", "TANSLEY", "W"),
    ],
)
def test_a_direction_that_is_a_name_and_a_name_that_is_a_direction(text, name, prefix):
    (street,) = parsed(None, text).streets
    assert (street.name, street.prefix) == (name, prefix)


@pytest.mark.parametrize(
    "text", ["", "   ", None, "-", "/", "- / -", "UNKNOWN", "n/a", "???", "100", "100 / 200", "x" * 400]
)
def test_nothing_to_go_by(text):
    found = parse_location(text, "300")
    assert (found.kind, found.streets) == ("unknown", ())


def test_what_is_left_out_is_told():
    assert parsed(None, "1204 Thaxted St Apt 12 (rear)").dropped == "(REAR) APT 12"
    assert parsed(None, "1800 Market St, Someplace, TX").dropped == "SOMEPLACE TX"


def test_half_a_crossing_is_a_street():
    assert parsed(None, "Market St / ").kind == "street"
    assert parsed("300", "Market St / ").blocks == (300,)


@given(st.text(max_size=120), st.one_of(st.none(), st.text(max_size=12), st.integers()))
def test_no_text_makes_it_fail(text, block):
    found = parse_location(text, block, ALIASES)
    assert (found.kind == "unknown") == (not found.streets)
    assert all(street.name for street in found.streets)
    assert len(found.blocks) == {"block": 1, "range": 2}.get(found.kind, len(found.blocks))


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=9,
    )
)
def test_no_words_of_its_own_make_it_fail(words):
    found = parse_location(" ".join(words), None, ALIASES)
    assert (found.kind == "unknown") == (not found.streets)
    assert found == parse_location(" ".join(words), None, ALIASES)


def test_the_real_locations_of_dallas(shared_data: Path):
    """The proportions that were counted by hand, and next to nothing that is not understood."""
    file = shared_data / "dallas" / "location-strings.json"
    if not file.exists():
        pytest.skip("the real locations are not at hand")
    rows = json.loads(file.read_text("utf-8"))
    found = [parse_location(text, block, DALLAS) for block, text, _ in rows]
    kinds = Counter(location.kind for location in found)
    assert kinds == {"block": 285, "range": 1, "intersection": 59, "street": 2}
    streets = [street for location in found for street in location.streets]
    assert sum(1 for street in streets if not street.type and not street.freeway and not street.ramp) == 0
    named = {(street.freeway, street.bound) for street in streets if street.freeway}
    assert {"I-635", "I-35E", "I-30", "US-75", "US-67", "I-45", "US-175", "I-345", "SPUR-408"} == {
        one for one, _ in named
    }
    assert sum(1 for street in streets if street.service_road) == 22
    assert max(len(location.streets) for location in found) == 2


DALLAS = canonical_aliases(
    {
        "L B J": "I-635",
        "S R L Thornton": "I-35E",
        "R L Thornton": "I-30",
        "Central": "US-75",
        "Stemmons": "I-35E",
        "Marvin D Love": "US-67",
        "Julius Schepps": "I-45",
        "C F Hawn": "US-175",
        "S M Wright": "US-175",
        "345": "I-345",
        "408": "SPUR-408",
    }
)


# -- what stands beside the streets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "numbers", "streets", "dropped"),
    [
        ("I-135E NB MM 428", "street", (), ["I-135E NB"], "MM 428"),
        ("IH 135E SB AT MILE MARKER 430", "street", (), ["I-135E SB"], "AT MILE MARKER 430"),
        ("US 75 / MM 24.5", "street", (), ["US-75"], "MM 24.5"),
        ("NB I-5 TO WB SR-520 RAMP", "intersection", (), ["I-5 NB", "SH-520 RAMP WB"], ""),
        ("RAMP TO I 35", "street", (), ["I-35 RAMP"], ""),
        ("4300 TO 4466 ELM RAMP", "range", (4300, 4466), ["ELM RAMP"], ""),
        ("9-TWELVE #12345 4501 HARROW AVE", "block", (4501,), ["HARROW AVE"], "9-TWELVE #12345"),
        ("BIGMART @ 1521 N PINNER HILL RD", "block", (1521,), ["N PINNER HILL RD"], "BIGMART"),
        ("BIGMART AT 1521 N PINNER HILL RD", "block", (1521,), ["N PINNER HILL RD"], "BIGMART"),
        ("PORTAL - 12 HARROW AVE", "block", (12,), ["HARROW AVE"], "PORTAL"),
        ("IN FRONT OF 12 HARROW AVE", "block", (12,), ["HARROW AVE"], "IN FRONT OF"),
        ("BETWEEN 3217 AND 3219 HARROW AVE", "range", (3217, 3219), ["HARROW AVE"], ""),
        ("1200 HARROW AVE NEAR PINNER RD", "block", (1200,), ["HARROW AVE"], "NEAR PINNER RD"),
        ("3600 HARROW AVE REAR", "block", (3600,), ["HARROW AVE"], "REAR"),
        ("SO HARROW AVE", "street", (), ["S HARROW AVE"], ""),
        ("INTERSTATE 135 E NORTHBOUND", "street", (), ["I-135E NB"], ""),
        ("I-20 E", "street", (), ["I-20 E"], ""),
        # No business: streets, routes and numbers that belong to a name.
        ("HARROW AVE @ 3217 PINNER RD", "intersection", (3217,), ["HARROW AVE", "PINNER RD"], ""),
        ("STATE HWY 114 PINNER RD", "street", (), ["STATE HWY 114 PINNER RD"], ""),
        ("OLD HWY 12 RD", "street", (), ["OLD HWY 12 RD"], ""),
        ("52ND ST 1200 HARROW AVE", "street", (), ["52ND ST 1200 HARROW AVE"], ""),
    ],
)
def test_what_stands_beside_streets(text, kind, numbers, streets, dropped):
    found = parsed(None, text)
    assert (found.kind, found.blocks, [one.full for one in found.streets]) == (kind, numbers, streets)
    assert found.dropped == dropped


@pytest.mark.parametrize(
    ("text", "point", "kind"),
    [
        ("32.7767,-96.7970", (32.7767, -96.797), "unknown"),
        ("-96.7970, 32.7767", (32.7767, -96.797), "unknown"),
        ("LAT 32.78 LON -96.79", (32.78, -96.79), "unknown"),
        ("LL(-96:48:12.6,32:46:55.2)", (32.782, -96.8035), "unknown"),
        ("HARROW AVE (32.7767,-96.7970)", (32.7767, -96.797), "street"),
        ("1200 HARROW AVE", None, "block"),
        ("HARROW AVE 99.123,192.55", None, None),
    ],
)
def test_coordinates_in_the_text_are_read(text, point, kind):
    found = parsed(None, text)
    assert found.point == (None if point is None else pytest.approx(point))
    assert kind is None or found.kind == kind


def test_two_miles_of_a_road_and_two_points_of_a_street_are_not_one_place():
    assert parsed(None, "I-20 MM 12").key != parsed(None, "I-20 MM 13").key
    one, other = (query_of(parsed(None, f"HARROW AVE ({lat},-96.7970)"), {}) for lat in ("32.7767", "32.8767"))
    assert one.key != other.key
    assert LocationQuery.from_dict(json.loads(json.dumps(one.as_dict()))) == one
