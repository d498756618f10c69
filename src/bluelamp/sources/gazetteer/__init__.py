"""What gazetteers are made of, from its publishers: address points, centrelines, areas, incidents with coordinates.

    read_cities    what there is, where it can be had, under which licence; the other names of freeways
    download       publisher → spool folder, page by page, going on after an interruption
    read_pages     the pages of an input → a typed table with its provenance
    read_files     the same for files that a person gathered

Called by the step that builds gazetteers; it hands the tables to `storage.gazetteer`.
"""

from __future__ import annotations

from bluelamp.sources.gazetteer.city import City, Input, city_of_feed, read_cities, read_city
from bluelamp.sources.gazetteer.download import clear, download, read_spool
from bluelamp.sources.gazetteer.material import Material, read_files, read_pages

__all__ = [
    "City",
    "Input",
    "Material",
    "city_of_feed",
    "clear",
    "download",
    "read_cities",
    "read_city",
    "read_files",
    "read_pages",
    "read_spool",
]
