"""The card that shows every record on a map. Used by `cards`; the tiles themselves are drawn by `web`.

The map's total is the number of located records under the filters: with those that have no map point it is the total of
every other card. Its areas, its table and its file are one question.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bluelamp.questions.answer import NOT_RECORDED
from bluelamp.questions.box import box_of
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.data_version import Area
from bluelamp.questions.question import Filter, Question
from bluelamp.questions.scope import coverage_of_question, forces_concerned


def map_card(scene: Scene, card: CardSpec) -> CardAnswer:
    """The totals, the address of the tiles, and the counts of areas for the far view."""
    spec = card.spec
    count = spec.measures[0].name
    asked = scene.question(card, measures=[count, "unlocated"])
    ((whole, unlocated),) = scene.rows(asked)
    located = int(whole) - int(unlocated)
    areas, question = _areas(scene, card, count)
    shown = {
        "total": located,
        "unlocated": int(unlocated),
        "of": int(whole),
        "tiles": f"/api/v1/tiles/{spec.name}/{{z}}/{{x}}/{{y}}.mvt?{_parameters(asked, scene)}",
        "areas": areas,
        "bounds": _bounds(scene, asked, areas),
    }
    told = f"{located:,} of {int(whole):,} records are on the map; {int(unlocated):,} have no location."
    summary = f"{told} {spec.points.words}"
    measure = measure_of(spec, count)
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(asked))


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
    about = _About(scene, asked)
    counts = {str(row[0]): int(row[1]) for row in scene.rows(asked)}
    found = [_area_row(area, counts.get(area.name, 0), about) for area in scene.version.areas.values()]
    strays = sum(counts.get(row["name"], 0) for row in found if row["count"] is None)
    rows = [row for row in found if row["inside"] or row["count"]]
    rows.sort(key=lambda row: (not row["inside"], row["count"] is None, -(row["count"] or 0), row["name"]))
    return {
        "kind": dimension.name,
        "url": f"/api/v1/areas/{dimension.name}.geojson?version={scene.version.facts.name}",
        "rows": rows,
        "elsewhere": counts.get(NOT_RECORDED, 0),
        "strays": strays,
        "note": _note(strays),
        "selected": [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")],
    }, asked


def _note(strays: int) -> str:
    """What is on the map in areas that have no figure: what others record there says nothing of them."""
    if not strays:
        return ""
    lie = "record lies" if strays == 1 else "records lie"
    return f"{strays:,} {lie} in areas whose own force is not held: they are in no area's figure."


class _About:
    """Which areas a question is about, and what is held of their forces. Elsewhere its records are strays."""

    def __init__(self, scene: Scene, asked: Question) -> None:
        concerned = forces_concerned(scene.version, asked)
        self._forces = concerned
        self._names = {
            value.casefold()
            for filter_ in asked.filters
            if filter_.dimension.name == "local_authority" and not filter_.negated
            for value in filter_.values
        }
        # What is asked of a town or a street is not asked of every area of its force.
        self._placed = any(filter_.dimension.kind in _SMALL for filter_ in asked.filters)
        self.held = _held(scene, asked)

    def includes(self, area: Area, count: int) -> bool:
        if self._names:
            return area.name.casefold() in self._names
        if self._placed and not count:
            return False
        return self._forces is None or area.force_id in self._forces


def _held(scene: Scene, asked: Question) -> dict[int, tuple[int, int]]:
    """force → (held, expected) force-months under the question's months."""
    cells = scene.version.cells[asked.dataset.name]
    months = {one.month.index for one in coverage_of_question(scene.version, asked).by_month}
    # Only months that somebody published: what all areas lack alike tells none from another.
    columns = cells.columns_of(0, 1 << 16, months) & cells.held.any(axis=0)
    held, expected = cells.held[:, columns].sum(axis=1).tolist(), cells.expected[:, columns].sum(axis=1).tolist()
    return {force: (its_held, its) for force, its_held, its in zip(cells.forces, held, expected, strict=True)}


def _area_row(area: Area, count: int, about: _About) -> dict[str, Any]:
    held, expected = about.held.get(area.force_id, (0, 0))
    inside = about.includes(area, count)
    known = held > 0 or not inside
    return {
        "id": area.code,
        "name": area.name,
        "count": count if known else None,
        "rate": round(1000 * count / area.residents, 2) if area.residents and known else None,
        "residents": area.residents,
        "held": held,
        "expected": expected,
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


_SMALL = ("town", "lsoa", "point")
