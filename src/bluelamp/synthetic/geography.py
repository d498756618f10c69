"""The snap points that the rows of one force can carry, as ready-made pieces of CSV.

Read by crimes, outcomes and stops. A force has its own points, a few of its neighbours' (border), a few very far away,
copies of points whose LSOA was redrawn (the other census), and cells for planted markup and for no location. A row
picks one by number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import fraction, generator, key
from bluelamp.synthetic.lsoas import POINTS_PER_LSOA, lsoas_of, points_of
from bluelamp.synthetic.names import MARKUP, MARKUP_UTF8, ascii_of
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.stop_values import cell
from bluelamp.synthetic.territory import Authority, authorities
from bluelamp.synthetic.values import LAST_ASCII

FIRST_2021 = Month.of(2022, 6)  # from here on the codes of 2021 are the usual ones
MIXED = frozenset({"metropolitan", "kent", "south-yorkshire", "norfolk"})
_BORDER, _FAR = 24, 12
_PORTION = 8192
# The British Transport Police reaches Scotland, where there are no LSOAs.
_SCOTLAND = ((-4.2518, 55.8589), (-3.1903, 55.9521), (-2.0989, 57.1437), (-4.2231, 57.4798), (-3.4379, 56.3921))


@dataclass(frozen=True)
class _Catalogue:
    longitude: NDArray[np.int64]
    latitude: NDArray[np.int64]
    location: tuple[str, ...]
    # (points,) `code,name` of the LSOA of either census; empty where there is none
    old: tuple[str, ...]
    new: tuple[str, ...]

    def part(self, chosen: Sequence[int]) -> _Catalogue:
        return _Catalogue(
            self.longitude[list(chosen)],
            self.latitude[list(chosen)],
            *(tuple(column[each] for each in chosen) for column in (self.location, self.old, self.new)),
        )


def _joined(parts: Sequence[_Catalogue]) -> _Catalogue:
    return _Catalogue(
        np.concatenate([part.longitude for part in parts]),
        np.concatenate([part.latitude for part in parts]),
        *(tuple(text for part in parts for text in getattr(part, column)) for column in ("location", "old", "new")),
    )


class Places:
    """The places of one force. Positions: own points first, then border, far, other census, markup, no location."""

    def __init__(self, plan: TwinPlan, force: str) -> None:
        self._plan = plan
        self.force = force
        everyone = authorities(plan.seed, lsoa_count(plan), plan.has("odd_names"), plan.has("abolished_districts"))
        own = self._own(everyone)
        border = [self._drawn(each, _BORDER, "border") for each in self._neighbours(everyone)]
        far = [self._drawn(each, _FAR, "far") for each in self._distant(everyone)]
        self.own = len(own.longitude)
        points = _joined([own, *border, *far])
        self.border = range(self.own, self.own + _BORDER * len(border))
        self.far = range(self.border.stop, self.border.stop + _FAR * len(far))
        # (points,) where the same point stands with the LSOA of the other census; its own position where it is one.
        redrawn = [n for n, (old, new) in enumerate(zip(points.old, points.new, strict=True)) if old != new]
        self.other_census = np.arange(self.far.stop)
        self.other_census[redrawn] = np.arange(self.far.stop, self.far.stop + len(redrawn))
        self._points = points
        self._redrawn = redrawn
        self.markup = range(self.far.stop + len(redrawn), self.far.stop + len(redrawn) + len(MARKUP_UTF8))
        self.nowhere = self.markup.stop
        # (all places,) whether the LSOA of the place is one that only one of the two censuses has.
        self.redrawn = np.zeros(self.nowhere + 1, dtype=bool)
        self.redrawn[redrawn] = True
        self.redrawn[self.far.stop : self.markup.start] = True
        self._tables: dict[bool, tuple[tuple[bool, bool], pa.Array]] = {}

    def _own(self, everyone: Sequence[Authority]) -> _Catalogue:
        if self.force != "btp":
            return _joined([self._catalogue(each) for each in everyone if each.force == self.force])
        # Railways are everywhere: a few points of every third local authority, and stations in Scotland.
        chosen = [each for each in everyone[::3] if each.force != "northern-ireland"]
        north = np.rint(np.array(_SCOTLAND) * 1e6).astype(np.int64)
        blank = ("",) * len(north)
        stations = ("On or near Police Station", *("On or near Station Road",) * (len(north) - 1))
        scotland = _Catalogue(north[:, 0], north[:, 1], stations, blank, blank)
        return _joined([*(self._drawn(each, 10, "rail") for each in chosen), scotland])

    def _catalogue(self, authority: Authority) -> _Catalogue:
        points = points_of(self._plan.seed, authority, self._plan.has("blank_street"))
        known = lsoas_of(self._plan.seed, authority)
        old = [f"{lsoa.code},{cell(lsoa.name)}" for lsoa in known.old] or [","] * len(known.centres)
        new = [f"{lsoa.code},{cell(lsoa.name)}" for lsoa in known.new] or [","]
        return _Catalogue(
            points.longitude,
            points.latitude,
            points.location,
            tuple(old[each] for each in points.old.tolist()),
            tuple(new[each] for each in points.new.tolist()),
        )

    def _drawn(self, authority: Authority, count: int, purpose: str) -> _Catalogue:
        """`count` points of another authority, each once."""
        whole = self._catalogue(authority)
        chance = generator(self._plan.seed, purpose, self.force, authority.number)
        return whole.part(sorted(chance.choice(len(whole.location), count, replace=False).tolist()))

    def _by_distance(self, everyone: Sequence[Authority]) -> list[Authority]:
        own = shapely.union_all([each.area for each in everyone if each.force == self.force])
        strange = [each for each in everyone if each.force != self.force and each.lsoas]
        return sorted(strange, key=lambda each: (float(shapely.distance(own, each.area)), each.number))

    def _neighbours(self, everyone: Sequence[Authority]) -> list[Authority]:
        if self.force in {"btp", "northern-ireland"} or not self._plan.has("border_snap"):
            return []
        return self._by_distance(everyone)[:3]

    def _distant(self, everyone: Sequence[Authority]) -> list[Authority]:
        if self.force in {"btp", "northern-ireland"} or not self._plan.has("far_points"):
            return []
        far_half = self._by_distance(everyone)[-120:]
        return [far_half[key(self._plan.seed, "far", self.force, n) % 40 + 40 * n] for n in range(3)]

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
        found[self.far.stop : self.markup.start] = self._redrawn
        return found

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
        era = (month > LAST_ASCII, month >= FIRST_2021)
        known = self._tables.get(outcomes)
        if not known or known[0] != era:
            known = self._tables[outcomes] = (era, self._made(month, outcomes))
        return known[1]

    def _made(self, month: Month, outcomes: bool) -> pa.Array:
        """Every place with its LSOA in the census that is usual in the month, or the other one for the copies."""
        points = self._points
        usual, other = (points.new, points.old) if month >= FIRST_2021 else (points.old, points.new)
        numbers, plain = range(self.far.stop), month <= LAST_ASCII
        # In portions, because text takes far more room in Python than in Arrow.
        portions = [numbers[start : start + _PORTION] for start in numbers[::_PORTION]]
        made = [pa.array(self._lines(part, usual, plain, outcomes), pa.string()) for part in portions]
        made.append(pa.array(self._lines(self._redrawn, other, plain, outcomes), pa.string()))
        made.append(pa.array(self._special(usual, plain, outcomes), pa.string()))
        return pa.concat_arrays(made)

    def _lines(self, numbers: Sequence[int], lsoas: Sequence[str], plain: bool, outcomes: bool) -> list[str]:
        points, chosen = self._points, np.asarray(numbers, dtype=np.int64)
        streets = [ascii_of(points.location[n]) if plain else points.location[n] for n in numbers]
        if outcomes and plain:
            streets = ["On or near " + text[11:].upper() for text in streets]
        spots = zip(
            _degrees(points.longitude[chosen], outcomes), _degrees(points.latitude[chosen], outcomes), strict=True
        )
        codes = (lsoas[n] or "," for n in numbers)
        return [f"{x},{y},{street},{code}" for (x, y), street, code in zip(spots, streets, codes, strict=True)]

    def _special(self, lsoas: Sequence[str], plain: bool, outcomes: bool) -> list[str]:
        """The cells of planted markup, all at one point of the force, and of no location."""
        marked = MARKUP if plain else MARKUP_UTF8
        spot = ",".join(self._lines([self.own // 2], lsoas, plain, outcomes)[0].split(",", 2)[:2])
        code = lsoas[self.own // 2] or ","
        rows = [f"{spot},{cell(marked[n % len(marked)])},{code}" for n in range(len(self.markup))]
        return [*rows, ",,No location,," if outcomes else ",,No Location,,"]

    @cached_property
    def latitude_longitude(self) -> pa.Array:
        """(own, border and far,) `Latitude,Longitude` as stop files have them, then blanks at position -1."""
        longitude, latitude = (_degrees(v, False) for v in (self._points.longitude, self._points.latitude))
        return pa.array([*(f"{y},{x}" for x, y in zip(longitude, latitude, strict=True)), ","], pa.string())


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
