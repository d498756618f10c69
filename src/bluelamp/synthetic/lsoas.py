"""The LSOAs of one local authority in both censuses, with their points.

Read by geography for rows and by reference for lookups.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from bluelamp.synthetic.chance import generator
from bluelamp.synthetic.names import streets
from bluelamp.synthetic.territory import Authority, scatter

POINTS_PER_LSOA = 20
METRES_PER_DEGREE = 111_320  # of latitude
_MSOA = 5  # LSOAs of one middle layer area share its three digits


@dataclass(frozen=True)
class Lsoa:
    """One LSOA of one census: `E01500012`, `Stoke-on-Trent 003B`."""

    code: str
    name: str
    district: int


@dataclass(frozen=True)
class LsoaChange:
    """One row of the lookup 2011 → 2021: positions in `old` and `new`, and U, S, M or X as the ONS marks it."""

    old: int
    new: int
    kind: str


@dataclass(frozen=True)
class LsoaSet:
    """All LSOAs of an authority: `old` drawn in 2011, `new` in 2021. `centres` (old, 2) in degrees."""

    old: tuple[Lsoa, ...]
    new: tuple[Lsoa, ...]
    changes: tuple[LsoaChange, ...]
    centres: NDArray[np.float64]


@dataclass(frozen=True)
class SnapPoints:
    """Snap points, one row each: micro-degrees (2, points) of longitude and latitude, those of the list that came after
    2022-06, `On or near …`, and the position of the LSOA of either census."""

    spots: NDArray[np.int64]
    redrawn: NDArray[np.int64]
    location: tuple[str, ...]
    old: NDArray[np.int64]
    new: NDArray[np.int64]


@lru_cache(maxsize=64)
def lsoas_of(seed: int, authority: Authority, two_names: bool) -> LsoaSet:
    """The LSOAs of an authority; without any for a district of Northern Ireland, where one centre stands for each.

    With `two_names` some that stayed as they were have another name since 2021.
    """
    chance = generator(seed, "lsoas", authority.number)
    count = authority.lsoas or 12
    centres = _centres(chance, authority, count)
    if not authority.lsoas:
        return LsoaSet((), (), (), centres)
    # Districts that were merged lie side by side: west to east.
    centres = centres[np.argsort(centres[:, 0], kind="stable")]
    within = np.arange(count) * len(authority.districts) // count
    letters = "W" if authority.welsh else "E"
    old: list[Lsoa] = []
    for position, district in enumerate(within.tolist()):
        rank = position - int(np.searchsorted(within, district))
        name = f"{authority.districts[district].stem} {rank // _MSOA + 1:03d}{'ABCDE'[rank % _MSOA]}"
        old.append(Lsoa(f"{letters}01{500_000 + authority.first + position:06d}", name, district))
    new, changes = _redrawn(old, letters, authority.first)
    if two_names:
        new = _renamed(new, authority.first)
    return LsoaSet(tuple(old), tuple(new), tuple(changes), centres)


def _centres(chance: np.random.Generator, authority: Authority, count: int) -> NDArray[np.float64]:
    """LSOAs crowd into a few towns, as people do; the rest of the authority is thin."""
    towns = scatter(chance, authority.area, 1 + min(4, count // 12))
    spread = float(np.sqrt(authority.area.area)) * 0.11
    found = scatter(chance, authority.area, max(1, count // 5))
    while len(found) < count:
        near = towns[chance.integers(0, len(towns), 2 * count)] + chance.normal(0, spread, (2 * count, 2))
        inside = shapely.contains_xy(authority.area, near[:, 0], near[:, 1])
        found = np.concatenate([found, near[inside]])
    return found[:count]


def _redrawn(old: list[Lsoa], letters: str, first: int) -> tuple[list[Lsoa], list[LsoaChange]]:
    """The census of 2021: most LSOAs stay, some are split, some merged, a very few redrawn across each other."""
    new: list[Lsoa] = []
    changes: list[LsoaChange] = []
    position = 0
    while position < len(old):
        this = old[position]
        follows = old[position + 1] if position + 1 < len(old) else None
        drawn = (first + position) * 7919 % 997
        together = follows is not None and follows.district == this.district and follows.name[:-1] == this.name[:-1]
        if drawn < 45:
            changes += [LsoaChange(position, len(new) + part, "S") for part in range(2)]
            new += [_successor(this, letters, first + position, part) for part in range(2)]
        elif drawn < 52 and together:
            changes += [LsoaChange(position + part, len(new), "M") for part in range(2)]
            new.append(_successor(this, letters, first + position, 0))
            position += 1
        elif drawn < 54 and together:
            assert follows is not None
            pairs = ((0, 0), (0, 1), (1, 1))
            changes += [LsoaChange(position + one, len(new) + other, "X") for one, other in pairs]
            new += [_successor(each, letters, first + position, part) for part, each in enumerate((this, follows))]
            position += 1
        else:
            changes.append(LsoaChange(position, len(new), "U"))
            new.append(this)
        position += 1
    return new, changes


def _renamed(lsoas: list[Lsoa], first: int) -> list[Lsoa]:
    """One LSOA in sixteen that kept its code gets a letter that nobody has. A few pairs of neighbours swap names, so
    that one name is of two codes, in one census each."""
    found = list(lsoas)
    kept = [n for n, lsoa in enumerate(lsoas) if lsoa.code[3] != "7"]
    for n in kept[first % 16 :: 16]:
        found[n] = replace(lsoas[n], name=lsoas[n].name[:-1] + chr(ord("P") + "ABCDE".index(lsoas[n].name[-1])))
    for n, following in pairwise(kept):
        if (first + n) * 7919 % 499 == 0 and lsoas[n].name[:-1] == lsoas[following].name[:-1]:
            found[n], found[following] = (
                replace(lsoas[one], name=lsoas[other].name) for one, other in ((n, following), (following, n))
            )
    return found


def _successor(lsoa: Lsoa, letters: str, number: int, part: int) -> Lsoa:
    """A new LSOA gets a new code and letters that its middle layer area has not used: F to O."""
    letter = chr(ord("F") + 2 * "ABCDE".index(lsoa.name[-1]) + part)
    return Lsoa(f"{letters}01{700_000 + 2 * number + part:06d}", lsoa.name[:-1] + letter, lsoa.district)


def points_of(seed: int, authority: Authority, known: LsoaSet, blanks: bool) -> SnapPoints:
    """The snap points of an authority, inside its area, in the order of its LSOAs of 2011, which are `known`."""
    chance = generator(seed, "points", authority.number)
    per = POINTS_PER_LSOA if authority.lsoas else 60
    owner = np.repeat(np.arange(len(known.centres)), per)
    degrees = _placed(chance, authority, known.centres[owner])
    location = streets(chance, authority.welsh, len(owner), blanks)
    redrawn = _moved(generator(seed, "redrawn", authority.number), authority, degrees)
    return SnapPoints(_micro(degrees), _micro(redrawn), tuple(location), owner, _successors(known, owner, degrees))


def _micro(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(degrees.T * 1e6).astype(np.int64)


def _moved(chance: np.random.Generator, authority: Authority, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """(points, 2) other points for the same places, 15 to 90 metres off, nearer where the border is."""
    found = degrees.copy()
    waiting = np.arange(len(degrees))
    for attempt in range(12):
        metres = chance.uniform(15, 90, len(waiting)) / 2 ** (attempt // 2)
        angle = chance.uniform(0, 2 * np.pi, len(waiting))
        steps = np.column_stack([np.cos(angle) / 0.6, np.sin(angle)]) * (metres / METRES_PER_DEGREE)[:, None]
        tried = np.round(degrees[waiting] + steps, 6)
        inside = shapely.contains_xy(authority.area, tried[:, 0], tried[:, 1])
        found[waiting[inside]] = tried[inside]
        waiting = waiting[~inside]
    return found


def _placed(chance: np.random.Generator, authority: Authority, centres: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(np.sqrt(authority.area.area / (len(centres) / POINTS_PER_LSOA))) * 0.14
    placed = centres.copy()
    waiting = np.arange(len(centres))
    shapely.prepare(authority.area)
    for attempt in range(8):
        tried = centres[waiting] + chance.normal(0, spread / (1 + attempt), (len(waiting), 2)) * (1.0, 0.6)
        tried = np.round(tried, 6)
        inside = shapely.contains_xy(authority.area, tried[:, 0], tried[:, 1])
        placed[waiting[inside]] = tried[inside]
        waiting = waiting[~inside]
    # Centres hard by the border: a row of points beside the middle of the authority.
    middle = shapely.get_coordinates(shapely.point_on_surface(authority.area))[0]
    placed[waiting] = np.round(middle, 6) + np.column_stack([np.arange(len(waiting)) * 2e-6, np.zeros(len(waiting))])
    return placed


def _successors(known: LsoaSet, owner: NDArray[np.int64], degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    """(points,) position among the LSOAs of 2021; of a split one the western or the eastern half."""
    if not known.new:
        return np.zeros_like(owner)
    parts = np.zeros((len(known.old), 2), dtype=np.int64)
    for change in reversed(known.changes):  # so that the first of several successors ends up in column 0
        parts[change.old] = (change.new, parts[change.old, 0] if change.kind in "SX" else change.new)
    single = np.bincount([change.old for change in known.changes], minlength=len(known.old)) == 1
    parts[single, 1] = parts[single, 0]
    east = degrees[:, 0] > known.centres[owner, 0]
    found: NDArray[np.int64] = parts[owner, east.astype(np.int64)]
    return found
