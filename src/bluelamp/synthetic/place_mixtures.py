"""Seeded mixtures of faults of points and of sizes, without the files: for measuring what is decided of a file.

One mixture is a series of months of one force with the coordinates of its rows, how many rows there are, and what is
true of each file. Beside it stands mixtures.py, for times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import generator
from bluelamp.synthetic.misplaced import easting_twice
from bluelamp.synthetic.plan import ALL_FORCES
from bluelamp.synthetic.territory import regions, scatter
from bluelamp.synthetic.truth import EASTING_TWICE, FEW, SHIFTED, SWAPPED, THREE_DECIMALS, TWO_DECIMALS

Floats = NDArray[np.float64]
_FIRST, _LAST = Month.of(2012, 1).index, Month.of(2024, 12).index
_ROWS = (15, 3_000)
_PLACES, _MOST = 600, 450
USUAL, FULL, MANY = "usual", "full", "many"


@dataclass(frozen=True)
class PlacedMonth:
    """One file of a mixture: (points,) `longitude` and `latitude` as published, NaN where a row has none; of a file of
    many `rows` some. What is true: `points` and `rounding` in words of truth.py or USUAL and FULL; `size`: FEW where
    a month has less than a tenth of what it should have, MANY where more than seven times that, else USUAL."""

    force: str
    month: Month
    rows: int
    longitude: Floats
    latitude: Floats
    points: str
    rounding: str
    size: str


def placed_months(seed: int) -> Iterator[PlacedMonth]:
    """The mixture of this number: 6 to 14 months that follow each other, of one force, always the same."""
    chance = generator("places", seed)
    count = int(chance.integers(6, 15))
    first = int(chance.integers(_FIRST, _LAST - count + 2))
    force = str(ALL_FORCES[int(chance.integers(len(ALL_FORCES)))])
    places = _places_of(force)
    busy = np.cumsum(np.exp(chance.normal(0, 1.5, len(places))))
    sizes, told = _sizes(chance, count)
    faults, rounding = _faults(chance, count, force), _roundings(chance, count)
    unplaced, stray = chance.uniform(0, 0.6) * (chance.random() < 0.4), chance.uniform(0, 0.01)
    for number in range(count):
        some = min(int(sizes[number]), _MOST)
        degrees = places[np.searchsorted(busy, chance.random(some) * busy[-1])]
        degrees = degrees + chance.normal(0, 0.004, degrees.shape)
        away = chance.random(some) < stray
        degrees[away] = _places_of("btp")[chance.integers(0, _PLACES, int(away.sum()))]
        degrees = np.round(_moved(chance, degrees, faults[number]), rounding[number])
        degrees[chance.random(some) < unplaced] = np.nan
        yield PlacedMonth(
            force,
            Month(first + number),
            int(sizes[number]),
            degrees[:, 0],
            degrees[:, 1],
            faults[number],
            {2: TWO_DECIMALS, 3: THREE_DECIMALS}.get(rounding[number], FULL),
            told[number],
        )


@lru_cache(maxsize=len(ALL_FORCES))
def _places_of(force: str) -> Floats:
    """(600, 2) streets of a force in degrees, most of them in a few towns; railways are everywhere."""
    chance = generator("streets", force)
    if force == "btp":
        others = [each for each in ALL_FORCES if each not in {"btp", "northern-ireland"}]
        return np.concatenate([_places_of(each)[: _PLACES // len(others) + 1] for each in others])[:_PLACES]
    region = regions()[force]
    towns = scatter(chance, region, int(chance.integers(3, 12)))
    sizes = chance.dirichlet(np.full(len(towns), 0.7))
    near = towns[chance.choice(len(towns), _PLACES, p=sizes)] + chance.normal(0, 0.03, (_PLACES, 2))
    thin = chance.random(_PLACES) < 0.2
    near[thin] = scatter(chance, region, int(thin.sum()))
    found: Floats = near
    return found


def _sizes(chance: np.random.Generator, count: int) -> tuple[NDArray[np.int64], list[str]]:
    """(months,) rows, and whether a month has far fewer or far more than it should."""
    typical = np.exp(chance.uniform(*np.log(_ROWS)))
    season = 1 + 0.2 * np.sin(np.arange(count) / 12 * 2 * np.pi + chance.uniform(0, 6))
    sizes = typical * season * np.exp(chance.normal(0, 0.15, count))
    told = [USUAL] * count
    if chance.random() < 0.3:
        for number in set(chance.integers(0, count, int(chance.integers(1, 3))).tolist()):
            kind = int(chance.integers(4))
            sizes[number] *= (chance.uniform(0.01, 0.09), chance.uniform(7.5, 12), 0.4, chance.integers(2, 4))[kind]
            told[number] = (FEW, MANY, USUAL, USUAL)[kind]
    return np.maximum(1, np.rint(sizes)).astype(np.int64), told


def _some(chance: np.random.Generator, count: int, every: float, run: float, single: float) -> list[int]:
    """All months, a run of them, or single ones, with these chances; mostly none."""
    drawn = chance.random()
    if drawn < every:
        return list(range(count))
    if drawn < every + run:
        first = int(chance.integers(count))
        return list(range(first, min(count, first + int(chance.integers(2, max(3, count // 2))))))
    if drawn < every + run + single:
        return sorted(set(chance.integers(0, count, int(chance.integers(1, 3))).tolist()))
    return []


def _faults(chance: np.random.Generator, count: int, force: str) -> list[str]:
    """(months,) what is wrong with the points: nothing that a force too small, or everywhere, cannot show."""
    found = [USUAL] * count
    for fault in (SWAPPED, EASTING_TWICE):
        for number in _some(chance, count, 0.03, 0.02, 0.1):
            found[number] = USUAL if fault == EASTING_TWICE and force == "city-of-london" else fault
    # That points lie elsewhere can be told by the months beside alone.
    for number in _some(chance, count, 0.0, 0.0, 0.15) if found.count(USUAL) > 4 and force != "btp" else []:
        found[number] = SHIFTED
    return found


def _roundings(chance: np.random.Generator, count: int) -> list[int]:
    """(months,) decimals of the coordinates."""
    found = [6] * count
    for number in _some(chance, count, 0.05, 0.05, 0.1):
        found[number] = int(chance.integers(2, 6))
    return found


def _moved(chance: np.random.Generator, degrees: Floats, fault: str) -> Floats:
    """(points, 2) where the points of a month are published."""
    if fault == SWAPPED:
        return degrees[:, ::-1].copy()
    if fault == EASTING_TWICE:
        return np.column_stack(easting_twice(degrees[:, 0], degrees[:, 1]))
    if fault == SHIFTED:
        angle, far = chance.uniform(0, 2 * np.pi), chance.uniform(0.9, 2.2)
        found: Floats = degrees + np.array([far * np.cos(angle) / 0.6, far * np.sin(angle)])
        return found
    return degrees
