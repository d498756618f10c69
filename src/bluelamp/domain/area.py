"""Areas that a figure can be about. `town_of` derives the label that the archive's own LSOA names carry.

Called by the load and model steps, and by the two rooms that read and keep the ONS reference files.
"""

from __future__ import annotations

import re

from bluelamp.domain.force import BY_SLUG

# An LSOA name is its local authority's name, a blank, three digits and a letter: `Stoke-on-Trent 014B`.
_LSOA_TAIL = re.compile(r" \d{3}[A-Z]$")


def town_of(lsoa_name: str | None) -> str | None:
    """The town label of an LSOA name: the name without its ` NNNL` tail, None where there is no name.

    A label, not an ONS place: it is the stem of the local authority as it was named when the LSOA was
    drawn, so abolished districts such as Mendip live on in it. Hyphens, apostrophes, full stops and
    commas belong to names (`King's Lynn and West Norfolk`, `St. Helens`, `Bournemouth, Christchurch and
    Poole`) and stay. A name without such a tail is returned as it is, stripped of outer blanks.
    """
    if lsoa_name is None:
        return None
    return _LSOA_TAIL.sub("", lsoa_name.strip()) or None


def lsoa_vintages(code: str, in_2011: bool, in_2021: bool) -> str:
    """Which census drew this LSOA code: `2011`, `2021`, `both`, or `unknown` for a code in neither list."""
    if not code:
        return "unknown"
    if in_2011 and in_2021:
        return "both"
    return "2011" if in_2011 else "2021" if in_2021 else "unknown"


# The names of police force areas that are not simply a force's slug with blanks; ONS spellings of 2022 to 2024.
_POLICE_AREAS = {
    "Metropolitan Police": "metropolitan",
    "London, City of": "city-of-london",
}


def force_of_police_area(name: str | None) -> str | None:
    """The slug of the territorial force that polices an ONS police force area; None for a name not known.

    ONS names areas (`Devon & Cornwall`, `Dyfed-Powys`, `London, City of`), not forces. Never answers `btp`
    or `northern-ireland`: neither polices an area of England and Wales.
    """
    if not name:
        return None
    plain = name.strip()
    slug = _POLICE_AREAS.get(plain) or re.sub(r"[ -]+", "-", plain.replace("&", "and").lower())
    return slug if slug in BY_SLUG and slug not in ("btp", "northern-ireland") else None


# The 11 districts of Northern Ireland since 2015, as ONS names them. Kept here because copies of their
# boundaries carry short or invented names (one calls Ards and North Down "East Coast").
NI_DISTRICTS: dict[str, str] = {
    "N09000001": "Antrim and Newtownabbey",
    "N09000002": "Armagh City, Banbridge and Craigavon",
    "N09000003": "Belfast",
    "N09000004": "Causeway Coast and Glens",
    "N09000005": "Derry City and Strabane",
    "N09000006": "Fermanagh and Omagh",
    "N09000007": "Lisburn and Castlereagh",
    "N09000008": "Mid and East Antrim",
    "N09000009": "Mid Ulster",
    "N09000010": "Newry, Mourne and Down",
    "N09000011": "Ards and North Down",
}


def is_ni_district(code: str) -> bool:
    """Whether an area code is that of a district of Northern Ireland: all of them, and nothing else, begin so."""
    return code.startswith("N09")


# Every kind of reference file, and what does not work without it. Sources read these kinds and storage keeps
# them; the two may not import each other, so what they share stands here.
REFERENCE_KINDS: dict[str, str] = {
    "lsoa_2011_to_2021": (
        "LSOA codes of the 2011 census, which most of the archive carries, cannot be put into an authority"
    ),
    "lsoa_2021_to_ward": "no LSOA can be put into a ward or a local authority, so figures by either are empty",
    "authority_to_police": "local authorities cannot be put under their police force",
    "residents": "there are no rates per 1,000 residents",
    "authority_boundaries": (
        "records without an LSOA (stop and search, Northern Ireland) cannot be put into a local authority, "
        "and there is no map of authorities"
    ),
    "police_boundaries": "points far outside their force cannot be marked, and there is no map of forces",
    "ni_boundaries": "records of Northern Ireland cannot be put into a district, and its force has no area",
    "lsoa_boundaries": "records without an LSOA cannot be put into one, and there is no map of LSOAs",
}
