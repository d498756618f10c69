"""The dimension of a grouped question that says whose files a row needs: its force, else its area, town or LSOA. Used
by `family`.
"""

from __future__ import annotations

import numpy as np

from bluelamp.questions.families.archive.kinds import AUTHORITY, LSOA, MAP_POINT, TOWN
from bluelamp.questions.families.archive.scope import forces_concerned, with_fair_shares
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.axis import Label, ValueAxis, axis_of_publishers
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.holdings import Holdings
from bluelamp.questions.model.question import Question

# The order in which places say whose files a row needs.
_PLACES = (AUTHORITY, TOWN, LSOA)


def publisher_axis(version: ArchiveVersion, question: Question, holdings: Holdings) -> ValueAxis | None:
    """The dimension that says whose files a row needs; None where the question is grouped by none such."""
    by = list(enumerate(question.by))
    for at, dimension in by:
        if dimension.kind.is_publisher:
            return _of_publishers(version, question, at, holdings)
    for kind in _PLACES:
        for at, dimension in by:
            if dimension.kind is kind and version.forces:
                return _of_places(version, question, at, dimension, holdings)
    return None


def _of_publishers(version: ArchiveVersion, question: Question, at: int, holdings: Holdings) -> ValueAxis:
    concerned = forces_concerned(version, question)

    def make() -> ValueAxis:
        names = [version.forces[int(one)][0] for one in holdings.publishers]
        if concerned is None:
            return axis_of_publishers(at, names)
        # Who only strays into a place has a row where something was recorded, and none where nothing was.
        publishers_meant = [name for name, one in zip(names, holdings.publishers, strict=True) if one in concerned]
        return axis_of_publishers(at, names, publishers_meant)

    return holdings.kept(("publishers", at, None if concerned is None else frozenset(concerned)), make)


def _of_places(
    version: ArchiveVersion, question: Question, at: int, dimension: Dimension, holdings: Holdings
) -> ValueAxis:
    """A place needs its own force, and every one that publishes a fair share of the records there."""
    held_to_forces = any(one.dimension.kind.is_publisher for one in question.filters)
    chosen = _chosen(question, dimension)
    key = (
        "places", question.dataset.name, dimension.name, at, holdings.publishers, held_to_forces,
        None if chosen is None else frozenset(chosen),
    )  # fmt: skip
    return version.often(key, lambda: _made(version, question, at, dimension, holdings, held_to_forces, chosen))


def _made(
    version: ArchiveVersion,
    question: Question,
    at: int,
    dimension: Dimension,
    holdings: Holdings,
    held_to_forces: bool,
    chosen: set[str] | None,
) -> ValueAxis:
    publishers = set(holdings.publishers)
    publishers_meant: list[str] = []
    apart: set[str] = set()
    shapes: dict[tuple[frozenset[int], frozenset[int]], int] = {}
    places: dict[Label, int] = {}
    for name, (own, needed) in _needed(version, question, dimension).items():
        present = own & publishers
        if own and not present:
            apart.add(name)
        elif own and (chosen is None or name.lower() in chosen) and dimension.kind is not LSOA:
            publishers_meant.append(name)
        places[name] = shapes.setdefault((needed, frozenset(present)), len(shapes))
    everybody = holdings.which(None)
    masks = [mask if (mask := holdings.which(needed)).any() else everybody for needed, _ in shapes]
    own_masks = [holdings.which(present) for _, present in shapes]
    nobody = np.zeros(len(everybody), bool)
    return ValueAxis(
        at,
        places,
        np.array([*masks, everybody], bool),
        publishers_meant,
        np.array([*own_masks, nobody], bool),
        closed=frozenset() if held_to_forces else frozenset(apart),
        foreign=frozenset(apart) if held_to_forces else frozenset(),
    )


def _needed(
    version: ArchiveVersion, question: Question, dimension: Dimension
) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """place → (its own forces, the forces whose files it needs)."""
    spec = question.dataset

    def find() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
        publishing: dict[int, dict[int, int]] = {}
        numbers: dict[str, int] = {}
        column = dimension.kind.place_column
        if column:
            publishing = version.publishing(spec, column)
            numbers = version.words(dimension)
        found = {}
        for name, own in _own_forces(version, dimension).items():
            records = publishing.get(numbers.get(name, -1), {})
            found[name] = (frozenset(own), frozenset(with_fair_shares(version, spec.name, own, records)))
        return found

    return version.once(f"needed {spec.name} {dimension.kind.name}", find)


def _chosen(question: Question, dimension: Dimension) -> set[str] | None:
    """The places that filters by the same field leave, in lower case; none where another place is chosen; None for
    all."""
    found: set[str] | None = None
    for filter_ in question.filters:
        kind = filter_.dimension.kind
        if filter_.dimension is dimension and not filter_.negated:
            names = {value.lower() for value in filter_.values}
            found = names if found is None else found & names
        elif kind.is_place or kind is MAP_POINT:
            return set()
    return found


def _own_forces(version: ArchiveVersion, dimension: Dimension) -> dict[str, set[int]]:
    """place → its territorial forces; none where none is known."""
    if dimension.kind is AUTHORITY:
        return {area.name: {area.force_id} - {0} for area in version.areas.values()}
    if dimension.kind is TOWN:
        labels = version.labels(dimension)
        found: dict[str, set[int]] = {name: set() for name in labels.values()}
        for town, area in version.town_areas:
            if town in labels and area in version.areas:
                found[labels[town]] |= {version.areas[area].force_id} - {0}
        return found
    return version.once("forces of LSOAs", lambda: _of_lsoas(version))


def _of_lsoas(version: ArchiveVersion) -> dict[str, set[int]]:
    rows = version.rows(
        "SELECT lsoa.code, coalesce(any_value(area.force_id), 0) FROM dim_lsoa AS lsoa "
        "LEFT JOIN dim_area AS area USING (area_id) GROUP BY lsoa.code"
    )
    return {code: {force} - {0} for code, force in rows}
