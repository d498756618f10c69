"""Which numbers are known to name a street or a route, and so may stay where house numbers are masked. Used by
`masking`.

Known are ordinals before a street (`52ND ST`), numbers behind the word of a route (`I-635`, `STATE HWY 183`), a street
that is nothing but a number and its kind (`NW 27 AVE`), and mile markers of a route. What is not surely one of these
is not known.
"""

from __future__ import annotations

import re

from bluelamp.domain.location_words import BOUNDS, DIRECTIONS, ENDINGS, TYPES, UNIT_WORDS, ordinal

_BEFORE = 60  # characters that are looked at before a number
_PART = r"(?:^|[/&@|\\+]|\b(?:AND|AT)\b)"
_HOUSE = r"(?:\d+X*|XX)[A-Z]?"
_DIRECTION = "|".join(sorted(DIRECTIONS, key=len, reverse=True))
_BOUND = "|".join(BOUNDS)
_ORDINAL = re.compile(r"(?:ST|ND|RD|TH)\b", re.IGNORECASE)
_NEXT = re.compile(r"[\s.]*(?:([^\W\d_]+)|(\S))?")
# Floors are counted with the same endings as streets.
_STOREYS = frozenset({"FL", "FLR", "FLOOR"})
_BEHIND_ORDINAL = (frozenset({*TYPES, *DIRECTIONS, *ENDINGS, "AND", "AT"}) | UNIT_WORDS) - _STOREYS
# Words that mean a route wherever they stand, and how long its number may be.
_THREE = r"I|IH|INTERSTATE|INTERSTATE (?:HWY|HIGHWAY)|US|U\.S\.|SH|(?:US|STATE|COUNTY) (?:HWY|HIGHWAY)"
_FOUR = r"SR|STATE (?:ROUTE|RTE|RT|ROAD|RD)|FM|CR|COUNTY (?:ROAD|RD|ROUTE|RTE)"
_ROUTE = re.compile(rf"(?:^|[^\w])(?:(?P<three>{_THREE})|(?P<four>{_FOUR}))[\s.-]*$", re.IGNORECASE)
# Words that end the names of streets too, behind which a house may stand: `CHERRY LOOP 12`.
_LEADING_ROUTE = re.compile(
    rf"(?:{_PART}|\b(?:ON|OFF|TO|FROM|OF|NEAR)\b)\s*(?:{_HOUSE}\s+)?(?:(?:{_DIRECTION}|{_BOUND})\s+)?"
    r"(?:(?:SH|STATE)\s+)?(?:HWY|HIGHWAY|LOOP|SPUR|BELTWAY|ROUTE|RTE|TX)[\s.-]*$",
    re.IGNORECASE,
)
_FLAT_BEFORE = re.compile(r"(?:#|\b(?:APT|UNIT|STE|SUITE|BLDG|BUILDING|FLAT|ROOM|RM|HOUSE|LOT))\W*$", re.IGNORECASE)
_HALF = re.compile(r"[\s-]?[EWNS]\b", re.IGNORECASE)
_NUMBERED = re.compile(rf"{_PART}\s*(?P<house>{_HOUSE}(?:-{_HOUSE})?\s+)?(?:(?:{_DIRECTION})\s+)?$", re.IGNORECASE)
_NUMBERED_KIND = re.compile(
    rf"\s*(?:ST|STREET|AVE|AV|AVENUE|EXPY|EXPWY|FWY|TPKE|TOLLWAY)\b\.?(?:\s+(?:{_DIRECTION}|{_BOUND})\b)?\s*(?P<end>$|[/&@|\\+,]|\bAND\b|\bAT\b)",
    re.IGNORECASE,
)
_MILE = re.compile(r"(?:^|[^\w])(?:MM|MP|MILE\s?MARKER|MILE\s?POST|EXIT)[\s#.]*$", re.IGNORECASE)
_ANY_ROUTE = re.compile(
    r"\b(?:I|IH|US|SH|SR|INTERSTATE|HWY|HIGHWAY|TPKE|TURNPIKE|TOLLWAY|FWY|FREEWAY)\b|\bIH?\d", re.IGNORECASE
)


def end_of_known(text: str, number: re.Match[str]) -> int:
    """Where a number (digits, perhaps with a fraction) ends, if it names a street or a route; 0 if it is not known
    to."""
    start, end = number.span()
    before = text[max(start - _BEFORE, 0) : start]
    if start > _BEFORE:
        before = f".{before}"  # so that nothing is taken for the beginning
    if _MILE.search(before) and re.fullmatch(r"\d{1,3}(?:\.\d)?", number[0]) and _ANY_ROUTE.search(text):
        return end
    if not number[0].isdigit() or len(number[0]) > 4:
        return 0
    return _ordinal(text, number, before) or _route(text, number, before) or _numbered(text, number, before)


def _ordinal(text: str, number: re.Match[str], before: str) -> int:
    ending = _ORDINAL.match(text, number.end())
    if ending is None or len(number[0]) > 3 or before[-1:].isalnum():
        return 0
    if ordinal(int(number[0])) != f"{int(number[0])}{ending[0].upper()}":
        return 0
    following = _NEXT.match(text, ending.end())
    assert following is not None
    word = (following[1] or "").upper()
    return ending.end() if not word or word in _BEHIND_ORDINAL else 0


def _route(text: str, number: re.Match[str], before: str) -> int:
    found = _ROUTE.search(before)
    if found is not None:
        longest = 3 if found["three"] else 4
        # `BLDG I 35` is a house called I.
        known = len(number[0]) <= longest and not _FLAT_BEFORE.search(before[: found.start() + 1])
    else:
        known = len(number[0]) <= 4 and bool(_LEADING_ROUTE.search(before))
    if not known:
        return 0
    half = _HALF.match(text, number.end())
    return half.end() if half else number.end()


def _numbered(text: str, number: re.Match[str], before: str) -> int:
    found = _NUMBERED.search(before) if len(number[0]) <= 3 else None
    kind = _NUMBERED_KIND.match(text, number.end()) if found else None
    if found is None or kind is None or (kind["end"] == "," and not found["house"]):
        return 0
    return number.end()
