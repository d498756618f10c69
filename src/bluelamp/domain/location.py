"""The grammar of locations as dispatch systems write them: `2700 N HASKELL AVE`, `4300 - 4466 MARVIN D LOVE SERV NB`,
`L B J FWY EB / AUDELIA RD`, `Cole Ave`. Pure; one location takes some 20 µs.

Used by whatever asks where a call is, and by the gazetteer, which reads the streets of its material with it: what
matters is that both sides fold to the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from bluelamp.domain.location_asides import Point, split_ramp, without_beside
from bluelamp.domain.location_street import NO_STREET, Street, read_street
from bluelamp.domain.location_words import BLOCK_WORDS, BOUNDS, ENDINGS, NOTHING_WORDS, TYPES, UNIT_WORDS

__all__ = ["NO_ALIASES", "Kind", "Location", "Street", "canonical_aliases", "parse_location"]

Kind = Literal["block", "range", "intersection", "street", "named", "unknown"]
Aliases = Mapping[str, str]
NO_ALIASES: Aliases = MappingProxyType({})

_BRACKETS = re.compile(r"\([^()]*\)")
_BETWEEN_STREETS = re.compile(r"\s*[/&@\\|+]+\s*|\s+(?:AND|AT)\s+")
_MAY_CROSS = re.compile(r"[/&@\\|+]| AND | AT ")
_LEAD_IN = re.compile(r"^(?:(?:THE\s+)?(?:INTERSECTION|CORNER)\s+OF|IN\s+THE|NEAR|AT)\s+")
_RANGE = re.compile(r"^(\d{1,6})\s*(?:-|TO\b|THRU\b)\s*(\d{1,6})\s+(?=\S)")
_BLOCK_COLUMN = re.compile(r"(\d{1,6})(X{0,2})(?:\s*-\s*(\d{1,6}))?")
_ANYTHING = re.compile(r"[^\W_]")
# A number with at most one letter behind it (`1204A`), or a masked one (`32XX`); an ordinal is neither.
_NUMBER = re.compile(r"^(\d{1,6})[A-Z]?\s+(?=\S)|^(\d{1,4})(XX?)\s+(?=\S)")
_FRACTION = re.compile(r"^(\d{1,6})(?:\s+|-)[13]/[24]\b")  # `1204 1/2 ELM ST` is no crossing
_UNIT_SIGN = re.compile(r"\s*#\s*(\S.*)?$")
_LONGEST = 300  # characters; a location that is longer is no location


@dataclass(frozen=True, slots=True)
class Location:
    """What a location says.

    `blocks` has one number (kind `block`), the two ends of a range in order, or none; `streets` has one street, or the
    two or more that meet. A `named` place has its name as a street without a kind, because many streets are written so
    (`BROADWAY`). `dropped` is what was left out: a flat, a town, a business, what stood in brackets. `point` are
    coordinates that the text states, `mile` is a mile marker of its road.
    """

    kind: Kind
    text: str  # as given, the block before it
    blocks: tuple[int, ...] = ()
    streets: tuple[Street, ...] = ()
    dropped: str = ""
    point: Point | None = None
    mile: float | None = None

    @property
    def key(self) -> str:
        """One text for all ways of writing the same: what a cache may know the place by. A crossing's streets are in
        order of their names; which way traffic goes is part of it."""
        streets = [street.full for street in self.streets]
        if self.kind == "intersection":
            streets.sort()
        if self.mile is not None:
            streets.append(f"MM {self.mile:g}")
        numbers = "-".join(map(str, self.blocks))
        return f"{self.kind}:{numbers} {' / '.join(streets)}" if numbers else f"{self.kind}:{' / '.join(streets)}"


def parse_location(text: str | None, block: str | int | None = None, aliases: Aliases = NO_ALIASES) -> Location:
    """What a location says; never fails. `block` is the feed's own column where it has one; `aliases` are other names
    of freeways and streets, as `canonical_aliases` makes them."""
    whole = " ".join(str(part) for part in (block, text) if part not in (None, ""))
    line = " ".join((text or "").upper().split())
    numbers = _block_numbers(block)
    if len(line) > _LONGEST or line in NOTHING_WORDS or not _ANYTHING.search(line):
        return Location("unknown", whole, numbers)
    beside = without_beside(_FRACTION.sub(r"\1", line))
    found = _read(whole, beside.line, numbers, beside.dropped, aliases)
    return (
        found if beside.point is None and beside.mile is None else replace(found, point=beside.point, mile=beside.mile)
    )


def _read(whole: str, line: str, numbers: tuple[int, ...], beside: str, aliases: Aliases) -> Location:
    """A location of which only streets are left, and what stands in brackets or behind commas."""
    if not _ANYTHING.search(line):
        return Location("unknown", whole, numbers, (), beside)
    line, dropped = _without_asides(line)
    dropped = f"{dropped} {beside}".strip()
    if line.startswith("-") and len(numbers) == 1:
        line, numbers = f"{numbers[0]} {line}", ()
    parts = _split_streets(line)
    if len(parts) > 1:
        return _crossing(whole, parts, numbers, dropped, aliases)
    return _one_street(whole, line, numbers, dropped, aliases)


def _block_numbers(block: str | int | None) -> tuple[int, ...]:
    """The column's number: `03200`, `32XX`, or the two ends of `4300-4398`; none where it is none."""
    found = _BLOCK_COLUMN.fullmatch(str(block).strip().upper()) if block is not None else None
    if found is None:
        return ()
    first = int(found[1]) * 10 ** len(found[2])
    return tuple(sorted({first, int(found[3] or first)}))


@lru_cache(maxsize=64)
def _canonical(pairs: tuple[tuple[str, str], ...]) -> Aliases:
    found = {}
    for written, meant in pairs:
        street = read_street(" ".join(written.upper().split()), NO_ALIASES)
        found[street.directed_name] = " ".join(meant.upper().split())
    return MappingProxyType(found)


def canonical_aliases(written: Mapping[str, str]) -> Aliases:
    """Aliases as a person writes them (`L B J` = `I-635`, `S R L Thornton` = `I-35E`) in the form that names are folded
    to. A name with a direction goes before the same one without; a kind of street is of no account."""
    return _canonical(tuple(written.items()))


def _without_asides(line: str) -> tuple[str, str]:
    """The line without brackets, flats and towns, and what was taken away."""
    dropped = []
    if "(" in line:
        dropped += _BRACKETS.findall(line)
        line = " ".join(_BRACKETS.sub(" ", line).split()) or line
    if "," in line:
        parts = [part.strip() for part in line.split(",") if part.strip()]
        chosen = next((part for part in parts if _NUMBER.match(f"{part} ") and " " in part), parts[0] if parts else "")
        # `MAIN ST, ELM ST` is two streets; a town and a state have no kind of street at their end.
        if len(parts) == 2 and all(part.split()[-1] in TYPES for part in parts):
            return f"{parts[0]} / {parts[1]}", ""
        dropped += [part for part in parts if part is not chosen]
        line = chosen
    if "#" in line and (found := _UNIT_SIGN.search(line)):
        dropped.append(found[0].strip())
        line = line[: found.start()]
    return line, " ".join(dropped)


def _split_streets(line: str) -> list[str]:
    """What stands between signs that mean a crossing; the line alone where there is none."""
    if not _MAY_CROSS.search(line):
        return split_ramp(line) if " TO " in line else [line]
    return [part for part in _BETWEEN_STREETS.split(_LEAD_IN.sub("", line)) if part.strip()]


def _crossing(text: str, parts: list[str], numbers: tuple[int, ...], dropped: str, aliases: Aliases) -> Location:
    streets = []
    for part in parts:
        written, rest = _numbers(part)
        numbers = numbers or written
        street = read_street(rest, aliases)
        if street is not NO_STREET and not street.plain.isdigit():
            streets.append(street)
    if len(streets) < 2:
        return _one_street(text, parts[0], numbers, dropped, aliases)
    return Location("intersection", text, numbers, tuple(streets), dropped)


def _one_street(text: str, line: str, numbers: tuple[int, ...], dropped: str, aliases: Aliases) -> Location:
    written, rest = _numbers(line)
    numbers = written or numbers
    rest, unit = _without_unit(rest)
    dropped = f"{dropped} {unit}".strip()
    street = read_street(rest, aliases)
    if street is NO_STREET or street.plain.isdigit():
        return Location("unknown", text, numbers, (), dropped)
    if numbers:
        return Location("range" if len(numbers) == 2 else "block", text, numbers, (street,), dropped)
    if street.type or street.freeway or street.service_road or street.ramp or street.bound or street.prefix:
        return Location("street", text, (), (street,), dropped)
    return Location("named", text, (), (street,), dropped)


def _numbers(line: str) -> tuple[tuple[int, ...], str]:
    """The numbers that a line begins with, and the rest; a number that is the street's own name stays with it."""
    found = _RANGE.match(line)
    if found:
        ends = {int(found[1]), int(found[2])}
        return tuple(sorted(ends)), line[found.end() :]
    found = _NUMBER.match(line)
    if found is None:
        return (), line
    number = int(found[1]) if found[1] else int(found[2]) * 10 ** len(found[3])
    words = line[found.end() :].split()
    if words[0] in BLOCK_WORDS and len(words) > 1:
        words = words[2:] if words[1] == "OF" and len(words) > 2 else words[1:]
    elif (words[0] in TYPES or words[0] in ENDINGS) and all(word in ENDINGS for word in words[1:]):
        return (), line  # `345 EXPY SB`, `408 NB`, `11 ST`
    return (number,), " ".join(words)


def _without_unit(line: str) -> tuple[str, str]:
    """A street without `APT 4`, and what was taken away. A word at the head is never a flat: `BUILDING ST`."""
    words = line.split()
    for at in range(1, len(words)):
        if words[at] in UNIT_WORDS and at + 1 < len(words) and (words[at - 1] in TYPES or words[at - 1] in BOUNDS):
            return " ".join(words[:at]), " ".join(words[at:])
    return line, ""
