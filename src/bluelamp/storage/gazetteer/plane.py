"""A flat map of one city: degrees to metres east and north of its middle, and back. Used by all of the gazetteer.

Over 60 km the error of a distance is below half a percent, less than any address is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Plane:
    """`lat` and `lon` are the origin, in degrees."""

    lat: float
    lon: float

    @property
    def _east(self) -> float:
        return _METRES_A_DEGREE * math.cos(math.radians(self.lat))

    def to_metres(self, lat: float, lon: float) -> tuple[float, float]:
        """(east, north)."""
        return (lon - self.lon) * self._east, (lat - self.lat) * _METRES_A_DEGREE

    def to_degrees(self, east: float, north: float) -> tuple[float, float]:
        """(latitude, longitude)."""
        return self.lat + north / _METRES_A_DEGREE, self.lon + east / self._east

    def all_to_metres(self, lat: Floats, lon: Floats) -> Floats:
        """Shape (n, 2): east, north."""
        return np.column_stack([(lon - self.lon) * self._east, (lat - self.lat) * _METRES_A_DEGREE])

    def flat(self, shapes: Any) -> Any:
        """Shapely shapes in degrees, longitude first, on the plane."""
        import shapely

        return shapely.transform(shapes, lambda degrees: self.all_to_metres(degrees[:, 1], degrees[:, 0]))
