"""The card that shows every record on a map. Used by `cards`; the tiles themselves are drawn by `web`.

The map's total is the number of located records under the filters: with those that have no map point it is the total of
every other card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bluelamp.questions.answer import NOT_RECORDED
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.data_version import Area
from bluelamp.questions.question import Filter, Question
from bluelamp.questions.scope import coverage_of_question, forces_concerned
from bluelamp.questions.tiles import counted_points


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
        "bounds": _bounds(scene, asked),
    }
    told = f"{located:,} of {int(whole):,} records are on the map; {int(unlocated):,} have no location."
    summary = f"{told} {spec.points.words}"
    measure = measure_of(spec, count)
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


def _parameters(asked: Question, scene: Scene) -> str:
    parts = [("version", scene.version.facts.name)]
    for filter_ in asked.filters:
        sign = "!=" if filter_.negated else "="
        parts += [("where", f"{filter_.dimension.name}{sign}{value}") for value in filter_.values]
    parts += [("from", str(asked.first))] if asked.first else []
    parts += [("to", str(asked.last))] if asked.last else []
    return "&".join(f"{name}={quote(value, safe='=,')}" for name, value in parts)


def _areas(scene: Scene, card: CardSpec, count: str) -> tuple[dict[str, Any] | None, Question]:
    """Located records by local authority; None where no reference data says which authorities there are, and of calls,
    which lie in none."""
    dimension, located = card.spec.dimension("local_authority"), card.spec.dimension("located")
    assert located is not None
    if dimension is None:
        asked = scene.question(card, measures=[count])
        return None, replace(asked, filters=(*asked.filters, Filter(located, ("true",))))
    # As other charts, the map shows all areas whichever of them is chosen.
    view = scene.view.without(dimension.name)
    asked = scene.question(card, measures=[count], by=[dimension.name], view=view)
    asked = replace(asked, filters=(*asked.filters, Filter(located, ("true",))))
    if not scene.version.areas:
        return None, asked
    counts = {str(row[0]): int(row[1]) for row in scene.rows(asked)}
    concerned = forces_concerned(scene.version, asked)
    # An area whose force the filters leave out lacks nothing: no file of that force is expected here.
    held = {force: its for force, its in _held(scene, asked).items() if concerned is None or force in concerned}
    rows = [_area_row(area, counts.get(area.name, 0), held) for area in scene.version.areas.values()]
    return {
        "kind": dimension.name,
        "url": f"/api/v1/areas/{dimension.name}.geojson?version={scene.version.facts.name}",
        "rows": rows,
        "elsewhere": counts.get(NOT_RECORDED, 0),
        "selected": [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")],
    }, asked


def _held(scene: Scene, asked: Question) -> dict[int, tuple[int, int]]:
    """force → (held, expected) force-months under the question's months."""
    cells = scene.version.cells[asked.dataset.name]
    months = {one.month.index for one in coverage_of_question(scene.version, asked).by_month}
    # Only months that somebody published: what all areas lack alike tells none from another.
    columns = cells.columns_of(0, 1 << 16, months) & cells.held.any(axis=0)
    held, expected = cells.held[:, columns].sum(axis=1).tolist(), cells.expected[:, columns].sum(axis=1).tolist()
    return {force: (its_held, its) for force, its_held, its in zip(cells.forces, held, expected, strict=True)}


def _area_row(area: Area, count: int, held: dict[int, tuple[int, int]]) -> dict[str, Any]:
    its_held, expected = held.get(area.force_id, (0, 0))
    return {
        "id": area.code,
        "name": area.name,
        "count": count,
        "rate": round(1000 * count / area.residents, 2) if area.residents else None,
        "residents": area.residents,
        "held": its_held,
        "expected": expected,
    }


def _bounds(scene: Scene, asked: Question) -> list[float] | None:
    """The box of everything on the map; None where filters leave a place, which has a box of its own. Calls, which have
    no areas to go by, always have that of what the filters leave."""
    if asked.dataset.live:
        return _box(scene, asked)
    if any(filter_.dimension.kind in _PLACES for filter_ in asked.filters) or scene.version.serving is None:
        return None
    index = scene.version.serving.maps.get(asked.dataset.name)
    return list(index.bounds) if index is not None and index.bounds is not None else None


def _box(scene: Scene, asked: Question) -> list[float] | None:
    """West, south, east and north of the points that a question leaves; None where there is none."""
    counted, parameters = counted_points(scene.version, asked)
    ((west, south, east, north),) = scene.version.rows(
        f"SELECT min(longitude), min(latitude), max(longitude), max(latitude) FROM ({counted}) AS p",  # noqa: S608 - ours
        parameters,
        light=False,
    )
    return None if west is None else [west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN]


_MARGIN = 0.002  # degrees, so that one point alone has a box as well
_PLACES = ("force", "town", "area", "lsoa", "point")
