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
    authorities = {area.name: area for area in version.areas.values()}
    found = [
        {
            "kind": "local_authority", "id": area.code, "name": area.name,
            "path": path_to("area", kind="local_authority", area=area.code),
        }
        for area in authorities.values()
    ] + [
        {"kind": "force", "id": slug, "name": name, "path": path_to("area", kind="force", area=slug)}
        for slug, name in version.forces.values()
    ]  # fmt: skip
    matching = [one for one in found if word in one["name"].casefold()]
    matching.sort(key=lambda one: (not one["name"].casefold().startswith(word), one["name"]))
    return matching[:limit]
