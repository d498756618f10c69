"""Where the feed itself says that a call is: two numbers of a row, read as degrees or not at all. Used by `making`.

What cannot be where it says is no point, with the reason: a default (`-1, -1`, a pole), a sign that was lost, numbers
of another reference system. Where a feed has no bounds, its time zone tells on which side of the earth it lies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bluelamp.sources.feeds.agency_file import AgencyFile
from bluelamp.sources.feeds.agency_file_fields import PointTable
from bluelamp.sources.feeds.geometry import REFERENCE
from bluelamp.sources.feeds.oddities import Oddity
from bluelamp.sources.feeds.picking import Raw, decimals_of, text_of

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_BETWEEN = r"[,;:|\s]+"
_DEGREES_AN_HOUR = 15.0
# No time zone reaches farther from the meridian that its clock is set by: China's is 47 degrees.
_FARTHEST = 60.0
_POLE, _ZERO = 89.9, 1e-6


class Pointed(NamedTuple):
    """A point in degrees (latitude, longitude), or what is wrong with it; neither where there is none."""

    at: tuple[float, float] | None = None
    odd: Oddity | None = None


_NONE = Pointed()


def point_pick(written: AgencyFile) -> Callable[[Raw], Pointed]:
    """How a row's point is read by an agency's file."""
    table = written.point
    if table is None:
        return lambda _raw: _NONE
    decimals, bounds, meridian = decimals_of(written.privacy), written.bounds, _meridian(written.zone)
    in_geometry = any((name or "").startswith("geometry.") for name in (table.pair, table.latitude))

    def point(raw: Raw) -> Pointed:
        if in_geometry and (reference := raw.get(f"geometry.{REFERENCE}")):
            return Pointed(odd=Oddity("point_reference", str(reference)))
        texts = _texts(table, raw)
        if not any(texts):
            return _NONE
        said = ", ".join(texts)
        lat, lon = (_number(text) for text in texts)
        if lat is None or lon is None:
            return Pointed(odd=Oddity("point_unread", said))
        lat, lon = _degrees(table, lat, lon)
        code = _wrong(lat, lon, bounds, meridian)
        if code:
            return Pointed(odd=Oddity(code, said))
        return Pointed((lat, lon) if decimals is None else (round(lat, decimals), round(lon, decimals)))

    return point


def _texts(table: PointTable, raw: Mapping[str, Any]) -> tuple[str, str]:
    """Latitude and longitude as they are written."""
    if not table.pair:
        return text_of(raw.get(table.latitude or "")) or "", text_of(raw.get(table.longitude or "")) or ""
    text = (text_of(raw.get(table.pair)) or "").strip("()[]\"' ")
    texts = text.split(table.separator) if table.separator else re.split(_BETWEEN, text)
    first, second = (texts[0].strip(), texts[1].strip()) if len(texts) >= 2 else (text, "")
    return (second, first) if table.order == "longitude latitude" else (first, second)


def _number(text: str) -> float | None:
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _degrees(table: PointTable, lat: float, lon: float) -> tuple[float, float]:
    """As the table says that they are to be read: scaled, and with the signs that the publisher leaves out."""
    lat, lon = lat * table.scale, lon * table.scale
    if table.scale != 1:
        lat, lon = round(lat, 7), round(lon, 7)
    return (-abs(lat) if "south" in table.unsigned else lat), (-abs(lon) if "west" in table.unsigned else lon)


def _meridian(zone: str) -> float | None:
    """The longitude that a zone's clock is set by; None where the zone is of no place."""
    if zone in ("UTC", "GMT", "Zulu", "UCT", "Universal", "Greenwich") or zone.startswith("Etc/"):
        return None
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset()
    return None if offset is None else offset.total_seconds() / 3600 * _DEGREES_AN_HOUR


def _wrong(lat: float, lon: float, bounds: tuple[float, ...] | None, meridian: float | None) -> str:
    if abs(lat) < _ZERO and abs(lon) < _ZERO:
        return "point_zero"
    if not (abs(lat) <= _POLE and abs(lon) <= 180):
        return "point_nowhere"
    if lat == lon and lat.is_integer():
        return "point_nowhere"  # -1, -1
    if bounds is not None:
        west, south, east, north = bounds
        return "" if south <= lat <= north and west <= lon <= east else "point_bounds"
    if meridian is not None and abs(math.remainder(lon - meridian, 360)) > _FARTHEST:
        return "point_zone"
    return ""
