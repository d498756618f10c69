"""What stands beside the streets of a location: coordinates, mile markers, a business before its address, what it is
near. Pure; used by `location`, which reads what is left.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bluelamp.domain.location_street import read_street
from bluelamp.domain.location_words import BOUNDS, DIRECTIONS, ENDINGS, RAMP_WORDS, TYPES

Point = tuple[float, float]  # latitude and longitude in degrees

_DECIMAL = r"[-+]?\d{1,3}\.\d{2,}"
_SEXAGESIMAL = r"[-+]?\d{1,3}:\d{1,2}:\d{1,2}(?:\.\d+)?"
_NUMBER = rf"(?:{_SEXAGESIMAL}|{_DECIMAL})"
_NAME = r"(?:LATITUDE|LONGITUDE|LAT|LONG|LON|LNG|LL|GPS)"
_POINT = re.compile(
    rf"(?:\b{_NAME}\b[\s:=]*)?\(?\s*(?<![\d.:])(?P<first>{_NUMBER})\s*(?:[,;/\s]\s*)(?:{_NAME}\b[\s:=]*)?"
    rf"(?P<second>{_NUMBER})(?![\d.:])\s*\)?"
)
# Most locations have none of these words, and no number but the first.
_MAY_STAND = re.compile(r"MM|MP|MILE|NEAR|BEHIND|ACROSS|OPPOSITE|PAST|REAR|FRONT|BETWEEN")
_INNER_NUMBER = re.compile(r"[ @:]\d")
_MILE = re.compile(r"(?:\s*[/@&]\s*|\s+AT\s+|\s+)(?:MM|MP|MILE ?MARKER|MILE ?POST)\s*#?\s*(\d{1,3}(?:\.\d{1,2})?)$")
_BESIDE = re.compile(r"\s+(?:NEAR|BEHIND|ACROSS FROM|OPPOSITE|JUST PAST)\s+.*$")
_BETWEEN = re.compile(r"^BETWEEN (\d{1,6}) AND (\d{1,6}) (?=\S)")
_BEHIND_KIND = frozenset({"REAR", "FRONT"})
# What stands between a business and its address; a longer number needs no sign. In two steps: one expression for both
# takes minutes for a long text without an address.
_BEFORE_ADDRESS = re.compile(r"(?:(?P<sign>\s+-\s+|\s*@\s*|\s*:\s+|\s+AT\s+)|\s+)(?=\d{1,6}[A-Z]? )")
_ADDRESS = re.compile(r"\d{1,6}[A-Z]? (?:[A-Z0-9.']+ )+[A-Z]+")
_LETTER = re.compile(r"[A-Z]")
_LEAD_IN = re.compile(r"^(?:IN FRONT OF|ACROSS FROM|NEAR|BEHIND|OPPOSITE)\s+(?=\d)")
_LONG = re.compile(r"\d{3,6}")
_PLAIN_SIGN = re.compile(r"\s+#\s*\S+$")  # `7-ELEVEN #12345`
_TO = re.compile(r"\s+TO\s+")


class Beside(NamedTuple):
    """A location without what stands beside its streets; `dropped` is that, as text."""

    line: str
    dropped: str = ""
    point: Point | None = None
    mile: float | None = None


def without_beside(line: str) -> Beside:
    """A location (in capitals, blanks folded) without coordinates, mile marker, business and what it is near."""
    dropped, point, mile = [], None, None
    if "." in line or ":" in line:
        point, line, text = _without_point(line)
        dropped += [text] * bool(text)
    if _MAY_STAND.search(line):
        mile, line, text = _without_mile(line)
        dropped += [text] * bool(text)
        line, text = _without_near(line)
        dropped += [text] * bool(text)
    who = ""
    if _INNER_NUMBER.search(line):
        who, line = _without_business(line)
    return Beside(line, " ".join([*dropped, who]).strip(), point, mile)


def _without_mile(line: str) -> tuple[float | None, str, str]:
    found = _MILE.search(line)
    if found is None:
        return None, line, ""
    return float(found[1]), line[: found.start()], found[0].strip(" /@&")


def _without_near(line: str) -> tuple[str, str]:
    """(the address, what it is near or which side of it is meant)."""
    found = _BESIDE.search(line)
    if found is not None and _is_address(line[: found.start()]):
        return line[: found.start()], found[0].strip()
    line = _BETWEEN.sub(r"\1 - \2 ", line)
    words = line.split()
    if len(words) > 2 and words[-1] in _BEHIND_KIND and words[-2] in TYPES:
        return " ".join(words[:-1]), words[-1]
    return line, ""


def split_ramp(line: str) -> list[str]:
    """The two roads of `NB I-5 TO WB SR-520 RAMP`, the second with the word; the line alone where it is no such."""
    parts = _TO.split(line)
    if len(parts) != 2 or line.split()[-1] not in RAMP_WORDS:
        return [line]
    first, second = parts
    if first.split()[-1] in RAMP_WORDS or first.isdigit():
        return [line]
    return [first, second] if _is_road(first) and _is_road(second) else [line]


def _is_road(text: str) -> bool:
    street = read_street(text, {})
    return bool(street.freeway or street.bound or street.type)


def _without_point(line: str) -> tuple[Point | None, str, str]:
    found = _POINT.search(line)
    if found is None:
        return None, line, ""
    first, second = _degrees(found["first"]), _degrees(found["second"])
    if abs(first) > 90:
        first, second = second, first
    if abs(first) > 90 or abs(second) > 180:
        return None, line, ""
    rest = f"{line[: found.start()]} {line[found.end() :]}".strip(" ,;/-")
    return (first, second), " ".join(rest.split()), found[0].strip()


def _degrees(text: str) -> float:
    if ":" not in text:
        return float(text)
    degrees, minutes, seconds = text.split(":")
    size = abs(float(degrees)) + float(minutes) / 60 + float(seconds) / 3600
    return round(-size if degrees.startswith("-") else size, 7)


def _without_business(line: str) -> tuple[str, str]:
    """(who, address): `WALMART @ 1521 N COCKRELL HILL RD`. What could be a street is none, and the line stays whole."""
    if (lead := _LEAD_IN.match(line)) and _is_address(line[lead.end() :]):
        return lead[0].strip(), line[lead.end() :]
    between = next((one for one in _BEFORE_ADDRESS.finditer(line) if _stands_between(one)), None)
    if between is None:
        return "", line
    said, address = line[: between.start()], line[between.end() :]
    who = _PLAIN_SIGN.sub("", said).strip(" -:@")
    if not _is_address(address) or not (between["sign"] or _LONG.match(address)) or _may_be_street(who):
        return "", line
    return said.strip(" -:@"), address


def _stands_between(found: re.Match[str]) -> bool:
    """Whether words stand before it, and nothing but an address behind."""
    line = found.string
    return bool(_LETTER.search(line, 0, found.start()) and _ADDRESS.fullmatch(line, found.end()))


def _is_address(text: str) -> bool:
    """Whether a text is a house number, a name and a kind of street."""
    words = text.split()
    while len(words) > 2 and (words[-1] in DIRECTIONS or words[-1] in BOUNDS):
        words = words[:-1]
    return len(words) > 2 and words[0][0].isdigit() and words[-1] in TYPES and not all(w in TYPES for w in words[1:])


def _may_be_street(who: str) -> bool:
    words = who.split()
    if not words or any(sign in who for sign in "/&|\\+") or words[0].isdigit():
        return True
    if all(word in DIRECTIONS for word in words) or words[-1] in TYPES or words[-1] in ENDINGS:
        return True
    street = read_street(who, {})
    return bool(street.freeway or street.bound or street.service_road) or words[-1] in (
        "I",
        "IH",
        "US",
        "SH",
        "SR",
        "FM",
    )
