"""Every reference file that Bluelamp knows: its words, its address, its licence, its columns.

Read by `read.py` (which columns make a file of which kind) and `download.py` (where it comes from). Facts only:
nothing here opens a file. Addresses are the public ones of the ONS Open Geography portal and of Nomis; each can
be overridden where it is used. Described for people in `docs/sources/ons.md`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

OGL = "Open Government Licence v3.0"
ONS_LICENCE = f"Source: Office for National Statistics licensed under the {OGL}."
OS_LICENCE = f"{ONS_LICENCE} Contains OS data © Crown copyright and database right."
NI_LICENCE = f"Contains public sector information licensed under the {OGL}. © Crown copyright, Ordnance Survey of NI."

_ONS = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services"

# Nine characters each: an area type and a number.
LSOA_CODE = r"[EW]01\d{6}"
WARD_CODE = r"[EW]05\d{6}"
AUTHORITY_CODE = r"(?:E0[6-9]|W06|S12|N09)\d{6}"
SAFETY_CODE = r"(?:E22|W14)\d{6}"
POLICE_CODE = r"(?:E23|W15)\d{6}"

# Local authorities of 2022 to 2025, and ONS's two ways of writing a column.
_AUTHORITY_HEAD = r"(?:F_)?LAD2[2-5]{0}|ltla2[2-5]_{1}"
_VINTAGE = re.compile(r"\d\d")


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    """One column that a kind needs. `heads` matches the publisher's column or property names, whatever their case."""

    name: str
    heads: str
    words: str
    values: str = r".*\S.*"  # what a value must look like
    number: bool = False

    def head_in(self, heads: Sequence[str]) -> str | None:
        """The first of the publisher's names that is this column."""
        pattern = re.compile(self.heads, re.IGNORECASE)
        return next((head for head in heads if pattern.fullmatch(head.strip())), None)


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """One kind of reference file.

    `url` is empty where there is no public address to offer. `key` are the columns that name a row. A file of
    `shapes` has one area a row, with its polygon. `page_rows` is how many rows one answer of the portal may hold.
    """

    kind: str
    words: str
    url: str
    licence: str
    columns: tuple[ReferenceColumn, ...]
    key: tuple[str, ...]
    vintage_of: str = ""
    shapes: bool = False
    page_rows: int = 2000
    max_bytes: int = 256 * 2**20

    def heads_in(self, heads: Sequence[str]) -> dict[str, str] | None:
        """Our column name → the publisher's, or None where one of our columns is absent."""
        found = {column.name: column.head_in(heads) for column in self.columns}
        present = {name: head for name, head in found.items() if head is not None}
        return present if len(present) == len(found) else None

    def absent_from(self, heads: Sequence[str]) -> list[ReferenceColumn]:
        return [column for column in self.columns if column.head_in(heads) is None]

    def vintage(self, heads: dict[str, str]) -> str:
        """The year that the publisher's names state (`LAD24CD` → `2024`); empty where this kind states none."""
        found = _VINTAGE.search(heads.get(self.vintage_of, ""))
        return f"20{found[0]}" if found else ""


def _authority(ending: str, words: str) -> str:
    return _AUTHORITY_HEAD.format(ending, words)


_LSOA21 = ReferenceColumn("lsoa21_code", r"LSOA21CD|lsoa21_code", "LSOA 2021 code", LSOA_CODE)
_LSOA21_NAME = ReferenceColumn("lsoa21_name", r"LSOA21NM|lsoa21_name", "LSOA 2021 name")
_LAD = ReferenceColumn("lad_code", _authority("CD", "code"), "local authority code", AUTHORITY_CODE)
_LAD_NAME = ReferenceColumn("lad_name", _authority("NM", "name"), "local authority name")


_FILES = (
    ReferenceFile(
        "lsoa_2011_to_2021",
        "Exact-fit lookup of LSOAs 2011 to LSOAs 2021 to local authorities 2022, England and Wales",
        f"{_ONS}/LSOA11_LSOA21_LAD22_EW_LU_v5/FeatureServer/0/query",
        OS_LICENCE,
        (
            # The portal's own table wrote F_LSOA11CD for a while.
            ReferenceColumn("lsoa11_code", r"(?:F_)?LSOA11CD|lsoa11_code", "LSOA 2011 code", LSOA_CODE),
            ReferenceColumn("lsoa11_name", r"LSOA11NM|lsoa11_name", "LSOA 2011 name"),
            _LSOA21,
            _LSOA21_NAME,
            ReferenceColumn("change", r"CHGIND|chgind", "change indicator", r"[USMX]"),
            _LAD,
            _LAD_NAME,
        ),
        key=("lsoa11_code", "lsoa21_code"),
        vintage_of="lad_code",
    ),
    ReferenceFile(
        "lsoa_2021_to_ward",
        "Best-fit lookup of LSOAs 2021 to wards 2024 to local authorities 2024, England and Wales",
        f"{_ONS}/LSOA21_WD24_LAD24_EW_LU/FeatureServer/0/query",
        OS_LICENCE,
        (
            _LSOA21,
            _LSOA21_NAME,
            ReferenceColumn("ward_code", r"WD2[2-5]CD|wd2[2-5]_code", "ward code", WARD_CODE),
            ReferenceColumn("ward_name", r"WD2[2-5]NM|wd2[2-5]_name", "ward name"),
            _LAD,
            _LAD_NAME,
        ),
        key=("lsoa21_code",),
        vintage_of="lad_code",
    ),
    ReferenceFile(
        "authority_to_police",
        "Lookup of local authorities 2024 to community safety partnerships to police force areas, England and Wales",
        f"{_ONS}/LAD24_CSP24_PFA24_EW_LU/FeatureServer/0/query",
        OS_LICENCE,
        (
            _LAD,
            _LAD_NAME,
            ReferenceColumn(
                "csp_code", r"CSP2[2-5]CD|csp2[2-5]_code", "community safety partnership code", SAFETY_CODE
            ),
            ReferenceColumn("csp_name", r"CSP2[2-5]NM|csp2[2-5]_name", "community safety partnership name"),
            ReferenceColumn("police_area_code", r"PFA2[2-5]CD|pfa2[2-5]_code", "police force area code", POLICE_CODE),
            ReferenceColumn("police_area_name", r"PFA2[2-5]NM|pfa2[2-5]_name", "police force area name"),
        ),
        key=("lad_code", "csp_code"),
        vintage_of="lad_code",
    ),
    ReferenceFile(
        "residents",
        "Census 2021, table TS001: usual residents of every LSOA 2021 of England and Wales",
        "https://www.nomisweb.co.uk/output/census/2021/census2021-ts001.zip",
        ONS_LICENCE,
        (
            ReferenceColumn("lsoa21_code", r"mnemonic|geography code", "LSOA 2021 code", LSOA_CODE),
            ReferenceColumn("lsoa21_name", r"2021 super output area - lower layer|geography", "LSOA 2021 name"),
            ReferenceColumn(
                "residents",
                r"total|Residence type: Total; measures: Value",
                "number of residents",
                r"\d{1,9}",
                number=True,
            ),
        ),
        key=("lsoa21_code",),
    ),
    ReferenceFile(
        "lsoa_boundaries",
        "Boundaries of LSOAs 2021, generalised to 20 m and clipped to the coast, England and Wales",
        f"{_ONS}/Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5/FeatureServer/0/query",
        OS_LICENCE,
        (
            ReferenceColumn("code", _LSOA21.heads, _LSOA21.words, LSOA_CODE),
            ReferenceColumn("name", _LSOA21_NAME.heads, _LSOA21_NAME.words),
        ),
        key=("code",),
        vintage_of="code",
        shapes=True,
        max_bytes=512 * 2**20,
    ),
    ReferenceFile(
        "police_boundaries",
        "Boundaries of the 43 police force areas 2023, generalised to 20 m and clipped to the coast",
        f"{_ONS}/Police_Force_Areas_December_2023_EW_BGC/FeatureServer/0/query",
        OS_LICENCE,
        (
            ReferenceColumn("code", r"PFA2[2-5]CD|pfa2[2-5]_code", "police force area code", POLICE_CODE),
            ReferenceColumn("name", r"PFA2[2-5]NM|pfa2[2-5]_name", "police force area name"),
        ),
        key=("code",),
        vintage_of="code",
        shapes=True,
        page_rows=10,
    ),
    ReferenceFile(
        "authority_boundaries",
        "Boundaries of the local authorities of the United Kingdom, May 2024, generalised to 20 m",
        f"{_ONS}/Local_Authority_Districts_May_2024_Boundaries_UK_BGC/FeatureServer/0/query",
        OS_LICENCE,
        (
            ReferenceColumn("code", _LAD.heads, _LAD.words, AUTHORITY_CODE),
            ReferenceColumn("name", _LAD_NAME.heads, _LAD_NAME.words),
        ),
        key=("code",),
        vintage_of="code",
        shapes=True,
        page_rows=50,
    ),
    ReferenceFile(
        "ni_boundaries",
        "Boundaries of the 11 districts of Northern Ireland",
        # No address: the authority boundaries of the United Kingdom already hold these districts.
        "",
        NI_LICENCE,
        (
            ReferenceColumn("code", r"LGDCode|LGD(?:14|20\d\d)?CD", "district code", r"N09\d{6}"),
            ReferenceColumn("name", r"LGDNAME|LGD(?:14|20\d\d)?NM", "district name"),
        ),
        key=("code",),
        shapes=True,
    ),
)

REFERENCE_FILES: dict[str, ReferenceFile] = {one.kind: one for one in _FILES}


def recognise(heads: Sequence[str], *, shapes: bool) -> ReferenceFile | None:
    """The kind whose columns are all among these names; None where there is none. A file's own name plays no part."""
    return next((one for one in _FILES if one.shapes is shapes and one.heads_in(heads) is not None), None)


def nearest_kind(heads: Sequence[str], *, shapes: bool) -> tuple[ReferenceFile, list[ReferenceColumn]] | None:
    """The kind that lacks the fewest columns, for a message; None where no kind has even two of its own here."""
    tried = [(one, one.absent_from(heads)) for one in _FILES if one.shapes is shapes]
    near = [(one, absent) for one, absent in tried if len(one.columns) - len(absent) >= 2]
    return min(near, key=lambda pair: len(pair[1]), default=None)
