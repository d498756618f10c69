"""How many rows an address asks its source for. Pure; used by `agency`, which holds that against a feed's own limit."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

# Parameters that say how many rows are requested, as Socrata, ArcGIS, CKAN, OGC, OData and others name them.
_NAMES = {"$limit", "limit", "resultrecordcount", "$top", "maxfeatures", "per_page", "page_size", "pagesize"}


def rows_requested(url: str, parameters: Mapping[str, str]) -> int:
    """How many rows an address requests; 0 where it does not say. What is among the parameters takes the address's
    place."""
    stated = {**dict(parse_qsl(urlsplit(url).query)), **parameters}
    limits = [value for name, value in stated.items() if name.lower() in _NAMES and value.strip().isdecimal()]
    return int(limits[-1][:9]) if limits else 0
