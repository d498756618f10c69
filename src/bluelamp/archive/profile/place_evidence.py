"""What is counted of where the rows of one file lie. Used by `counting`; read by `coordinates`.

A few hundred rows of a file, evenly spread, tell as much of the file as a whole as all of them do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.storage.boundaries import to_plane

Degrees = npt.NDArray[np.float64]

_MOST = 400
_FEWEST = 5
# Britain's and Northern Ireland's longitudes and latitudes do not overlap: exchanged ones are known at once.
_LONGITUDES, _LATITUDES = (-8.8, 1.95), (49.75, 61.0)


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """Counts of a file's `placed` rows, from `rows` of them.

    `swapped` lie where they would with longitude and latitude exchanged. `east` and `north` are the medians, in
    kilometres on the plane of storage/boundaries.py, of rows that lie in the United Kingdom as they stand; `spread`
    is half the distance between their quartiles, on the longer axis. `across` is how far they lie from one line at
    45 degrees, at most, nine in ten of them, `along` how far they reach on it; both in kilometres. `decimals` are the
    fewest with which 19 in 20 coordinates can be written, up to six.
    """

    placed: int
    rows: int
    swapped: int
    east: float
    north: float
    spread: float
    across: float
    along: float
    decimals: int

    def as_json(self) -> dict[str, Any]:
        """Plain values for the ledger."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None) -> PlaceEvidence | None:
        """What `as_json` gave; None of what another program counted otherwise."""
        if plain is None or set(plain) != {one.name for one in fields(cls)}:
            return None
        return cls(**plain)


def count_places(longitude: Degrees, latitude: Degrees) -> PlaceEvidence | None:
    """The evidence of one file, from its coordinates in degrees, NaN where a row has none; None for too few."""
    placed = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    if len(placed) < _FEWEST:
        return None
    of = len(placed)
    if of > _MOST:
        placed = placed[np.linspace(0, of - 1, _MOST).astype(np.int64)]
    lon, lat = longitude[placed], latitude[placed]
    swapped = _within(lon, _LATITUDES) & _within(lat, _LONGITUDES)
    inside = _within(lon, _LONGITUDES) & _within(lat, _LATITUDES)
    kilometres = to_plane(np.column_stack([lon, lat])[inside]) / 1000
    if not len(kilometres):
        return PlaceEvidence(of, len(lon), int(swapped.sum()), 0.0, 0.0, 0.0, 0.0, 0.0, _decimals(lon, lat))
    quartiles = np.percentile(kilometres, [25, 50, 75], axis=0)
    apart = kilometres[:, 0] - kilometres[:, 1]
    low, high = np.percentile(apart, [5, 95])
    reach = np.percentile(kilometres.sum(axis=1), [5, 95]) / np.sqrt(2)
    return PlaceEvidence(
        placed=of,
        rows=len(lon),
        swapped=int(swapped.sum()),
        east=round(float(quartiles[1, 0]), 2),
        north=round(float(quartiles[1, 1]), 2),
        spread=round(float((quartiles[2] - quartiles[0]).max()) / 2, 2),
        across=round(float(high - low) / np.sqrt(2), 3),
        along=round(float(reach[1] - reach[0]), 2),
        decimals=_decimals(lon, lat),
    )


def _within(degrees: Degrees, bounds: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (degrees >= bounds[0]) & (degrees <= bounds[1])


def _decimals(longitude: Degrees, latitude: Degrees) -> int:
    both = np.concatenate([longitude, latitude])
    for decimals in range(6):
        units = both * 10.0**decimals
        if np.mean(np.abs(units - np.round(units)) < 1e-6 * 10.0**decimals) >= 0.95:
            return decimals
    return 6
