"""Places by name: local authorities and forces, as the search lists them."""

from __future__ import annotations

from typing import Any

from bluelamp.domain.page import path_to
from bluelamp.questions.families.archive.version import ArchiveVersion


def places_of(version: ArchiveVersion, wanted: str, limit: int = 8) -> list[dict[str, Any]]:
    """Local authorities, towns that are no authority's name, and forces whose name has the wanted words."""
    word = wanted.casefold().strip()
    if not word:
        return []
    found = [("local_authority", area.code, area.name) for area in {a.name: a for a in version.areas.values()}.values()]
    found += [("force", slug, name) for slug, name in version.forces.values()]
    matching = [one for one in found if word in one[2].casefold()]
    matching.sort(key=lambda one: (not one[2].casefold().startswith(word), one[2]))
    return [
        {"kind": kind, "id": id_, "name": name, "path": path_to("area", kind=kind, area=id_)}
        for kind, id_, name in matching[:limit]
    ]
