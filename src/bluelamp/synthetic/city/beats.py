"""Divisions, beats and reporting areas of the synthetic city. Pure; read by `ground` and `published`.

The plane is cut into cells of 1.5 km. In the middle of the city a cell is a beat; further out four are; and one beat
lies all round another, so that its polygon has a hole. A reporting area is a quarter of a cell.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from bluelamp.synthetic.city.plane import HALF
from bluelamp.synthetic.city.words import DIVISIONS

CELL = 1500.0  # metres
SIDE = int(2 * HALF / CELL)  # cells along one side of the square
_MIDDLE, _TOWN = 2.2, 6.2  # cells from the centre: the first division, and where beats begin to be larger
# Which division each sixth of the rest is, from the west by the south.
_SECTORS = tuple(map(DIVISIONS.index, ("Westhill", "Southbank", "Harbor", "Eastfield", "Northgate", "Prairie View")))
_INNER = (SIDE // 2 + 3, SIDE // 2 + 3)  # column and line of the beat that another one lies round


class BeatAreas(NamedTuple):
    """What a place lies in, as the dispatch system calls it."""

    division: str
    beat: str
    reporting_area: str


def areas_at(east: float, north: float) -> BeatAreas:
    """What a point of the plane lies in; the nearest where it lies beyond the edge."""
    column, line = (min(max(int((metres + HALF) / CELL), 0), SIDE - 1) for metres in (east, north))
    cell = line * SIDE + column
    division, beat = BEATS[cell]
    quarter = int((east + HALF) % CELL > CELL / 2) + 2 * int((north + HALF) % CELL > CELL / 2)
    return BeatAreas(DIVISIONS[division], str(beat), str(1000 + 4 * cell + quarter))


def _beats() -> list[tuple[int, int]]:
    """(division, beat) of every cell, row by row. Beats are numbered within their division: 211, 212, …"""
    counts = [0] * len(DIVISIONS)
    found: dict[tuple[int, int], tuple[int, int]] = {}
    cells = []
    for cell in range(SIDE * SIDE):
        head = _head(cell % SIDE, cell // SIDE)
        if head not in found:
            division = _division(head[0] - SIDE / 2 + 0.5, head[1] - SIDE / 2 + 0.5)
            found[head] = division, (division + 1) * 100 + 11 + counts[division]
            counts[division] += 1
        cells.append(found[head])
    return cells


def _head(column: int, line: int) -> tuple[int, int]:
    """The cell that a cell's beat is named after."""
    if (column, line) == _INNER:
        return _INNER
    if max(abs(column - _INNER[0]), abs(line - _INNER[1])) == 1:
        return _INNER[0] - 1, _INNER[1] - 1
    corner = column // 2 * 2, line // 2 * 2
    nearest = min(
        math.hypot(corner[0] + step - SIDE / 2 + 0.5, corner[1] + rise - SIDE / 2 + 0.5)
        for step in (0, 1)
        for rise in (0, 1)
    )
    return corner if nearest > _TOWN else (column, line)


def _division(east: float, north: float) -> int:
    """The first division is the middle of the city, the others are sectors round it."""
    if math.hypot(east, north) < _MIDDLE:
        return 0
    return _SECTORS[int((math.atan2(north, east) / math.tau + 0.5) * len(_SECTORS)) % len(_SECTORS)]


BEATS = _beats()
