"""Degrees to metres on the National Grid and back, as precisely as faults need it: some hundred metres. Called by
misplaced, for points whose easting stands for the northing as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# The ellipsoid of Airy, and the grid on it: scale, origin in degrees, origin in metres.
_A, _B = 6_377_563.396, 6_356_256.909
_SCALE, _LONGITUDE, _LATITUDE = 0.9996012717, np.radians(-2.0), np.radians(49.0)
_EAST, _NORTH = 400_000.0, -100_000.0
_E2 = 1 - (_B / _A) ** 2
_N = (_A - _B) / (_A + _B)


def to_grid(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """(points,) eastings and northings in metres."""
    phi, away = np.radians(latitude), np.radians(longitude) - _LONGITUDE
    nu, rho, eta2 = _curvature(phi)
    sin, cos, tan2 = np.sin(phi), np.cos(phi), np.tan(phi) ** 2
    east = _EAST + nu * cos * away + nu / 6 * cos**3 * (nu / rho - tan2) * away**3
    north = _meridian(phi) + _NORTH + nu / 2 * sin * cos * away**2
    north += nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2) * away**4
    return east, north


def from_grid(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """(points,) longitudes and latitudes in degrees."""
    phi = _LATITUDE + (north - _NORTH) / (_A * _SCALE)
    for _ in range(6):
        phi = phi + (north - _NORTH - _meridian(phi)) / (_A * _SCALE)
    nu, rho, _ = _curvature(phi)
    away, tan, cos = east - _EAST, np.tan(phi), np.cos(phi)
    latitude = phi - tan / (2 * rho * nu) * away**2 + tan / (24 * rho * nu**3) * (5 + 3 * tan**2) * away**4
    longitude = _LONGITUDE + away / (cos * nu) - away**3 / (6 * cos * nu**3) * (nu / rho + 2 * tan**2)
    return np.degrees(longitude), np.degrees(latitude)


def _curvature(phi: Floats) -> tuple[Floats, Floats, Floats]:
    flat = 1 - _E2 * np.sin(phi) ** 2
    nu = _A * _SCALE / np.sqrt(flat)
    rho = _A * _SCALE * (1 - _E2) / flat**1.5
    return nu, rho, nu / rho - 1


def _meridian(phi: Floats) -> Floats:
    """Metres along the meridian from the origin."""
    less, more = phi - _LATITUDE, phi + _LATITUDE
    found: Floats = (1 + _N + 1.25 * _N**2 + 1.25 * _N**3) * less
    found = found - (3 * _N + 3 * _N**2 + 2.625 * _N**3) * np.sin(less) * np.cos(more)
    found = found + 1.875 * (_N**2 + _N**3) * np.sin(2 * less) * np.cos(2 * more)
    found = found - 35 / 24 * _N**3 * np.sin(3 * less) * np.cos(3 * more)
    return _B * _SCALE * found
