"""The snap points that the rows of one force can carry, as ready-made pieces of CSV.

Read by crimes, outcomes and stops. A force has its own points, a few of its neighbours' (border), a few very far away,
copies of points whose LSOA was redrawn (the other census), and cells for planted markup and for no location. A row
picks one by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.catalogue import BORDER, FAR, border_points, far_points, joined, own_points
from bluelamp.synthetic.chance import fraction, generator
from bluelamp.synthetic.lsoas import POINTS_PER_LSOA
from bluelamp.synthetic.misplaced import easting_twice
from bluelamp.synthetic.names import MARKUP, MARKUP_UTF8, ascii_of
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.stop_values import cell
from bluelamp.synthetic.territory import authorities
from bluelamp.synthetic.values import LAST_ASCII

FIRST_2021 = Month.of(2022, 6)  # from here on the codes of 2021 are the usual ones
LAST_OLD_POINTS = Month.of(2022, 6)
_LAST_2011 = Month.of(2023, 5)  # up to here some forces have codes of 2011 beside them
MIXED = frozenset({"metropolitan", "kent", "south-yorkshire", "norfolk"})
_PORTION = 8192


class ForcePlaces:
    """The places of one force. Positions: own points first, then border, far, other census, markup, no location."""

    def __init__(self, plan: TwinPlan, force: str) -> None:
        self._plan = plan
        self.force = force
        everyone = authorities(plan.seed, lsoa_count(plan), plan.has("odd_names"), plan.has("abolished_districts"))
        own = own_points(plan, force, everyone)
        border, far = border_points(plan, force, everyone), far_points(plan, force, everyone)
        self.own = len(own.location)
        points = joined([own, *border, *far])
        self.border = range(self.own, self.own + BORDER * len(border))
        self.far = range(self.border.stop, self.border.stop + FAR * len(far))
        self._points = points
        # The points that stand a second time, as the other census has them: by another code, or by another name.
        pairs = zip(points.old, points.new, strict=True)
        self._copied = [n for n, (old, new) in enumerate(pairs) if old != new and self._is_mixed(old, new)]
        # (points,) where the same point stands with the LSOA of the other census; its own position where it is one.
        self.other_census = np.arange(self.far.stop)
        self.other_census[self._copied] = np.arange(self.far.stop, self.far.stop + len(self._copied))
        self.markup = range(self.far.stop + len(self._copied), self.far.stop + len(self._copied) + len(MARKUP_UTF8))
        self.nowhere = self.markup.stop
        self._tables: dict[bool, tuple[tuple[bool, ...], pa.Array]] = {}
        self._stops: tuple[tuple[bool, bool], pa.Array] | None = None

    def _is_mixed(self, old: str, new: str) -> bool:
        return self._plan.has("mixed_lsoa_vintages" if _code(old) != _code(new) else "two_names")

    @cached_property
    def slots(self) -> NDArray[np.int32]:
        """Positions of own points, the busy ones many times over: a uniform draw from it is a plausible street."""
        chance = generator(self._plan.seed, "busy", self.force)
        times = np.minimum(40, 1 / np.sqrt(chance.random(self.own) + 1e-4)).astype(np.int64)
        return np.repeat(np.arange(self.own, dtype=np.int32), times)

    @cached_property
    def origin(self) -> NDArray[np.int64]:
        """(all places,) the point that a place is, whichever census its LSOA is of; its own position for the others."""
        found = np.arange(self.nowhere + 1)
        found[self.far.stop : self.markup.start] = self._copied
        return found

    @cached_property
    def _lsoas(self) -> NDArray[np.int64]:
        """(all places,) a number for each LSOA code of 2011."""
        _, numbers = np.unique([_code(text) for text in self._points.old], return_inverse=True)
        return np.append(numbers, np.full(self.nowhere + 1 - self.far.stop, -1))[self.origin]

    @cached_property
    def redrawn(self) -> NDArray[np.bool_]:
        """(all places,) whether the LSOA code of the place is one that only one of the two censuses has."""
        pairs = zip(self._points.old, self._points.new, strict=True)
        changed = np.array([_code(old) != _code(new) for old, new in pairs])
        return np.append(changed, np.zeros(self.nowhere + 1 - self.far.stop, dtype=bool))[self.origin]

    @cached_property
    def _renamed(self) -> NDArray[np.bool_]:
        """(all places,) whether the LSOA of the place kept its code and got another name."""
        pairs = zip(self._points.old, self._points.new, strict=True)
        changed = np.array([old != new for old, new in pairs])
        return np.append(changed, np.zeros(self.nowhere + 1 - self.far.stop, dtype=bool))[self.origin] & ~self.redrawn

    def two_named(self, spots: NDArray[np.int64]) -> int:
        """How many of the rows at these places have an LSOA code that stands under two names among them."""
        spots = spots[self._renamed[spots]]
        copied = spots >= self.far.stop
        lsoas = self._lsoas[spots]
        return int(np.isin(lsoas, np.intersect1d(lsoas[copied], lsoas[~copied])).sum())

    @cached_property
    def nameless(self) -> NDArray[np.bool_]:
        """(all places,) whether the location is `On or near ` and nothing more."""
        found = np.zeros(self.nowhere + 1, dtype=bool)
        found[: self.far.stop] = [text == "On or near " for text in self._points.location]
        return found[self.origin]

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """(all places,) the position that a place has in a file ordered by LSOA; no location comes last."""
        found = self.origin // POINTS_PER_LSOA
        found[self.nowhere] = self.nowhere
        return found

    def has_2021_code(self, month: Month) -> NDArray[np.bool_]:
        """(all places,) whether files of the month give the place an LSOA that was drawn in 2021 and not in 2011."""
        found = self.redrawn.copy()
        usual = month >= FIRST_2021
        found[: self.far.stop] &= usual
        found[self.far.stop : self.markup.start] &= not usual
        return found

    def streets(self, month: Month) -> pa.Array:
        """(all places,) `Longitude,Latitude,Location,LSOA code,LSOA name` as street files have them."""
        return self._table(month, False)

    def outcomes(self, month: Month) -> pa.Array:
        """The same as outcome files have it: no trailing zeros, capitals up to June 2022, `No location`."""
        return self._table(month, True)

    def _table(self, month: Month, outcomes: bool) -> pa.Array:
        # Months come in order, so the table of the last era of each kind of file is all that is kept.
        era = (month > LAST_ASCII, self.is_redrawn(month), month >= FIRST_2021)
        known = self._tables.get(outcomes)
        if not known or known[0] != era:
            known = self._tables[outcomes] = (era, self._made(month, outcomes))
        return known[1]

    def _made(self, month: Month, outcomes: bool) -> pa.Array:
        """Every place with its LSOA in the census that is usual in the month, or the other one for the copies."""
        points = self._points
        usual, other = (points.new, points.old) if month >= FIRST_2021 else (points.old, points.new)
        numbers = range(self.far.stop)
        # In portions, because text takes far more room in Python than in Arrow.
        portions = [numbers[start : start + _PORTION] for start in numbers[::_PORTION]]
        made = [pa.array(self._lines(part, usual, month, outcomes), pa.string()) for part in portions]
        made.append(pa.array(self._lines(self._copied, other, month, outcomes), pa.string()))
        made.append(pa.array(self._special(usual, month, outcomes), pa.string()))
        return pa.concat_arrays(made)

    def _lines(self, numbers: Sequence[int], lsoas: Sequence[str], month: Month, outcomes: bool) -> list[str]:
        chosen, plain, location = np.asarray(numbers, dtype=np.int64), month <= LAST_ASCII, self._points.location
        streets = [ascii_of(location[n]) if plain else location[n] for n in numbers]
        if outcomes and plain:
            streets = ["On or near " + text[11:].upper() for text in streets]
        spots = zip(*(_degrees(axis, outcomes) for axis in self._spots(month)[:, chosen]), strict=True)
        codes = (lsoas[n] or "," for n in numbers)
        return [f"{x},{y},{street},{code}" for (x, y), street, code in zip(spots, streets, codes, strict=True)]

    def _special(self, lsoas: Sequence[str], month: Month, outcomes: bool) -> list[str]:
        """The cells of planted markup, all at one point of the force, and of no location."""
        marked = MARKUP if month <= LAST_ASCII else MARKUP_UTF8
        spot = ",".join(self._lines([self.own // 2], lsoas, month, outcomes)[0].split(",", 2)[:2])
        code = lsoas[self.own // 2] or ","
        rows = [f"{spot},{cell(marked[n % len(marked)])},{code}" for n in range(len(self.markup))]
        return [*rows, ",,No location,," if outcomes else ",,No Location,,"]

    def stops(self, month: Month) -> pa.Array:
        """(own, border and far,) `Latitude,Longitude` as stop files have them, then blanks at position -1."""
        era = (self.is_redrawn(month), self.has_lost_northing(month))
        if not self._stops or self._stops[0] != era:
            spots = self._spots(month)
            if era[1]:
                spots = np.rint(np.stack(easting_twice(*(spots / 1e6))) * 1e6).astype(np.int64)
            longitude, latitude = (_degrees(axis, False) for axis in spots)
            pairs = (f"{y},{x}" for x, y in zip(longitude, latitude, strict=True))
            self._stops = era, pa.array([*pairs, ","], pa.string())
        return self._stops[1]

    def has_lost_northing(self, month: Month) -> bool:
        """Whether the easting stands for both in the stops of a month: Lancashire's, nine months of every twelve."""
        return self._plan.has("shifted_coordinates") and self.force == "lancashire" and month.index % 12 >= 3

    def is_redrawn(self, month: Month) -> bool:
        """Whether the files of a month have the later list of points."""
        return month > LAST_OLD_POINTS and self._plan.has("redrawn_points")

    def _spots(self, month: Month) -> NDArray[np.int64]:
        return self._points.redrawn if self.is_redrawn(month) else self._points.spots


def eighths_of_2011(month: Month) -> int:
    """Of eight rows whose LSOA the censuses call differently, how many have that of 2011 in files with both of them."""
    if not FIRST_2021 <= month <= _LAST_2011:
        return 0
    return 7 - (month.index - FIRST_2021.index) * 6 // (_LAST_2011.index - FIRST_2021.index)


def _code(lsoa: str) -> str:
    return lsoa.partition(",")[0]


def _degrees(micro: NDArray[np.int64], short: bool) -> list[str]:
    """Micro-degrees as text with six decimals, or without trailing zeros."""
    texts = [f"{value / 1e6:.6f}" for value in micro.tolist()]
    return [text.rstrip("0").rstrip(".") for text in texts] if short else texts


def lsoa_count(plan: TwinPlan) -> int:
    """How many LSOAs the map has: the real number for a full twin, fewer for a small one, so that areas have counts."""
    share = plan.crimes / max(1, len(plan.forces)) * 45
    return int(min(35_000, max(1_800, share // 20)))


def no_location_share(plan: TwinPlan, force: str) -> float:
    """The share of a force's rows without a place. Gloucestershire, as in 2022, hides far more than the others."""
    if not plan.has("no_location"):
        return 0.0
    return 0.117 if force == "gloucestershire" else 0.01 + 0.012 * fraction(plan.seed, "nowhere", force)
