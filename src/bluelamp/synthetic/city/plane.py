"""The plane that the synthetic city is drawn on, and where that lies on the Earth. Pure; read by the other parts of its
ground.

Streets and beats are straight on the plane, in metres east and north of the centre. On the Earth the plane is turned
and gently bent, as cities that follow a river and a railway are: no map of a real city is a sheet of squared paper.
"""

from __future__ import annotations

import math

CENTRE = (33.62, -100.86)  # latitude, longitude; nobody lives there
HALF = 12_000.0  # metres from the centre to an edge
BLOCK = 160.0  # metres from one hundred to the next
DISTRICT = 10 * BLOCK  # from one main road to the next
BOUNDS = (-101.03, 33.48, -100.69, 33.76)  # west, south, east, north, round all of it
_METRES_A_DEGREE = 111_320.0
_TURN = math.radians(-8.0)
# (metres, metres from one wave to the next, where it begins): how the plane is bent.
_EASTWARDS, _NORTHWARDS = (260.0, 9_500.0, 0.7), (220.0, 11_000.0, 2.1)

Point = tuple[float, float]


def on_earth(east: float, north: float) -> Point:
    """(latitude, longitude) of a point of the plane."""
    bent_east, bent_north = east + _wave(_EASTWARDS, north), north + _wave(_NORTHWARDS, east)
    turned_east = bent_east * math.cos(_TURN) - bent_north * math.sin(_TURN)
    turned_north = bent_east * math.sin(_TURN) + bent_north * math.cos(_TURN)
    lat = CENTRE[0] + turned_north / _METRES_A_DEGREE
    lon = CENTRE[1] + turned_east / (_METRES_A_DEGREE * math.cos(math.radians(CENTRE[0])))
    return round(lat, 6), round(lon, 6)


def river_at(east: float) -> float:
    """How far north the river is. Only main roads have bridges."""
    return -2_300.0 + 1_500.0 * math.sin(east / 3_900.0) + 500.0 * math.sin(east / 1_300.0 + 1.0)


def _wave(wave: tuple[float, float, float], at: float) -> float:
    metres, length, begin = wave
    return metres * math.sin(math.tau * at / length + begin)
