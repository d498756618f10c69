"""Postcodes by a configured look-up. Used by the search box; without one, nothing is asked and nothing goes out."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from bluelamp.bootstrap import open_client
from bluelamp.errors import SourceError
from bluelamp.settings import Settings

_MOST_BYTES = 100_000
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}")


def look_up(settings: Settings, text: str) -> dict[str, Any] | None:
    """The place of a postcode; None for other words, where no look-up is configured, or where it does not answer."""
    wanted = text.strip().upper()
    if not settings.postcode_url or not _POSTCODE.fullmatch(wanted):
        return None
    url = settings.postcode_url.replace("{postcode}", quote(wanted))
    try:
        with open_client(settings, waiting=True) as client:
            found = json.loads(client.get(url, limit=_MOST_BYTES).body)
    except (SourceError, ValueError):
        return None
    point = _point(found)
    if point is None:
        return None
    longitude, latitude = point
    return {
        "postcode": wanted,
        "lon": longitude,
        "lat": latitude,
        "path": f"/crime?map={latitude:.4f},{longitude:.4f},14",
    }


def _point(answer: Any) -> tuple[float, float] | None:
    """(longitude, latitude) of an answer of the form {"longitude": …, "latitude": …} or {"result": {…}}."""
    inside = answer.get("result", answer) if isinstance(answer, dict) else None
    if not isinstance(inside, dict):
        return None
    longitude, latitude = inside.get("longitude"), inside.get("latitude")
    if not isinstance(longitude, (int, float)) or not isinstance(latitude, (int, float)):
        return None
    inside_uk = -9 <= longitude <= 3 and 49 <= latitude <= 61.5
    return (float(longitude), float(latitude)) if inside_uk else None
