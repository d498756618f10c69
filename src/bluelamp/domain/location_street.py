"""One street as it is written, taken apart: `S R L Thornton Serv Nb` is the service road, northbound, of what the
agency's aliases call I-35E. Used by `location`, and by the gazetteer for the streets of its material.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bluelamp.domain.location_words import (
    BOUNDS,
    DIRECTIONS,
    FREEWAY_TYPES,
    HEADS,
    INSIDE_NAMES,
    LEADING_TYPES,
    NUMBERED_TYPES,
    ORDINALS,
    RAMP_WORDS,
    SERVICE_WORDS,
    TYPES,
    ordinal,
)

_SILENT = str.maketrans("", "", ".'’`\"*?!:;")
_NO_LETTER = re.compile(r"[^A-Z0-9&ÁÉÍÓÚÜÑ]+")
# How numbered roads are written: I 635, IH-35 E, INTERSTATE 20, US HWY 75, STATE HIGHWAY 183, FM 1382, LOOP 12.
_ROUTE = re.compile(
    r"(?P<prefix>[NSEW] )?"
    r"(?:(?P<i>I|IH|INTERSTATE(?: HWY| HIGHWAY)?)|(?P<us>US|U S)(?: HWY| HIGHWAY)?"
    r"|(?P<sh>SH|TX|SR|STATE (?:HWY|HIGHWAY|ROUTE|RTE|RD|ROAD))"
    r"|(?:(?:SH |STATE HWY |STATE HIGHWAY )?(?P<loop>LOOP|SPUR|BELTWAY))|(?P<fm>FM)|(?P<hwy>HWY|HIGHWAY|ROUTE|RTE))"
    r" ?(?P<number>\d{1,4})(?: ?(?P<half>[EW]))?(?: (?:HWY|HIGHWAY|FWY|FRWY|FREEWAY|EXPY))?"
)
_ROUTE_WORDS = frozenset(
    {"I", "IH", "INTERSTATE", "US", "U", "SH", "TX", "SR", "STATE", "LOOP", "SPUR", "BELTWAY", "FM"}
    | {"HWY", "HIGHWAY", "ROUTE", "RTE"}
)
_ODD_INTERSTATE = re.compile(r"I-\d*[13579]")
_GLUED = re.compile(r"(I|IH|US|SH|FM)(\d{1,4}[EW]?)")
_NUMBERED_ROAD = re.compile(r"[A-Z]+-[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Street:
    """A street. `name`, in capitals, without direction and kind; `type` in its short form (`AVE`); `prefix` and
    `suffix` a direction (`N`, `SW`); `bound` which way traffic goes (`NB`); `freeway` its number where it has one
    (`I-635`)."""

    name: str
    type: str = ""
    prefix: str = ""
    suffix: str = ""
    bound: str = ""
    service_road: bool = False
    ramp: bool = False
    freeway: str = ""

    @property
    def directed_name(self) -> str:
        return f"{self.prefix} {self.name}" if self.prefix else self.name

    @property
    def plain(self) -> str:
        """The street without the way that traffic goes: `N HASKELL AVE`, `S I-35E`."""
        named = (self.freeway,) if self.freeway else (self.name, self.type)
        return " ".join(part for part in (self.prefix, *named, self.suffix) if part)

    @property
    def full(self) -> str:
        """All of it in one spelling: `S I-35E SERV NB`."""
        more = (*(("SERV",) if self.service_road else ()), *(("RAMP",) if self.ramp else ()), self.bound)
        return " ".join(part for part in (self.plain, *more) if part)


NO_STREET = Street("")


def read_street(line: str, aliases: Mapping[str, str]) -> Street:
    """A street in capitals, without its house number; NO_STREET where nothing is left to be a name."""
    words = _NO_LETTER.sub(" ", line.translate(_SILENT)).split()
    if len(words) > 2 and words[0] == "SO" and words[-1] in TYPES:
        words[0] = "S"
    words, bound, suffix, service, ramp = _without_endings(words)
    if not words:
        return NO_STREET
    route = _route(words, aliases)
    if route is not None:
        prefix, number = route
        if suffix and _ODD_INTERSTATE.fullmatch(number) and suffix in "EW":
            # An odd interstate runs north and south: `INTERSTATE 35 E` is its eastern half.
            number, suffix = aliases.get(f"{number}{suffix}", f"{number}{suffix}"), ""
        suffix = "" if number.endswith(suffix) else suffix  # `IH 35 E` of what is I-35E
        return Street(number, "", prefix, suffix, bound, service, ramp, number)
    words, kind = _without_type(words)
    prefix, name = _name(words, aliases)
    if name.isdigit() and kind in NUMBERED_TYPES:
        name = ordinal(int(name))
    prefix, name, kind, freeway = _by_alias(prefix, name, kind, service or ramp, aliases)
    return Street(name, kind, prefix, suffix, bound, service, ramp, freeway)


def _without_endings(words: list[str]) -> tuple[list[str], str, str, bool, bool]:
    """(the words before, bound, direction, whether a service road, whether a ramp). At least one word stays."""
    bound = suffix = ""
    service = ramp = False
    if len(words) > 1 and words[0] in RAMP_WORDS:
        ramp, words = True, words[1:]
        if len(words) > 1 and words[0] in ("TO", "FROM"):
            words = words[1:]
    if len(words) > 1 and words[0] in BOUNDS:
        bound, words = BOUNDS[words[0]], words[1:]  # `NB I 5`
    while len(words) > 1:
        last, before = words[-1], words[-2]
        if last in BOUNDS and not bound:
            bound = BOUNDS[last]
        elif last in RAMP_WORDS:
            ramp = True
        elif last in SERVICE_WORDS:
            service = True
        elif last in ("RD", "ROAD") and before in SERVICE_WORDS and len(words) > 2:
            service, words = True, words[:-1]
        elif last in DIRECTIONS and not suffix and _is_suffix(last, words):
            suffix = DIRECTIONS[last]
        else:
            break
        words = words[:-1]
    return words, bound, suffix, service, ramp


def _is_suffix(last: str, words: list[str]) -> bool:
    """Whether a direction at the end is one: spelled out it may be the name (`CREEK SOUTH`), alone too (`AVENUE E`)."""
    before = words[-2]
    if len(words) == 2 and (before in LEADING_TYPES or before in DIRECTIONS):
        return False
    return len(last) <= 2 or before in TYPES


def _route(words: list[str], aliases: Mapping[str, str]) -> tuple[str, str] | None:
    """(prefix, number) of a road that is called by its number: `IH 35` is I-35, or what the aliases say it is here."""
    if glued := _GLUED.fullmatch(words[-1] if len(words) <= 2 else ""):
        words = [*words[:-1], glued[1], glued[2]]
    if words[0] not in _ROUTE_WORDS and (len(words) < 2 or words[1] not in _ROUTE_WORDS):
        return None
    found = _ROUTE.fullmatch(" ".join(words))
    if found is None:
        return None
    system = found["loop"] or next(name for name in ("i", "us", "sh", "fm", "hwy") if found[name])
    number = f"{system.upper()}-{found['number']}{found['half'] or ''}"
    prefix = (found["prefix"] or "").strip()
    return prefix, aliases.get(f"{prefix} {number}", aliases.get(number, number))


def _without_type(words: list[str]) -> tuple[list[str], str]:
    if len(words) == 2 and words[0] in LEADING_TYPES and len(words[1]) <= 2 and words[1] not in TYPES:
        return ["AVENUE" if words[0] == "AVE" else words[0], words[1]], ""
    kind = TYPES.get(words[-1], "") if len(words) > 1 else ""
    return (words[:-1], kind) if kind else (words, "")


def _name(words: list[str], aliases: Mapping[str, str]) -> tuple[str, str]:
    """(direction, name) of words without endings and kind."""
    initials = 0
    while initials < len(words) and len(words[initials]) == 1 and words[initials].isalpha():
        initials += 1
    directed = len(words) > 1 and words[0] in DIRECTIONS
    # `S R L THORNTON` has a direction, `S M WRIGHT` has none: two letters are initials, of three the first may be S.
    if directed and initials > 1 and len(words) > 2:
        directed = _joined(words, initials) not in aliases if initials > 2 else " ".join(words) in aliases
    prefix = DIRECTIONS[words[0]] if directed else ""
    rest, initials = (words[1:], max(initials - 1, 0)) if directed else (words, initials)
    return prefix, _joined(rest, initials)


def _joined(words: list[str], initials: int) -> str:
    if initials > 1:
        words = ["".join(words[:initials]), *words[initials:]]
    elif len(words) > 1 or words[0] in ORDINALS:
        words = [HEADS.get(words[0]) or ORDINALS.get(words[0], words[0]), *words[1:]]
    if len(words) > 1:
        words = [words[0], *(INSIDE_NAMES.get(word, word) for word in words[1:])]
    return " ".join(words)


def _by_alias(
    prefix: str, name: str, kind: str, beside_freeway: bool, aliases: Mapping[str, str]
) -> tuple[str, str, str, str]:
    """(prefix, name, kind, freeway) with the agency's other names: a freeway's number is added, a street is renamed."""
    meant = aliases.get(f"{prefix} {name}") if prefix else None
    meant = meant or aliases.get(name)
    if meant is None:
        return prefix, name, kind, ""
    if _NUMBERED_ROAD.fullmatch(meant):
        return prefix, name, kind, meant if beside_freeway or kind in FREEWAY_TYPES else ""
    other = read_street(meant, {})
    return other.prefix or prefix, other.name, other.type or kind, other.freeway
