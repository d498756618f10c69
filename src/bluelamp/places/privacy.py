"""What of a place is kept from view, by a feed's configuration, and the public statement of it.

Places are cloaked as they enter the event log (`live.step`), the publisher's own points as well as those that were
decided: what is not in there cannot leave by any door, and a rebuild gives the same log. Masked block numbers and
suppressed natures are left out earlier still, when rows are read; the delay is the live flow's. The answers as received
stay in the vault and decisions in the store of places; neither is a public door.
"""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bluelamp.domain.call import Place
from bluelamp.sources.feeds.agency import Agency, Privacy
from bluelamp.sources.feeds.agency_file import Finest

# What a place is widened to, in metres, where nothing finer may be shown.
_METRES = {"point": 0.0, "block": 150.0, "street": 500.0}
_METRES_A_DEGREE = 111_195.0
# The side of the cells whose points are moved together, as a share of how far they are moved.
_CELL = 0.5
# What is shown where there are to be no points, and no area is named.
WITHHELD: Place = {"kind": "none", "method": "withheld", "confidence": None, "uncertainty_m": None}


@dataclass(frozen=True, slots=True)
class PlacePrivacy:
    """`jitter_m` moves every point by up to so many metres; `finest` is the finest that is shown: with `block` every
    point claims a block at least, with `area` there are no points. `secret` is the installation's own: who knew it
    could move the points back."""

    jitter_m: float = 0.0
    finest: Finest = "point"
    secret: str = field(default="", repr=False)

    @property
    def cloaks(self) -> bool:
        """Whether anything is shown otherwise than it is known."""
        return self.jitter_m > 0 or self.finest != "point"

    @property
    def rule(self) -> str:
        """By what a point was made less exact, as it is written into it: `block/100`."""
        return f"{self.finest}/{self.jitter_m:g}"

    def cloaked(self, place: Place, feed: str) -> Place:
        """A place of a feed as it may be shown. The same gives the same."""
        if place["kind"] != "point" or not self.cloaks:
            return place
        if self.finest == "area":
            return {**WITHHELD}
        lat, lon = place["lat"], place["lon"]
        if self.jitter_m:
            lat, lon = self._moved(lat, lon, feed)
        wide = _METRES[self.finest]
        if wide:
            lat, lon = _on_a_grid(lat, lon, wide)
        metres = max(place.get("uncertainty_m") or 0.0, wide) + self.jitter_m
        return {**place, "lat": lat, "lon": lon, "uncertainty_m": metres, "cloak": self.rule}

    def lets_through(self, place: Place | None) -> bool:
        """Whether a place is shown as the rules say: one that was told under others is not. How uncertain it claims to
        be would not tell: a point may be uncertain without ever having been moved."""
        if place is None or place["kind"] != "point" or not self.cloaks:
            return True
        return self.finest != "area" and place.get("cloak") == self.rule

    def _moved(self, lat: float, lon: float, feed: str) -> tuple[float, float]:
        """Whatever lies in one small cell is shown at one point, which lies elsewhere: were every call moved by itself,
        the middle of many at one house would be the house."""
        side = self.jitter_m * _CELL
        lat, lon = _on_a_grid(lat, lon, side)
        digest = hmac.digest(self.secret.encode(), f"{feed} {lat:.6f},{lon:.6f}".encode(), "sha256")
        turn = int.from_bytes(digest[:8]) / 2**64 * math.tau
        # The root spreads the points evenly over the circle. With what the cell takes it is never more than jitter_m.
        far = math.sqrt(int.from_bytes(digest[8:16]) / 2**64) * (self.jitter_m - side * math.sqrt(0.5))
        north, east = far * math.cos(turn), far * math.sin(turn)
        degrees = _METRES_A_DEGREE * max(math.cos(math.radians(lat)), 0.01)
        return round(lat + north / _METRES_A_DEGREE, 6), round(lon + east / degrees, 6)


def place_privacy(agency: Agency, secret: Callable[[], str]) -> PlacePrivacy:
    """What an agency's file says of places. `secret` is asked for only where it is needed."""
    told = agency.privacy
    return PlacePrivacy(told.jitter_m, told.finest, secret() if told.jitter_m else "")


def _on_a_grid(lat: float, lon: float, metres: float) -> tuple[float, float]:
    """The middle of the cell of a grid that a point lies in: whatever lies in one cell is shown at one point."""
    step = metres / _METRES_A_DEGREE
    wide = step / max(math.cos(math.radians(round(lat, 1))), 0.01)
    return round((math.floor(lat / step) + 0.5) * step, 6), round((math.floor(lon / wide) + 0.5) * wide, 6)


def statement(agency: Agency, geocoders: Sequence[str] = ()) -> list[str]:
    """What is done with a feed's calls before anybody sees them, in sentences, from its configuration."""
    privacy = agency.privacy
    told = []
    if privacy.mask_block:
        told.append("House numbers are masked to their hundred block: 3217 is shown as 32XX.")
        told.append("So is every number of a location that is not known to name a street or a route.")
    else:
        told.append("A call's location is shown as its publisher lists it.")
    if privacy.suppress_natures:
        told.append(f"Calls of these natures are left out: {', '.join(privacy.suppress_natures)}.")
    if privacy.delay_minutes:
        told.append(f"Calls are shown {privacy.delay_minutes:g} minutes after they were listed.")
    told += _of_points(agency)
    if privacy.hides_points:
        told.append("Coordinates that are written in a call's words are taken out.")
    if geocoders:
        told.append(
            f"To place calls on the map, their location, and nothing else of them, is sent to: {', '.join(geocoders)}."
        )
    else:
        told.append("To place calls on the map nothing is sent to anybody.")
    told.append("This holds for the pages, the programming interface, streams, downloads and logs alike.")
    if privacy != Privacy():
        told.append("The lists as they were received are kept on the operator's own disk, and shown to nobody.")
    return told


def _of_points(agency: Agency) -> list[str]:
    privacy, told = agency.privacy, []
    if privacy.finest == "area":
        told.append("Calls are not shown as points on the map, at most as the area that they name, such as a beat.")
        return told
    if privacy.point_decimals is not None:
        metres = _METRES_A_DEGREE / 2 / 10**privacy.point_decimals
        told.append(f"Points that the publisher gives are rounded, by up to {metres:,.0f} metres each way.")
    if privacy.jitter_m:
        told.append(f"Points on the map are moved by up to {privacy.jitter_m:g} metres.")
    if privacy.finest != "point":
        told.append(f"No point on the map is finer than a {privacy.finest}.")
    return told
