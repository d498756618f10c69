"""One text read by one format: wholly, or not at all. Pure; used by `times`, and by `agency_file`, which refuses
formats that say too little.

`datetime.strptime` is more forgiving than a feed may be: `%H%M` reads 235 as 23:05. Here numbers that nothing stands
between have their full width, and what a format leaves open is never filled in.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

# Those that are no pattern of strptime.
NAMED_FORMATS = ("iso", "epoch", "rfc822")
_WIDTHS = {"d": 2, "m": 2, "y": 2, "Y": 4, "H": 2, "I": 2, "M": 2, "S": 2, "f": 6, "j": 3}
_TOKEN = re.compile(r"%(?P<directive>[a-zA-Z%])|(?P<blank>\s+)|(?P<literal>[^%\s]+)")
_EPOCH = re.compile(r"\d{1,17}(?:\.\d+)?")
_HOLDS_CLOCK = re.compile(r"\d[T ]\d|\d[Tt]?\d{2}:\d")
_RFC822 = re.compile(
    r"(?:[A-Z]{3},?\s+)?\d{1,2}\s+[A-Z]{3}\s+(?:\d{2}|\d{4})\s+\d{1,2}:\d{2}(?::\d{2})?"
    r"(?:\s+(?P<zone>[-+]\d{4}|[A-Z]{1,5}))?(?:\s*\([^()]*\))?",
    re.IGNORECASE,
)
_SAME_EVERYWHERE = frozenset({"EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"})  # as RFC 822 says
_UTC = frozenset({"UT", "UTC", "GMT", "Z"})


class ParsedTime(NamedTuple):
    """What a text says. `zone` is a name such as CEST, where it states one that only its own place can tell."""

    when: datetime
    zone: str = ""


class Holds(NamedTuple):
    """What a format states: the year, the day of the year, the time of day."""

    year: bool
    day: bool
    clock: bool


@lru_cache(maxsize=256)
def holds(form: str) -> Holds:
    """What a format states. `iso` may hold no time of day: that shows in the text."""
    if form in NAMED_FORMATS:
        return Holds(year=True, day=True, clock=True)
    has = set(re.findall(r"%([a-zA-Z])", form))
    day = bool(has & set("jcx")) or ("d" in has and bool(has & set("mbB")))
    return Holds(bool(has & set("Yycx")), day, bool(has & set("HIcX")))


def lacks(form: str) -> str:
    """Why a format cannot be read without guessing; empty where it can."""
    if form in NAMED_FORMATS:
        return ""
    has = set(re.findall(r"%([a-zA-Z])", form))
    if "I" in has and "p" not in has:
        return f"“{form}” has an hour of twelve without %p: morning and afternoon are the same"
    return ""


@lru_cache(maxsize=8192)
def read_as(text: str, form: str, year: int | None = None) -> ParsedTime | None:
    """A text by a format; None where it does not fit wholly. `year` is that of a format that states none."""
    try:
        if form == "iso":
            return ParsedTime(datetime.fromisoformat(text))
        if form == "epoch":
            return _from_epoch(text)
        if form == "rfc822":
            return _from_rfc822(text)
        return _from_pattern(text, form, year)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None


def is_date_alone(text: str, form: str) -> bool:
    """Whether a text states a day and no time of day."""
    return not _HOLDS_CLOCK.search(text) if form == "iso" else not holds(form).clock


def _from_epoch(text: str) -> ParsedTime | None:
    """Seconds since 1970, or thousandths of them: 1e11 seconds is the year 5138, 1e11 thousandths is 1973."""
    if not _EPOCH.fullmatch(text):
        return None
    number = float(text)
    seconds = number / 1000 if number > 1e11 else number
    return ParsedTime(datetime.fromtimestamp(seconds, UTC)) if math.isfinite(seconds) and seconds > 0 else None


def _from_rfc822(text: str) -> ParsedTime | None:
    found = _RFC822.fullmatch(text)
    if found is None:
        return None
    when, zone = parsedate_to_datetime(text), (found["zone"] or "").upper()
    if when.tzinfo is not None or not zone:
        return ParsedTime(when)
    if zone == "-0000" or zone in _UTC:
        return ParsedTime(when.replace(tzinfo=UTC))
    return None if zone in _SAME_EVERYWHERE else ParsedTime(when, zone)


def _from_pattern(text: str, form: str, year: int | None) -> ParsedTime | None:
    found = _shape(form).fullmatch(text)
    if found is None:
        return None
    zone = (found.groupdict().get("zone") or "").upper()
    if zone:
        # The machine's own zone would decide what %Z reads.
        at = found.start("zone")
        text, form = f"{text[:at]}{text[at + len(zone) :]}".strip(), form.replace("%Z", "").strip()
    if year is not None and not holds(form).year:
        text, form = f"{year} {text}", f"%Y {form}"
    when = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the feed's, see `times.Clock`
    return ParsedTime(when.replace(tzinfo=UTC)) if zone in _UTC else ParsedTime(when, zone)


@lru_cache(maxsize=256)
def _shape(form: str) -> re.Pattern[str]:
    """What a text looks like that a format reads."""
    tokens = list(_TOKEN.finditer(form))
    parts = []
    for at, token in enumerate(tokens):
        directive = token["directive"]
        if token["blank"]:
            parts.append(r"\s+")
        elif directive is None:
            parts.append(re.escape(token["literal"]))
        elif directive == "Z" and "(?P<zone>" not in "".join(parts):
            parts.append("(?P<zone>[A-Za-z]{1,5})")
        elif directive in _WIDTHS:
            most = _WIDTHS[directive]
            touches = any(_is_number(tokens[one]) for one in (at - 1, at + 1) if 0 <= one < len(tokens))
            parts.append(rf"\d{{{most}}}" if touches or directive == "Y" else rf"\d{{1,{most}}}")
        else:
            parts.append("%" if directive == "%" else ".+?")
    return re.compile("".join(parts), re.IGNORECASE)


def _is_number(token: re.Match[str]) -> bool:
    """Whether what stands beside a number would run into it."""
    literal = token["literal"]
    return token["directive"] in _WIDTHS or bool(literal and (literal[0].isdigit() or literal[-1].isdigit()))
