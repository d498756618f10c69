"""The gazetteer: an offline index of a city's streets that answers where a block, a crossing or a named place is, and
how far a point lies from an area.

    store       what is kept under a home: material, and the index made of it
    reading     asks an index
    areas       how far a point lies from a beat, a division, a reporting area
    building    makes an index (gathering, crossings, fitting, plane, schema)

Used by the live flow and the commands. Nothing here knows where material comes from.
"""

from __future__ import annotations

from bluelamp.storage.gazetteer.answers import GazetteerMatch
from bluelamp.storage.gazetteer.areas import Areas
from bluelamp.storage.gazetteer.building import build_index
from bluelamp.storage.gazetteer.reading import Gazetteer
from bluelamp.storage.gazetteer.store import GazetteerStore, ManifestInput

__all__ = ["Areas", "Gazetteer", "GazetteerMatch", "GazetteerStore", "ManifestInput", "build_index"]
