"""Where the points of a feed's calls come from, and, where none can come, why and what the operator can do about it.
Used by the API and by `bluelamp live status`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bluelamp.errors import BluelampError
from bluelamp.places.city_map import open_city_map
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.gazetteer import city_of_feed, read_cities

WayName = Literal["feed", "gazetteer", "geocoders", "none"]


@dataclass(frozen=True, slots=True)
class PointsWay:
    """`words` say why there is no point, and what to do; empty where points can come. `outlines`: areas or streets of
    the city are held for a map."""

    way: WayName
    words: str
    outlines: bool


def points_way(home: Path, agency: Agency, geocoders: Sequence[str]) -> PointsWay:
    """Of one feed, as things are kept now."""
    outlines = _has_outlines(home, agency.name)
    if agency.coordinates == "feed":
        return PointsWay("feed", "", outlines)
    if outlines:
        return PointsWay("gazetteer", "", outlines)
    if geocoders:
        return PointsWay("geocoders", "", outlines)
    return PointsWay("none", _why(home, agency), outlines)


def _has_outlines(home: Path, feed: str) -> bool:
    try:
        open_city_map(home, feed)
    except BluelampError:
        return False
    return True


def _why(home: Path, agency: Agency) -> str:
    """The source gives no points, and nothing is held that could find them."""
    try:
        city = city_of_feed(read_cities(home / "cities"), agency.name)
    except BluelampError:
        city = None
    head = f"{agency.title} publishes no points, and this installation holds no streets to find them with."
    if city is None:
        return f"{head} Its operator can describe the city: docs/how-to/build-a-gazetteer.md."
    return f"{head} Its operator can fetch those of {city.title}: bluelamp gazetteer build {city.name}"
