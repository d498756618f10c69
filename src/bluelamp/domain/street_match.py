"""Whether a street that a source found is the one that was asked for. Pure; used by `domain.judging`.

Dispatchers, maps and geocoders spell the same street in many ways; `domain.location` folds them. What must agree is the
name; a direction or a kind of street that contradicts makes it another street, one that is only missing does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from bluelamp.domain.location_street import Street, read_street

_OPPOSITE = {"N": "S", "S": "N", "E": "W", "W": "E", "NE": "SW", "SW": "NE", "NW": "SE", "SE": "NW"}
# Kinds that dispatchers and maps mix up for one and the same large road.
_LARGE = frozenset(("FWY", "EXPY", "HWY", "TOLLWAY", "TPKE", "PKWY", ""))
# Words of six letters with one that is wrong, or two that are swapped.
_NEAR_WORD, _SHORTEST_NEAR = 0.84, 5
_MOST_FOUND = 4


class Likeness(NamedTuple):
    """How far two names agree, from 0 to 1, and in words why not more."""

    share: float
    words: str


SAME = Likeness(1.0, "")
_ANOTHER = Likeness(0.0, "another street")


def likeness(asked: str, found: str, aliases: Mapping[str, str]) -> Likeness:
    """How far a street that was found is the one asked for: 1 the same, 0 another. `aliases` as
    `location.canonical_aliases` makes them."""
    one, other = (read_street(" ".join(text.upper().split()), aliases) for text in (asked, found))
    if one.freeway and other.freeway:
        return SAME if one.freeway == other.freeway else _ANOTHER
    share = _names_share(one.name, other.name)
    if not share:
        return _ANOTHER
    words = "" if share == 1.0 else "spelled otherwise"
    return _by_kind(one, other, _by_direction(one, other, Likeness(share, words)))


def _by_direction(one: Street, other: Street, so_far: Likeness) -> Likeness:
    ours, theirs = one.prefix or one.suffix, other.prefix or other.suffix
    if ours == theirs:
        return so_far
    if not (ours and theirs):
        return Likeness(0.9 * so_far.share, so_far.words or "a direction is missing")
    if theirs == _OPPOSITE[ours]:
        return Likeness(0.0, "the other direction")
    return Likeness(0.5 * so_far.share, "another direction")


def _by_kind(one: Street, other: Street, so_far: Likeness) -> Likeness:
    if one.type == other.type or one.service_road or one.ramp or (one.type in _LARGE and other.type in _LARGE):
        return so_far
    if one.type and other.type:
        return Likeness(0.5 * so_far.share, "another kind of street")
    return Likeness(0.9 * so_far.share, so_far.words or "the kind of street is missing")


@lru_cache(maxsize=50_000)
def _names_share(one: str, other: str) -> float:
    """1 for the same name, 0.8 for one spelled a little otherwise, 0 for another. What one has more of is a name of its
    own: PARK is not PARK CENTRAL."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs):
        return 0.0
    return 0.8 if all(_near(*pair) for pair in zip(ours, theirs, strict=True)) else 0.0


def _near(one: str, other: str) -> bool:
    if one == other:
        return True
    if min(len(one), len(other)) < _SHORTEST_NEAR or any(map(str.isdigit, one + other)):
        return False
    return SequenceMatcher(None, one, other).ratio() >= _NEAR_WORD


def likeness_of_all(asked: Sequence[str], found: Sequence[str], aliases: Mapping[str, str]) -> Likeness:
    """How far the streets found are those asked for: of a crossing both must be, in any order; the lesser counts."""
    if not found:
        return Likeness(0.0, "it names no street")
    if not asked or len(found) < len(asked):
        return Likeness(0.0, "only one of the two streets" if asked else "no street was asked for")
    best = _ANOTHER
    for order in permutations(found[:_MOST_FOUND], len(asked)):
        pairs = [likeness(one, other, aliases) for one, other in zip(asked, order, strict=True)]
        best = max(best, min(pairs, key=lambda pair: pair.share), key=lambda pair: pair.share)
    return best
