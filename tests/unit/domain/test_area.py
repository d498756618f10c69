"""Town labels, vintages, and the way from a police force area to a force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.area import NI_DISTRICTS, REFERENCE_KINDS, force_of_police_area, lsoa_vintages, town_of
from bluelamp.domain.force import FORCES

# The 43 police force areas of 2024 as ONS spells them.
POLICE_AREAS = """Avon and Somerset|Bedfordshire|Cambridgeshire|Cheshire|London, City of|Cleveland|Cumbria|Derbyshire
Devon & Cornwall|Dorset|Durham|Dyfed-Powys|Essex|Gloucestershire|Greater Manchester|Gwent|Hampshire|Hertfordshire
Humberside|Kent|Lancashire|Leicestershire|Lincolnshire|Merseyside|Metropolitan Police|Norfolk|North Wales
North Yorkshire|Northamptonshire|Northumbria|Nottinghamshire|South Wales|South Yorkshire|Staffordshire|Suffolk
Surrey|Sussex|Thames Valley|Warwickshire|West Mercia|West Midlands|West Yorkshire|Wiltshire""".replace("\n", "|").split(
    "|"
)


@pytest.mark.parametrize(
    ("name", "town"),
    [
        ("Leeds 111B", "Leeds"),
        ("Bristol 002A", "Bristol"),
        ("Stoke-on-Trent 014B", "Stoke-on-Trent"),
        ("King's Lynn and West Norfolk 001A", "King's Lynn and West Norfolk"),
        ("St. Helens 003C", "St. Helens"),
        ("Bournemouth, Christchurch and Poole 036E", "Bournemouth, Christchurch and Poole"),
        ("Mendip 001A", "Mendip"),
        (" Rhondda Cynon Taf 010C ", "Rhondda Cynon Taf"),
        ("Somewhere", "Somewhere"),
        ("Area 51", "Area 51"),
        ("Leeds 111b", "Leeds 111b"),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_town_of(name: str | None, town: str | None) -> None:
    assert town_of(name) == town


@given(st.text(alphabet="abcXYZ'.,- ", min_size=1).map(str.strip).filter(bool), st.integers(1, 999))
def test_town_of_takes_off_the_tail_and_nothing_else(stem: str, number: int) -> None:
    assert town_of(f"{stem} {number:03d}A") == stem


@pytest.mark.parametrize(
    ("old", "new", "vintage"),
    [(True, True, "both"), (True, False, "2011"), (False, True, "2021"), (False, False, "unknown")],
)
def test_vintages(old: bool, new: bool, vintage: str) -> None:
    assert lsoa_vintages("E01000001", old, new) == vintage
    assert lsoa_vintages("", old, new) == "unknown"


def test_every_police_area_has_its_own_force() -> None:
    slugs = [force_of_police_area(name) for name in POLICE_AREAS]
    assert len(POLICE_AREAS) == 43
    assert sorted(filter(None, slugs)) == sorted(
        force.slug for force in FORCES if force.slug not in ("btp", "northern-ireland")
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Metropolitan Police", "metropolitan"),
        ("London, City of", "city-of-london"),
        ("City of London", "city-of-london"),
        ("Devon & Cornwall", "devon-and-cornwall"),
        ("Devon and Cornwall", "devon-and-cornwall"),
        ("Dyfed-Powys", "dyfed-powys"),
        ("BTP", None),
        ("Northern Ireland", None),
        ("Police Scotland", None),
        ("", None),
        (None, None),
    ],
)
def test_force_of_police_area(name: str | None, slug: str | None) -> None:
    assert force_of_police_area(name) == slug


def test_facts() -> None:
    assert len(NI_DISTRICTS) == 11
    assert all(not sentence.endswith(".") for sentence in REFERENCE_KINDS.values())
