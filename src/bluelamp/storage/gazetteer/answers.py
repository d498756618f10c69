"""What the gazetteer answers, and how sure it is: the radius that holds the true place nine times in ten. Measured on
addresses and crossings that were held out of the material (`benchmarks/places.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.domain.place import Precision
from bluelamp.storage.gazetteer.fitting import Fitted

_FEW = 3  # known addresses
_FAST = 2.0  # metres a number: one street in ten has such long blocks
_FASTER = 3.0  # the same outside the block that they are in, where the street may also bend
_TELLING = 10  # known addresses that tell how long a block is
_PACE = 1.5  # metres a number in a usual block, and somewhat more
_FINEST = 25.0  # metres: a known address is a parcel, and its point may be at its door or in its middle


@dataclass(frozen=True, slots=True)
class GazetteerMatch:
    """Where a location is. `matched` are the streets as the gazetteer lists them, `how` says in a few words what the
    answer rests on, `number` is the house number that was matched, where it is one."""

    lat: float
    lon: float
    uncertainty_m: float
    precision: Precision
    method: str
    matched: tuple[str, ...]
    how: str
    number: int | None = None


def of_block(fitted: Fitted, span: float) -> float:
    """Of a block of `span` house numbers whose middle was fitted."""
    slope = _slope(fitted)
    half = slope * span * 0.6
    beside = max(fitted.nearest - 50.0, 0.0) * (_FASTER if fitted.known < _FEW else 1.5)
    lonely = 60.0 if fitted.known < _FEW else 0.0
    # Few addresses that lie together are no short block: no less than half of a usual one is claimed.
    least = _PACE * span / 2 if fitted.known < _TELLING else _FINEST
    return max(_FINEST, least, half + 1.2 * fitted.off + beside + lonely)


def of_number(fitted: Fitted) -> float:
    """Of one house number that is not known itself."""
    return max(_FINEST, 30.0 + 1.5 * fitted.off + _slope(fitted) * min(fitted.nearest, 200.0))


def _slope(fitted: Fitted) -> float:
    """How fast numbers run, in metres each: of fewer than three addresses it is not known, and taken to be fast."""
    return max(fitted.slope, _FAST) if fitted.known < _FEW else fitted.slope


def of_range(length: float, share: float) -> float:
    """Of a part of a centreline piece of `length` metres that `share` of its numbers are asked of."""
    return max(_FINEST, 20.0 + length * share / 2)


def of_crossing(method: str, gap: float, spread: float) -> float:
    """Of two streets that meet, by what is known of their meeting."""
    sure = {"known": 30.0, "node": 30.0, "lines": 60.0, "near": 70.0}[method]
    return sure + spread + 0.7 * gap
