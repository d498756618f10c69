"""The ground of the synthetic city: where its calls are, as they are written and as it is true. Pure; read by
`incidents` and `published`.

Every block and every crossing has a true point. These points are for the truth alone: the feed has no coordinates. What
the city publishes of its ground, and what is wrong with that, is `published`'s.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.beats import areas_at
from bluelamp.synthetic.city.plane import BLOCK, BOUNDS, CENTRE, HALF, on_earth
from bluelamp.synthetic.city.streets import CityStreet, freeways_of, streets_of
from bluelamp.synthetic.city.words import LANDMARKS

__all__ = ["BOUNDS", "CENTRE", "HALF", "Ground", "Kind", "Spot"]

Kind = Literal["block", "intersection", "street", "named"]
_BUSY = 7_500.0  # metres from the centre within which most calls are


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a call is: as it is written, and where that truly is. What is `named` has no street, and the dispatch
    system knows no beat of it."""

    kind: Kind
    block: str | None
    location: str
    lat: float
    lon: float
    division: str
    beat: str
    reporting_area: str


class Ground:
    """The streets of one seed, and the places that calls come from."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(key(seed, "ground"))
        self.streets, self.freeways = streets_of(seed), freeways_of(seed)
        self._pieces = [(street, *piece) for street in self.streets for piece in street.pieces]
        self._busy = list(accumulate(_busyness(*one) for one in self._pieces))
        self._hot = [self._block(chance) for _ in range(12)]

    def spot(self, chance: random.Random, *, freeway: bool = False) -> Spot:
        """A place by the shares that were counted in a real feed: 82 % blocks, 17 % crossings, some a street alone;
        freeways at 5 % of the blocks and 42 % of the crossings. One in ten is an address that calls come from often,
        one in twenty a place that no map has. With `freeway` it lies on one."""
        drawn = chance.random()
        if freeway:
            return self._block(chance, freeway=True) if drawn < 0.6 else self._crossing(chance, 1.0)
        if drawn < 0.1:
            return chance.choice(self._hot)
        if drawn < 0.775:
            return self._block(chance, freeway=chance.random() < 0.055)
        if drawn < 0.945:
            return self._crossing(chance)
        return self._alone(chance) if drawn < 0.95 else _landmark(chance)

    def _block(self, chance: random.Random, *, freeway: bool = False) -> Spot:
        if freeway:
            street, first, last = chance.choice(self.freeways), -HALF * 0.8, HALF * 0.8
        else:
            street, first, last = chance.choices(self._pieces, cum_weights=self._busy)[0]
        at = chance.uniform(first, last)
        if not street.hundred(at):
            at += math.copysign(BLOCK, at)  # the first block is written as the next
        hundred = street.hundred(at)
        block = f"0{hundred}" if chance.random() < 0.03 else str(hundred)
        location = street.named(at, chance.choice(street.words))
        if street.freeway and chance.random() < 0.1:
            # Some spans of blocks are written into the name.
            location = f"- {hundred + 66} {location.upper()}"
        return _placed("block", block, location, *_beside(chance, *street.point(at)))

    def _crossing(self, chance: random.Random, freeways: float = 0.42) -> Spot:
        while True:
            one = chance.choice(self.freeways) if chance.random() < freeways else self._any(chance)
            other = self._any(chance)
            if one.along != other.along and one.reaches(other.across) and other.reaches(one.across):
                break
        east, north = (one.across, other.across) if one.along == "ns" else (other.across, one.across)
        names = [one.named(other.across, chance.choice(one.words)), other.named(one.across, other.words[0])]
        if chance.random() < 0.5:
            names.reverse()
        location = " / ".join(names)
        written = location.upper() if chance.random() < 0.25 else location
        return _placed("intersection", None, written, *_beside(chance, east, north))

    def _alone(self, chance: random.Random) -> Spot:
        street = chance.choice([*self.streets, *self.freeways])
        first, last = chance.choice(street.pieces)
        middle = (first + last) / 2
        return _placed("street", None, street.named(middle, street.words[0]), *street.point(middle))

    def _any(self, chance: random.Random) -> CityStreet:
        return chance.choices(self._pieces, cum_weights=self._busy)[0][0]


def _busyness(street: CityStreet, first: float, last: float) -> float:
    """How many calls come from a piece of a street: more along main roads and towards the middle."""
    far = math.hypot(street.across, min(max(0.0, first), last)) / _BUSY
    return (last - first) * (2.0 if street.main else 1.0) * (math.exp(-(far**2)) + 0.04)


def _landmark(chance: random.Random) -> Spot:
    angle, far = chance.uniform(0, math.tau), chance.uniform(1_000, HALF * 0.8)
    return _placed("named", None, chance.choice(LANDMARKS), far * math.cos(angle), far * math.sin(angle))


def _beside(chance: random.Random, east: float, north: float) -> tuple[float, float]:
    """A place beside the middle of a street or a crossing: at a door, on the pavement."""
    return east + chance.gauss(0, 9), north + chance.gauss(0, 9)


def _placed(kind: Kind, block: str | None, location: str, east: float, north: float) -> Spot:
    return Spot(kind, block, location, *on_earth(east, north), *areas_at(east, north))
