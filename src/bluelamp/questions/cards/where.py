"""The card that shows every record on a map. Used by `cards`; the tiles themselves are drawn by `web`.

The map's total is the number of located records under the filters: with those that have no map point it is the total of
every other card. Its areas, its table and its file are one question.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bluelamp.questions.answer import NOT_RECORDED, strays_told
from bluelamp.questions.axes import publisher_axis
from bluelamp.questions.box import box_of
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, told, whole
from bluelamp.questions.concern import holdings_of_question
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.data_version import Area
from bluelamp.questions.eras import caveat_of_points
from bluelamp.questions.figures import FEW_LOCATED, RowCoverage, rate
from bluelamp.questions.question import Filter, Question

# What a map cannot be read without: its points are not where the records are.
MISPLACED = frozenset({"coordinates_swapped", "coordinates_on_a_line", "coordinates_elsewhere"})


def map_card(scene: Scene, card: CardSpec) -> CardAnswer:
    """The totals, the address of the tiles, and the counts of areas for the far view."""
    spec = card.spec
    count = spec.measures[0].name
    asked = scene.question(card, measures=[count, "unlocated"])
    (records, unlocated), reason = scene.one(asked)
    located = None if records is None or unlocated is None else records - unlocated
    areas, question = _areas(scene, card, count)
    of_points = caveat_of_points(scene.version, asked)
    misplaced = "" if spec.live else scene.told_of_files(asked, "map_point", MISPLACED)
    shown = {
        "total": located,
        "unlocated": whole(unlocated),
        "of": whole(records),
        "reason": reason,
        "note": " ".join(filter(None, [misplaced, of_points])),
        "tiles": f"/api/v1/tiles/{spec.name}/{{z}}/{{x}}/{{y}}.mvt?{_parameters(asked, scene)}",
        "areas": areas,
        "bounds": _bounds(scene, asked, areas),
    }
    on_map = f"{told(located)} of {told(records)} records are on the map; {told(unlocated)} have no location."
    summary = reason or f"{on_map} {spec.points.words}"
    measure = measure_of(spec, count)
    caveats = tuple(dict.fromkeys((*scene.caveats(asked), *filter(None, [misplaced, of_points]))))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, caveats)


def _parameters(asked: Question, scene: Scene) -> str:
    parts = [("version", scene.version.facts.name)]
    for filter_ in asked.filters:
        sign = "!=" if filter_.negated else "="
        parts += [("where", f"{filter_.dimension.name}{sign}{value}") for value in filter_.values]
    parts += [("from", str(asked.first))] if asked.first else []
    parts += [("to", str(asked.last))] if asked.last else []
    return "&".join(f"{name}={quote(value, safe='=,')}" for name, value in parts)


# -- areas -------------------------------------------------------------------------------------------------------


def _areas(scene: Scene, card: CardSpec, count: str) -> tuple[dict[str, Any] | None, Question]:
    """Located records by local authority; None where no reference data says which authorities there are, and of calls,
    which lie in none."""
    dimension, located = card.spec.dimension("local_authority"), card.spec.dimension("located")
    assert located is not None
    if dimension is None:
        asked = scene.question(card, measures=[count])
        return None, replace(asked, filters=(*asked.filters, Filter(located, ("true",))))
    # As other charts, the map shows all areas whichever of them is chosen; on an area's own page, that area.
    view = scene.view if scene.dashboard.about_area else scene.view.without(dimension.name)
    asked = scene.question(card, measures=[count], by=[dimension.name], view=view)
    asked = replace(asked, filters=(*asked.filters, Filter(located, ("true",))))
    if not scene.version.areas:
        return None, asked
    found = scene.figures(asked)
    areas = {area.name: area for area in scene.version.areas.values()}
    outside = _outside(scene, asked)
    rows = [
        _area_row(areas[row[0]], row[1], its, inside=row[0] not in outside)
        for row, its in zip(found.rows, found.coverages, strict=True)
        if row[0] in areas
    ]
    rows.sort(key=lambda row: (not row["inside"], row["count"] is None, -(row["count"] or 0), row["name"]))
    return {
        "kind": dimension.name,
        "url": f"/api/v1/areas/{dimension.name}.geojson?version={scene.version.facts.name}",
        "rows": [row for row in rows if row["inside"] or row["count"]],
        "elsewhere": next((row[1] for row in found.rows if row[0] == NOT_RECORDED), 0),
        "strays": found.strays,
        "note": strays_told(found.strays),
        "selected": [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")],
    }, asked


def _outside(scene: Scene, asked: Question) -> frozenset[str]:
    """The areas that a question is not about: those of other forces than it asks of, whose records here are strays, and
    those beside the area that it asks of."""
    axis = publisher_axis(scene.version, asked, holdings_of_question(scene.version, asked)[0])
    if axis is None:
        return frozenset()
    named = {area.name for area in scene.version.areas.values()}
    return frozenset(named - set(axis.asked)) if axis.asked else axis.foreign | axis.closed


def _area_row(area: Area, count: int | None, coverage: RowCoverage, *, inside: bool) -> dict[str, Any]:
    return {
        "id": area.code,
        "name": area.name,
        "count": count,
        "rate": rate(count, None if coverage.state == FEW_LOCATED or not inside else area.residents),
        "residents": area.residents,
        "held": coverage.held,
        "expected": coverage.expected,
        "state": coverage.state,
        "located_share": coverage.located_share,
        "inside": inside,
    }


def _bounds(scene: Scene, asked: Question, areas: dict[str, Any] | None) -> list[float] | None:
    """The box of what is on the map. Where areas are drawn it is only looked at should their outlines be missing: then
    that of all records is near enough, and costs nothing."""
    version, dataset = scene.version, asked.dataset
    if areas is not None and version.serving is not None and dataset.name in version.serving.maps:
        whole = version.serving.maps[dataset.name].bounds
        return None if whole is None else list(whole)
    # Calls have no neighbours from whose files they could stray.
    return box_of(version, asked, 0) if dataset.live else box_of(version, asked)
