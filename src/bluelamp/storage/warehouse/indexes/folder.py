"""A folder of indexes opened for reading: what answers questions in milliseconds. Opened by whoever opens a version.

`IndexFolder` may be shared by threads; it keeps nothing but maps of the files, which the system loads and drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bluelamp.storage.warehouse.indexes.bits import BitIndex
from bluelamp.storage.warehouse.indexes.crime_ids import CrimeIds
from bluelamp.storage.warehouse.indexes.cubes import Cube, Cubes
from bluelamp.storage.warehouse.indexes.facts import Facts
from bluelamp.storage.warehouse.indexes.files import MANIFEST, IndexReader
from bluelamp.storage.warehouse.indexes.planes import AxisPlanes
from bluelamp.storage.warehouse.indexes.points import MapIndex, Points
from bluelamp.storage.warehouse.indexes.selection import Counter


class IndexFolder:
    """The indexes of one version, by dataset; a dataset without records has none. `crime_ids` and `outcome_ids` find
    rows of the two tables by crime ID, None where no row has one."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        datasets: dict[str, Any] = reader.parts["datasets"]
        points = Points(**{name: reader.array(place) for name, place in reader.parts["points"].items()})
        self.facts = {dataset: Facts(**part["facts"]) for dataset, part in datasets.items()}
        self.cubes = {dataset: self._open_cubes(dataset, part["cubes"]) for dataset, part in datasets.items()}
        self.bits = {dataset: self._open_bits(dataset, part["bits"]) for dataset, part in datasets.items()}
        self.maps = {dataset: self._open_map(dataset, points, part["map"]) for dataset, part in datasets.items()}

        ids = {dataset: self._open_ids(part) for dataset, part in reader.parts["crime_ids"].items()}
        self.crime_ids, self.outcome_ids = ids["crimes"], ids["outcomes"]

    def counter(self, dataset: str, dims: frozenset[str], by: Sequence[str] = ()) -> Counter | None:
        """What counts by these axes (the month need not be named), filtered or grouped; None where only rows can tell.

        `by` is what will be grouped by: answers of too many cells are left to the rows.
        """
        facts = self.facts.get(dataset)
        if facts is None:
            return None
        needed = dims - {"month"}
        bits = self.bits[dataset]
        if not bits.can_count(needed, by):
            return None
        return self.cubes[dataset].pick(needed) or bits

    def _open_cubes(self, dataset: str, cubes: list[dict[str, Any]]) -> Cubes:
        first = self.facts[dataset].first_month
        return Cubes(Cube(tuple(one["dims"]), first, self._reader.array(one["totals"])) for one in cubes)

    def _open_bits(self, dataset: str, part: dict[str, Any]) -> BitIndex:
        facts = self.facts[dataset]
        starts, attributes, axes = self._open_segments(facts, part)
        return BitIndex(facts.first_month, facts.months, starts, attributes, facts.sizes, axes)

    def _open_map(self, dataset: str, points: Points, part: dict[str, Any]) -> MapIndex:
        bounds = tuple(part["bounds"]) if part["bounds"] else None
        return MapIndex(points, self.facts[dataset], *self._open_segments(self.facts[dataset], part), bounds)

    def _open_ids(self, part: dict[str, Any] | None) -> CrimeIds | None:
        return CrimeIds(**{name: self._reader.array(place) for name, place in part.items()}) if part else None

    def _open_segments(self, facts: Facts, part: dict[str, Any]) -> tuple[Any, dict[str, Any], dict[str, AxisPlanes]]:
        """(starts, attributes, axes) of an index."""
        sizes = facts.sizes | {"month": facts.months}
        attributes = {name: self._reader.array(place) for name, place in part["attributes"].items()}
        axes = {name: AxisPlanes(sizes[name], self._reader.array(place)) for name, place in part["planes"].items()}
        return self._reader.array(part["starts"]), attributes, axes


def open_indexes(folder: Path) -> IndexFolder | None:
    """The indexes in a folder; None where there are none that this program can read: the rows then answer alone."""
    try:
        return IndexFolder(IndexReader(folder))
    except (ValueError, KeyError, TypeError):
        return None


def problem_of(folder: Path, *, thorough: bool = False) -> str:
    """What is wrong with a folder of indexes, in a few words; empty where nothing is. Thorough: every byte is read."""
    if not (folder / MANIFEST).exists():
        return "it is not there"
    try:
        reader = IndexReader(folder)
        IndexFolder(reader)
        changed = reader.changed() if thorough else ""
    except (ValueError, KeyError, TypeError) as error:
        return str(error)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return f"{changed} has changed" if changed else ""
