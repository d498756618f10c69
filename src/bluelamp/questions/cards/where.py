"""The card that shows every record on a map. Used by `cards`; the tiles themselves are drawn by `web`.

The map's total is the number of located records under the filters: with those that have no map point it is the total of
every other card. Its areas, its table and its file are one question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bluelamp.messages import say
from bluelamp.questions.box import box_of
from bluelamp.questions.cards.base import CardAnswer, Scene, figure_words, measure_of, whole
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.model.question import Filter, Question

# (the counts of areas for the far view, None where there are none; the question that asks for the map's data).
MapAreas = tuple[dict[str, Any] | None, Question]


def located_records(scene: Scene, card: CardSpec, count: str) -> MapAreas:
    """No areas: the located records as they are."""
    question = scene.question(card, measures=[count])
    return None, replace(question, filters=(*question.filters, located_only(card)))


def located_only(card: CardSpec) -> Filter:
    """The filter that keeps the records that have a map point."""
    located = card.spec.dimension("located")
    assert located is not None
    return Filter(located, ("true",))


def map_card(
    scene: Scene,
    card: CardSpec,
    areas_of: Callable[[Scene, CardSpec, str], MapAreas] = located_records,
    notes_of: Callable[[Scene, Question], list[str]] = lambda _scene, _asked: [],
) -> CardAnswer:
    """The totals, the address of the tiles, and the counts of areas for the far view, which `areas_of` gives.
    `notes_of` gives the sentences that the map cannot be read without."""
    spec = card.spec
    count = spec.measures[0].name
    asked = scene.question(card, measures=[count, "unlocated"])
    (records, unlocated), reason = scene.one(asked)
    located = None if records is None or unlocated is None else records - unlocated
    areas, question = areas_of(scene, card, count)
    notes = notes_of(scene, asked)
    shown = {
        "total": located,
        "unlocated": whole(unlocated),
        "of": whole(records),
        "reason": reason,
        "note": " ".join(notes),
        "tiles": f"/api/v1/tiles/{spec.name}/{{z}}/{{x}}/{{y}}.mvt?{_parameters(asked, scene)}",
        "areas": areas,
        "bounds": _bounds(scene, asked, areas),
    }
    on_map = say(
        "card.map", located=figure_words(located), records=figure_words(records), unlocated=figure_words(unlocated)
    )
    summary = reason or f"{on_map} {spec.points.words}"
    measure = measure_of(spec, count)
    caveats = tuple(dict.fromkeys((*scene.caveats(asked), *notes)))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, caveats)


def _parameters(question: Question, scene: Scene) -> str:
    parts = [("version", scene.version.facts.name)]
    for filter_ in question.filters:
        sign = "!=" if filter_.negated else "="
        parts += [("where", f"{filter_.dimension.name}{sign}{value}") for value in filter_.values]
    parts += [("from", str(question.first))] if question.first else []
    parts += [("to", str(question.last))] if question.last else []
    return "&".join(f"{name}={quote(value, safe='=,')}" for name, value in parts)


def _bounds(scene: Scene, question: Question, areas: dict[str, Any] | None) -> list[float] | None:
    """The box of what is on the map. Where areas are drawn it is only looked at should their outlines be missing: then
    that of all records is near enough, and costs nothing."""
    version, dataset = scene.version, question.dataset
    if areas is not None and version.indexes is not None and dataset.name in version.indexes.maps:
        whole = version.indexes.maps[dataset.name].bounds
        return None if whole is None else list(whole)
    return box_of(version, question)
