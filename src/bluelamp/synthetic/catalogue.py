"""The points that one force publishes, its own, its neighbours' and some from far away. Read by geography.

Every point has two places: that of the list up to 2022-06, and that of the list which came after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from bluelamp.synthetic.chance import generator, key
from bluelamp.synthetic.lsoas import lsoas_of, points_of
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.stop_values import cell
from bluelamp.synthetic.territory import Authority

BORDER, FAR = 24, 12  # points of each neighbour and of each authority far away
# The British Transport Police reaches Scotland, where there are no LSOAs.
_SCOTLAND = ((-4.2518, 55.8589), (-3.1903, 55.9521), (-2.0989, 57.1437), (-4.2231, 57.4798), (-3.4379, 56.3921))
_ASIDE = 400  # micro-degrees from a station's old point to its new one
# Forces that are everywhere or nowhere near the others.
_APART = frozenset({"btp", "northern-ireland"})


@dataclass(frozen=True)
class Catalogue:
    """Points, one column each: (2, points) micro-degrees of longitude and latitude in either list, the location, and
    `code,name` of the LSOA of either census, empty where there is none."""

    spots: NDArray[np.int64]
    redrawn: NDArray[np.int64]
    location: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]

    def part(self, chosen: Sequence[int]) -> Catalogue:
        """The points of these numbers."""
        columns = (tuple(column[each] for each in chosen) for column in (self.location, self.old, self.new))
        return Catalogue(self.spots[:, list(chosen)], self.redrawn[:, list(chosen)], *columns)


def joined(parts: Sequence[Catalogue]) -> Catalogue:
    """The points of all parts, one after the other."""
    return Catalogue(
        np.concatenate([part.spots for part in parts], axis=1),
        np.concatenate([part.redrawn for part in parts], axis=1),
        *(tuple(text for part in parts for text in getattr(part, column)) for column in ("location", "old", "new")),
    )


def own_points(plan: TwinPlan, force: str, everyone: Sequence[Authority]) -> Catalogue:
    """The points of a force's own area."""
    if force != "btp":
        return joined([_of(plan, each) for each in everyone if each.force == force])
    # Railways are everywhere: a few points of every third local authority, and stations in Scotland.
    chosen = [each for each in everyone[::3] if each.force != "northern-ireland"]
    north = np.rint(np.array(_SCOTLAND).T * 1e6).astype(np.int64)
    blank = ("",) * len(_SCOTLAND)
    stations = ("On or near Police Station", *("On or near Station Road",) * (len(_SCOTLAND) - 1))
    scotland = Catalogue(north, north + _ASIDE, stations, blank, blank)
    return joined([*(_drawn(plan, force, each, 10, "rail") for each in chosen), scotland])


def border_points(plan: TwinPlan, force: str, everyone: Sequence[Authority]) -> list[Catalogue]:
    """`BORDER` points of each of the three nearest authorities of others."""
    if force in _APART or not plan.has("border_snap"):
        return []
    return [_drawn(plan, force, each, BORDER, "border") for each in _by_distance(force, everyone)[:3]]


def far_points(plan: TwinPlan, force: str, everyone: Sequence[Authority]) -> list[Catalogue]:
    """`FAR` points of each of three authorities at the other end of the country."""
    if force in _APART or not plan.has("far_points"):
        return []
    far_half = _by_distance(force, everyone)[-120:]
    chosen = [far_half[key(plan.seed, "far", force, n) % 40 + 40 * n] for n in range(3)]
    return [_drawn(plan, force, each, FAR, "far") for each in chosen]


def _of(plan: TwinPlan, authority: Authority) -> Catalogue:
    known = lsoas_of(plan.seed, authority, plan.has("two_names"))
    points = points_of(plan.seed, authority, known, plan.has("blank_street"))
    old = [f"{lsoa.code},{cell(lsoa.name)}" for lsoa in known.old] or [","] * len(known.centres)
    new = [f"{lsoa.code},{cell(lsoa.name)}" for lsoa in known.new] or [","]
    return Catalogue(
        points.spots,
        points.redrawn,
        points.location,
        tuple(old[each] for each in points.old.tolist()),
        tuple(new[each] for each in points.new.tolist()),
    )


def _drawn(plan: TwinPlan, force: str, authority: Authority, count: int, purpose: str) -> Catalogue:
    """`count` points of another authority, each once."""
    whole = _of(plan, authority)
    chance = generator(plan.seed, purpose, force, authority.number)
    return whole.part(sorted(chance.choice(len(whole.location), count, replace=False).tolist()))


def _by_distance(force: str, everyone: Sequence[Authority]) -> list[Authority]:
    own = shapely.union_all([each.area for each in everyone if each.force == force])
    strange = [each for each in everyone if each.force != force and each.lsoas]
    return sorted(strange, key=lambda each: (float(shapely.distance(own, each.area)), each.number))
