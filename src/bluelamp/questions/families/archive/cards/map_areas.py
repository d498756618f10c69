"""What the map of the archive has beside its points: counts by local authority for the far view, and what must be known
of its points.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bluelamp.questions.answer import strays_message
from bluelamp.questions.cards.base import Scene
from bluelamp.questions.cards.where import MapAreas, located_only
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.archive.axes import publisher_axis
from bluelamp.questions.families.archive.cards.scene import caveats_of_chart, version_of
from bluelamp.questions.families.archive.eras import caveat_of_points
from bluelamp.questions.families.archive.scope import holdings_of_question
from bluelamp.questions.families.archive.version import Area
from bluelamp.questions.figures import FEW_LOCATED, RowCoverage, rate
from bluelamp.questions.model.dataset import NOT_RECORDED
from bluelamp.questions.model.question import Question

# What a map cannot be read without: its points are not where the records are.
MISPLACED = frozenset({"coordinates_swapped", "coordinates_on_a_line", "coordinates_elsewhere"})


def map_notes(scene: Scene, question: Question) -> list[str]:
    """The sentences about misplaced points, and about points that were redrawn."""
    misplaced = caveats_of_chart(scene, question, "map_point", MISPLACED)
    return [one for one in (misplaced, caveat_of_points(version_of(scene), question)) if one]


def map_areas(scene: Scene, card: CardSpec, count: str) -> MapAreas:
    """Located records by local authority; None where no reference data says which authorities there are."""
    dimension, version = card.spec.dimension("local_authority"), version_of(scene)
    assert dimension is not None
    # As other charts, the map shows all areas whichever of them is chosen; on an area's own page, that area.
    view = scene.view if scene.dashboard.about_area else scene.view.without(dimension.name)
    question = scene.question(card, measures=[count], by=[dimension.name], view=view)
    question = replace(question, filters=(*question.filters, located_only(card)))
    if not version.areas:
        return None, question
    found = scene.figures(question)
    areas = {area.name: area for area in version.areas.values()}
    outside = _outside(scene, question)
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
        "note": strays_message(found.strays),
        "selected": [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")],
    }, question


def _outside(scene: Scene, question: Question) -> frozenset[str]:
    """The areas that a question is not about: those of other forces than it asks of, whose records here are strays, and
    those beside the area that it asks of."""
    version = version_of(scene)
    axis = publisher_axis(version, question, holdings_of_question(version, question)[0])
    if axis is None:
        return frozenset()
    named = {area.name for area in version.areas.values()}
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
