"""What a filter can be set to, and which places a word may mean. Answered from the small dimension tables, never from
the rows. Called by `web`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.domain.force import FORCES
from bluelamp.domain.page import path_to
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.data_version import NOT_RECORDED, DataVersion
from bluelamp.questions.datasets import DatasetSpec, Dimension
from bluelamp.questions.view import value_label


@dataclass(frozen=True, slots=True)
class Options:
    """`options` are (value, label), the best matches first; `total` counts all that match."""

    options: tuple[tuple[str, str], ...]
    total: int


def options_of(version: DataVersion, spec: DatasetSpec, dimension: Dimension, wanted: str, limit: int) -> Options:
    """The values of a field, those that begin with the wanted words first."""
    found = _all(version, spec, dimension)
    if wanted:
        word = wanted.casefold()
        found = [one for one in found if word in one[1].casefold()]
        found.sort(key=lambda one: not one[1].casefold().startswith(word))
    return Options(tuple(found[:limit]), len(found))


def _all(version: DataVersion, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
    if dimension.kind == "force":
        return [(force.slug, force.name) for force in FORCES if any(one.name == spec.name for one in force.datasets)]
    if dimension.kind == "flag":
        return [("true", "yes"), ("false", "no")]
    if dimension.kind == "coded":
        return [(term, term) for term in dimension.terms]
    if dimension.kind == "month":
        return [(str(month), month.words()) for month in version.months]
    if dimension.kind == "year":
        years = dict.fromkeys(str(month.year) for month in version.months)
        return [(year, year) for year in years]
    if dimension.kind in ("word", "town", "area", "lsoa", "label"):
        words = sorted(version.words(dimension))
        if dimension.name == "feed" and isinstance(version, CallsVersion):
            return [(word, version.feeds[word].title) for word in words]
        return [(word, value_label(dimension.name, word)) for word in words] + [(NOT_RECORDED, "Not recorded")]
    if dimension.name == "hour":
        return [(str(hour), f"{hour:02d}:00 to {hour:02d}:59") for hour in range(24)] + [("", "Not known")]
    if dimension.name == "weekday":
        return [(str(day), value_label(dimension.name, str(day))) for day in range(1, 8)]
    return []


def places_of(version: DataVersion, wanted: str, limit: int = 8) -> list[dict[str, Any]]:
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
