"""The words of street addresses, folded to one form each. Used by `location` only.

The short forms are those of the postal addressing standard of the United States, with what dispatch systems write
beside them (`AV`, `FRWY`, `SERV`, `ACRD`).
"""

from __future__ import annotations

# Kind of street → how else it is written. Words that end the names of streets as often as they are a kind (VIEW, HILL,
# PARK, ROW, SPRINGS) are not among them.
_TYPES = {
    "ALY": "ALLEY ALLY",
    "AVE": "AV AVEN AVENUE AVENU AVN",
    "BLVD": "BL BLV BV BVD BOUL BOULEVARD",
    "BND": "BEND",
    "BRG": "BRIDGE",
    "BYP": "BYPASS",
    "CIR": "CI CIRC CIRCLE CRCL",
    "CRES": "CRESCENT",
    "CSWY": "CAUSEWAY",
    "CT": "COURT CRT",
    "CTR": "CENTER CENTRE",
    "CV": "COVE",
    "DR": "DRIVE DRV DRIV",
    "EXPY": "EXP EXPR EXPW EXPWY EXPRESSWAY XPWY",
    "FWY": "FRWY FREEWAY FREEWY FRWAY",
    "GLN": "GLEN",
    "HWY": "HIGHWAY HIWAY HWAY HIGHWY",
    "LN": "LANE",
    "LOOP": "LP",
    "MALL": "",
    "PASS": "",
    "PATH": "",
    "PIKE": "",
    "PKWY": "PK PKY PKWAY PARKWAY PRKWY PY",
    "PL": "PLACE",
    "PLZ": "PLAZA PLZA",
    "PT": "POINT",
    "RD": "ROAD",
    "RUN": "",
    "SQ": "SQUARE SQR",
    "ST": "STREET STR STRT",
    "TER": "TE TERR TERRACE",
    "TOLLWAY": "TLWY TOLLWY",
    "TPKE": "TPK TURNPIKE TRNPK",
    "TRCE": "TRACE",
    "TRL": "TR TRAIL TRAILS TRLS",
    "WALK": "WLK",
    "WAY": "WY",
    "XING": "CROSSING CRSG",
}
TYPES = {word: short for short, words in _TYPES.items() for word in (short, *words.split())}

# Only where they stand for a road that has no crossings of its own level are a freeway's other names looked up.
FREEWAY_TYPES = frozenset({"", "FWY", "EXPY", "HWY", "TOLLWAY", "TPKE"})
# A number before one of these is a street's name (`11 ST` is 11TH ST), before a freeway's it is not (`345 EXPY`).
NUMBERED_TYPES = frozenset({"ST", "AVE", "PL", "CT", "LN", "DR", "RD", "WAY", "TER", "CIR"})
# Kinds that also stand before a name of one letter or number: `AVENUE B`.
LEADING_TYPES = frozenset({"AVENUE", "AVE", "STREET", "ROAD"})

DIRECTIONS = {word: word for word in ("N", "S", "E", "W", "NE", "NW", "SE", "SW")} | {
    "NORTH": "N",
    "SOUTH": "S",
    "EAST": "E",
    "WEST": "W",
    "NORTHEAST": "NE",
    "NORTHWEST": "NW",
    "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
}
BOUNDS = {
    "NB": "NB",
    "SB": "SB",
    "EB": "EB",
    "WB": "WB",
    "NORTHBOUND": "NB",
    "SOUTHBOUND": "SB",
    "EASTBOUND": "EB",
    "WESTBOUND": "WB",
}
SERVICE_WORDS = frozenset({"SERV", "SVC", "SERVICE", "SRVC", "SVRD", "ACRD", "ACCESS", "FRONTAGE", "FRTG", "FEEDER"})
RAMP_WORDS = frozenset({"RAMP", "RMP", "EXIT", "OFFRAMP", "ONRAMP"})
# What may stand behind a street's name and kind.
ENDINGS = frozenset({*BOUNDS, *SERVICE_WORDS, *RAMP_WORDS})
UNIT_WORDS = frozenset({"APT", "UNIT", "STE", "SUITE", "BLDG", "BUILDING", "RM", "ROOM", "FL", "FLOOR", "LOT", "SPC"})
BLOCK_WORDS = frozenset({"BLK", "BLOCK", "BLOCKS"})
NOTHING_WORDS = frozenset({"", "UNKNOWN", "UNK", "N/A", "NA", "NONE", "NULL", "TBD", "NO LOCATION", "NOT GIVEN"})

# Inside a name: short forms spelled out, so that both spellings are one name.
INSIDE_NAMES = {
    "TRL": "TRAIL",
    "CRK": "CREEK",
    "HTS": "HEIGHTS",
    "CTR": "CENTER",
    "VLY": "VALLEY",
    "SPGS": "SPRINGS",
    "SPG": "SPRING",
    "MTN": "MOUNTAIN",
    "PKWY": "PARKWAY",
    "LK": "LAKE",
    "HL": "HILL",
    "HLS": "HILLS",
    "RDG": "RIDGE",
    "VLG": "VILLAGE",
    "XING": "CROSSING",
    "AND": "&",
}
# At the head of a name.
HEADS = {"SAINT": "ST", "FT": "FORT", "MT": "MOUNT"}

_ONES = "FIRST SECOND THIRD FOURTH FIFTH SIXTH SEVENTH EIGHTH NINTH TENTH ELEVENTH TWELFTH"


def ordinal(number: int) -> str:
    """`52` → `52ND`."""
    ending = "TH" if 10 <= number % 100 <= 20 else {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")
    return f"{number}{ending}"


ORDINALS = {word: ordinal(number) for number, word in enumerate(_ONES.split(), 1)}
