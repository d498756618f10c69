"""Coordinates that are written in a text, in whatever way: found, to be taken out where places are kept from view. Used
by `masking` and `making`.
"""

from __future__ import annotations

import re

_SIGNED = r"[-+−]?\s?\d{1,3}"
_FINE = rf"{_SIGNED}[.,]\d{{3,}}"  # degrees to some hundred metres and finer
_PART = r"\d{1,2}(?:\.\d+|,\d+(?=\s*[\"”″'’′]))?"  # minutes, or seconds
_MARK = r"\s*(?:[\"”″'’′]|'')?"
_PARTS = rf"{_SIGNED}\s*(?:[°º]\s*{_PART}(?:\s*[:'’′]\s*{_PART})?|:\s*\d{{1,2}}\s*:\s*{_PART}){_MARK}"
_HEMISPHERE = r"(?:\s*°?\s*[NSEWO]\b)?"
_DEGREES = rf"(?:{_PARTS}|{_FINE}\s*°?){_HEMISPHERE}"
_NAME = r"(?:LATITUDE|LONGITUDE|LAT|LONG|LON|LNG|GPS|LL|COORDINATES|COORDS|COORD|POS)"
_NAMED = rf"\b{_NAME}\b[\s:=.(\[]*{_SIGNED}(?:[.,:]\d+)*(?:[\s:-]+\d{{1,2}}(?:\.\d+)?(?![\d.]))*{_HEMISPHERE}"
# One way of writing them behind another, with what stands between and around them.
_COORDINATES = re.compile(
    rf"(?:\b{_NAME}\b[\s:=.]*)*[(\[]?\s*(?:{_NAMED}|(?<![\d.]){_DEGREES})"
    rf"(?:[\s,;/|]*(?:{_NAMED}|(?<!\d){_DEGREES}))*\s*[)\]]?",
    re.IGNORECASE,
)
# Degrees, minutes and seconds with blanks or dashes between, or degrees and minutes in one, with their hemisphere:
# `32 46 12.3 N 96 48 12.4 W`, `3246.123N 09648.123W`.
_BY_HEMISPHERE = r"(?<![\d.])(?:\d{1,3}[\s-]\d{1,2}[\s-]\d{1,2}(?:\.\d+)?|\d{4,5}\.\d+)\s?[NSEWO]\b"
_SPACED = re.compile(rf"{_BY_HEMISPHERE}(?:[\s,;/|]*{_BY_HEMISPHERE})*", re.IGNORECASE)
# Two numbers together may be coarser, or scaled: `32.78, -96.80`, `33490123:117012345`.
_BETWEEN = r"\s*[,;:/\s]\s*[-+−]?"
_PAIR = re.compile(
    rf"[(\[]?(?<![\d.])[-+−]?(?:\d{{1,3}}\.\d{{2,}}{_BETWEEN}\d{{1,3}}\.\d{{2,}}|"
    rf"[EN]?\d{{7,9}}(?:\.\d+)?{_BETWEEN}[EN]?\d{{7,9}}(?:\.\d+)?)[)\]]?"
)
_PLUS_CODE = re.compile(r"\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b", re.IGNORECASE)
_THREE_WORDS = re.compile(r"/{3}\w+\.\w+\.\w+")
_GRID = re.compile(r"\b\d{1,2}\s?[C-X](?:\s?[A-Z]{2})?\s?\d{3,7}\s?\d{3,7}\b", re.IGNORECASE)
_WAYS = (_THREE_WORDS, _PLUS_CODE, _GRID, _SPACED, _COORDINATES, _PAIR)
_MAY_HOLD = re.compile(r"\d|///")
_LEFT_OVER = re.compile(r"^[\s,;/|()\[\]-]+|[\s,;/|()\[\]-]+$")


def without_coordinates(text: str, nothing: str) -> str:
    """A text without coordinates: degrees in decimals or in minutes and seconds, `LAT … LON …`, grid references, plus
    codes, three words. `nothing` where nothing else is left."""
    if not _MAY_HOLD.search(text):
        return text
    told = text
    for way in _WAYS:
        told = way.sub(" ", told)
    if told == text:
        return text
    return _LEFT_OVER.sub("", " ".join(told.split())) or nothing
