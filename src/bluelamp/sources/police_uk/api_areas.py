"""Places that the API can be asked about: a point, a polygon, a box that can be quartered. Used by api.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from bluelamp.errors import UsageError

_STEP = 0.000001  # the API states coordinates to six decimals


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS 84. Methods that take a point answer for a circle of one mile around it."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        # Written so that NaN fails as well.
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):
            raise UsageError(f"{self.latitude}, {self.longitude} is no place on earth.", "Give latitude, longitude.")

    def parameters(self) -> dict[str, str]:
        return {"lat": f"{self.latitude:.6f}", "lng": f"{self.longitude:.6f}"}


@dataclass(frozen=True, slots=True)
class Polygon:
    """At least three corners; the API joins the last to the first by itself."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise UsageError("An area needs at least three corners.", "Give a polygon.")

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> Self:
        """From (latitude, longitude) pairs."""
        return cls(tuple(Point(latitude, longitude) for latitude, longitude in pairs))

    def parameters(self) -> dict[str, str]:
        return {"poly": ":".join(f"{corner.latitude:.6f},{corner.longitude:.6f}" for corner in self.corners)}


@dataclass(frozen=True, slots=True)
class Box:
    """A box between two latitudes and two longitudes, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        if not (-90 <= self.south < self.north <= 90 and -180 <= self.west < self.east <= 180):
            raise UsageError("The box is empty or not on earth.", "Give south, west, north, east in degrees.")

    def polygon(self) -> Polygon:
        """The box with a hair's breadth around it, so that points on its edges are certainly answered for."""
        south, north = max(-90.0, self.south - _STEP), min(90.0, self.north + _STEP)
        west, east = max(-180.0, self.west - _STEP), min(180.0, self.east + _STEP)
        return Polygon.of([(south, west), (south, east), (north, east), (north, west)])

    def quarters(self) -> tuple[Box, Box, Box, Box]:
        middle, centre = (self.south + self.north) / 2, (self.west + self.east) / 2
        return (
            Box(self.south, self.west, middle, centre),
            Box(self.south, centre, middle, self.east),
            Box(middle, self.west, self.north, centre),
            Box(middle, centre, self.north, self.east),
        )

    def holds(self, latitude: float, longitude: float, within: Box) -> bool:
        """Whether a point is this box's: south and west edges belong to it, north and east ones to its neighbour.

        Unless they are the outer edges of `within`, the box that was quartered: so each point has exactly one quarter.
        """
        below_north = latitude < self.north or (self.north >= within.north and latitude <= self.north)
        before_east = longitude < self.east or (self.east >= within.east and longitude <= self.east)
        return self.south <= latitude and self.west <= longitude and below_north and before_east
