"""The ground of the synthetic city: streets on a plane, and where calls are. Pure; read by `incidents`.

Streets run north and south, or east and west, over a square of 24 km in empty country. Block numbers grow by 100 every
160 metres from the two base lines, as in American cities, so that every block and every crossing has a true point.
These points are for the truth alone: the feed has no coordinates.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Literal

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.words import DIVISIONS, ENDINGS, FREEWAYS, KINDS, NUMBERED, STEMS

CENTRE = (33.62, -100.86)  # latitude, longitude; nobody lives there
HALF = 12_000.0  # metres from the centre to an edge
_BLOCK = 160.0  # metres from one hundred to the next
_CELL = 1500.0  # side of a beat
_SIDE = int(2 * HALF / _CELL)  # beats along one side of the square
_METRES_A_DEGREE = 111_320.0

Axis = Literal["ns", "ew"]
Kind = Literal["block", "intersection", "street"]
BOUNDS = (-101.0, 33.5, -100.72, 33.74)  # west, south, east, north, round the square


@dataclass(frozen=True, slots=True)
class Street:
    """One street: `along` is the axis that it runs on, `across` where it lies on the other (metres from the centre),
    from `first` to `last` along it. `words` are the ways in which it is written."""

    along: Axis
    across: float
    first: float
    last: float
    words: tuple[str, ...]
    freeway: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a call is: as it is written, and where that truly is."""

    kind: Kind
    block: str | None
    location: str
    lat: float
    lon: float
    division: str
    beat: str
    reporting_area: str


class Ground:
    """The streets of one seed."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(key(seed, "ground"))
        names = [stem + ending for stem in STEMS for ending in ENDINGS]
        chance.shuffle(names)
        self.streets = [_street(chance, name, number) for number, name in enumerate(names)]
        self.freeways = [_freeway(chance, name, number) for number, name in enumerate((*FREEWAYS, *NUMBERED))]
        self._hot = [self._block(chance, self.streets) for _ in range(12)]

    def spot(self, chance: random.Random, *, freeway: bool = False) -> Spot:
        """A place by the shares that were counted in a real feed: 82 % blocks, 17 % crossings, some a street alone;
        freeways at 5 % of the blocks and 42 % of the crossings. One in ten is an address that calls come from often.
        With `freeway` it lies on one."""
        drawn = chance.random()
        if freeway:
            return self._block(chance, self.freeways) if drawn < 0.6 else self._crossing(chance, 1.0)
        if drawn < 0.1:
            return chance.choice(self._hot)
        if drawn < 0.824:
            return self._block(chance, self.freeways if chance.random() < 0.055 else self.streets)
        if drawn < 0.994:
            return self._crossing(chance)
        return self._alone(chance)

    def _block(self, chance: random.Random, streets: list[Street]) -> Spot:
        street = chance.choice(streets)
        at = chance.uniform(street.first, street.last)
        hundred = int(abs(at) / _BLOCK) * 100 or 100
        block = f"0{hundred}" if chance.random() < 0.03 else str(hundred)
        location = _side(street, at, chance.choice(street.words))
        if street.freeway and chance.random() < 0.1:
            # Some spans of blocks are written into the name.
            location = f"- {hundred + 66} {location.upper()}"
        middle = math.copysign((hundred // 100 + 0.5) * _BLOCK, at)
        return _placed("block", block, location, *_point(street, middle))

    def _crossing(self, chance: random.Random, freeways: float = 0.42) -> Spot:
        for _ in range(200):
            one = chance.choice(self.freeways if chance.random() < freeways else self.streets)
            other = chance.choice(self.streets)
            if one.along != other.along and _reach(one, other.across) and _reach(other, one.across):
                break
        east, north = (one.across, other.across) if one.along == "ns" else (other.across, one.across)
        names = [_side(one, other.across, chance.choice(one.words)), _side(other, one.across, other.words[0])]
        if chance.random() < 0.5:
            names.reverse()
        location = " / ".join(names)
        return _placed("intersection", None, location.upper() if chance.random() < 0.25 else location, east, north)

    def _alone(self, chance: random.Random) -> Spot:
        street = chance.choice([*self.streets, *self.freeways])
        middle = (street.first + street.last) / 2
        return _placed("street", None, _side(street, middle, street.words[0]), *_point(street, middle))


def _street(chance: random.Random, name: str, number: int) -> Street:
    along: Axis = "ns" if number % 2 else "ew"
    across = chance.uniform(-HALF, HALF)
    long = number % 5 == 0
    middle = 0.0 if long else chance.uniform(-HALF * 0.8, HALF * 0.8)
    reach = HALF if long else chance.uniform(800, 2600)
    words = f"{name} {KINDS[number % len(KINDS)]}"
    if number % 40 == 7:
        words = f"{number % 60 + 3}th {KINDS[number % len(KINDS)]}"
    if number % 9 == 4:
        words = words.upper()
    return Street(along, across, max(middle - reach, -HALF), min(middle + reach, HALF), (words,))


def _freeway(chance: random.Random, name: str, number: int) -> Street:
    along: Axis = "ns" if number % 2 else "ew"
    ways = ("Nb", "Sb") if along == "ns" else ("Eb", "Wb")
    kinds = ("Expy", "Serv") if name in NUMBERED or name == "N Meridian" else ("Fwy", "Serv", "Serv", "Acrd")
    words = [f"{name} {kind} {way}" for kind in kinds for way in ways]
    words += [f"{name} Frwy"] if "Fanning" in name else []
    words += [f"{name} Ramp {ways[0]}", words[0].upper()]
    return Street(along, chance.uniform(-HALF * 0.7, HALF * 0.7), -HALF, HALF, tuple(words), freeway=True)


def _side(street: Street, at: float, words: str) -> str:
    """Long streets that cross a base line say on which side of it one is."""
    if street.freeway or street.last - street.first < HALF * 1.9:
        return words
    sides = "NS" if street.along == "ns" else "EW"
    return f"{sides[0] if at >= 0 else sides[1]} {words}"


def _reach(street: Street, at: float) -> bool:
    return street.first <= at <= street.last


def _point(street: Street, at: float) -> tuple[float, float]:
    """(east, north) in metres of a place along a street."""
    return (street.across, at) if street.along == "ns" else (at, street.across)


def _placed(kind: Kind, block: str | None, location: str, east: float, north: float) -> Spot:
    lat = CENTRE[0] + north / _METRES_A_DEGREE
    lon = CENTRE[1] + east / (_METRES_A_DEGREE * math.cos(math.radians(CENTRE[0])))
    column, line = (min(max(int((metres + HALF) / _CELL), 0), _SIDE - 1) for metres in (east, north))
    cell = line * _SIDE + column
    division, beat = _BEATS[cell]
    # A reporting area is a quarter of a beat.
    quarter = int((east + HALF) % _CELL > _CELL / 2) + 2 * int((north + HALF) % _CELL > _CELL / 2)
    area = 1000 + 4 * cell + quarter
    return Spot(kind, block, location, round(lat, 6), round(lon, 6), DIVISIONS[division], str(beat), str(area))


def _beats() -> list[tuple[int, int]]:
    """(division, beat) of every cell, row by row. Beats are numbered within their division: 211, 212, …"""
    found, counts = [], [0] * len(DIVISIONS)
    for cell in range(_SIDE * _SIDE):
        division = _division(cell % _SIDE - _SIDE / 2 + 0.5, cell // _SIDE - _SIDE / 2 + 0.5)
        found.append((division, (division + 1) * 100 + 11 + counts[division]))
        counts[division] += 1
    return found


def _division(east: float, north: float) -> int:
    """The first division is the middle of the city, the others are sectors round it."""
    if math.hypot(east, north) < 3:
        return 0
    sectors = len(DIVISIONS) - 1
    return 1 + int((math.atan2(north, east) / math.tau + 0.5) * sectors) % sectors


_BEATS = _beats()
