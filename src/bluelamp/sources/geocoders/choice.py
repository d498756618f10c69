"""The geocoders that an installation has chosen, in its order. Used by the live flow and `bluelamp places`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bluelamp.errors import SettingsError
from bluelamp.sources.geocoders import arcgis, census, google, nominatim, pelias, photon, radar
from bluelamp.sources.geocoders.arcgis import ArcGis
from bluelamp.sources.geocoders.census import Census
from bluelamp.sources.geocoders.geocoder import Geocoder, Terms
from bluelamp.sources.geocoders.google import Google
from bluelamp.sources.geocoders.nominatim import Nominatim
from bluelamp.sources.geocoders.pelias import Pelias
from bluelamp.sources.geocoders.photon import Photon
from bluelamp.sources.geocoders.radar import Radar

# Asked first in any case, because it asks nobody.
GAZETTEER = "gazetteer"


@dataclass(frozen=True, slots=True)
class Access:
    """Keys and addresses, as the settings have them; empty where there are none."""

    radar_key: str = field(default="", repr=False)
    google_key: str = field(default="", repr=False)
    arcgis_locator_url: str = ""
    nominatim_url: str = ""
    photon_url: str = ""
    pelias_url: str = ""
    census_url: str = ""


def _census(access: Access) -> Geocoder:
    return Census(access.census_url) if access.census_url else Census()


def _nominatim(access: Access) -> Geocoder:
    return Nominatim(access.nominatim_url) if access.nominatim_url else Nominatim()


def _photon(access: Access) -> Geocoder:
    return Photon(access.photon_url) if access.photon_url else Photon()


_MAKERS: dict[str, tuple[str, Callable[[Access], Geocoder]]] = {
    "arcgis": ("arcgis_locator_url", lambda access: ArcGis(access.arcgis_locator_url)),
    "census": ("", _census),
    "nominatim": ("", _nominatim),
    "photon": ("", _photon),
    "pelias": ("pelias_url", lambda access: Pelias(access.pelias_url)),
    "radar": ("radar_key", lambda access: Radar(access.radar_key)),
    "google": ("google_key", lambda access: Google(access.google_key)),
}
NAMES = tuple(_MAKERS)
# On what terms each may be asked, whether it was chosen or not: answers may be of one that was chosen before.
TERMS: Mapping[str, Terms] = {
    one.TERMS.name: one.TERMS for one in (arcgis, census, google, nominatim, pelias, photon, radar)
}


def chosen_geocoders(names: Sequence[str], access: Access) -> list[Geocoder]:
    """The geocoders by name, in order. Raises SettingsError for one that there is not, or that lacks what it needs."""
    found = []
    for name in dict.fromkeys(names):
        if name == GAZETTEER:
            continue
        if name not in _MAKERS:
            near = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(NAMES)}."
            raise SettingsError(f"There is no geocoder “{name[:40]}”.", hint)
        needed, make = _MAKERS[name]
        if needed and not getattr(access, needed):
            raise SettingsError(f"The geocoder {name} needs the setting {needed}.", f"Set BLUELAMP_{needed.upper()}.")
        found.append(make(access))
    return found
