"""Areas that a figure can be about. `town_of` derives the label that the archive's own LSOA names carry."""

from __future__ import annotations

import re

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
