"""House numbers and coordinates that are kept from view: by example, and by made-up addresses of eight countries."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.snapshot import Row
from bluelamp.sources.feeds.agency import read_agency
from bluelamp.sources.feeds.coordinates import without_coordinates
from bluelamp.sources.feeds.masking import HIDDEN, masked_block, masked_location


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        # The number behind, inside, glued, in a range, after words.
        ("MAIN ST 3217", "MAIN ST 32XX"),
        ("JOES BAR 3217 MAIN ST", "JOES BAR 32XX MAIN ST"),
        ("REAR 3217 MAIN ST", "REAR 32XX MAIN ST"),
        ("No. 3217 MAIN ST", "No. 32XX MAIN ST"),
        ("ACROSS FROM 3217 MAIN ST", "ACROSS FROM 32XX MAIN ST"),
        ("BETWEEN 3217 AND 3219 MAIN ST", "BETWEEN 32XX AND 32XX MAIN ST"),
        ("3217/32XX MAIN ST", "32XX/32XX MAIN ST"),
        ("MAIN ST@3217", "MAIN ST@32XX"),
        ("3217MAIN ST", "32XXMAIN ST"),
        ("N3217 COUNTY LINE", "N32XX COUNTY LINE"),
        ("3217.5 MAIN ST", "XX MAIN ST"),
        ("3217½ MAIN ST", "32XX MAIN ST"),
        ("٣٢١٧ شارع", "٣٢XX شارع"),
        ("MAIN ST 2145550147", "MAIN ST XX"),
        # Houses and flats with letters.
        ("HOUSE 3217 MAIN ST", "HOUSE XX MAIN ST"),
        ("MAIN ST TRLR 17", "MAIN ST TRLR XX"),
        ("MAIN ST SPC 22", "MAIN ST SPC XX"),
        ("MAIN ST PH 2", "MAIN ST PH XX"),
        ("MAIN ST 2B", "MAIN ST XX"),
        ("MAIN ST APT B", "MAIN ST APT XX"),
        ("UNIT A ST", "UNIT A ST"),
        ("Hauptstr. 12 b", "Hauptstr. XX"),
        ("Via Roma, 12/B", "Via Roma, XX"),
        # Numbers that are known to name a street or a route.
        ("2200 NW 27 AVE, MIAMI", "22XX NW 27 AVE, MIAMI"),
        ("3217 K ST NW", "32XX K ST NW"),
        ("3217 N 5TH", "32XX N 5TH"),
        ("US HWY 75 / FM 1382", "US HWY 75 / FM 1382"),
        ("I-35E NB MM 428", "I-35E NB MM 428"),
        ("3200 LOOP 12", "32XX LOOP 12"),
        ("345 EXPY SB / S GOOD LATIMER EXPY", "345 EXPY SB / S GOOD LATIMER EXPY"),
        # What looks like one of them and may be a house.
        ("CHERRY LOOP 12", "CHERRY LOOP XX"),
        ("US HWY 75 3217", "US HWY 75 32XX"),
        ("BLDG I 35", "BLDG XX XX"),
        ("1ST FLOOR 12 ELM ST", "XXST FLOOR XX ELM ST"),
        ("MM 12 ELM ST", "MM XX ELM ST"),
        ("ST 217 MAIN", "ST 2XX MAIN"),
    ],
)
def test_every_number_is_masked_that_is_not_known_to_name_a_street(listed: str, shown: str) -> None:
    assert masked_location(listed) == shown
    assert masked_location(shown) == shown, "what is masked stays as it is"


@pytest.mark.parametrize(
    "point",
    [
        "32.781234,-96.801234",
        "(32.78, -96.80)",
        "32.7812 -96.8012",
        "LAT 32.78 LON -96.79",
        "32°46'55\"N 96°48'12\"W",
        "LL(-96:48:12.34,32:46:55.12)",
        "33490123:117012345",
        "8645QR2V+GM",
        "///filled.count.soap",
        "14S PB 12345 54321",
        "GPS 32.781234",
        "N32.78123",
        "LAT 32 46 12 LON 96 48 12",
        "32 46 12.3 N 96 48 12.4 W",
        "32-46-12.3N 96-48-12.4W",
        "3246.123N 09648.123W",
        "2491234.12, 6971234.1",
        "E2491234 N6971234",
    ],
)
def test_coordinates_in_a_text_are_taken_out(point: str) -> None:
    assert without_coordinates(point, HIDDEN) in (HIDDEN, "N")
    assert without_coordinates(f"MAIN ST {point}", HIDDEN) in ("MAIN ST", "MAIN ST N")
    assert masked_location(f"MAIN ST {point}") in ("MAIN ST", "MAIN ST N")


@pytest.mark.parametrize("text", ["I-35E NB MM 286.5", "3.5 MI N OF MAIN ST", "10:30 MAIN ST", "3200-3298 MAIN ST"])
def test_what_is_no_coordinate_stays(text: str) -> None:
    assert without_coordinates(text, HIDDEN) == text


RULES = ("mask_block = true", "jitter_m = 50", 'finest = "area"', 'finest = "block"', "point_decimals = 3")


@pytest.mark.parametrize("rule", [*RULES, "delay_minutes = 5"])
def test_no_text_tells_a_point_where_points_are_not_shown_as_known(rule: str) -> None:
    written = 'title = "T"\nplatform = "json"\nurl = "https://example.org/"\nzone = "UTC"\n'
    written += f'[fields]\nlocation = "w"\nnature = "n"\n[point]\npair = "p"\n[privacy]\n{rule}\n'
    agency = read_agency(written, "t", "t.toml", "here")
    raw = {"w": "ELM ST 32.781234,-96.801234", "n": "FIRE (LAT 32.781 LON -96.801)", "p": ""}
    row = agency.maker.make([raw], datetime(2026, 8, 18, tzinfo=UTC))[0].row
    assert isinstance(row, Row)
    hides = rule in RULES
    assert (row.values["location"], row.values["nature"]) == (("ELM ST", "FIRE") if hides else (raw["w"], raw["n"]))


@pytest.mark.parametrize("rule", RULES)
def test_neither_units_nor_logs_tell_a_point_where_points_are_hidden(rule: str) -> None:
    written = 'title = "T"\nplatform = "json"\nurl = "https://example.org/"\nzone = "UTC"\n'
    written += 'bounds = [-97.5, 32.4, -96.3, 33.2]\n[fields]\nlocation = "w"\n'
    written += 'units = { column = "u.id", status = "u.state" }\n'
    written += f'[point]\npair = "p"\n[privacy]\n{rule}\n'
    agency = read_agency(written, "t", "t.toml", "here")
    raw = {"w": "ELM ST", "u": [{"id": "E1", "state": "ENRT 32.78123,-96.80123"}], "p": "40.123456,-96.801234"}
    (made,) = agency.maker.make([raw], datetime(2026, 8, 18, tzinfo=UTC))
    assert isinstance(made.row, Row)
    assert [(unit.unit, unit.status) for unit in made.row.units] == [("E1", "ENRT")]
    assert [odd.text for odd in made.odd] == [HIDDEN]


# House, flat and postcode in the order and the words of each country. What is known to name a street is none of these.
FORMS = {
    "United States": "{house} N Cedar Ave Apt {flat}, Springfield",
    "Great Britain": "Flat {flat}, {house} Mill Lane, Leeds",
    "Germany": "Lindenstraße {house}, {post} Musterstadt, Whg. {flat}",
    "Sweden": "Björkgatan {house} lgh {flat}, {post} Storstad",
    "France": "{house} rue des Lilas, appt {flat}, {post} Villeneuve",
    "Spain": "Calle de la Luna, {house}, {flat}º, {post} Villanueva",
    "Poland": "ul. Lipowa {house}/{flat}, {post} Nowe Miasto",
    "Brazil": "Rua das Flores, {house}, apto {flat} - Vila Nova",
}
HOUSES = st.integers(100, 99_999).map(str)


@given(st.sampled_from(sorted(FORMS)), HOUSES, st.integers(10, 9_999).map(str), st.data())
def test_no_house_of_eight_countries_is_told_in_any_order_of_words(
    country: str, house: str, flat: str, data: st.DataObject
) -> None:
    told = FORMS[country].format(house=house, flat=flat, post="10115")
    letter = data.draw(st.sampled_from(("", "a", " B", "-C")))
    words = told.replace(house, f"{house}{letter}", 1).split(" ")
    if data.draw(st.booleans()):
        words = data.draw(st.permutations(words))
    location = " ".join(words)
    shown = masked_location(location)
    for number in re.finditer(r"\d+", shown):
        assert shown[number.end() :].startswith(HIDDEN), (location, shown)
        assert any(one[:-2] == number[0] for one in re.findall(r"\d+", location)), (location, shown)
    assert not re.search(rf"(?<!\d){house}(?!\d)", shown)
    assert masked_location(shown) == shown


@given(st.text(max_size=60))
def test_whatever_the_text_masking_ends_and_is_done_once(text: str) -> None:
    shown = masked_location(text)
    assert masked_location(shown) == shown
    assert not re.search(r"\d{4}", masked_block(text))
