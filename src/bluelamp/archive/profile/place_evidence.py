"""What is counted of where the rows of one file lie. Used by `counting`; read by `coordinates`.

A few hundred rows of a file, evenly spread, tell as much of the file as a whole as all of them do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.archive.profile.kept import as_plain, from_plain
from bluelamp.storage.reference.boundaries import to_plane

Degrees = npt.NDArray[np.float64]

_MOST = 200
_FEWEST = 5
# Three decimals of a degree are a hundred metres; finer ones are not told apart.
_COARSEST = 3
# Britain's and Northern Ireland's longitudes and latitudes do not overlap: exchanged ones are known at once.
_LONGITUDES, _LATITUDES = (-8.8, 1.95), (49.75, 61.0)


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """Counts of a file's `placed` rows, from `rows` of them, which stand at `distinct` points.

    `swapped` lie where they would with longitude and latitude exchanged. `east` and `north` are the medians, in
    kilometres on the plane of storage/reference/boundaries.py, of rows that lie in the United Kingdom as they stand;
    `spread` is half the distance between their quartiles, on the longer axis. `across` is how far they lie from one
    line at 45 degrees, at most, nine in ten of them, `along` how far they reach on it; both in kilometres.
    `decimals` are the fewest with which 19 in 20 coordinates can be written: up to 4, else 6.
    """

    placed: int
    rows: int
    distinct: int
    swapped: int
    east: float
    north: float
    spread: float
    across: float
    along: float
    decimals: int

    @property
    def is_abroad(self) -> bool:
        """Whether none of the rows lies in the United Kingdom: then there is no middle."""
        return not any((self.east, self.north, self.spread))

    def as_json(self) -> dict[str, Any]:
        """Plain values for the ledger."""
        return as_plain(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None) -> PlaceEvidence | None:
        """What `as_json` gave; None of what another program counted otherwise."""
        return from_plain(cls, plain)


def count_places(longitude: Degrees, latitude: Degrees) -> PlaceEvidence | None:
    """The evidence of one file, from its coordinates in degrees, NaN where a row has none; None for too few."""
    placed = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    if len(placed) < _FEWEST:
        return None
    of = len(placed)
    if of > _MOST:
        placed = placed[np.linspace(0, of - 1, _MOST).astype(np.int64)]
    lon, lat = longitude[placed], latitude[placed]
    distinct = len(np.unique(lon + 1j * lat))
    swapped = _within(lon, _LATITUDES) & _within(lat, _LONGITUDES)
    inside = _within(lon, _LONGITUDES) & _within(lat, _LATITUDES)
    kilometres = to_plane(np.column_stack([lon, lat])[inside]) / 1000
    if not len(kilometres):
        return PlaceEvidence(of, len(lon), distinct, int(swapped.sum()), 0.0, 0.0, 0.0, 0.0, 0.0, _decimals(lon, lat))
    east, north = np.sort(kilometres[:, 0]), np.sort(kilometres[:, 1])
    apart, along = np.sort(kilometres[:, 0] - kilometres[:, 1]), np.sort(kilometres.sum(axis=1))
    return PlaceEvidence(
        placed=of,
        distinct=distinct,
        rows=len(lon),
        swapped=int(swapped.sum()),
        east=round(_at(east, 0.5), 2),
        north=round(_at(north, 0.5), 2),
        spread=round(max(_at(each, 0.75) - _at(each, 0.25) for each in (east, north)) / 2, 2),
        across=round((_at(apart, 0.95) - _at(apart, 0.05)) / sqrt(2), 3),
        along=round((_at(along, 0.95) - _at(along, 0.05)) / sqrt(2), 2),
        decimals=_decimals(lon, lat),
    )


def _at(ordered: Degrees, share: float) -> float:
    """The value below which this share of the ordered ones lie."""
    return float(ordered[int(share * (len(ordered) - 1) + 0.5)])


def _within(degrees: Degrees, bounds: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (degrees >= bounds[0]) & (degrees <= bounds[1])


def _decimals(longitude: Degrees, latitude: Degrees) -> int:
    both = np.concatenate([longitude, latitude])
    if not _written_with(both, _COARSEST):
        return 6 if not _written_with(both, 4) else 4
    return next(decimals for decimals in range(_COARSEST + 1) if _written_with(both, decimals))


def _written_with(degrees: Degrees, decimals: int) -> bool:
    units = degrees * 10.0**decimals
    return bool(np.count_nonzero(np.abs(units - np.rint(units)) < 1e-6 * 10.0**decimals) >= 0.95 * len(units))
