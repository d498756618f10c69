"""What of a place is kept from view, by a feed's configuration, and the public statement of it.

Places are cloaked before they enter the event log: what is not in there cannot leave by any door. Masked block numbers
and suppressed natures are left out earlier still, when rows are read; the delay is the live flow's.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bluelamp.domain.call import Place
from bluelamp.sources.feeds.agency import Agency

Finest = Literal["point", "block", "street", "area"]
# What a place is widened to, in metres, where nothing finer may be shown.
_METRES = {"point": 0.0, "block": 150.0, "street": 500.0}
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class PlacePrivacy:
    """`jitter_m` moves every point by up to so many metres, a call always by the same; `finest` is the finest that is
    shown: with `block` every point claims a block at least, with `area` there are no points. `secret` is the
    installation's own: who knew it could move the points back."""

    jitter_m: float = 0.0
    finest: Finest = "point"
    secret: str = field(default="", repr=False)

    def cloaked(self, place: Place, call: str) -> Place:
        """A place as it may be shown. `call` names the call: the same gives the same, so that nobody finds the true
        point as the middle of many."""
        if place["kind"] != "point" or (not self.jitter_m and self.finest == "point"):
            return place
        if self.finest == "area":
            return {"kind": "none", "method": "withheld", "confidence": None, "uncertainty_m": None}
        lat, lon = self._moved(place["lat"], place["lon"], call)
        wide = _METRES[self.finest]
        if wide:
            lat, lon = _on_a_grid(lat, lon, wide)
        metres = max(place.get("uncertainty_m") or 0.0, wide) + self.jitter_m
        return {**place, "lat": lat, "lon": lon, "uncertainty_m": metres}

    def _moved(self, lat: float, lon: float, call: str) -> tuple[float, float]:
        digest = hmac.digest(self.secret.encode(), call.encode(), "sha256")
        turn = int.from_bytes(digest[:8]) / 2**64 * math.tau
        # The root spreads the points evenly over the circle.
        far = math.sqrt(int.from_bytes(digest[8:16]) / 2**64) * self.jitter_m
        north, east = far * math.cos(turn), far * math.sin(turn)
        degrees = _METRES_A_DEGREE * max(math.cos(math.radians(lat)), 0.01)
        return round(lat + north / _METRES_A_DEGREE, 6), round(lon + east / degrees, 6)


def _on_a_grid(lat: float, lon: float, metres: float) -> tuple[float, float]:
    """The middle of the cell of a grid that a point lies in: whatever lies in one cell is shown at one point."""
    step = metres / _METRES_A_DEGREE
    wide = step / max(math.cos(math.radians(round(lat, 1))), 0.01)
    return round((math.floor(lat / step) + 0.5) * step, 6), round((math.floor(lon / wide) + 0.5) * wide, 6)


def statement(agency: Agency, places: PlacePrivacy = PlacePrivacy(), geocoders: Sequence[str] = ()) -> list[str]:
    """What is done with a feed's calls before anybody sees them, in sentences, from its configuration."""
    privacy = agency.privacy
    told = []
    if privacy.mask_block:
        told.append("House numbers are masked to their hundred block: 3217 is shown as 32XX.")
    else:
        told.append("A call is shown by the block or the crossing that the publisher lists, never by a house.")
    if privacy.suppress_natures:
        told.append(f"Calls of these natures are left out: {', '.join(privacy.suppress_natures)}.")
    if privacy.delay_minutes:
        told.append(f"Calls are shown {privacy.delay_minutes:g} minutes after they were listed.")
    if places.jitter_m:
        told.append(f"Points on the map are moved by up to {places.jitter_m:g} metres.")
    if places.finest == "area":
        told.append("Calls are not shown as points on the map.")
    elif places.finest != "point":
        told.append(f"No point on the map is finer than a {places.finest}.")
    if geocoders:
        told.append(
            f"To place calls on the map, their location, and nothing else of them, is sent to: {', '.join(geocoders)}."
        )
    else:
        told.append("To place calls on the map nothing is sent to anybody.")
    told.append("This holds for the pages, the programming interface, streams, downloads and logs alike.")
    return told
