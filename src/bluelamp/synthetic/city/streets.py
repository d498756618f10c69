"""The streets of the synthetic city, on its plane. Pure; read by `ground` and `published`.

Streets lie on a grid of one block, named once each: what lies on one line has one name, though it may be broken by the
river, a park or open country. Main roads go through; every fifth street goes through the town; the others come and go,
district by district, dense in the middle and sparse outside. Block numbers grow by 100 a block from two base lines, and
along freeways from their southern or western end.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.plane import BLOCK, DISTRICT, HALF, river_at
from bluelamp.synthetic.city.words import ENDINGS, FREEWAYS, KINDS, NUMBERED, STEMS

Axis = Literal["ns", "ew"]
Piece = tuple[float, float]
Grain = tuple[float, int]  # how many of a district's streets there are, and which way more of them go
_LINES = 150  # each way
_TOWN = 9_600.0  # metres: how far the town goes
_BANK = 110.0  # metres from the middle of the river to where streets end


@dataclass(frozen=True, slots=True)
class CityStreet:
    """One street: `along` is the axis that it runs on, `across` where it lies on the other (metres from the centre),
    `pieces` from where to where it goes, in order. `words` are the ways in which it is written."""

    along: Axis
    across: float
    pieces: tuple[Piece, ...]
    words: tuple[str, ...]
    freeway: bool = False
    main: bool = False

    @property
    def first(self) -> float:
        return self.pieces[0][0]

    @property
    def last(self) -> float:
        return self.pieces[-1][1]

    def reaches(self, at: float) -> bool:
        """Whether it goes as far as a place along it, and is not broken there."""
        return any(first <= at <= last for first, last in self.pieces)

    def hundred(self, at: float) -> int:
        """The block number at a place along it; 0 in the first block."""
        return int((at + HALF if self.freeway else abs(at)) / BLOCK) * 100

    def middle(self, hundred: int, at: float) -> float:
        """The middle of a block of it, on the side of the base line that `at` lies on."""
        metres = (hundred // 100 + 0.5) * BLOCK
        return metres - HALF if self.freeway else math.copysign(metres, at)

    def point(self, at: float) -> tuple[float, float]:
        """(east, north) in metres of a place along it."""
        return (self.across, at) if self.along == "ns" else (at, self.across)

    def named(self, at: float, words: str) -> str:
        """Its name at a place along it: a street on both sides of a base line says on which one is."""
        if self.freeway or self.first >= 0 or self.last <= 0:
            return words
        sides = "NS" if self.along == "ns" else "EW"
        return f"{sides[0] if at >= 0 else sides[1]} {words}"


def streets_of(seed: int) -> list[CityStreet]:
    """The streets of one seed, freeways left out."""
    chance = random.Random(key(seed, "streets"))
    names = [stem + ending for stem in STEMS for ending in ENDINGS]
    chance.shuffle(names)
    grain = _grain(chance)
    axes: tuple[Axis, Axis] = ("ew", "ns")
    return [_street(chance, name, number, axes[number % 2], grain) for number, name in enumerate(names)]


def freeways_of(seed: int) -> list[CityStreet]:
    """The freeways of one seed: each from edge to edge."""
    chance = random.Random(key(seed, "freeways"))
    lines = chance.sample([line for line in range(-45, 46) if line % 15 == 4], len(FREEWAYS) + len(NUMBERED))
    names = zip((*FREEWAYS, *NUMBERED), lines, strict=True)
    return [_freeway(name, number, line) for number, (name, line) in enumerate(names)]


def _street(
    chance: random.Random, name: str, number: int, along: Axis, grain: dict[tuple[int, int], Grain]
) -> CityStreet:
    line = number // 2 - _LINES // 2
    line += line >= 0  # none lies on a base line
    kind = KINDS[(number // 2) % len(KINDS)]
    main = line % 10 == 0
    across = line * BLOCK + (0.0 if main else chance.uniform(-18, 18))
    pieces: list[Piece] = [(-HALF, HALF)]
    if not main:
        through = line % 5 == 0 and abs(across) < _TOWN
        reach = math.sqrt(max(_TOWN**2 - across**2, 0.0))
        pieces = _banked(along, across, [(-reach, reach)] if through else _local(chance, along, across, grain))
    if not pieces:  # in open country: one road that has a name
        begin = chance.randrange(-5, 5) * DISTRICT
        pieces = [(begin, begin + DISTRICT)]
    words = f"{name} {kind}"
    if line > 0 and line % 10 == 3:
        words = f"{_ordinal(line)} {'Ave' if along == 'ns' else 'St'}"
    if number % 9 == 4:
        words = words.upper()
    return CityStreet(along, across, tuple(pieces), (words,), main=main)


def _grain(chance: random.Random) -> dict[tuple[int, int], Grain]:
    """How each district is built, by its column and line: an empty one is a park, a field or a lake."""
    side = int(HALF // DISTRICT) + 1
    found = {}
    for column in range(-side, side):
        for line in range(-side, side):
            far = math.hypot(column + 0.5, line + 0.5) * DISTRICT / 1000
            share = 1.0 if far < 3.5 else 0.85 if far < 6 else 0.6 if far < 8.5 else 0.3 if far < 10.5 else 0.06
            empty = far > 1.5 and chance.random() < 0.06
            found[column, line] = (0.0 if empty else share * chance.uniform(0.7, 1.0), chance.choice((-1, 0, 1)))
    return found


def _local(chance: random.Random, along: Axis, across: float, grain: dict[tuple[int, int], Grain]) -> list[Piece]:
    """Where a street of the neighbourhood goes: through a district, or part of it, or not at all."""
    pieces: list[Piece] = []
    beside = math.floor(across / DISTRICT)
    side = int(HALF // DISTRICT)
    for district in range(-side, side):
        share, more = grain[(beside, district) if along == "ns" else (district, beside)]
        # Where one way has more streets, the other has fewer: long blocks, as suburbs have them.
        share *= {0: 1.0, 1: 1.0, -1: 0.45}[more if along == "ns" else -more]
        if chance.random() >= share:
            continue
        first, last = district * DISTRICT, (district + 1) * DISTRICT
        if chance.random() < 0.3:
            first, last = first + chance.randrange(0, 5) * BLOCK, last - chance.randrange(0, 5) * BLOCK
        if pieces and pieces[-1][1] == first:
            first = pieces.pop()[0]
        pieces.append((first, last))
    return pieces


def _banked(along: Axis, across: float, pieces: list[Piece]) -> list[Piece]:
    """The pieces without what would lie in the river."""
    kept: list[Piece] = []
    for first, last in pieces:
        steps = [*(first + step * 40.0 for step in range(int((last - first) / 40))), last]
        dry = [_is_dry(along, across, at) for at in steps]
        begin = None
        for (at, here), (_, then) in pairwise([*zip(steps, dry, strict=True), (last, False)]):
            begin = at if here and begin is None else begin
            if begin is not None and not then:
                if at - begin >= BLOCK:
                    kept.append((begin, at))
                begin = None
    return kept


def _is_dry(along: Axis, across: float, at: float) -> bool:
    east, north = (across, at) if along == "ns" else (at, across)
    return abs(north - river_at(east)) > _BANK


def _freeway(name: str, number: int, line: int) -> CityStreet:
    along: Axis = "ns" if number % 2 else "ew"
    ways = ("Nb", "Sb") if along == "ns" else ("Eb", "Wb")
    kinds = ("Expy", "Serv") if name in NUMBERED or name == "N Meridian" else ("Fwy", "Serv", "Serv", "Acrd")
    words = [f"{name} {kind} {way}" for kind in kinds for way in ways]
    words += [f"{name} Frwy"] if "Fanning" in name else []
    words += [f"{name} Ramp {ways[0]}", words[0].upper()]
    return CityStreet(along, (line + 0.5) * BLOCK, ((-HALF, HALF),), tuple(words), freeway=True)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
