"""Faults of all map points of a finished file. Called by archive for files that coverage names, and by geography."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluelamp.synthetic.grid import from_grid, to_grid
from bluelamp.synthetic.truth import EASTING_TWICE, SHIFTED, SWAPPED, THREE_DECIMALS, TWO_DECIMALS

Floats = NDArray[np.float64]
Step = Callable[[Floats, Floats], tuple[Floats, Floats]]
_COLUMNS = ("Longitude", "Latitude")


@dataclass(frozen=True)
class Misplaced:
    """The file with its points elsewhere; what was done, in words; and the word of truth.py for it."""

    body: bytes
    how: str
    points: str


def misplaced(fault: str, body: bytes, seed: int) -> Misplaced | None:
    """The file with the fault of this name; None for a fault that is not one of points."""
    if fault == "swapped_coordinates":
        moved = _all(body, lambda longitude, latitude: (latitude, longitude))
        return Misplaced(moved, "longitude and latitude are exchanged", SWAPPED)
    if fault == "rounded_coordinates":
        decimals = 2 + seed % 2
        moved = _all(body, lambda *place: (place[0].round(decimals), place[1].round(decimals)))
        words = (TWO_DECIMALS, THREE_DECIMALS)[decimals - 2]
        return Misplaced(moved, f"points are rounded to {words}", words)
    if fault == "shifted_coordinates":
        if seed % 3 == 0:
            return Misplaced(_all(body, easting_twice), "the easting stands for the northing too", EASTING_TWICE)
        east, north = _offset(seed)
        moved = _all(body, lambda longitude, latitude: (longitude + east, latitude + north))
        return Misplaced(moved, f"every point lies {east:+.4f} degrees east and {north:+.4f} north", SHIFTED)
    return None


def easting_twice(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """(points,) where points come to lie whose northing on the National Grid was lost and replaced by the easting."""
    east, _ = to_grid(longitude, latitude)
    return from_grid(east, east)


def _offset(seed: int) -> tuple[float, float]:
    """Between 40 and 90 kilometres or so, in any direction."""
    angle, far = seed // 3 % 628 / 100, 0.4 + seed // 2000 % 400 / 1000
    return round(far * float(np.cos(angle)) / 0.6, 4), round(far * float(np.sin(angle)), 4)


def _all(body: bytes, step: Step) -> bytes:
    """The file with every point moved by the step, in six decimals, or without zeros at the end where it had none."""
    header, *rows = csv.reader(io.StringIO(body.decode(), newline=""))
    where = [header.index(column) for column in _COLUMNS]
    placed = [row for row in rows if len(row) == len(header) and row[where[0]] and row[where[1]]]
    if placed:
        degrees = np.array([[float(row[axis]) for axis in where] for row in placed])
        for axis, values in zip(where, step(degrees[:, 0], degrees[:, 1]), strict=True):
            for row, value in zip(placed, values.tolist(), strict=True):
                text = f"{value:.6f}"
                row[axis] = text.rstrip("0").rstrip(".") if "Outcome type" in header else text
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue().encode()
