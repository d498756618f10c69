"""How far a source of places is believed, and what a check of its answer is worth. Pure; used by `decision`, by scoring
and by what geocoders earn (`places.track_record`).
"""

from __future__ import annotations

import math

from bluelamp.domain.judging import PlaceRules
from bluelamp.domain.place import Candidate

# How often an answer whose street and number agree is right, before anything was scored. What a city publishes may be
# believed; a geocoder may lie plausibly, claiming the street and the number asked for at another place, and a third of
# some do. Until one was scored, or has earned belief (`PlaceRules.reliability`), it makes no point, whoever agrees that
# was not either.
_RELIABLE = {"feed": 0.95, "gazetteer": 0.95}
_UNSCORED = 0.65
# What being in an area is worth grows with what it excludes: odds times exp(_WORTH × -log of its share of the city).
# From 436 real addresses: of wrong places on the right street a beat (one in 195) lets 21 in a hundred through, a
# division (one in eight) 68; however small the area, one in five.
_WORTH, _WORTH_MOST = 0.28, 4.5
_UNKNOWN_SHARE = 0.1  # of an area whose size is not known
# Areas that are known by scattered points alone let more through: of beats 35 in a hundred.
_ROUGH = 0.7


def usual_reliability(source: str) -> float:
    """How often a source is taken to be right before it was scored."""
    return _RELIABLE.get(source, _UNSCORED)


def is_own(source: str) -> bool:
    """Whether a source is the city's own, and is believed before it was scored."""
    return source in _RELIABLE


def is_scored(candidate: Candidate, rules: PlaceRules) -> bool:
    """Whether it was measured how often such a candidate is right, or its source is the city's own."""
    return is_own(candidate.source) or (candidate.source, candidate.precision) in rules.reliability


def area_worth(share: float | None, *, rough: bool) -> float:
    """What the odds are multiplied by where a place lies in an area that is such a part of the city; 1 and more."""
    known = _UNKNOWN_SHARE if share is None else min(max(share, 1e-9), 1.0)
    worth = min(math.exp(-_WORTH * math.log(known)), _WORTH_MOST)
    return worth**_ROUGH if rough else worth
